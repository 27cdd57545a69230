"""Signals over time: what was read of a paper's votes, comments and stars, and when."""

from __future__ import annotations

from django.db import models

from broadsheet.catalog.models import Record


class Observation(models.Model):
    """One reading of one signal at one moment. Readings are added: together they are the signal's history.

    A reading belongs to the source's record it came with, and so to whatever paper that record is part of: it follows
    when papers merge or part.
    """

    record = models.ForeignKey(Record, models.CASCADE, related_name="observations", db_index=False)
    signal = models.CharField(max_length=30)  # "upvotes", "comments", "github_stars"
    value = models.FloatField()
    observed_at = models.DateTimeField()
    source = models.CharField(max_length=40)  # who was asked; not always the source of the record

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "signal", "observed_at"], name="observed_once")]

    def __str__(self) -> str:
        return f"{self.signal} {self.value:g} at {self.observed_at:%Y-%m-%d %H:%M}"

"""What was read out of papers' texts: contributions, their names, links and claims; and what readers corrected.

All but the corrections is derived: it is made again from the texts when they change, and when the extractor does.
"""

from __future__ import annotations

import json

from django.conf import settings
from django.db import models

from broadsheet.catalog.models import Paper, PublicId


class QueuedPaper(models.Model):
    """A paper that came or changed and whose text is not read yet. Written in the transaction of the change.

    Rows are appended, never merged, as those of search are: a change that commits while an older one is being read
    keeps its own row.
    """

    paper_id = models.BigIntegerField()


class Contribution(models.Model):
    """What a paper brings, as read by `version` of the extractor from the texts with this digest.

    `system` groups papers that speak of one system: the key of the first name (with `~2` behind it for another system
    of that name), `paper:<pk>` for a nameless paper that claims something, "" for one that stands in no table.
    """

    paper = models.OneToOneField(Paper, models.CASCADE, primary_key=True, related_name="contribution")
    version = models.PositiveIntegerField(db_index=True)
    digest = models.BinaryField(max_length=16)
    kind = models.CharField(max_length=20)
    names = models.TextField()  # JSON: [[name, long form or ""], …] as shown, in order
    key = models.CharField(max_length=120, db_index=True)  # of the first name, or ""
    system = models.CharField(max_length=140, db_index=True)
    title = models.TextField()  # of the paper, cleaned
    # The sentence that says what it does, and where it stands in the cleaned abstract.
    line = models.TextField()
    line_start = models.IntegerField()
    line_end = models.IntegerField()
    words = models.TextField()  # title, line, names and what claims were measured on, case-folded, to look for words in
    code = models.CharField(max_length=1000)  # the first link to code, or ""
    claim_count = models.PositiveIntegerField()
    headline = models.CharField(max_length=300)  # the claim that stands for all, in a few words, or ""
    headline_position = models.PositiveIntegerField(null=True)
    corrected = models.BooleanField(default=False)
    read_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.all_names[0][0] if self.all_names else f"paper {self.pk}"

    @property
    def all_names(self) -> list[tuple[str, str]]:
        """(name, long form or "") of each name, in order."""
        return [(short, long) for short, long in json.loads(self.names)]


class Name(models.Model):
    """A name that a paper gives to what it made, with its long form where it has one; in the paper's order, from 0."""

    paper = models.ForeignKey(Contribution, models.CASCADE, related_name="named", db_index=False)
    position = models.PositiveIntegerField()
    text = models.CharField(max_length=200)
    long_form = models.CharField(max_length=200)
    key = models.CharField(max_length=120, db_index=True)
    long_key = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "position"], name="result_name_position")]


class ResultLink(models.Model):
    """An address that a paper's abstract gives, and what it leads to."""

    paper = models.ForeignKey(Contribution, models.CASCADE, related_name="result_links", db_index=False)
    position = models.PositiveIntegerField()
    url = models.CharField(max_length=1000)
    kind = models.CharField(max_length=10)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "position"], name="result_link_position")]


class Claim(models.Model):
    """A number by which a paper's authors say how well their contribution does; always theirs, never ours.

    `start` and `end` bound the quote in the cleaned abstract (-1 where it is not found there). `rank` is what claims
    of one metric, unit and form are ordered by.
    """

    paper = models.ForeignKey(Contribution, models.CASCADE, related_name="claims", db_index=False)
    position = models.PositiveIntegerField()
    quote = models.TextField()  # as the source gave it
    start = models.IntegerField()
    end = models.IntegerField()
    value = models.FloatField()
    value_high = models.FloatField(null=True)
    unit = models.CharField(max_length=60)
    unit_key = models.CharField(max_length=120)
    form = models.CharField(max_length=6)
    from_value = models.FloatField(null=True)
    to_value = models.FloatField(null=True)
    metric = models.CharField(max_length=200)
    metric_key = models.CharField(max_length=120)
    direction = models.CharField(max_length=6)
    bound = models.CharField(max_length=20)
    baseline = models.CharField(max_length=300)
    on = models.CharField(max_length=300)
    rank = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "position"], name="claim_position")]
        indexes = [models.Index(fields=["metric_key", "unit_key", "form", "rank"], name="claim_by_metric")]


class Against(models.Model):
    """A claim's baseline may mean the system of this key."""

    paper = models.ForeignKey(Contribution, models.CASCADE, related_name="+", db_index=False)
    position = models.PositiveIntegerField()  # of the claim
    key = models.CharField(max_length=120, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "position", "key"], name="against_once")]


class Correction(models.Model):
    """What a reader says a paper's names, kind, links or claims are, in the labels' form. The newest of a part holds;
    one whose value is null takes earlier ones back.

    It belongs to an address, not to a row of papers: papers that are joined or parted take their addresses along.
    """

    address = models.ForeignKey(PublicId, models.CASCADE, related_name="corrections")
    part = models.CharField(max_length=10)
    value = models.JSONField(null=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()

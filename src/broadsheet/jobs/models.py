"""What background work remembers. With SQLite these tables stand in the site's own file."""

from __future__ import annotations

from django.db import models


class JobRun(models.Model):
    """A periodic job and its last run. `due_at` moves on when a run has ended: one that was killed is still due."""

    name = models.CharField(max_length=60, primary_key=True)
    due_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)  # of the last run that went well
    error = models.TextField(blank=True)  # why the last run failed; "" when it went well


class CacheEntry(models.Model):
    """The table of Django's database cache, made by a migration like every other (the columns are Django's)."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

"""The queue between the catalog and the index."""

from __future__ import annotations

from django.db import models


class QueuedChange(models.Model):
    """A paper that changed (or is gone) and is not yet indexed so. Written in the transaction of the change.

    Rows are appended, never merged: a change that commits while the indexer works on an older row of the same paper
    must keep its own row.
    """

    paper_id = models.BigIntegerField()

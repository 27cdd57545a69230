"""Reads over what came in."""

from __future__ import annotations

from django.db.models import QuerySet

from broadsheet.ingest.models import Input, Quarantined


def inputs() -> QuerySet[Input]:
    """Everything that was taken in, what came last first."""
    return Input.objects.order_by("-last_seen", "-pk")


def quarantine() -> QuerySet[Quarantined]:
    """What could not be read, newest first, with its input."""
    return Quarantined.objects.select_related("input").order_by("-seen_at", "input_id", "offset")

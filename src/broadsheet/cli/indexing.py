"""Bringing the index up to date from the command line, beside whoever else may be indexing."""

from __future__ import annotations

PATIENCE = 600.0  # seconds to wait for a server or worker that is indexing


def index_what_changed() -> str:
    """Index what is queued, or wait for the one who is doing so; returns a sentence when that did not come about."""
    from django.utils import timezone

    from broadsheet.search.services import IndexOutOfDate, RebuildFailed, holder_name, wait_until_indexed

    try:
        if wait_until_indexed(now=timezone.now(), holder=holder_name(), seconds=PATIENCE):
            return ""
    except (IndexOutOfDate, RebuildFailed) as error:
        return str(error)
    return "Another process is indexing and has not come to these papers yet; they can be found when it has."

"""Bringing the index, and what is read out of papers, up to date from the command line, beside whoever else does."""

from __future__ import annotations

PATIENCE = 600.0  # seconds to wait for a server or worker that is indexing

READ_AT_ONCE = 5_000  # papers; more would keep whoever waits for a command waiting for minutes


def read_what_came() -> str:
    """Read names and claims of the papers that came; returns a sentence when that is left to a worker."""
    from django.utils import timezone

    from broadsheet.results import queries, services
    from broadsheet.search.services import holder_name

    waiting = queries.waiting()
    if waiting > READ_AT_ONCE:
        return (
            f"{waiting:,} papers wait to be read for what they made and claim: a worker does so by itself, "
            "or `broadsheet results` now."
        )
    try:
        services.read_waiting(now=timezone.now(), holder=holder_name(), processes=services.processes_for(waiting))
    except services.ReadingBusy:
        return "Another process is reading papers’ texts and will come to these too."
    return ""


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

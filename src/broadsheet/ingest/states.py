"""How sources are doing: what a run leaves behind of itself, and when the next is due."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import F

from broadsheet.ingest.models import SourceState
from broadsheet.ingest.sources.harvest import About

if TYPE_CHECKING:
    from broadsheet.ingest.harvest import HarvestReport

FIRST_RETRY = dt.timedelta(minutes=5)
NUDGED = dt.timedelta(minutes=10)  # a nudge that got lost is given again after that


def begins(*, about: About, now: dt.datetime) -> None:
    """A run begins."""
    SourceState.objects.update_or_create(name=about.name, defaults={"started_at": now})


def answered(*, about: About, now: dt.datetime, records: int) -> None:
    """An answer was read and stored."""
    SourceState.objects.filter(name=about.name).update(answered_at=now, records=F("records") + records)


def ends(*, about: About, now: dt.datetime, report: HarvestReport) -> None:
    """A run over all of a source ended: well, for lack of time, or with an error."""
    state = SourceState.objects.get(name=about.name)
    if report.done:
        state.succeeded_at, state.failures, state.error, state.error_kind = now, 0, "", ""
        state.due_at = now + about.every
    elif report.error:
        state.failed_at, state.failures = now, state.failures + 1
        state.error, state.error_kind = report.error, report.kind
        soon = min(about.every, FIRST_RETRY * 2 ** min(state.failures - 1, 10))
        state.due_at = max(report.retry_at or now, now + soon)
    else:
        state.due_at = now
    state.save()


def due(*, names: list[str], now: dt.datetime) -> list[str]:
    """Those of these sources whose time has come, in their order."""
    waiting = set(SourceState.objects.filter(name__in=names, due_at__gt=now).values_list("name", flat=True))
    return [name for name in names if name not in waiting]


def nudged(*, name: str, now: dt.datetime) -> None:
    """Somebody was asked to harvest this source; it is not asked for again in a while."""
    SourceState.objects.update_or_create(name=name, defaults={"due_at": now + NUDGED})


def make_due(*, name: str, now: dt.datetime) -> None:
    """Let the source be harvested at the scheduler's next look."""
    SourceState.objects.update_or_create(name=name, defaults={"due_at": now})

"""The sources and the ledger as pages and commands show them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from broadsheet.ingest import ledger, queries
from broadsheet.ingest.calendars import calendar
from broadsheet.ingest.harvest import lacks
from broadsheet.ingest.models import Batch, SourceState
from broadsheet.ingest.sources import HARVESTED
from broadsheet.ingest.sources.harvest import About


@dataclass(frozen=True)
class SourceRow:
    """A harvested source: what it is, whether the worker harvests it, and how it is doing, in words."""

    about: About
    on: bool
    words: str
    state: SourceState | None

    @property
    def succeeded_at(self) -> dt.datetime | None:
        return self.state.succeeded_at if self.state else None

    @property
    def due_at(self) -> dt.datetime | None:
        return self.state.due_at if self.state else None

    @property
    def failing(self) -> bool:
        return bool(self.state and self.state.error)

    @property
    def proven(self) -> bool:
        """Its shape is known from the live service, or a live answer was parsed here."""
        return self.about.proven or bool(self.state and self.state.answered_at)

    def as_json(self) -> dict[str, Any]:
        state, rights = self.state or SourceState(), self.about.rights
        times = {name: getattr(state, name) for name in ("succeeded_at", "failed_at", "due_at", "answered_at")}
        return {
            "name": self.about.name,
            "title": self.about.title,
            "help": self.about.help,
            "on": self.on,
            "state": self.words,
            "error": state.error or None,
            "proven": self.proven,
            "records": state.records,
            **{name: moment.isoformat() if moment else None for name, moment in times.items()},
            "licence": rights.licence,
            "attribution": rights.attribution or None,
        }


def source_rows(*, now: dt.datetime) -> list[SourceRow]:
    """All harvested sources in their order. Raises NoSuchSource for a name in SOURCES that is none."""
    on = {source.about.name for source in queries.sources_on()}
    states = queries.states()
    rows = []
    for source in HARVESTED:
        about = source.about
        state = states.get(about.name)
        rows.append(SourceRow(about, about.name in on, _words(about, state, now, on=about.name in on), state))
    return rows


def _words(about: About, state: SourceState | None, now: dt.datetime, *, on: bool) -> str:
    if on and (sentence := lacks(about)):
        return sentence
    if state is None or not (state.succeeded_at or state.failed_at or state.started_at):
        words = "not harvested yet"
    elif state.error:
        words = state.error
    elif state.succeeded_at is None:
        words = "under way"
    elif on and now - state.succeeded_at > 3 * about.every:
        words = "well when last harvested, and overdue: is a worker running?"
    else:
        words = "well"
    proven = about.proven or bool(state and state.answered_at)
    return words if proven else f"{words}; unproven against the live service"


@dataclass(frozen=True)
class LedgerDay:
    """A day of one listing. `kind` is unobserved, week-end, stale, short, late or whole."""

    day: dt.date
    batch: Batch | None
    kind: str

    @property
    def share(self) -> int:
        """How much of what was announced is here, in percent, rounded down so that 100 means all."""
        return 100 * self.batch.harvested // self.batch.announced if self.batch and self.batch.announced else 100

    def as_json(self) -> dict[str, Any]:
        if self.batch is None:
            return {"day": self.day.isoformat(), "kind": self.kind}
        names = ("announced", "harvested", "missing", "late", "extra", "quarantined", "stale")
        return {
            "day": self.day.isoformat(),
            "kind": self.kind,
            **{name: getattr(self.batch, name) for name in names},
            "seen_at": self.batch.seen_at.isoformat(),
        }


@dataclass(frozen=True)
class LedgerRow:
    """One listing (a source and a category) over days, newest last."""

    about: About
    category: str
    days: list[LedgerDay]
    warning: str

    @property
    def key(self) -> str:
        return f"{self.about.name}/{self.category}" if self.category else self.about.name


def ledger_rows(*, first: dt.date, last: dt.date) -> list[LedgerRow]:
    """All listings that were observed in these days, each with every day of them. One query."""
    abouts = {source.about.name: source.about for source in HARVESTED}
    found: dict[tuple[str, str], dict[dt.date, Batch]] = {}
    for batch in Batch.objects.filter(day__range=(first, last)).order_by("source", "category"):
        if batch.source in abouts:
            found.setdefault((batch.source, batch.category), {})[batch.day] = batch
    days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    rows = []
    for (source, category), batches in found.items():
        about = abouts[source]
        warnings = {calendar(about.calendar).warning(day.year) for day in days} if about.calendar else set()
        kept = [LedgerDay(day, batches.get(day), _kind(about, batches.get(day), day)) for day in days]
        rows.append(LedgerRow(about, category, kept, " ".join(sorted(filter(None, warnings)))))
    return rows


def _kind(about: About, batch: Batch | None, day: dt.date) -> str:
    if batch is None:
        return "week-end" if about.calendar and not calendar(about.calendar).is_working(day) else "unobserved"
    if batch.stale:
        return "stale"
    if batch.missing:
        return "short"
    return "late" if batch.late else "whole"


@dataclass(frozen=True)
class BatchIds:
    """The ids behind a day: those that are here, those that are missing, and those that nobody announced."""

    batch: Batch
    harvested: list[str]
    missing: list[str]
    late: list[str]
    extra: list[str]


def batch_ids(*, source: str, category: str, day: dt.date) -> BatchIds | None:
    """The ids behind a day of a listing; None where it was not observed."""
    batch = Batch.objects.filter(source=source, category=category, day=day).first()
    if batch is None:
        return None
    named: QuerySet[Any] = batch.ids.order_by("value").values_list("value", flat=True)
    here = ledger.first_seen(named)
    dated = any(one.about.name == source and one.about.calendar for one in HARVESTED)
    return BatchIds(
        batch,
        harvested=sorted(here),
        missing=[value for value in named if value not in here],
        late=sorted(value for value, seen in here.items() if seen > batch.seen_at + ledger.LATE),
        extra=ledger.extra_papers(batch) if dated and not batch.stale else [],
    )

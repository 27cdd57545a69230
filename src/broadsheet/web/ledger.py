"""The ledger as a calendar: weeks of days, each with a number and a sentence."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.http import Http404
from django.urls import reverse

from broadsheet.ingest.overview import BatchIds, LedgerDay, LedgerRow
from broadsheet.web.present import paper_path
from broadsheet.web.spans import short_day

WEEKS = 5  # on a page
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
KINDS = {
    "whole": "Whole: all that was announced is here.",
    "late": "Late: all is here, some of it more than a day after it was announced.",
    "short": "Short: announced papers are missing.",
    "stale": "Stale: the source still showed the listing of the day before.",
    "unobserved": "Not observed: no listing of that day was seen, so nothing is known of it.",
    "week-end": "No listing is made: a week-end or a holiday of the source.",
}


@dataclass(slots=True)
class DayView:
    """A cell of the calendar. `path` is empty where there is nothing behind it."""

    day: dt.date
    kind: str
    number: str
    words: str
    path: str


@dataclass(slots=True)
class RowView:
    """One listing: its name, its weeks (Monday first; None for days outside), and its warning."""

    title: str
    category: str
    slug: str
    weeks: list[list[DayView | None]]
    warning: str


def weeks_until(text: str, today: dt.date) -> tuple[dt.date, dt.date]:
    """First and last day of the calendar that ends in the week of the day `text` (today where it is empty).

    Raises Http404 for anything that is no day.
    """
    try:
        last = dt.date.fromisoformat(text) if text else today
        first = last - dt.timedelta(days=last.weekday() + 7 * (WEEKS - 1))
    except (ValueError, OverflowError) as error:
        raise Http404(f"“{text[:40]}” is no day; write it as 2026-09-18.") from error
    return first, min(last - dt.timedelta(days=last.weekday()) + dt.timedelta(days=6), max(today, last))


def row_view(row: LedgerRow) -> RowView:
    """The listing as a calendar."""
    cells: list[DayView | None] = [None] * row.days[0].day.weekday()
    cells += [_day(row, day) for day in row.days]
    cells += [None] * (-len(cells) % 7)
    slug = f"{row.about.name}-{row.category}".replace(".", "-")
    weeks = [cells[start : start + 7] for start in range(0, len(cells), 7)]
    return RowView(row.about.title, row.category, slug, weeks, row.warning)


def _day(row: LedgerRow, day: LedgerDay) -> DayView:
    batch, path, number = day.batch, "", ""
    words = KINDS[day.kind].partition(":")[0].lower()
    if batch is not None:
        path = reverse("ledger-day", args=[row.about.name, row.category or "all", day.day.isoformat()])
        parts = [f"{batch.announced:,} announced"]
        for name in ("missing", "late", "extra", "quarantined"):
            if count := getattr(batch, name):
                parts.append(f"{count:,} {name}")
        words = f"{words}: {', '.join(parts)}" if not batch.stale else words
        number = f"−{batch.missing:,}" if batch.missing else ("" if batch.stale else f"{batch.announced:,}")
    return DayView(day.day, day.kind, number, f"{short_day(day.day)}: {words}", path)


@dataclass(slots=True)
class IdsView:
    """A group of ids behind a day: (id, address)."""

    title: str
    help: str
    ids: list[tuple[str, str]]
    open: bool


def ids_views(found: BatchIds) -> list[IdsView]:
    """The groups that have anything, what needs looking at first."""
    groups = [
        ("missing", "announced, and not in the catalog", found.missing),
        ("late", "came in more than 24 hours after the listing was seen", found.late),
        ("extra", "of that day and category in the catalog, announced by no listing", found.extra),
        ("harvested", "announced and in the catalog", found.harvested),
    ]
    return [
        IdsView(
            title=f"{len(ids):,} {name}",
            help=words,
            ids=[(one, outside(one) if name == "missing" else paper_path(one)) for one in ids],
            open=name != "harvested" or len(ids) <= 100,
        )
        for name, words, ids in groups
        if ids
    ]


def outside(value: str) -> str:
    """Where a paper that is not here can be read."""
    return f"https://doi.org/{value[4:]}" if value.startswith("doi:") else f"https://arxiv.org/abs/{value}"

"""The days, weeks and months that dated pages cover, and how addresses and headings write them. Weeks are ISO 8601."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal

from django.urls import reverse

Kind = Literal["day", "week", "month"]


_WRITTEN = {
    "day": (re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII), "2026-08-11"),
    "week": (re.compile(r"(\d{4})-W(\d\d)", re.ASCII), "2026-W33"),
    "month": (re.compile(r"(\d{4})-(\d\d)", re.ASCII), "2026-08"),
}


class SpanError(ValueError):
    """An address names no day, week or month; the text says how one is written."""


@dataclass(frozen=True, slots=True)
class Span:
    """The days from `first` to `last`, both included, as one page shows them."""

    kind: Kind
    first: dt.date
    last: dt.date

    @property
    def name(self) -> str:
        """As addresses write it: `2026-08-11`, `2026-W33`, `2026-08`."""
        if self.kind == "day":
            return self.first.isoformat()
        if self.kind == "month":
            return self.first.isoformat()[:7]
        year, week, _ = self.first.isocalendar()
        return f"{year:04d}-W{week:02d}"

    @property
    def path(self) -> str:
        return reverse(self.kind, args=[self.name])

    @property
    def title(self) -> str:
        """As the heading writes it."""
        if self.kind == "day":
            return f"{self.first:%A}, {long_day(self.first)}"
        if self.kind == "month":
            return f"{self.first:%B} {self.first.year}"
        return f"Week {self.first.isocalendar().week}, {self.days}"

    @property
    def days(self) -> str:
        """The first and the last day: `August 10 – 16, 2026`."""
        if self.first.year != self.last.year:
            return f"{long_day(self.first)} – {long_day(self.last)}"
        end = str(self.last.day) if self.first.month == self.last.month else f"{self.last:%B} {self.last.day}"
        return f"{self.first:%B} {self.first.day} – {end}, {self.last.year}"


def long_day(day: dt.date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def short_day(day: dt.date) -> str:
    return f"{day:%b} {day.day}, {day.year}"


def around(day: dt.date, kind: Kind) -> Span:
    """The day itself, or the week or month it is in."""
    if kind == "day":
        return Span(kind, day, day)
    if kind == "month":
        return Span(kind, day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1]))
    year, week, _ = day.isocalendar()
    first = dt.date.fromisocalendar(year, week, 1)
    return Span(kind, first, first + min(dt.timedelta(days=6), dt.date.max - first))


def parse_span(kind: Kind, text: str) -> Span:
    """Read what an address says. Raises SpanError, also for days that never were (2026-02-30)."""
    pattern, example = _WRITTEN[kind]
    problem = SpanError(f"“{text[:40]}” is no {kind}. A {kind} is written like {example}.")
    match = pattern.fullmatch(text)
    if match is None:
        raise problem
    year, part, day = (int(number) for number in (*match.groups(), "1")[:3])
    try:
        return around(dt.date.fromisocalendar(year, part, 1) if kind == "week" else dt.date(year, part, day), kind)
    except (ValueError, OverflowError) as error:
        raise problem from error

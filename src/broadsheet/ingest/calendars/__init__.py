"""On which days a source makes a dated listing of new papers, from a file of its holidays by year.

A file `NAME.json` beside this says in which time zone the source lives, at which hour of the day its listing is there,
and, by year, the days on which it announces nothing. A year that is not in the file is known by its weekends alone, and
whoever asks is told so.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

SATURDAY = 5


@dataclass(frozen=True)
class Calendar:
    """A source's working days. `ready` is the hour (local time) from which a day's listing should be there."""

    name: str
    zone: ZoneInfo
    ready: int
    without: frozenset[dt.date]
    years: frozenset[int]

    def is_working(self, day: dt.date) -> bool:
        """Whether the source makes a listing that bears this date."""
        return day.weekday() < SATURDAY and day not in self.without

    def day_of(self, moment: dt.datetime) -> dt.date:
        """The source's own date at this moment."""
        return moment.astimezone(self.zone).date()

    def expected(self, now: dt.datetime) -> dt.date:
        """The newest day whose listing should be there by now."""
        local = now.astimezone(self.zone)
        day = local.date() if local.hour >= self.ready else local.date() - dt.timedelta(days=1)
        while not self.is_working(day):
            day -= dt.timedelta(days=1)
        return day

    def before(self, day: dt.date) -> dt.date:
        """The working day before."""
        day -= dt.timedelta(days=1)
        while not self.is_working(day):
            day -= dt.timedelta(days=1)
        return day

    def warning(self, year: int) -> str:
        """A sentence where the file lacks this year; else ""."""
        if year in self.years:
            return ""
        return (
            f"The holidays of {self.name} in {year} are not known to this version: "
            "a holiday will look like a day that is missing."
        )


@cache
def calendar(name: str) -> Calendar:
    """The calendar of this name."""
    text = resources.files(__package__).joinpath(f"{name}.json").read_text(encoding="utf-8")
    stored = json.loads(text)
    days = {dt.date.fromisoformat(day) for year in stored["no_announcement"].values() for day in year}
    return Calendar(
        name=stored["title"],
        zone=ZoneInfo(stored["zone"]),
        ready=stored["ready"],
        without=frozenset(_next_weekday(day) for day in days),
        years=frozenset(map(int, stored["no_announcement"])),
    )


def _next_weekday(day: dt.date) -> dt.date:
    """A listing bears the date of the weekday that follows the evening on which it is announced."""
    day += dt.timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day += dt.timedelta(days=1)
    return day

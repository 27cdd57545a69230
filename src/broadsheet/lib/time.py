"""Days and partial dates. The clock itself is read at the doors and passed down."""

from __future__ import annotations

import datetime as dt
import re
from typing import Literal, NamedTuple

Precision = Literal["day", "month", "year"]


class PartialDate(NamedTuple):
    """A publication date as exact as its source gave it; `day` is the first day of the month or year when that is all
    there is.
    """

    day: dt.date
    precision: Precision = "day"

    def __str__(self) -> str:
        return self.day.isoformat()[: {"day": 10, "month": 7, "year": 4}[self.precision]]


_TIME = r"[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)? ?(?:Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)?"
_ISO = re.compile(rf"([0-9]{{4}})(?:-([0-9]{{1,2}})(?:-([0-9]{{1,2}})(?:{_TIME})?)?)?")
_NAMES = "january february march april may june july august september october november december"
_MONTHS = {name: number for number, name in enumerate(_NAMES.split(), start=1)}
_MONTHS |= {name[:3]: number for name, number in _MONTHS.items()} | {"sept": 9}
_WORDY = re.compile(r"([A-Za-z]{3,9})\.? ([0-9]{1,2})(?:, ([1-9][0-9]{3}))?")


def parse_date(text: str) -> PartialDate | None:
    """`2024`, `2024-05`, `2024-05-03`, an ISO timestamp, or `May 3, 2024`; None for anything else."""
    text = text.strip()
    try:
        if match := _ISO.fullmatch(text):
            year, month, day = match.groups()
            if day:
                return PartialDate(dt.date(int(year), int(month), int(day)))
            if month:
                return PartialDate(dt.date(int(year), int(month), 1), "month")
            return PartialDate(dt.date(int(year), 1, 1), "year")
        if (named := parse_month_day(text)) and named[2]:
            return PartialDate(dt.date(named[2], named[0], named[1]))
    except ValueError:
        return None
    return None


def parse_month_day(text: str) -> tuple[int, int, int | None] | None:
    """`Mar 17` or `Mar 17, 2024` as (month, day, year or None); None for anything else, also for days that never
    exist.
    """
    match = _WORDY.fullmatch(text.strip())
    month = _MONTHS.get(match[1].lower()) if match else None
    if not match or not month:
        return None
    day, year = int(match[2]), int(match[3]) if match[3] else None
    try:
        dt.date(year or 2024, month, day)  # 2024: a leap year, so that Feb 29 passes
    except ValueError:
        return None
    return month, day, year


def latest_year_for(month: int, day: int, *, not_after: dt.date, not_before: dt.date | None) -> dt.date | None:
    """The latest date with this month and day that is not after `not_after` nor before `not_before`; None if there is
    none.

    Feb 29 looks back over eight years, because 1896–1904 style gaps are the longest there are.
    """
    for year in range(not_after.year, not_after.year - 9, -1):
        try:
            found = dt.date(year, month, day)
        except ValueError:
            continue
        if found <= not_after:
            return found if not_before is None or found >= not_before else None
    return None

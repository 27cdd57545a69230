"""Reads of signals."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from broadsheet.trends.models import Observation


@dataclass(frozen=True, slots=True)
class Reading:
    """A signal's value at a moment, as a source gave it."""

    at: dt.datetime
    value: float
    source: str


def history(paper_pk: int) -> dict[str, list[Reading]]:
    """The readings of each of a paper's signals, oldest first, those of all its records together. One query.

    Of several readings of one signal, source and moment (records of one paper that say the same) the greatest stands.
    """
    rows = Observation.objects.filter(record__paper_id=paper_pk).values_list("signal", "observed_at", "source", "value")
    greatest: dict[tuple[str, dt.datetime, str], float] = {}
    for signal, at, source, value in rows:
        greatest[signal, at, source] = max(value, greatest.get((signal, at, source), value))
    found: dict[str, list[Reading]] = defaultdict(list)
    for (signal, at, source), value in sorted(greatest.items()):
        found[signal].append(Reading(at, value, source))
    return dict(found)

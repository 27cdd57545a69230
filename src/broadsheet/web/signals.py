"""Signals over time, as a paper's page prints them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from broadsheet.trends.queries import Reading
from broadsheet.web.present import source_name

ROWS_SHOWN = 30
# In the order of their columns; a signal that is not named here comes behind, under its own name.
SIGNAL_NAMES = {"upvotes": "Upvotes", "comments": "Comments", "github_stars": "GitHub stars"}


@dataclass(slots=True)
class SignalRow:
    """What was read at one moment from one source: (column, number) for every column, "–" where nothing was."""

    at: dt.datetime
    source: str
    cells: list[tuple[str, str]]


@dataclass(slots=True)
class SignalTable:
    """The readings of a paper's signals, newest first; `older` are left out."""

    columns: list[str]
    rows: list[SignalRow]
    older: int


def signal_table(history: Mapping[str, Sequence[Reading]]) -> SignalTable | None:
    """The table of `trends.queries.history`; None where nothing was read."""
    known = [signal for signal in SIGNAL_NAMES if signal in history]
    signals = [*known, *sorted(set(history) - set(known))]
    cells: dict[tuple[dt.datetime, str], dict[str, str]] = {}
    for signal in signals:
        for reading in history[signal]:
            cells.setdefault((reading.at, reading.source), {})[signal] = _number(reading.value)
    if not cells:
        return None
    names = [SIGNAL_NAMES.get(signal, signal.replace("_", " ").capitalize()) for signal in signals]
    rows = [
        SignalRow(
            at,
            source_name(source),
            [(name, cells[at, source].get(signal, "–")) for name, signal in zip(names, signals, strict=True)],
        )
        for at, source in sorted(cells, reverse=True)
    ]
    return SignalTable(names, rows[:ROWS_SHOWN], max(0, len(rows) - ROWS_SHOWN))


def _number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"

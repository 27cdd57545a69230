"""Charts of one value by date, as numbers that `web/_chart.html` puts into an SVG.

The page's policy forbids inline styles, so the drawing has classes and presentation attributes only. Coordinates are
those of the drawing's own box.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

from broadsheet.results.wording import number

WIDTH, HEIGHT = 640, 320
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 16, 44
WIDE = 20.0  # a span of values greater than so many times asks for a logarithmic axis


@dataclass(frozen=True, slots=True)
class Dot:
    """A value on a day, where it leads, and what it says of itself."""

    day: dt.date
    value: float
    path: str
    title: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on an axis (from the left, or from above) and what stands there."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Point:
    """A dot in its place."""

    x: float
    y: float
    path: str
    title: str


@dataclass(frozen=True, slots=True)
class Chart:
    """All that the template draws."""

    label: str
    points: list[Point]
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    logarithmic: bool
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


def chart(label: str, dots: Sequence[Dot]) -> Chart | None:
    """The chart of these dots; None for none. `label` names what the value is, for those who can't see it."""
    if not dots:
        return None
    low, high = min(dot.value for dot in dots), max(dot.value for dot in dots)
    logarithmic = low > 0 and high / low > WIDE
    y_values = _log_steps(low, high) if logarithmic else _steps(low, high)
    days = _day_steps(min(dot.day for dot in dots), max(dot.day for dot in dots))
    first, last = days[0][0], days[-1][0]

    def x(day: dt.date) -> float:
        return round(LEFT + (day - first).days / max(1, (last - first).days) * (WIDTH - LEFT - RIGHT), 1)

    def y(value: float) -> float:
        scale = math.log if logarithmic else float
        bottom, top = scale(y_values[0]), scale(y_values[-1])
        share = (scale(value) - bottom) / (top - bottom)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)

    return Chart(
        label=label,
        points=[Point(x(dot.day), y(dot.value), dot.path, dot.title) for dot in dots],
        x_ticks=[Tick(x(day), text) for day, text in days],
        y_ticks=[Tick(y(value), number(value)) for value in y_values],
        logarithmic=logarithmic,
    )


def _steps(low: float, high: float) -> list[float]:
    """Three to seven round values that span these."""
    if low == high:
        low, high = (low - abs(low) * 0.1 - 1e-9, high + abs(high) * 0.1 + 1e-9) if low else (-1.0, 1.0)
    raw = (high - low) / 4
    size = 10 ** math.floor(math.log10(raw))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= raw)
    first = math.floor(low / step)
    count = max(2, math.ceil(high / step) - first + 1)
    return [(first + number) * step for number in range(count)]


def _log_steps(low: float, high: float) -> list[float]:
    """Powers of ten that span these, at most eight of them."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    every = max(1, math.ceil((last - first) / 7))
    return [10.0**power for power in range(first, last + every, every)]


def _day_steps(first: dt.date, last: dt.date) -> list[tuple[dt.date, str]]:
    """First days of years, or of months where all is within two years; the span begins and ends with one."""
    if last.year - first.year >= 2:
        every = max(1, math.ceil((last.year + 1 - first.year) / 7))
        years = range(first.year, last.year + 1 + every, every)
        return [(dt.date(min(year, 9999), 1, 1), str(year)) for year in years]
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month + 1)
    every = max(1, math.ceil((len(months) - 1) / 6))
    steps = range(months[0], months[-1] + every, every)
    return [
        (dt.date(min(month // 12, 9999), month % 12 + 1, 1), f"{dt.date(2000, month % 12 + 1, 1):%b} {month // 12}")
        for month in steps
    ]

"""Charts: every dot inside the drawing, on a scale that spans all values."""

from __future__ import annotations

import datetime as dt
import math

import pytest

from broadsheet.web.charts import Dot, chart


def dots(values: list[float], first: dt.date = dt.date(2023, 5, 1), apart: int = 40) -> list[Dot]:
    return [Dot(first + dt.timedelta(days=apart * n), value, f"/p/{n}", f"{value}") for n, value in enumerate(values)]


@pytest.mark.parametrize(
    "values",
    [
        [3.2],
        [0.0],
        [-5.0],
        [1, 2, 3],
        [84.1, 84.2],
        [-3, 4],
        [0.001, 5_000],
        [1e-12, 1e14],
        [2, 2],
        [0, 1e15],
        [-1e15, 1e15],
    ],
)
@pytest.mark.parametrize("apart", [0, 1, 40, 400, 20_000])
def test_every_dot_lies_inside(values: list[float], apart: int) -> None:
    found = chart("x", dots(values, apart=apart))
    assert found
    assert len(found.points) == len(values)
    for point in found.points:
        assert found.left <= point.x <= found.right
        assert found.top <= point.y <= found.bottom
        assert math.isfinite(point.x + point.y)
    assert 2 <= len(found.y_ticks) <= 9
    assert 1 <= len(found.x_ticks) <= 9


def test_larger_values_stand_higher_and_later_ones_further_right() -> None:
    found = chart("x", dots([1, 5, 3]))
    assert found
    one, five, three = found.points
    assert five.y < three.y < one.y
    assert one.x < five.x < three.x


def test_a_wide_span_has_a_logarithmic_scale() -> None:
    wide, narrow = chart("x", dots([1, 1_000])), chart("x", dots([1, 10]))
    assert wide
    assert narrow
    assert (wide.logarithmic, narrow.logarithmic) == (True, False)
    assert [tick.label for tick in wide.y_ticks] == ["1", "10", "100", "1,000"]


def test_nothing_has_no_chart() -> None:
    assert chart("x", []) is None


@pytest.mark.parametrize("day", [dt.date.min, dt.date(1, 12, 31), dt.date.max, dt.date(9999, 12, 1)])
def test_the_ends_of_the_calendar_do_no_harm(day: dt.date) -> None:
    assert chart("x", [Dot(day, 1.0, "/", "x")])
    assert chart("x", [Dot(dt.date.min, 1.0, "/", "x"), Dot(dt.date.max, 2.0, "/", "y")])

"""Partial dates, and the year that a page does not state."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.lib.time import PartialDate, latest_year_for, parse_date, parse_month_day


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2024", "2024"),
        ("2024-5", "2024-05"),
        ("2024-05-03", "2024-05-03"),
        (" 2024-05-03T10:11:12.123Z ", "2024-05-03"),
        ("2024-05-03 10:11:12+02:00", "2024-05-03"),
        ("2024-05-03T10:11", "2024-05-03"),
        ("May 3, 2024", "2024-05-03"),
        ("Sept. 3, 2024", "2024-09-03"),
        ("December 31, 1999", "1999-12-31"),
        ("0987-02", "0987-02"),
    ],
)
def test_it_reads_a_date_as_exactly_as_it_is_given(text: str, written: str) -> None:
    assert str(parse_date(text)) == written


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "24",
        "2024-13",
        "2024-02-30",
        "2024-05-03 or so",
        "2024-05-03T",
        "May 3",
        "Mayor 3, 2024",
        "0000",
        "２０２４",
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert parse_date(text) is None


@given(st.dates(), st.sampled_from(["day", "month", "year"]))
def test_a_written_date_reads_as_itself(day: dt.date, precision: str) -> None:
    first = day.replace(day=1) if precision == "month" else day.replace(month=1, day=1) if precision == "year" else day
    date = PartialDate(first, precision)  # type: ignore[arg-type]
    assert parse_date(str(date)) == date


def test_it_reads_a_day_with_and_without_a_year() -> None:
    assert parse_month_day("Mar 17") == (3, 17, None)
    assert parse_month_day(" March 17, 2024 ") == (3, 17, 2024)
    assert parse_month_day("Feb 29") == (2, 29, None)
    assert parse_month_day("Feb 29, 2023") is None
    assert parse_month_day("Apr 31") is None
    assert parse_month_day("Marble 17") is None
    assert parse_month_day("17 Mar") is None


@pytest.mark.parametrize(
    ("month", "day", "not_after", "not_before", "wanted"),
    [
        (3, 17, "2026-03-17", None, "2026-03-17"),
        (3, 18, "2026-03-17", None, "2025-03-18"),
        (3, 17, "2026-03-17", "2026-03-17", "2026-03-17"),
        (4, 20, "2026-09-18", "2025-11-11", "2026-04-20"),
        (12, 20, "2026-09-18", "2026-01-01", None),
        (2, 29, "2026-09-18", None, "2024-02-29"),
        (2, 29, "1903-01-01", None, "1896-02-29"),
        (2, 29, "2026-09-18", "2025-01-01", None),
    ],
)
def test_it_finds_the_latest_year_that_fits(
    month: int, day: int, not_after: str, not_before: str | None, wanted: str | None
) -> None:
    found = latest_year_for(
        month,
        day,
        not_after=dt.date.fromisoformat(not_after),
        not_before=dt.date.fromisoformat(not_before) if not_before else None,
    )
    assert found == (dt.date.fromisoformat(wanted) if wanted else None)

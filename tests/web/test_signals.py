"""Signals over time on a paper's page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from broadsheet.catalog.models import Paper
from broadsheet.catalog.records import Listed, Observed
from broadsheet.catalog.services import take_in
from broadsheet.trends.queries import Reading
from broadsheet.trends.services import observe
from broadsheet.web.signals import ROWS_SHOWN, signal_table

EARLY = dt.datetime(2026, 3, 1, 8, tzinfo=dt.UTC)


def test_the_newest_reading_comes_first_and_gaps_are_dashes() -> None:
    table = signal_table(
        {
            "stars_of_gold": [Reading(EARLY, 0.5, "x")],
            "upvotes": [Reading(EARLY, 5, "hf-daily"), Reading(EARLY + dt.timedelta(hours=1), 1200, "hf-daily")],
        }
    )
    assert table
    assert table.columns == ["Upvotes", "Stars of gold"]
    assert [(row.source, [cell for _, cell in row.cells]) for row in table.rows] == [
        ("Hugging Face Daily Papers", ["1,200", "–"]),
        ("X", ["–", "0.50"]),
        ("Hugging Face Daily Papers", ["5", "–"]),
    ]
    assert signal_table({}) is None


def test_a_long_history_is_cut() -> None:
    readings = [Reading(EARLY + dt.timedelta(hours=n), n, "x") for n in range(ROWS_SHOWN + 5)]
    table = signal_table({"upvotes": readings})
    assert table
    assert (len(table.rows), table.older) == (ROWS_SHOWN, 5)
    assert table.rows[0].cells == [("Upvotes", str(ROWS_SHOWN + 4))]


@pytest.mark.django_db
def test_the_page_shows_them(
    client: Client, make_record: Callable[..., Any], now: dt.datetime, django_assert_max_num_queries: Any
) -> None:
    listed = Listed("2026-03-01", 4001, 1, 63, dt.date(2026, 3, 1), "daily", EARLY)
    record = make_record(source="hf-daily", listed=listed, observed=(Observed("upvotes", 63, EARLY),))
    take_in(records=[record], now=now)
    [paper] = Paper.objects.all()
    assert "Signals over time" not in client.get(f"/papers/{paper.public_id}").content.decode()
    observe(records=[record])
    with django_assert_max_num_queries(10):
        page = client.get(f"/papers/{paper.public_id}").content.decode()
    assert "Signals over time" in page
    assert "Mar 1, 2026, 08:00" in page
    assert 'data-label="Upvotes">63<' in page
    assert "place 4001" not in page  # the seconds of a day are no place that a reader could see

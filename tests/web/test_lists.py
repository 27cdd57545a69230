"""The front page and the pages of days, weeks and months."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

PageOf = Callable[..., None]
pytestmark = pytest.mark.django_db


def text_of(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, path
    return response.content.decode()


def test_it_says_how_to_begin_while_there_is_nothing(client: Client) -> None:
    assert "broadsheet ingest" in text_of(client, "/")


def test_it_shows_the_latest_day_in_the_saved_pages_order(client: Client, page_of: PageOf) -> None:
    page_of(3, day=dt.date(2026, 3, 17), key="older")
    page_of(5, key="newer")
    page = text_of(client, "/")
    assert "5 papers as saved on Aug 11, 2026, in that page’s order" in page
    assert "<h1>Tuesday, August 11, 2026</h1>" in page
    places = [page.index(f"On the newer matter number {n} of many") for n in range(1, 6)]
    assert places == sorted(places)
    assert "older matter" not in page
    assert 'href="/papers/date/2026-03-17"' in page


def test_it_places_a_paper_by_the_day_it_was_listed_and_names_an_unknown_date(client: Client, page_of: PageOf) -> None:
    page_of(1)
    assert "date unknown" in text_of(client, "/papers/date/2026-08-11")


@pytest.mark.parametrize("path", ["/papers/week/2026-W33", "/papers/month/2026-08"])
def test_it_gathers_a_span_and_leads_to_its_days(client: Client, page_of: PageOf, path: str) -> None:
    page_of(2, key="tuesday")
    page_of(2, day=dt.date(2026, 8, 13), key="thursday")
    page_of(2, day=dt.date(2026, 9, 1), key="later")
    page = text_of(client, path)
    assert page.index("thursday matter") < page.index("tuesday matter")
    assert "later matter" not in page
    assert 'href="/papers/date/2026-08-13"' in page
    assert 'rel="next"' in page


def test_it_says_so_when_nothing_was_listed_and_names_the_nearest_days(client: Client, page_of: PageOf) -> None:
    page_of(1)
    page = text_of(client, "/papers/date/2026-08-12")
    assert "Nothing was listed" in page
    assert 'href="/papers/date/2026-08-11"' in page


def test_it_parts_a_long_list_into_pages_of_fifty(client: Client, page_of: PageOf) -> None:
    page_of(120)
    first, last = text_of(client, "/"), text_of(client, "/?page=3")
    assert first.count("<article") == 50
    assert last.count("<article") == 20
    assert "Page 3 of 3" in last
    assert 'href="?page=2"' in first
    assert "the last one is 3" in text_of(client, "/?page=4", 404)


@pytest.mark.parametrize("page", ["abc", "0", "-1", "1.5", "²", "9999999", "", "%00", "1%27"])
def test_it_answers_a_page_that_is_no_number_with_a_sentence(client: Client, page_of: PageOf, page: str) -> None:
    page_of(1)
    assert "There is no page" in text_of(client, f"/?page={page}", 404)


@pytest.mark.parametrize(
    "path",
    [
        "/papers/date/2026-02-30",
        "/papers/date/20260811",
        "/papers/date/2026-W33-2",
        "/papers/date/tomorrow",
        "/papers/date/٢٠٢٦-٠٨-١١",
        "/papers/date/0000-01-01",
        "/papers/week/2026-W54",
        "/papers/week/2026-33",
        "/papers/week/9999-W53",
        "/papers/month/2026-13",
        "/papers/month/2026-00",
        "/papers/month/August",
    ],
)
def test_it_answers_a_malformed_day_with_a_sentence(client: Client, path: str) -> None:
    assert "is written like" in text_of(client, path, 404)


@pytest.mark.parametrize("path", ["/papers/month/9999-12", "/papers/date/0001-01-01", "/papers/week/0001-W01"])
def test_it_bears_the_ends_of_the_calendar(client: Client, page_of: PageOf, path: str) -> None:
    page_of(1)
    assert "Nothing was listed" in text_of(client, path)


@pytest.mark.parametrize("count", [3, 120])
@pytest.mark.parametrize("path", ["/", "/papers/date/2026-08-11", "/papers/week/2026-W33", "/papers/month/2026-08"])
def test_it_asks_the_database_six_times_at_most(
    client: Client, page_of: PageOf, django_assert_max_num_queries: Callable[[int], object], path: str, count: int
) -> None:
    page_of(count)
    page_of(count, day=dt.date(2026, 8, 10), key="monday")
    client.get(path)
    with django_assert_max_num_queries(6):  # type: ignore[attr-defined]
        assert client.get(path).status_code == 200


def test_it_sets_the_first_paper_large_on_the_first_page_only(client: Client, page_of: PageOf) -> None:
    page_of(60)
    assert text_of(client, "/").count('class="card lead"') == 1
    assert 'class="card lead"' not in text_of(client, "/?page=2")

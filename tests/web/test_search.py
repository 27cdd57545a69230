"""The search page, over a real index."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from broadsheet.search.language import parse
from broadsheet.search.services import holder_name, rebuild
from broadsheet.web.filters import chips, narrowed

NOW = dt.datetime(2026, 9, 1, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def indexed(transactional_db: None, index_home: Path, page_of: Callable[..., None], full_paper: str) -> None:
    page_of(60)
    rebuild(now=NOW, holder=holder_name())


@pytest.mark.usefixtures("indexed")
def test_it_finds_and_says_why_without_a_script(client: Client) -> None:
    page = client.get("/search?q=attention").content.decode()
    assert "<!doctype html>" in page
    assert "1 paper, in" in page
    assert "Why it is here" in page
    assert 'href="/papers/1706.03762"' in page


@pytest.mark.usefixtures("indexed")
def test_it_gives_only_the_part_that_changes_to_htmx(client: Client) -> None:
    response = client.get("/search?q=attention", headers={"hx-request": "true"})
    page = response.content.decode()
    assert "<html" not in page
    assert 'hx-swap-oob="innerHTML"' in page
    assert "HX-Request" in response["Vary"]
    back = client.get("/search?q=attention", headers={"hx-request": "true", "hx-history-restore-request": "true"})
    assert "<html" in back.content.decode()


@pytest.mark.usefixtures("indexed")
def test_it_leads_to_the_paper_that_an_identifier_names(client: Client) -> None:
    for name in ("1706.03762v3", "https://doi.org/10.1000/xyz_(1)"):
        assert client.get("/search", {"q": name})["Location"] == "/papers/1706.03762"
    assert client.get("/search", {"q": "2401.99999"}).status_code == 200
    assert client.get("/search", {"q": "1706.03762"}, headers={"hx-request": "true"}).status_code == 200


@pytest.mark.usefixtures("indexed")
def test_it_pages_and_keeps_the_query(client: Client) -> None:
    page = client.get("/search?q=matter&page=2").content.decode()
    assert page.count("<article") == 25
    assert 'href="?q=matter&amp;page=3"' in page
    assert client.get("/search?q=matter&page=4").status_code == 404


@pytest.mark.usefixtures("indexed")
def test_it_asks_the_database_six_times_at_most(client: Client, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    client.get("/search?q=matter")
    with django_assert_max_num_queries(6):
        client.get("/search?q=matter")


@pytest.mark.usefixtures("indexed")
def test_it_shows_examples_when_nothing_was_asked_or_found(client: Client) -> None:
    assert "What can be asked" in client.get("/search").content.decode()
    page = client.get("/search?q=zzyzx").content.decode()
    assert "Nothing found" in page
    assert "author:" in page


@pytest.mark.usefixtures("indexed")
def test_it_finds_by_words_or_by_meaning_alone_and_keeps_the_choice(client: Client) -> None:
    page = client.get("/search?q=matter&mode=lexical").content.decode()
    assert '<option value="lexical" selected>words only</option>' in page
    assert '<input type="hidden" name="mode" value="lexical">' in page
    assert 'href="?q=matter&amp;mode=lexical&amp;page=2"' in page
    by_words = client.get("/search?q=attention+zebra&mode=lexical").content.decode()
    by_meaning = client.get("/search?q=attention+zebra&mode=semantic").content.decode()
    assert "1 paper, in" in by_words
    assert "61 papers, in" in by_meaning
    assert 'name="mode" value=' not in client.get("/search?q=matter&mode=magic").content.decode()
    narrowed_down = client.get("/search", {"q": "matter", "year": "2017", "mode": "semantic"})
    assert narrowed_down["Location"] == "/search?q=matter+year%3A2017&mode=semantic"


@pytest.mark.usefixtures("indexed")
def test_it_shows_notices(client: Client) -> None:
    assert "no operator" in client.get("/search?q=colour:red+matter").content.decode()


@pytest.mark.usefixtures("indexed")
@pytest.mark.parametrize(
    "query", ["%00", '"', "(", "a" * 5000, "year:x", "<script>alert(1)</script>", "%F0%9F%98%80", "%FF", "-"]
)
def test_it_answers_any_query(client: Client, query: str) -> None:
    response = client.get(f"/search?q={query}")
    assert response.status_code == 200
    assert "<script>" not in response.content.decode()


@pytest.mark.django_db
def test_it_writes_the_small_forms_filters_into_the_query(client: Client) -> None:
    response = client.get("/search", {"q": "agents year:2021", "year": "2023", "source": "", "cat": "cs.CL"})
    assert response.status_code == 302
    assert response["Location"] == "/search?q=agents+year%3A2023+cat%3Acs.CL"


def test_it_leaves_a_query_alone_that_nothing_narrows() -> None:
    assert narrowed("what: is -- this?", {"year": " "}) == "what: is -- this?"
    assert narrowed("", {"cat": 'cs.CL" year:2020'}) == 'cat:"cs.CL year:2020"'


def test_it_offers_to_remove_each_filter_of_a_query() -> None:
    found = chips(parse("agents year:2023 cat:cs.CL"), "newest")
    assert [chip.text for chip in found] == ["year:2023", "cat:cs.CL"]
    assert found[0].without == "/search?q=agents+cat%3Acs.CL&sort=newest"
    [_, last] = chips(parse("agents year:2023 cat:cs.CL"), "", "semantic")
    assert last.without == "/search?q=agents+year%3A2023&mode=semantic"

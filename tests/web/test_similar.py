"""Papers like a paper: their page, over a real index."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client, override_settings

from broadsheet.search.services import holder_name, rebuild

NOW = dt.datetime(2026, 9, 1, 12, 0, tzinfo=dt.UTC)
PAGE = "/papers/1706.03762/similar"


@pytest.fixture
def papers(transactional_db: None, index_home: Path, page_of: Callable[..., None], full_paper: str) -> None:
    page_of(60)


@pytest.fixture
def indexed(papers: None) -> None:
    rebuild(now=NOW, holder=holder_name())


@pytest.mark.usefixtures("indexed")
def test_it_lists_others_and_says_why(client: Client) -> None:
    page = client.get(PAGE).content.decode()
    assert page.count("<article") == 50
    assert page.count("Why it is here") == 50
    hits = page[page.index("<article") :]
    assert 'href="/papers/1706.03762"' not in hits
    assert "Papers like this one" in page


@pytest.mark.usefixtures("indexed")
def test_a_papers_page_shows_some_and_leads_to_all(client: Client) -> None:
    page = client.get("/papers/1706.03762").content.decode()
    assert f'href="{PAGE}"' in page
    assert 0 < page.count('href="/papers/b-') <= 16


@pytest.mark.usefixtures("papers")
def test_another_name_leads_there_and_an_unknown_one_is_not_found(client: Client) -> None:
    response = client.get("/papers/arXiv:1706.03762v2/similar")
    assert (response.status_code, response["Location"]) == (301, PAGE)
    unknown = client.get("/papers/2401.99999/similar")
    assert unknown.status_code == 404


@pytest.mark.usefixtures("papers")
def test_without_an_index_it_says_what_helps(client: Client) -> None:
    response = client.get(PAGE)
    page = response.content.decode()
    assert response.status_code == 200
    assert "broadsheet index" in page
    assert "<article" not in page


@pytest.mark.usefixtures("indexed")
def test_papers_are_compared_by_the_vectors_they_have_whatever_embedder_is_chosen_now(client: Client) -> None:
    before = client.get(PAGE).content.decode()
    with override_settings(EMBEDDER="sentence-transformers:not-installed"):
        assert client.get(PAGE).content.decode() == before


@pytest.mark.usefixtures("papers")
def test_without_an_embedder_it_goes_by_words_without_complaint() -> None:
    with override_settings(EMBEDDER="none"):
        rebuild(now=NOW, holder=holder_name())
        response = Client().get("/papers/1706.03762/similar")
    assert response.status_code == 200
    assert "embedder" not in response.content.decode()

"""A paper's page, its addresses and its citation."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from django.test import Client


def tags_of(page: str) -> list[tuple[str, dict[str, str]]]:
    """Every element that a browser would make of the page, with its attributes."""
    found: list[tuple[str, dict[str, str]]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append((tag, {name: value or "" for name, value in attrs}))

    Reader().feed(page)
    return found


pytestmark = pytest.mark.django_db


def test_it_shows_what_is_known(client: Client, full_paper: str) -> None:
    page = client.get(f"/papers/{full_paper}").content.decode()
    assert "<math" in page
    assert '<code class="tex">$\\frac{1}{$</code>' in page
    assert "Ada0 Lovelace0" in page
    assert "and 18 more authors" in page
    assert "June 2017" in page
    assert 'href="https://doi.org/10.1000/xyz_(1)"' in page
    assert "Code on GitHub" in page
    assert "@article{lovelace02017attention" in page
    assert '<meta name="citation_doi" content="10.1000/xyz_(1)">' in page
    assert '<meta name="citation_publication_date" content="2017/06">' in page
    assert page.count('<meta name="citation_author"') == 30


@pytest.mark.parametrize(
    "name",
    [
        "1706.03762v5",
        "arXiv:1706.03762",
        "https://arxiv.org/abs/1706.03762v2",
        "https:/arxiv.org/abs/1706.03762",
        "https://arxiv.org/pdf/1706.03762v1.pdf?download=1",
        "https%3A%2F%2Farxiv.org%2Fabs%2F1706.03762",
        "doi:10.1000/XYZ_(1)",
        "https://doi.org/10.1000/xyz_(1)",
        "1706.03762/",
    ],
)
def test_it_leads_every_other_name_to_the_public_id_for_good(client: Client, full_paper: str, name: str) -> None:
    response = client.get(f"/papers/{name}")
    assert response.status_code == 301
    assert response["Location"] == f"/papers/{full_paper}"


@pytest.mark.parametrize(
    "name", ["nothing", "2401.99999", "https://evil.example/", "//evil.example", "date", "..", "%00"]
)
def test_it_answers_an_unknown_name_with_a_search_box(client: Client, full_paper: str, name: str) -> None:
    response = client.get(f"/papers/{name}")
    assert response.status_code == 404
    assert '<input id="q"' in response.content.decode()


def test_it_gives_the_bibtex_entry_alone(client: Client, full_paper: str) -> None:
    response = client.get(f"/papers/{full_paper}.bib")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content.decode().startswith("@article{")
    assert client.get("/papers/doi:10.1000/xyz_(1).bib")["Location"] == f"/papers/{full_paper}.bib"
    assert client.get("/papers/nothing.bib").status_code == 404


def test_it_shows_a_hostile_paper_harmlessly(client: Client, hostile_paper: str) -> None:
    for path in (hostile_paper, "/", "/papers/date/2026-08-11"):
        response = client.get(path)
        page = response.content.decode()
        assert response.status_code == 200, path
        assert len(page) < 60_000
        for tag, attributes in tags_of(page):
            assert tag not in {"img", "iframe", "style", "object", "embed", "base"}
            assert tag != "script" or attributes["src"].startswith("/static/")
            assert not [name for name in attributes if name.startswith("on") or name == "style"]
            assert urlsplit(attributes.get("href", "")).scheme in {"", "http", "https"}
        assert not re.search("[\u202a-\u202e\u2066-\u2069]", page)
        assert not re.search("[\u0300-\u036f]{4}", page)
    assert "&lt;script&gt;" in page


def test_it_asks_the_database_a_bounded_number_of_times(
    client: Client, full_paper: str, django_assert_max_num_queries
) -> None:  # type: ignore[no-untyped-def]
    with django_assert_max_num_queries(7):
        client.get(f"/papers/{full_paper}")

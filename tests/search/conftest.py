from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from broadsheet.search import backends, services
from broadsheet.search.backends.base import Backend
from broadsheet.search.language import parse
from broadsheet.search.queries import SearchResults, search


@pytest.fixture
def backend(index_home: Path) -> Backend:
    """The back end of the settings, at a place of this test's own."""
    return backends.current()


@pytest.fixture
def index(now: dt.datetime) -> Callable[[], int]:
    """`index()` brings the index up to date; returns the number of changes."""
    return lambda: services.index_pending(now=now, holder=services.holder_name())


@pytest.fixture
def found() -> Callable[[str], list[str]]:
    """`found("words")` gives the titles of the hits, best first."""

    def titles(text: str) -> list[str]:
        results: SearchResults = search(parse(text), limit=100, mode="lexical")
        return [hit.card["title"] for hit in results.hits]

    return titles

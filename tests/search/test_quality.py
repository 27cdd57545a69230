"""How well the captured papers are found: the figures that the product promises."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from broadsheet.catalog.cards import CardData
from broadsheet.catalog.queries import all_cards
from broadsheet.ingest.services import ingest_file
from broadsheet.search.language import parse
from broadsheet.search.queries import search

pytestmark = pytest.mark.django_db
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9])")


@pytest.fixture
def cards(captures: list[Path], index_home: Path, index: Callable[[], int], now: dt.datetime) -> list[CardData]:
    """The captured papers, taken in and indexed."""
    for path in captures:
        ingest_file(path, now=now)
    index()
    return [card for batch in all_cards() for card in batch]


def test_it_finds_every_captured_paper(cards: list[CardData]) -> None:
    assert len(cards) == 323
    assert [card["title"] for card in cards if _hits(card["title"], 1) != [card["pk"]]] == []
    sentences = [(card["pk"], parts[1]) for card in cards if len(parts := _SENTENCE_END.split(card["abstract"])) > 1]
    assert len(sentences) > 300
    missed = [sentence for pk, sentence in sentences if pk not in _hits(sentence, 3)]
    assert len(missed) <= len(sentences) / 100, missed


def test_it_says_why_in_plain_words(cards: list[CardData]) -> None:
    title = cards[0]["title"]
    assert search(parse(title), limit=1).hits[0].why.sentence() == "this is its title"
    sentence = _SENTENCE_END.split(cards[0]["abstract"])[1]
    why = search(parse(sentence), limit=1).hits[0].why
    assert why.verbatim
    assert why.run_field == "abstract"
    assert dict(why.score)["verbatim"] >= 2_000


def _hits(text: str, limit: int) -> list[int]:
    return [hit.paper_pk for hit in search(parse(text), limit=limit).hits]

"""The half that goes by words: long queries, what is quoted, and what everybody says."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from broadsheet.search import registry
from broadsheet.search.backends.base import Document, Found
from broadsheet.search.backends.embedded import EmbeddedBackend, ranking
from broadsheet.search.language import parse
from tests.search.test_vectors import fill

SORT = registry.sort_keys()[0]
STOCK = "in this paper we propose"
WORDS = [f"n{number}" for number in range(400)]


def paper(pk: int, chance: random.Random) -> Document:
    return Document(pk, " ".join(chance.sample(WORDS, 4)), f"{STOCK} {' '.join(chance.sample(WORDS, 40))}.")


@pytest.fixture
def papers() -> list[Document]:
    chance = random.Random(8)
    return [paper(pk, chance) for pk in range(1, 301)]


@pytest.fixture
def backend(papers: list[Document], tmp_path: Path) -> EmbeddedBackend:
    backend = EmbeddedBackend(tmp_path / "index", lambda: None)
    fill(backend, papers)
    return backend


def find(backend: EmbeddedBackend, text: str, limit: int = 10) -> list[Found]:
    return backend.reader().search(parse(text), sort=SORT, limit=limit, mode="lexical").found


def test_every_word_of_a_long_query_counts(backend: EmbeddedBackend, papers: list[Document]) -> None:
    """The words in another order, so that no run helps, and half of them gone."""
    chance = random.Random(2)
    for one in papers[:30]:
        words = one.abstract.rstrip(".").split()
        assert find(backend, " ".join(chance.sample(words, 22)))[0].pk == one.pk


def test_what_is_quoted_stands_above_all_that_has_the_words(backend: EmbeddedBackend, papers: list[Document]) -> None:
    for one in papers[:30]:
        words = one.abstract.rstrip(".").split()
        quoted, others = words[10:22], papers[one.pk + 40].abstract.split()[-11:-1]
        first = find(backend, " ".join([*quoted, *others]))[0]
        assert first.pk == one.pk
        assert first.verbatim == 0 or first.verbatim >= ranking.VERBATIM * ranking.QUOTED
        whole = find(backend, one.abstract)
        assert whole[0].verbatim == ranking.VERBATIM
        assert all(found.verbatim < ranking.VERBATIM for found in whole[1:])


def test_what_everybody_says_lifts_no_paper(backend: EmbeddedBackend, papers: list[Document]) -> None:
    """The words of a paper stand scattered behind a phrase that all the other papers have, and it has not."""
    odd = Document(900, "n1 n2", " ".join(f"n{number}" for number in range(100, 120)))
    fill(backend, [*papers, odd])
    words = [f"n{number}" for number in range(100, 120)]
    random.Random(1).shuffle(words)
    found = find(backend, f"{STOCK} {' '.join(words)}")
    assert found[0].pk == 900
    assert all(one.verbatim == 0 for one in found)


def test_a_word_said_twice_counts_twice(backend: EmbeddedBackend) -> None:
    once, twice = find(backend, "n7 n8")[0].words, find(backend, "n7 n8 n7 n8")[0].words
    assert twice > 1.5 * once

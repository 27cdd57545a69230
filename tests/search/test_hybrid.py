"""Words and meaning together: filters, order, pages, papers like a paper, papers for a library."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from broadsheet.search import analysis, registry
from broadsheet.search.backends.base import Document, Example, Mode
from broadsheet.search.backends.embedded import EmbeddedBackend, hybrid, scanning, vectors
from broadsheet.search.language import parse
from tests.search.hashing import Hashing
from tests.search.test_vectors import WORDS, agree, documents, exact, fill

SORT = registry.sort_keys()[0]


@pytest.fixture(scope="module")
def made() -> list[Document]:
    return documents(1_500, seed=3)


@pytest.fixture(scope="module")
def backend(made: list[Document], tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedBackend]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vectors, "FLAT", 500)  # so that the rows stand in lists
        patch.setattr(scanning, "SCAN", 400)
        backend = EmbeddedBackend(tmp_path_factory.mktemp("hybrid") / "index", Hashing)
        fill(backend, made)
        yield backend


def search(backend: EmbeddedBackend, text: str, mode: Mode, limit: int = 1_000, offset: int = 0) -> list[int]:
    answer = backend.reader().search(parse(text), sort=SORT, limit=limit, offset=offset, mode=mode)
    return [found.pk for found in answer.found]


def has_run(document: Document, words: list[str]) -> bool:
    """Whether the words stand one after the other; title and abstract are two values, so no run spans both."""
    texts = (analysis.prose(document.title), analysis.prose(document.abstract))
    size = len(words)
    return any(text[at : at + size] == words for text in texts for at in range(len(text) - size + 1))


def one_filter(chance: random.Random) -> tuple[str, Callable[[Document], bool]]:
    """A filter as typed, and what it says of a document."""
    year, day = chance.randint(2014, 2026), dt.date(chance.randint(2015, 2025), chance.randint(1, 12), 1)
    word, cat = chance.choice(WORDS), chance.choice(["cs", "cs.CL", "cs.CV", "math.CO", "q-bio"])
    author, source = chance.choice(["lovelace", "turing", "hopper"]), chance.choice(["arxiv", "jsonl"])
    kinds: list[tuple[str, Callable[[Document], bool]]] = [
        (f"year:{year}", lambda one: bool(one.day and one.day.year == year)),
        (f"year:{year}..", lambda one: bool(one.day and one.day.year >= year)),
        (f"year:..{year}", lambda one: bool(one.day and one.day.year <= year)),
        (f"after:{day:%Y-%m}", lambda one: bool(one.day and one.day >= day)),
        (f"before:{day:%Y-%m}", lambda one: bool(one.day and one.day < day)),
        (f"cat:{cat}", lambda one: any(code == cat or code.startswith(f"{cat}.") for code in one.categories)),
        (f"author:{author}", lambda one: author in one.authors[0].lower()),
        (f"source:{source}", lambda one: source in one.sources),
        (f"title:{word}", lambda one: word in one.title.split()),
        (f'"{word}"', lambda one: has_run(one, analysis.prose(word))),
    ]
    text, holds = chance.choice(kinds)
    if chance.random() < 0.3:
        return f"-{text}", lambda one: not holds(one)
    return text, holds


def check_filters(backend: EmbeddedBackend, made: list[Document], seed: int, times: int) -> None:
    chance = random.Random(seed)
    for _ in range(times):
        chosen = [one_filter(chance) for _ in range(chance.randint(1, 3))]
        word = chance.choice(WORDS)
        text = " ".join([word, *(name for name, _ in chosen)])
        passing = {one.pk: one for one in made if all(holds(one) for _, holds in chosen)}
        phrases = any(name.startswith('"') for name, _ in chosen)
        worded = {pk for pk, one in passing.items() if phrases or word in f"{one.title} {one.abstract}".split()}
        by_words = search(backend, text, "lexical")
        assert set(by_words) == worded, text
        by_meaning = backend.reader().search(parse(text), sort=SORT, limit=1_000, mode="semantic").found
        assert {found.pk for found in by_meaning} <= set(passing), text
        if len(passing) <= scanning.SCAN:
            assert {found.pk for found in by_meaning} == set(passing), text
        query = " ".join(part.text for part in parse(text).words)
        if passing:
            nearest = exact(passing.values(), query, min(10, len(passing)))
            assert agree(by_meaning[:12], nearest) >= (0.9 if len(passing) <= scanning.SCAN else 0.3), text
        both = search(backend, text, "hybrid")
        assert worded <= set(both) <= set(passing), text
        assert len(both) == len(set(both)), text


def test_filters_hold_in_both_halves(backend: EmbeddedBackend, made: list[Document]) -> None:
    check_filters(backend, made, seed=1, times=60)


@pytest.mark.soak
def test_filters_hold_in_both_halves_in_a_thousand_combinations(
    backend: EmbeddedBackend, made: list[Document], seed: int
) -> None:
    check_filters(backend, made, seed=seed, times=1_000)


@pytest.mark.parametrize("mode", ["hybrid", "lexical"])
@pytest.mark.parametrize("text", ["w1", "w1 w2 w3", "w1 w2 w3 w4 w5 w6 w7 w8 w9 w10", "w1 year:2018.."])
def test_pages_join_without_gap_or_repeat(backend: EmbeddedBackend, text: str, mode: Mode) -> None:
    answer = backend.reader().search(parse(text), sort=SORT, limit=1_000, mode=mode)
    whole = [found.pk for found in answer.found]
    assert len(whole) == len(set(whole))
    assert len(whole) == min(answer.total, 1_000)
    parts = [pk for start in range(0, len(whole), 37) for pk in search(backend, text, mode, 37, start)]
    assert parts[: len(whole)] == whole
    scores = [found.score for found in answer.found]
    assert scores == sorted(scores, reverse=True)


def test_a_run_word_for_word_stands_above_all_that_is_near(backend: EmbeddedBackend, made: list[Document]) -> None:
    for one in made[:20]:
        run = " ".join(one.abstract.split()[2:8])
        assert search(backend, f"{made[700].title} {run}", "hybrid")[0] == one.pk
        assert search(backend, one.title, "hybrid")[0] == one.pk


def test_what_it_lists_scores_the_same_among_candidates(backend: EmbeddedBackend, made: list[Document]) -> None:
    for text in (made[9].title, made[9].abstract, "w1 w2", " ".join(made[9].abstract.split()[:7])):
        listed = backend.reader().search(parse(text), sort=SORT, limit=5, mode="lexical").found
        again = (
            backend.reader()
            .search(parse(text), sort=SORT, limit=5, mode="lexical", among=[found.pk for found in listed])
            .found
        )
        assert {one.pk: round(one.score, 2) for one in again} == {one.pk: round(one.score, 2) for one in listed}


def test_words_that_no_paper_has_find_nothing(backend: EmbeddedBackend) -> None:
    assert search(backend, "nowherefound", "hybrid") == []


def test_it_brings_papers_without_the_words_that_are_near(backend: EmbeddedBackend, made: list[Document]) -> None:
    found = backend.reader().search(parse(made[5].abstract), sort=SORT, limit=300, mode="hybrid").found
    assert found[0].pk == made[5].pk
    assert all(one.meaning is not None for one in found[:100])


def test_it_ranks_exactly_the_candidates(backend: EmbeddedBackend, made: list[Document]) -> None:
    chosen = [one.pk for one in random.Random(2).sample(made, 700)]
    for mode in ("hybrid", "lexical", "semantic"):
        answer = backend.reader().search(parse("w1 w2"), sort=SORT, limit=3, mode=mode, among=[*chosen, 10**9])
        assert sorted(found.pk for found in answer.found) == sorted(chosen)


def test_papers_like_a_paper_share_its_words_and_leave_it_out(tmp_path: Path) -> None:
    plain = documents(200)
    twins = [
        Document(901, "rare1 rare2 w1 w2", "rare3 w3 w4 w5 w6"),
        Document(902, "rare1 w9 w2 w1", "rare3 rare2 w3 w4 w7 w6"),
    ]
    backend = EmbeddedBackend(tmp_path / "index", Hashing)
    fill(backend, [*plain, *twins])
    text = f"{twins[0].title}\n{twins[0].abstract}"
    answer = backend.reader().similar(Example(901, text), limit=10)
    assert answer.found[0].pk == 902
    assert 901 not in {found.pk for found in answer.found}
    assert {"rare1", "rare2", "rare3"} <= set(answer.terms)


def test_a_library_gets_papers_like_its_own(tmp_path: Path) -> None:
    chance = random.Random(6)
    field = [f"f{number}" for number in range(12)]
    own = [
        Document(pk, " ".join(chance.choices(field, k=3)), " ".join(chance.choices(field + WORDS[:20], k=12)))
        for pk in range(901, 931)
    ]
    backend = EmbeddedBackend(tmp_path / "index", Hashing)
    fill(backend, [*documents(600), *own])
    library = [Example(one.pk, f"{one.title}\n{one.abstract}") for one in own[:10]]
    found = [one.pk for one in backend.reader().recommend(library, limit=20).found]
    assert not set(found) & set(range(901, 911))
    assert len(set(found) & set(range(911, 931))) >= 18
    assert hybrid.POOL >= 20

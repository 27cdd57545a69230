"""The vectors beside the words: what is written, what is seen, what a kill leaves, and that nothing is ever mixed."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest

from broadsheet.search import registry
from broadsheet.search.backends.base import Document, Found, IndexDamaged, IndexOutOfDate, Mode
from broadsheet.search.backends.embedded import EmbeddedBackend, scanning, vectors
from broadsheet.search.backends.embedded.writing import EmbeddedWriter
from broadsheet.search.embedder import Embedder, ModelMissing, document_text
from broadsheet.search.language import parse
from tests.search.hashing import Hashing

NOW = dt.datetime(2026, 9, 18, 12, 0, tzinfo=dt.UTC)
WORDS = [f"w{number}" for number in range(300)]


class Choice:
    """The embedder of the moment, as the settings would choose it."""

    def __init__(self) -> None:
        self.embedder: Embedder | None = Hashing()
        self.missing = False

    def __call__(self) -> Embedder | None:
        if self.missing:
            raise ModelMissing("The table is not there.")
        return self.embedder


@pytest.fixture
def choice() -> Choice:
    return Choice()


@pytest.fixture
def backend(tmp_path: Path, choice: Choice) -> EmbeddedBackend:
    return EmbeddedBackend(tmp_path / "index", choice)


def documents(count: int, *, seed: int = 1, first: int = 1) -> list[Document]:
    chance = random.Random(seed)
    return [
        Document(
            pk,
            " ".join(chance.choices(WORDS, k=4)),
            " ".join(chance.choices(WORDS, k=12)),
            (chance.choice(["Ada Lovelace", "Alan Turing", "Grace Hopper"]),),
            (chance.choice(["cs.CL", "cs.CV", "math.CO"]),),
            (chance.choice(["arxiv", "jsonl"]),),
            chance.choice([None, dt.date(chance.randint(2015, 2025), chance.randint(1, 12), 5)]),
        )
        for pk in range(first, first + count)
    ]


def fill(backend: EmbeddedBackend, made: Sequence[Document]) -> None:
    with backend.lock():
        build = backend.build()
        build.writer.put(made)
        build.writer.commit()
        build.writer.close()
        build.publish(documents=len(made), now=NOW)


def change(backend: EmbeddedBackend, *, put: Iterable[Document] = (), delete: Iterable[int] = ()) -> None:
    with backend.lock(), backend.writer() as writer:
        writer.put(put)
        writer.delete(delete)
        writer.commit()
    backend.refresh()


def ask(backend: EmbeddedBackend, text: str, mode: Mode = "semantic", limit: int = 50) -> list[Found]:
    return backend.reader().search(parse(text), sort=registry.sort_keys()[0], limit=limit, mode=mode).found


def exact(made: Iterable[Document], text: str, limit: int) -> list[int]:
    """The keys nearest to a text, by the unrounded vectors."""
    held = list(made)
    rows = Hashing().embed([document_text(one.title, one.abstract) for one in held])
    dots = rows @ Hashing().embed([text])[0]
    return [held[at].pk for at in np.argsort(-dots, kind="stable")[:limit]]


def agree(found: Sequence[Found], expected: Sequence[int]) -> float:
    return len({one.pk for one in found} & set(expected)) / len(expected)


def test_it_finds_what_is_nearest_in_meaning(backend: EmbeddedBackend) -> None:
    made = documents(2_000)
    fill(backend, made)
    for text in ("w1 w2 w3", "w100 w200", made[7].title):
        assert agree(ask(backend, text), exact(made, text, 50)) >= 0.95


def test_it_sees_new_changed_and_deleted_papers(backend: EmbeddedBackend) -> None:
    made = {one.pk: one for one in documents(300)}
    fill(backend, list(made.values()))
    chance = random.Random(4)
    for turn in range(12):
        gone = chance.sample(sorted(made), 5)
        new = documents(10, seed=turn + 50, first=chance.randint(1, 320))
        for pk in gone:
            del made[pk]
        change(backend, delete=gone)
        made |= {one.pk: one for one in new}
        change(backend, put=new)
        found = ask(backend, "w5 w6 w7 w8", limit=1_000)
        assert {one.pk for one in found} == set(made)
        assert agree(found[:20], exact(made.values(), "w5 w6 w7 w8", 20)) >= 0.9


def test_a_deletion_alone_is_seen(backend: EmbeddedBackend) -> None:
    made = documents(30)
    fill(backend, made)
    change(backend, delete=[made[-1].pk, made[3].pk])
    assert {one.pk for one in ask(backend, "w1 w2")} == {one.pk for one in made} - {made[-1].pk, made[3].pk}


def test_it_says_the_same_once_the_rows_are_in_order(backend: EmbeddedBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    made = documents(900)
    fill(backend, made)
    before = {text: ask(backend, text) for text in ("w1 w2 w3", "w9 cat:cs.CL", "w4 year:2020.. -w7")}
    monkeypatch.setattr(vectors, "FLAT", 100)
    change(backend, put=documents(1, seed=9, first=5_000))
    change(backend, delete=[5_000])
    reader = backend.reader()
    assert any(entry.name.startswith("base-") for entry in (backend.path / reader.generation / "vectors").iterdir())
    for text, found in before.items():
        after = ask(backend, text)
        assert [one.pk for one in after] == [one.pk for one in found]
        assert [one.score for one in after] == pytest.approx([one.score for one in found], abs=1e-6)


def test_a_reader_that_had_begun_keeps_its_rows(backend: EmbeddedBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    made = documents(300)
    fill(backend, made)
    old = backend.reader()
    sort = registry.sort_keys()[0]
    before = old.search(parse("w1 w2"), sort=sort, limit=20, mode="semantic")
    monkeypatch.setattr(vectors, "FLAT", 10)
    with backend.lock(), backend.writer() as writer:
        for turn in range(4):
            writer.put(documents(100, seed=turn + 20))
            writer.commit()
    assert old.search(parse("w1 w2"), sort=sort, limit=20, mode="semantic") == before


def test_part_of_the_lists_is_enough_for_most_of_the_nearest(
    backend: EmbeddedBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "FLAT", 100)
    made = documents(4_000)
    fill(backend, made)
    view = backend.reader()._snapshot.view
    assert view is not None
    query = Hashing().embed([document_text(made[3].title, made[3].abstract)])[0]
    all_of_them, _ = view.nearest(query, 10)
    some, _ = view.nearest(query, 10, looked_at=2_000)
    assert some[0] == all_of_them[0]
    assert len(set(some.tolist()) & set(all_of_them.tolist())) >= 6


@pytest.mark.parametrize("share", [0.9, 0.3, 0.1, 0.01])
def test_most_of_the_nearest_are_found_among_those_that_may_come(
    backend: EmbeddedBackend, monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    monkeypatch.setattr(vectors, "FLAT", 1_000)
    monkeypatch.setattr(scanning, "SCAN", 20)
    monkeypatch.setattr(scanning, "BREADTH", 20)
    fill(backend, documents(4_000))
    change(backend, put=documents(100, seed=3, first=200), delete=range(1, 60))
    view = backend.reader()._snapshot.view
    assert view is not None
    assert view.base is not None
    assert len(view.tail)
    allowed = np.random.default_rng(5).random(len(view.rows)) < share
    may = np.flatnonzero(allowed & view.living)
    vectors_of = view.vectors(may)
    found = []
    for query in Hashing().embed([f"w{number} w{number + 1} w{number * 2}" for number in range(1, 40)]):
        slots, dots = view.nearest(query, 10, allowed=allowed)
        assert set(slots.tolist()) <= set(may.tolist())
        assert dots == pytest.approx(view.vectors(slots) @ query, abs=1e-5)
        wanted = min(10, len(may))
        exact = set(may[np.argsort(-(vectors_of @ query))[:wanted]].tolist())
        found.append(len(exact & set(slots.tolist())) / wanted)
    assert np.mean(found) >= 0.75


def test_lists_stay_as_they_are_until_there_are_twice_as_many_rows(
    backend: EmbeddedBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "FLAT", 100)
    fill(backend, documents(900))
    first = backend.reader()._snapshot.view
    change(backend, put=documents(300, seed=2, first=2_000))
    second = backend.reader()._snapshot.view
    change(backend, put=documents(900, seed=3, first=4_000))
    third = backend.reader()._snapshot.view
    assert first is not None
    assert second is not None
    assert third is not None
    bases = [view.base for view in (first, second, third)]
    assert [len(base.rows) for base in bases if base] == [900, 1_200, 2_100]
    assert bases[0]
    assert bases[1]
    assert bases[2]
    assert (bases[0].centroids == bases[1].centroids).all()
    assert len(bases[2].centroids) == 46
    for base in bases:
        assert base
        lists = np.repeat(np.arange(len(base.sizes)), base.sizes)
        nearest = (base.vectors.astype(np.float32) @ base.centroids.T).argmax(axis=1)
        assert (lists == nearest).mean() > 0.99
        assert sorted(base.pks.tolist()) == sorted(set(base.pks.tolist()))


def test_it_gives_the_same_without_the_quick_arithmetic(
    backend: EmbeddedBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(backend, documents(500))
    quick = ask(backend, "w1 w2 w3")
    monkeypatch.setattr(scanning, "simsimd", None)
    assert ask(backend, "w1 w2 w3") == quick


def test_what_a_killed_writer_left_means_nothing(backend: EmbeddedBackend) -> None:
    made = documents(50)
    fill(backend, made)
    path = backend.path / backend.reader().generation
    expected = ask(backend, "w1 w2 w3")
    with backend.lock():
        writer = EmbeddedWriter(path, Hashing())
        writer.put(documents(20, seed=77))
        writer.delete([30, 31])
        assert writer._vectors is not None
        writer._vectors.sync()  # the rows are there; the commit that names them never comes
        writer.close()
    with next((path / "vectors").glob("tail-*")).open("ab") as file:
        file.write(b"half a record")
    assert ask(EmbeddedBackend(backend.path, Hashing), "w1 w2 w3") == expected
    late = documents(1, seed=5, first=99)
    change(backend, put=late)
    found = ask(backend, "w1 w2 w3")
    assert agree(found, exact([*made, *late], "w1 w2 w3", 50)) >= 0.95
    assert {one.pk for one in ask(backend, "w1", limit=100)} == {one.pk for one in [*made, *late]}


@pytest.mark.parametrize("cut", ["tail", "base", "folder"])
def test_vectors_that_are_cut_are_told_and_never_used(
    backend: EmbeddedBackend, monkeypatch: pytest.MonkeyPatch, cut: str
) -> None:
    if cut == "base":
        monkeypatch.setattr(vectors, "FLAT", 10)
    fill(backend, documents(60))
    folder = backend.path / backend.reader().generation / "vectors"
    if cut == "tail":
        file = folder / "tail-0"
        file.write_bytes(file.read_bytes()[:-1])
    elif cut == "base":
        file = folder / "base-60" / "vectors.npy"
        file.write_bytes(file.read_bytes()[:-1])
    else:
        folder.rename(folder.with_name("elsewhere"))
    with pytest.raises(IndexDamaged, match="broadsheet index --rebuild"):
        EmbeddedBackend(backend.path, Hashing).reader()


def test_vectors_of_another_embedder_are_never_compared(backend: EmbeddedBackend, choice: Choice) -> None:
    made = documents(40)
    fill(backend, made)
    choice.embedder = Hashing(seed=2)
    answer = backend.reader().search(parse("w1 w2"), sort=registry.sort_keys()[0], limit=9, mode="hybrid")
    assert "another embedder" in answer.notices[0]
    assert "broadsheet index --rebuild" in answer.notices[0]
    assert all(one.meaning is None for one in answer.found)
    with pytest.raises(IndexOutOfDate, match="broadsheet index --rebuild"), backend.lock():
        backend.writer()
    fill(backend, made)
    assert all(one.meaning is not None for one in ask(backend, "w1 w2", "hybrid"))


def test_a_missing_model_leaves_the_words(backend: EmbeddedBackend, choice: Choice) -> None:
    made = documents(40)
    fill(backend, made)
    choice.missing = True
    answer = backend.reader().search(parse("w1 w2"), sort=registry.sort_keys()[0], limit=9, mode="hybrid")
    assert answer.notices[0].startswith("The table is not there.")
    assert answer.found
    with pytest.raises(IndexOutOfDate, match="The table is not there"), backend.lock():
        backend.writer()
    fill(backend, made)  # by words alone
    change(backend, put=documents(1, first=99))
    choice.missing = False
    answer = backend.reader().search(parse("w1 w2"), sort=registry.sort_keys()[0], limit=9, mode="hybrid")
    assert "another embedder" in answer.notices[0]


def test_words_alone_are_searched_without_complaint_when_the_owner_wants_it_so(
    backend: EmbeddedBackend, choice: Choice
) -> None:
    choice.embedder = None
    fill(backend, documents(40))
    sort = registry.sort_keys()[0]
    by_words = backend.reader().search(parse("w1 w2"), sort=sort, limit=9)
    assert backend.reader().search(parse("w1 w2"), sort=sort, limit=9, mode="hybrid") == by_words
    assert not (backend.path / backend.reader().generation / "vectors").exists()

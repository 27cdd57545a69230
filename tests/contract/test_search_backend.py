"""What every search back end must do. A new one is added to BACKENDS."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from broadsheet.search import registry
from broadsheet.search.backends.base import Backend, Document, IndexerBusy, IndexMissing
from broadsheet.search.backends.embedded import EmbeddedBackend
from broadsheet.search.language import parse

BACKENDS: dict[str, Callable[[Path], Backend]] = {"embedded": EmbeddedBackend}
NOW = dt.datetime(2026, 9, 18, 12, 0, tzinfo=dt.UTC)
DOCUMENTS = [
    Document(
        1,
        "Sparse Attention Is Enough",
        "We show that attention over few tokens reaches the quality of dense layers at a tenth of the cost.",
        ("Yann LeCun", "Laurens van der Maaten"),
        ("cs.CL", "cs.LG"),
        ("arxiv", "saved-page"),
        dt.date(2020, 5, 1),
    ),
    Document(
        2,
        "A Survey of Linear Attention",
        "Attention that is sparse, linear or low in rank: two hundred networks compared on enough tasks.",
        ("José Müller", "Geoffrey E. Hinton"),
        ("cs.CV",),
        ("arxiv",),
        dt.date(2021, 12, 31),
    ),
    Document(
        3,
        "Graphs in Quantum Chemistry",
        "Of the cost of a tenth the quality reaches tokens; dense few attention layers show. Network methods.",
        ("Yann Dubois", "Ann LeCun"),
        ("cond-mat.str-el",),
        ("saved-page",),
        dt.date(2022, 1, 1),
    ),
    Document(4, "Attention", "A very short note.", (), (), ("jsonl",), None),
]


@pytest.fixture(params=sorted(BACKENDS))
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    return BACKENDS[request.param](tmp_path / "index")


def fill(backend: Backend, documents: Iterable[Document] = DOCUMENTS) -> None:
    documents = list(documents)
    with backend.lock():
        build = backend.build()
        build.writer.put(documents)
        build.writer.commit()
        build.writer.close()
        assert build.count() == len(documents)
        build.publish(documents=len(documents), now=NOW)


def change(backend: Backend, *, put: Iterable[Document] = (), delete: Iterable[int] = ()) -> None:
    with backend.lock(), backend.writer() as writer:
        writer.put(put)
        writer.delete(delete)
        writer.commit()
    backend.refresh()


def find(backend: Backend, text: str, *, sort: str = "relevance", limit: int = 20, offset: int = 0) -> list[int]:
    key = registry.sort_key(sort)
    assert key
    answer = backend.reader().search(parse(text), sort=key, limit=limit, offset=offset)
    return [found.pk for found in answer.found]


def test_it_says_that_there_is_no_index_yet(backend: Backend) -> None:
    with pytest.raises(IndexMissing, match="broadsheet index"):
        backend.reader()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("title:attention", {1, 2, 4}),
        ('title:"linear attention"', {2}),
        ('title:"attention linear"', set()),
        ("author:lecun", {1, 3}),
        ('author:"yann lecun"', {1}),
        ('author:"LeCun, Yann"', {1}),
        ('author:"van der maaten"', {1}),
        ("author:muller", {2}),
        ("author:josé", {2}),
        ('author:"geoffrey hinton"', {2}),
        ("cat:cs.CL", {1}),
        ("cat:cs", {1, 2}),
        ("cat:cs.C", set()),
        ("cat:cond-mat.str-el", {3}),
        ("source:saved-page", {1, 3}),
        ("year:2020", {1}),
        ("year:2020..2021", {1, 2}),
        ("year:2021..", {2, 3}),
        ("year:..2021", {1, 2}),
        ("after:2021-12-31", {2, 3}),
        ("before:2021-12-31", {1}),
        ("after:2020-05 before:2022", {1, 2}),
        ("cat:cs -author:lecun", {2}),
        ("-cat:cs", {3, 4}),
        ("-source:arxiv -year:2022", {4}),
        ("attention cat:cs", {1, 2}),
        ("attention author:nobody", set()),
    ],
)
def test_it_holds_to_filters(backend: Backend, text: str, expected: set[int]) -> None:
    fill(backend)
    for sort in ("relevance", "newest"):
        assert set(find(backend, text, sort=sort)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("network", {2, 3}),
        ("NETWORKS", {2, 3}),
        ('"linear attention"', {2}),
        ('"attention linear"', set()),
        ('"tenth of the cost"', {1}),
        ("attention -sparse", {3, 4}),
        ('attention -"linear attention"', {1, 3, 4}),
        ("attention -survey -chemistry", {1, 4}),
        ("nowherefound", set()),
        ("the of a", {1, 2, 3, 4}),
        ('quantum "linear attention"', {2}),
    ],
)
def test_it_finds_words_and_phrases_and_leaves_out_what_is_excluded(
    backend: Backend, text: str, expected: set[int]
) -> None:
    fill(backend)
    assert set(find(backend, text)) == expected


def test_it_ranks_a_verbatim_run_above_scattered_words(backend: Backend) -> None:
    scattered = [
        Document(pk, "Dense layers, few tokens", "Tokens reaches quality dense layers tenth cost attention few. " * 3)
        for pk in range(10, 30)
    ]
    fill(backend, [*scattered, *DOCUMENTS])
    assert find(backend, "few tokens reaches the quality of dense layers at tenth cost attention")[0] == 1
    assert find(backend, "reaches the quality of dense")[0] == 1


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.title)
def test_it_puts_the_paper_of_an_exact_title_first(backend: Backend, document: Document) -> None:
    rivals = [
        Document(pk, f"{document.title} {document.title}", f"{document.title}. " * 5, ("A",)) for pk in range(10, 15)
    ]
    fill(backend, [*rivals, *DOCUMENTS])
    assert find(backend, document.title)[0] == document.pk
    assert find(backend, document.title.lower() + "?")[0] == document.pk


def test_it_ranks_all_words_above_some_of_them(backend: Backend) -> None:
    fill(backend)
    assert find(backend, "sparse attention")[:2] == [1, 2]
    assert find(backend, "quantum attention")[0] == 3


def test_it_sorts_by_date_with_unknown_dates_last(backend: Backend) -> None:
    fill(backend)
    assert find(backend, "attention", sort="newest") == [3, 2, 1, 4]
    assert find(backend, "attention", sort="oldest") == [1, 2, 3, 4]
    assert find(backend, "sparse attention", sort="newest") == [2, 1]


def test_it_gives_pages_that_join_without_gap_or_repeat(backend: Backend) -> None:
    fill(backend, [Document(pk, f"Attention number {pk}", "word " * pk) for pk in range(1, 31)])
    for sort in ("relevance", "newest"):
        whole = find(backend, "attention", sort=sort, limit=30)
        assert sorted(whole) == list(range(1, 31))
        parts = [pk for start in range(0, 30, 7) for pk in find(backend, "attention", sort=sort, limit=7, offset=start)]
        assert parts == whole
    assert find(backend, "attention", limit=0) == []
    assert find(backend, "attention", offset=1_000) == []


def test_it_counts_all_matches_whatever_the_limit(backend: Backend) -> None:
    fill(backend)
    key = registry.sort_keys()[0]
    assert backend.reader().search(parse("attention"), sort=key, limit=1).total == 4
    assert backend.reader().search(parse("attention year:2020"), sort=key, limit=0).total == 1
    assert backend.reader().count() == 4


def test_it_lists_the_keys_of_all_documents_in_order(backend: Backend) -> None:
    fill(backend, reversed([Document(pk, f"Title {pk}", "") for pk in range(1, 12_000)]))
    assert list(backend.reader().ids()) == list(range(1, 12_000))


def test_it_replaces_and_deletes_documents(backend: Backend) -> None:
    fill(backend)
    change(backend, put=[Document(4, "Gravity", "Nothing of the former.")], delete=[1, 999])
    assert set(find(backend, "attention")) == {2, 3}
    assert find(backend, "gravity") == [4]
    assert list(backend.reader().ids()) == [2, 3, 4]


def test_it_drops_what_was_not_committed(backend: Backend) -> None:
    fill(backend)
    with backend.lock(), backend.writer() as writer:
        writer.put([Document(9, "Gravity", "")])
        writer.delete([1])
    backend.refresh()
    assert list(backend.reader().ids()) == [1, 2, 3, 4]


def test_it_shows_commits_to_a_reader_in_another_object(backend: Backend) -> None:
    fill(backend)
    other = type(backend)(backend.path)  # type: ignore[attr-defined,call-arg]
    assert find(other, "gravity") == []
    change(backend, put=[Document(9, "Gravity", "")])
    other.refresh()
    assert find(other, "gravity") == [9]


def test_it_answers_from_the_old_generation_until_the_new_one_is_published(backend: Backend) -> None:
    fill(backend)
    before = backend.reader()
    with backend.lock():
        build = backend.build()
        build.writer.put([Document(7, "Gravity", "")])
        build.writer.commit()
        build.writer.close()
        backend.refresh()
        assert len(find(backend, "attention")) == 4
        build.publish(documents=1, now=NOW)
    assert find(backend, "attention") == []
    assert find(backend, "gravity") == [7]
    assert backend.reader().generation != before.generation
    key = registry.sort_keys()[0]
    assert before.search(parse("attention"), sort=key, limit=9).total == 4, "a search that had begun lost its files"


def test_it_forgets_a_generation_that_was_not_published(backend: Backend) -> None:
    fill(backend)
    with backend.lock():
        build = backend.build()
        build.writer.put([Document(7, "Gravity", "")])
        build.discard()
    backend.refresh()
    assert len(find(backend, "attention")) == 4


def test_it_answers_throughout_rebuilds(backend: Backend) -> None:
    fill(backend)
    stop = threading.Event()
    counts: list[int] = []
    problems: list[BaseException] = []

    def look() -> None:
        try:
            while not stop.is_set():
                backend.refresh()
                counts.append(len(find(backend, "attention")))
        except BaseException as problem:  # noqa: BLE001  # whatever it is, the test must see it
            problems.append(problem)

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(8):
        fill(backend)
    stop.set()
    for thread in threads:
        thread.join()
    assert problems == []
    assert counts
    assert set(counts) == {4}


def test_it_lets_one_write_at_a_time(backend: Backend) -> None:
    with backend.lock(), pytest.raises(IndexerBusy, match="Another process"), backend.lock():
        pass
    with backend.lock():
        pass


@pytest.mark.parametrize(
    "text",
    [
        "a" * 3_000,
        "word " * 700,
        "* ? ~ ^ :",
        "\x00",
        "\ud800",
        "日本語",
        "e\u0301" * 500,
        '"a" ' * 500,
        "-a " * 500 + "b",
    ],
)
def test_it_survives_hostile_queries(backend: Backend, text: str) -> None:
    fill(backend)
    for sort in ("relevance", "newest"):
        find(backend, text, sort=sort)


def test_it_takes_hostile_documents(backend: Backend) -> None:
    fill(
        backend,
        [
            Document(1, "", ""),
            Document(2, "e\u0301" * 100_000, "\ud800 lone", ("\ud800",), ("", "."), ("",)),
            Document(3, "word " * 100_000, "x" * 1_000_000),
            Document(2**62, "Attention", "", day=dt.date.min),
        ],
    )
    assert backend.reader().count() == 4
    assert find(backend, "attention") == [2**62]
    assert find(backend, "lone") == [2]

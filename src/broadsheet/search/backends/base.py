"""What a search back end must do. `tests/contract/test_search_backend.py` holds every one of them to it.

An index is derived data. It lives in generations: a rebuild fills a new one beside the one that answers, and takes
its place in one step.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, NamedTuple, Self

from broadsheet.catalog.cards import CardData
from broadsheet.lib.time import parse_date
from broadsheet.search.language import SearchQuery
from broadsheet.search.registry import NOTHING, Described, SortKey


class IndexProblem(Exception):
    """The index can't answer; the text is a sentence that says why and what helps."""


class IndexMissing(IndexProblem):
    """There is no index yet, or no longer."""


class IndexDamaged(IndexProblem):
    """The index is there but can't be read."""


class IndexOutOfDate(IndexProblem):
    """The index was written by another version, so its answers would be wrong."""


class IndexerBusy(Exception):
    """Another process or thread is the one indexer at the moment."""


@dataclass(frozen=True, slots=True)
class Document:
    """What is indexed of a paper. `day` is the first day of a date that is not known to the day, None when there is
    none.
    """

    pk: int
    title: str
    abstract: str
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    day: dt.date | None = None
    described: Described = NOTHING

    @classmethod
    def from_card(cls, card: CardData, described: Described | None = None) -> Document:
        """The document of a card that carries its `pk`, with what packages say of the paper."""
        date = parse_date(card["date"]) if card["date"] else None
        return cls(
            pk=card["pk"],
            title=card["title"],
            abstract=card["abstract"],
            authors=tuple(card["authors"]),
            categories=tuple(card["categories"]),
            sources=tuple(card["sources"]),
            day=date.day if date else None,
            described=described or NOTHING,
        )


Mode = Literal["hybrid", "lexical", "semantic"]


class Found(NamedTuple):
    """One hit: the paper, the score that ranks it, and the parts it was made from. All are 0 when the order is not by
    relevance.
    """

    pk: int
    score: float = 0.0
    words: float = 0.0  # BM25 over words and pairs of words
    verbatim: float = 0.0  # for runs of the query that stand word for word, and for an equal title
    meaning: float | None = None  # the cosine of the query's vector and the paper's, when both have one


class Answer(NamedTuple):
    """How many papers match, and the asked-for stretch of them. `notices` are sentences for the reader; `terms` are
    the words (as indexed) that stood for a paper or a library that was asked with.
    """

    total: int
    found: list[Found]
    notices: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()


class Example(NamedTuple):
    """A paper to ask with: its key, and its title and abstract."""

    pk: int
    text: str


@dataclass(frozen=True, slots=True)
class Stamp:
    """Says how and when a generation was made; `documents` is the count it was verified with."""

    schema: str
    tokeniser: str
    created: str  # ISO 8601
    documents: int
    embedder: str = ""  # the stamp of the embedder whose vectors it holds; empty for words alone
    dimensions: int = 0


class Reader(ABC):
    """One generation, open for searching. Methods may be called from several threads, and raise IndexProblem."""

    generation: str
    stamp: Stamp

    @abstractmethod
    def search(
        self,
        query: SearchQuery,
        *,
        sort: SortKey,
        limit: int,
        offset: int = 0,
        mode: Mode = "lexical",
        among: Sequence[int] | None = None,
    ) -> Answer:
        """The papers that satisfy the query, best first by `sort`; filters hold before ranking. Equal input gives
        equal order.

        `mode` counts only by relevance, where there is a vector for the query; what it asks for and can't be had is
        said in the notices. With `among` exactly these papers are ranked, all of them that are there.
        """

    @abstractmethod
    def similar(
        self, example: Example, *, limit: int, mode: Mode = "hybrid", among: Sequence[int] | None = None
    ) -> Answer:
        """Other papers near to this one in meaning and rare words, nearest first."""

    @abstractmethod
    def recommend(
        self, library: Sequence[Example], *, limit: int, mode: Mode = "hybrid", among: Sequence[int] | None = None
    ) -> Answer:
        """Papers outside the library that are most like its papers and least like the others, best first."""

    @abstractmethod
    def count(self) -> int:
        """How many documents there are."""

    @abstractmethod
    def ids(self) -> Iterator[int]:
        """The key of every document, in ascending order; memory stays bounded."""


class Writer(ABC):
    """Changes to one generation. Nothing is seen by readers before `commit`; what was not committed is dropped by
    `close`.
    """

    @abstractmethod
    def put(self, documents: Iterable[Document]) -> None:
        """Add documents, each in place of the one with its key."""

    @abstractmethod
    def delete(self, pks: Iterable[int]) -> None:
        """Remove documents; keys that are not there are ignored."""

    @abstractmethod
    def commit(self) -> None:
        """Make all changes durable, then visible."""

    @abstractmethod
    def close(self) -> None:
        """Give the writer's memory and locks back, waiting for merges of what is committed."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Build(ABC):
    """A new generation in the making. Left unpublished, it is dropped: by `discard`, or by the next rebuild when
    killed.
    """

    writer: Writer

    @abstractmethod
    def count(self) -> int:
        """How many documents are committed."""

    @abstractmethod
    def publish(self, *, documents: int, now: dt.datetime) -> None:
        """Take the place of the current generation in one step and drop the old one. The writer must be closed."""

    @abstractmethod
    def discard(self) -> None:
        """Drop the new generation."""


class Backend(ABC):
    """A kind of index at one place."""

    @abstractmethod
    def reader(self) -> Reader:
        """The current generation. Looks for a newer one or newer commits at most once a second. Raises IndexProblem."""

    @abstractmethod
    def writer(self) -> Writer:
        """A writer to the current generation; only for who holds the `lock`. Raises IndexProblem."""

    @abstractmethod
    def build(self) -> Build:
        """Begin a new generation, after sweeping away what killed rebuilds left; only for who holds the `lock`."""

    @abstractmethod
    def lock(self) -> AbstractContextManager[None]:
        """The right to write on this machine, given back by the system when the process dies. Raises IndexerBusy at
        once.
        """

    @abstractmethod
    def refresh(self) -> None:
        """Let the next `reader()` look at once, not within the second: for who has just written."""

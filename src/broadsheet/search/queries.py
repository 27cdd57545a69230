"""Searching, and how the index is."""

from __future__ import annotations

import time
from dataclasses import dataclass

from broadsheet.catalog import queries as catalog
from broadsheet.catalog.cards import CardData
from broadsheet.catalog.models import Card
from broadsheet.search import backends, registry
from broadsheet.search.backends.base import Backend, Example, IndexOutOfDate, IndexProblem, Mode, Stamp
from broadsheet.search.embedder import ModelMissing
from broadsheet.search.embedder import load as load_embedder
from broadsheet.search.language import SearchQuery
from broadsheet.search.models import QueuedChange
from broadsheet.search.why import Explainer, Why, why_like

MAX_LIMIT = 1_000
MAX_SIMILAR = 100
MAX_OFFSET = 100_000


@dataclass(frozen=True, slots=True)
class Hit:
    """A paper that was found; its card comes along, because explaining the hit has read it."""

    paper_pk: int
    score: float
    why: Why
    card: CardData


@dataclass(frozen=True, slots=True)
class SearchResults:
    """`total` papers match; `hits` are the asked-for stretch. `notices` are sentences for the reader."""

    total: int
    took_ms: float
    hits: list[Hit]
    notices: list[str]


def search(
    query: SearchQuery,
    *,
    limit: int = 20,
    offset: int = 0,
    sort: str = "relevance",
    mode: Mode = "hybrid",
    backend: Backend | None = None,
) -> SearchResults:
    """The papers for a query. Never raises for what a reader typed nor for the state of the index: that becomes a
    notice.

    One database query at any length. By relevance a paper needs one of the words or, unless `mode` is "lexical", a
    meaning near to theirs; in another order it needs all of the words.
    """
    start = time.perf_counter()
    notices = list(query.notices)
    key = registry.sort_key(sort)
    if key is None:
        names = ", ".join(entry.name for entry in registry.sort_keys())
        notices.append(f"There is no order “{sort[:40]}”; there are: {names}.")
        key = registry.sort_keys()[0]
    if key.field is None and not query.words:
        key = registry.sort_key("newest") or key  # nothing to be relevant to
    limit, offset = max(0, min(limit, MAX_LIMIT)), max(0, min(offset, MAX_OFFSET))
    total, hits = 0, []
    try:
        if query:
            reader = (backend or backends.current()).reader()
            answer = reader.search(query, sort=key, limit=limit, offset=offset, mode=mode)
            notices += answer.notices
            cards = {card["pk"]: card for card in catalog.cards([found.pk for found in answer.found])}
            explainer = Explainer(query)
            total = answer.total
            for found in answer.found:
                if card := cards.get(found.pk):  # gone since it was indexed, otherwise
                    why = explainer.why(card, words=found.words, verbatim=found.verbatim, meaning=found.meaning)
                    hits.append(Hit(found.pk, found.score, why, card))
    except IndexProblem as problem:
        notices.append(str(problem))
    return SearchResults(total, round((time.perf_counter() - start) * 1000, 3), hits, notices)


def similar(paper_pk: int, *, limit: int = 8, backend: Backend | None = None) -> SearchResults:
    """The papers most like this one, nearest first; none when it is not in the catalog. Two database queries.

    Never raises for the state of the index: that becomes a notice.
    """
    start = time.perf_counter()
    hits: list[Hit] = []
    notices: list[str] = []
    limit = max(0, min(limit, MAX_SIMILAR))
    try:
        if cards := catalog.cards([paper_pk]):
            text = f"{cards[0]['title']}\n{cards[0]['abstract']}"
            reader = (backend or backends.current()).reader()
            answer = reader.similar(Example(paper_pk, text), limit=limit)
            notices += answer.notices
            others = {card["pk"]: card for card in catalog.cards([found.pk for found in answer.found])}
            terms = frozenset(answer.terms)
            for found in answer.found:
                if card := others.get(found.pk):
                    why = why_like(card, terms, words=found.words, meaning=found.meaning)
                    hits.append(Hit(found.pk, found.score, why, card))
    except IndexProblem as problem:
        notices.append(str(problem))
    return SearchResults(len(hits), round((time.perf_counter() - start) * 1000, 3), hits, notices)


@dataclass(frozen=True, slots=True)
class IndexState:
    """How the index is: `ok` when it answers and its stamp is right; `queued` changes are not in it yet."""

    ok: bool
    documents: int
    queued: int
    generation: str | None
    created: str | None
    stamp_ok: bool
    message: str


def index_state(*, backend: Backend | None = None) -> IndexState:
    """The state of the index, for `doctor`. Never raises for what is wrong with the index."""
    queued = QueuedChange.objects.count()
    try:
        backend = backend or backends.current()
        backend.refresh()
        reader = backend.reader()
        documents = reader.count()
    except IndexProblem as problem:
        stamp_ok = not isinstance(problem, IndexOutOfDate)
        return IndexState(False, 0, queued, None, None, stamp_ok, str(problem))
    message = "The index is up to date." if not queued else f"{queued:,} changes are waiting to be indexed."
    message = f"{message} {_meaning(reader.stamp)}"
    return IndexState(True, documents, queued, reader.generation, reader.stamp.created, True, message)


def _meaning(stamp: Stamp) -> str:
    """Whether papers are found by meaning, in a sentence."""
    try:
        embedder = load_embedder()
    except ModelMissing as problem:
        return f"{problem} Until then papers are found by words alone."
    if embedder is None:
        return "EMBEDDER is none: papers are found by words alone."
    if embedder.stamp != stamp.embedder:
        return (
            "It was made with another embedder, so papers are found by words alone: run `broadsheet index --rebuild`."
        )
    return f"Meaning comes from {embedder.name}."


def queued_changes() -> int:
    """How many changes wait to be indexed."""
    return QueuedChange.objects.count()


@dataclass(frozen=True, slots=True)
class Agreement:
    """What stands in only one of database and index, each with at most `examples` keys; both 0 when they agree."""

    only_in_database: int
    only_in_index: int
    examples: list[int]


def compare_with_database(*, examples: int = 10, backend: Backend | None = None) -> Agreement:
    """Compare the keys of all papers with those in the index, walking both in order. Raises IndexProblem.

    Only meaningful while nothing is queued.
    """
    reader = (backend or backends.current()).reader()
    indexed = reader.ids()
    database = iter(Card.objects.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=5_000))
    missing = surplus = 0
    shown: list[int] = []
    left, right = next(database, None), next(indexed, None)
    while left is not None or right is not None:
        if left == right:
            left, right = next(database, None), next(indexed, None)
            continue
        if right is None or (left is not None and left < right):
            missing, differing, left = missing + 1, left, next(database, None)
        else:
            surplus, differing, right = surplus + 1, right, next(indexed, None)
        if len(shown) < examples and differing is not None:
            shown.append(differing)
    return Agreement(missing, surplus, shown)

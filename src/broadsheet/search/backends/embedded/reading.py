"""One open generation of the embedded index."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import tantivy
from numpy.typing import NDArray

from broadsheet.search import analysis
from broadsheet.search.backends.base import (
    Answer,
    Example,
    Found,
    IndexDamaged,
    IndexOutOfDate,
    Mode,
    Reader,
    Stamp,
)
from broadsheet.search.backends.embedded.hybrid import Hybrid
from broadsheet.search.backends.embedded.likeness import Likeness
from broadsheet.search.backends.embedded.scanning import View
from broadsheet.search.backends.embedded.schema import (
    SCHEMA,
    STAMP_FILE,
    committed_rows,
    count_papers,
    engine_errors,
    open_index,
)
from broadsheet.search.backends.embedded.snapshot import Passing, Snapshot
from broadsheet.search.backends.embedded.vectors import FOLDER
from broadsheet.search.embedder import Embedder, ModelMissing
from broadsheet.search.language import SearchQuery, loosened
from broadsheet.search.registry import SortKey

OTHER_EMBEDDER = "The search index was made with another embedder. Run `broadsheet index --rebuild`."


def read_stamp(path: Path) -> Stamp:
    """The stamp of the generation in this folder. Raises IndexDamaged, or IndexOutOfDate when it is not of this
    version.
    """
    try:
        stamp = Stamp(**json.loads((path / STAMP_FILE).read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise IndexDamaged("The search index has no readable stamp. Run `broadsheet index --rebuild`.") from error
    if (stamp.schema, stamp.tokeniser) != (SCHEMA, analysis.TOKENISER):
        raise IndexOutOfDate(
            "The search index was made by another version of Broadsheet. Run `broadsheet index --rebuild`."
        )
    return stamp


class EmbeddedReader(Reader):
    """Holds the files of a generation open, so it goes on answering when the generation is dropped."""

    def __init__(self, path: Path, load: Callable[[], Embedder | None]) -> None:
        self.generation = path.name
        self.stamp = read_stamp(path)
        self._load = load
        self._path = path
        self._meta = path / "meta.json"
        self._index = open_index(path)
        self._schema = self._index.schema
        self._passing = Passing()
        self._seen = self._fingerprint()
        self._snapshot = self._newest(None)

    def refresh(self) -> None:
        """See what was committed since the last look."""
        if self._fingerprint() != self._seen:
            self._snapshot = self._newest(self._snapshot.view)

    def _fingerprint(self) -> tuple[int, int, int]:
        with engine_errors():
            status = self._meta.stat()
        return status.st_mtime_ns, status.st_ino, status.st_size

    def _newest(self, last: View | None) -> Snapshot:
        """The documents of the newest commit, and the vectors that they name; `last` is the view until now."""
        for _ in range(20):
            seen = self._fingerprint()
            with engine_errors():
                self._index.reload()
                searcher = self._index.searcher()
                rows = committed_rows(searcher, self._schema) or 0
                view = self._view(rows, last) if self.stamp.embedder else None
            self._seen = seen
            if self._fingerprint() == seen:
                break  # otherwise rows of this commit may have been dropped as superseded by a newer one
        return Snapshot(self._schema, searcher, view, self._passing)

    def _view(self, count: int, last: View | None) -> View:
        return View(self._path / FOLDER, self.stamp.dimensions, count, base=last.base if last else None)

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
        by_relevance = sort.field is None and bool(query.words)
        vector, notices = (None, ()) if mode == "lexical" or not by_relevance else self._vector(query, mode)
        with engine_errors():
            answer = self._answer(query, vector, sort=sort, limit=limit, offset=offset, mode=mode, among=among)
        return answer._replace(notices=notices)

    def _answer(
        self,
        query: SearchQuery,
        vector: NDArray[np.float32] | None,
        *,
        sort: SortKey,
        limit: int,
        offset: int,
        mode: Mode,
        among: Sequence[int] | None,
    ) -> Answer:
        snapshot = self._snapshot
        hybrid = Hybrid(snapshot, snapshot.view or View.empty())
        if among is not None:
            said = SearchQuery(loosened(query).words)  # nothing is left out of them, so nothing can be required
            return hybrid.among(said, vector, among, mode)
        if sort.field is not None or not query.words:
            return self._sorted(snapshot, query, sort, limit, offset)
        if vector is None or snapshot.view is None:
            return hybrid.by_words(query, limit=limit, offset=offset)
        if mode == "semantic":
            return hybrid.by_meaning(query, vector, limit=limit, offset=offset)
        return hybrid.search(query, vector, limit=limit, offset=offset)

    def similar(
        self, example: Example, *, limit: int, mode: Mode = "hybrid", among: Sequence[int] | None = None
    ) -> Answer:
        snapshot = self._snapshot
        with engine_errors():
            likeness = Likeness(snapshot, snapshot.view or View.empty())
            return likeness.similar(example, limit=limit, mode=mode, among=among)

    def recommend(
        self, library: Sequence[Example], *, limit: int, mode: Mode = "hybrid", among: Sequence[int] | None = None
    ) -> Answer:
        snapshot = self._snapshot
        with engine_errors():
            likeness = Likeness(snapshot, snapshot.view or View.empty())
            return likeness.recommend(library, limit=limit, mode=mode, among=among)

    def _vector(self, query: SearchQuery, mode: Mode) -> tuple[NDArray[np.float32] | None, tuple[str, ...]]:
        """The query's vector; None, and perhaps a sentence, when there is none that the index could be asked with."""
        try:
            embedder = self._load()
        except ModelMissing as problem:
            return None, (f"{problem} Until then papers are found by words alone.",)
        if embedder is None:
            notice = "The setting EMBEDDER is none, so papers were found by words alone."
            return None, ((notice,) if mode == "semantic" else ())
        if embedder.stamp != self.stamp.embedder:
            return None, (f"{OTHER_EMBEDDER} Until then papers are found by words alone.",)
        vector = embedder.embed([" ".join(part.text for part in query.words)])[0]
        return (vector, ()) if vector.any() else (None, ())

    @staticmethod
    def _sorted(snapshot: Snapshot, query: SearchQuery, sort: SortKey, limit: int, offset: int) -> Answer:
        """By a field; without one, in the order of the index."""
        prepared = snapshot.ranking.every_word(query, snapshot.ranking.said(query))
        order = tantivy.Order.Desc if sort.descending else tantivy.Order.Asc
        result = snapshot.searcher.search(
            prepared, max(1, limit), count=True, offset=offset, order_by_field=sort.field, order=order
        )
        pks = snapshot.searcher.fast_field_values("pk", [address for _, address in result.hits[:limit]])
        total: int = result.count  # type: ignore[attr-defined]  # missing in the engine's stubs
        return Answer(total, [Found(int(pk)) for pk in pks if pk is not None])

    def count(self) -> int:
        with engine_errors():
            return count_papers(self._snapshot.searcher, self._schema)

    def ids(self) -> Iterator[int]:
        searcher = self._snapshot.searcher
        last: int | None = 0
        while last is not None:
            after = tantivy.Query.range_query(
                self._schema, "pk", tantivy.FieldType.Integer, last, None, include_lower=False
            )
            with engine_errors():
                hits = searcher.search(after, 10_000, count=False, order_by_field="pk", order=tantivy.Order.Asc).hits
            yield from (int(pk) for pk, _ in hits)
            last = int(hits[-1][0]) if hits else None

"""One open generation of the embedded index."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import tantivy

from broadsheet.search import analysis
from broadsheet.search.backends.base import Answer, Found, IndexDamaged, IndexOutOfDate, Reader, Stamp
from broadsheet.search.backends.embedded.ranking import Ranking, parts_of
from broadsheet.search.backends.embedded.schema import SCHEMA, engine_errors, open_index
from broadsheet.search.language import SearchQuery
from broadsheet.search.registry import SortKey

STAMP_FILE = "stamp.json"


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

    def __init__(self, path: Path) -> None:
        self.generation = path.name
        self.stamp = read_stamp(path)
        self._meta = path / "meta.json"
        self._seen = self._fingerprint()
        self._index = open_index(path)
        self._schema = self._index.schema
        with engine_errors():
            self._index.reload()

    def refresh(self) -> None:
        """See what was committed since the last look."""
        fingerprint = self._fingerprint()
        if fingerprint != self._seen:
            with engine_errors():
                self._index.reload()
            self._seen = fingerprint

    def _fingerprint(self) -> tuple[int, int, int]:
        with engine_errors():
            status = self._meta.stat()
        return status.st_mtime_ns, status.st_ino, status.st_size

    def search(self, query: SearchQuery, *, sort: SortKey, limit: int, offset: int = 0) -> Answer:
        with engine_errors():
            searcher = self._index.searcher()
            prepared = Ranking(self._schema, searcher).query(query, every_word=sort.field is not None)
            if sort.field is None:
                result = searcher.search(prepared, max(1, limit), count=True, offset=offset)
            else:
                order = tantivy.Order.Desc if sort.descending else tantivy.Order.Asc
                result = searcher.search(
                    prepared, max(1, limit), count=True, offset=offset, order_by_field=sort.field, order=order
                )
            hits = result.hits[:limit]
            total: int = result.count  # type: ignore[attr-defined]  # missing in the engine's stubs
            pks = searcher.fast_field_values("pk", [address for _, address in hits])
        if sort.field is not None:
            return Answer(total, [Found(int(pk)) for pk in pks if pk is not None])
        return Answer(
            total,
            [Found(int(pk), *parts_of(score)) for pk, (score, _) in zip(pks, hits, strict=True) if pk is not None],
        )

    def count(self) -> int:
        return int(self._index.searcher().num_docs)

    def ids(self) -> Iterator[int]:
        searcher = self._index.searcher()
        last: int | None = 0
        while last is not None:
            after = tantivy.Query.range_query(
                self._schema, "pk", tantivy.FieldType.Integer, last, None, include_lower=False
            )
            with engine_errors():
                hits = searcher.search(after, 10_000, count=False, order_by_field="pk", order=tantivy.Order.Asc).hits
            yield from (int(pk) for pk, _ in hits)
            last = int(hits[-1][0]) if hits else None

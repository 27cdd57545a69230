"""What one search works on: the documents of one commit, their vectors, and which of them pass a filter."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import tantivy
from numpy.typing import NDArray
from tantivy import Occur, Query

from broadsheet.search.backends.embedded.ranking import Ranking, day_span
from broadsheet.search.backends.embedded.scanning import View
from broadsheet.search.backends.embedded.schema import NO_ROW
from broadsheet.search.language import Filter, Phrase, SearchQuery, Term

SAMPLE = 512  # papers that say how near a query is to papers on the whole
SHAPE_SAMPLE = 10_000  # papers that say in which directions papers differ
RIDGE = 0.02  # added to the variance of each dimension, of which there are some hundred at a total of 1
REMEMBERED = 32  # filters
Mask = NDArray[np.bool_]


class Passing:
    """Which rows pass a filter, remembered: what a row says never changes, so only new rows are asked for."""

    def __init__(self) -> None:
        self._rows: OrderedDict[str, Mask] = OrderedDict()
        self._mutex = threading.Lock()

    def rows(self, name: str, query: Query, searcher: tantivy.Searcher, schema: tantivy.Schema, count: int) -> Mask:
        """By row below `count`: whether it matches; `name` stands for the query."""
        with self._mutex:
            known = self._rows.get(name)
        if known is None or len(known) < count:
            start = 0 if known is None else len(known)
            new = tantivy.Query.range_query(schema, "row", tantivy.FieldType.Integer, start, None)
            asked = Query.boolean_query([(Occur.Must, query), (Occur.Must, new)]) if start else query
            found = _all_rows(searcher, asked)
            mask = np.zeros(count, np.bool_)
            if known is not None:
                mask[:start] = known
            mask[found[(found >= start) & (found < count)]] = True
            known = mask
            with self._mutex:
                self._rows[name] = known
                while len(self._rows) > REMEMBERED:
                    self._rows.popitem(last=False)
        return known[:count]


def _all_rows(searcher: tantivy.Searcher, query: Query) -> NDArray[np.int64]:
    total: int = searcher.search(query, 1, count=True).count  # type: ignore[attr-defined]  # missing in the stubs
    if not total:
        return np.empty(0, np.int64)
    hits = searcher.search(query, total, count=False, order_by_field="row").hits
    return np.fromiter((hit[0] for hit in hits), np.int64, len(hits))


@dataclass(frozen=True)
class Snapshot:
    """One commit. `view` is None for an index without vectors; `passing` outlives the snapshot."""

    schema: tantivy.Schema
    searcher: tantivy.Searcher
    view: View | None
    passing: Passing

    @property
    def ranking(self) -> Ranking:
        return Ranking(self.schema, self.searcher)

    @cached_property
    def _sample(self) -> NDArray[np.float32]:
        view = self.view
        return view.vectors(view.sample(SAMPLE)) if view else np.empty((0, 0), np.float32)

    @cached_property
    def shape(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The mean of the vectors, and the inverse of their covariance with RIDGE added to each variance."""
        view = self.view
        some = view.vectors(view.sample(SHAPE_SAMPLE)) if view else np.empty((0, 1), np.float32)  # as `View.empty`
        mean = some.mean(axis=0) if len(some) else np.zeros(some.shape[1], np.float32)
        centred = some - mean
        covariance = centred.T @ centred / max(len(some), 1)
        inverse = np.linalg.inv(covariance + RIDGE * np.eye(len(mean), dtype=np.float32))
        return np.asarray(mean, np.float32), np.asarray(inverse, np.float32)

    def background(self, vector: NDArray[np.float32]) -> tuple[float, float]:
        """Mean and spread of the dot products of papers on the whole with this vector."""
        if len(self._sample) < 2:
            return 0.0, 1.0
        dots = np.vecdot(self._sample, vector)
        return float(dots.mean()), float(dots.std())

    def allowed(self, query: SearchQuery) -> Mask | None:
        """By slot: whether the operators, phrases and exclusions of the query let it pass; None when all may."""
        view = self.view
        if view is None:
            return None
        allowed: Mask | None = None
        required: list[Filter | Phrase | Term] = [*query.filters, *query.phrases]
        parts = [(part, True) for part in required] + [(part, False) for part in query.excluded]
        for part, wanted in parts:
            passes = self._passes(part, view)
            passes = passes if wanted else ~passes
            allowed = passes if allowed is None else allowed & passes
        return allowed

    def _passes(self, part: Filter | Phrase | Term, view: View) -> Mask:
        ranking = self.ranking
        if isinstance(part, Filter):
            if span := day_span(part):
                first, last = span
                return (view.days >= first) & (view.days <= (last if last is not None else 0xFFFF_FFFF))
            query = ranking.filter(part)
        else:
            found = ranking.phrase(Phrase(part.text))
            if found is None:
                return np.full(len(view.rows), isinstance(part, Phrase), np.bool_)
            query = found
        kind = type(part).__name__
        return self.passing.rows(f"{kind} {part}", query, self.searcher, self.schema, view.count)[view.rows]

    def documents(self, addresses: list[tantivy.DocAddress]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The keys and rows of these documents."""
        pks = self.searcher.fast_field_values("pk", addresses)
        rows = self.searcher.fast_field_values("row", addresses)
        filled = [NO_ROW if row is None else row for row in rows]
        return np.array(pks, np.int64), np.array(filled, np.int64)

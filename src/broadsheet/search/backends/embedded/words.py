"""The half of a search that goes by words: which papers have them, in what order, and how many there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tantivy import Query

from broadsheet.search.backends.embedded.ranking import lifted
from broadsheet.search.backends.embedded.snapshot import Snapshot
from broadsheet.search.language import SearchQuery

AT_ONCE = 500  # documents scored in one go
Numbers = NDArray[np.int64]
Scores = NDArray[np.float64]
Prepared = Callable[[Query], Query]  # a query that scores exactly what another matches


@dataclass(frozen=True, slots=True)
class Matches:
    """Papers with their scores by words, in no order; `total` papers match in all."""

    pks: Numbers
    rows: Numbers
    words: Scores
    verbatim: Scores
    total: int

    def order(self) -> Numbers:
        """The places, best first; of equals the smaller key first."""
        return np.lexsort((self.pks, -(self.words + self.verbatim)))

    def joined(self, other: Matches) -> Matches:
        """These and the others, which are none of these."""
        return Matches(
            np.concatenate([self.pks, other.pks]),
            np.concatenate([self.rows, other.rows]),
            np.concatenate([self.words, other.words]),
            np.concatenate([self.verbatim, other.verbatim]),
            self.total,
        )

    def at(self, places: NDArray[Any]) -> Matches:
        """The papers at these places."""
        return Matches(self.pks[places], self.rows[places], self.words[places], self.verbatim[places], self.total)


class ByWords:
    """One query asked of one commit."""

    def __init__(self, snapshot: Snapshot, query: SearchQuery) -> None:
        self._snapshot, self._query = snapshot, query
        self._ranking = snapshot.ranking
        self.said = self._ranking.said(query)

    def best(self, depth: int) -> Matches:
        """The `depth` papers that the words rank first, and whatever stands above all words."""
        result = self._snapshot.searcher.search(self._ranking.ranked(self._query, self.said), depth, count=True)
        total: int = result.count  # type: ignore[attr-defined]  # missing in the engine's stubs
        found = read(self._snapshot, result.hits, total)
        lifts = self._ranking.lifts(self._query, self.said) if total else None
        if lifts is None:
            return found
        hits = self._snapshot.searcher.search(lifts.query, depth, count=False).hits
        if not hits:
            return found
        lifting = read(self._snapshot, hits, total)
        beside, verbatim = lifted(lifting.words, lifts.runs)
        if total > len(found.pks) and verbatim.any():
            outside = set(lifting.pks[verbatim > 0].tolist()) - set(found.pks.tolist())
            if outside:
                found = found.joined(self._worded(sorted(outside)))
        return _added(found, lifting.pks, beside, verbatim)

    def of(self, pks: Sequence[int]) -> Matches:
        """Exactly these papers, all that the query's operators and phrases let pass."""
        found = scored(self._snapshot, "pk", pks, lambda only: self._ranking.ranked(self._query, self.said, only=only))
        for start in range(0, len(pks), AT_ONCE):
            part = pks[start : start + AT_ONCE]
            lifts = self._ranking.lifts(self._query, self.said, only=self._ranking.each_of("pk", part))
            if lifts is None:
                break
            hits = self._snapshot.searcher.search(lifts.query, len(part), count=False).hits
            lifting = read(self._snapshot, hits, 0)
            found = _added(found, lifting.pks, *lifted(lifting.words, lifts.runs))
        return found

    def behind(self, taken: NDArray[np.int64], skip: int, limit: int) -> Matches:
        """What follows on the papers `taken`: `limit` others in the order of the words, after the first `skip`."""
        prepared = self._ranking.ranked(self._query, self.said)
        hits = self._snapshot.searcher.search(prepared, skip + limit + len(taken), count=False).hits
        found = read(self._snapshot, hits, 0)
        rest = np.flatnonzero(~np.isin(found.pks, taken))
        return found.at(rest[skip : skip + limit])

    def _worded(self, pks: Sequence[int]) -> Matches:
        """These papers as far as they have one of the words, or need none."""
        found = scored(self._snapshot, "pk", pks, lambda only: self._ranking.ranked(self._query, self.said, only=only))
        return found if self._query.phrases else found.at(found.words > 0)


def read(snapshot: Snapshot, hits: list[Any], total: int) -> Matches:
    """The engine's hits."""
    pks, rows = snapshot.documents([address for _, address in hits])
    words = np.array([score for score, _ in hits], np.float64)
    return Matches(pks, rows, words, np.zeros(len(pks)), total)


def scored(snapshot: Snapshot, field: str, values: Sequence[int], prepared: Prepared) -> Matches:
    """The documents with these numbers in `field` that are there, with what `prepared` scores."""
    hits: list[Any] = []
    for start in range(0, len(values), AT_ONCE):
        part = values[start : start + AT_ONCE]
        query = prepared(snapshot.ranking.each_of(field, part))
        hits += snapshot.searcher.search(query, len(part), count=False).hits
    return read(snapshot, hits, len(hits))


def _added(found: Matches, pks: Numbers, beside: Scores, verbatim: Scores) -> Matches:
    """What lifts papers, where they are among the found."""
    by_pk = np.argsort(pks)
    if not len(by_pk):
        return found
    places = by_pk[np.searchsorted(pks, found.pks, sorter=by_pk).clip(max=len(pks) - 1)]
    lifted_ones = pks[places] == found.pks
    return Matches(
        found.pks,
        found.rows,
        found.words + np.where(lifted_ones, beside[places], 0.0),
        found.verbatim + np.where(lifted_ones, verbatim[places], 0.0),
        found.total,
    )

"""Searching by words, by meaning, and by both at once.

Both halves bring candidates; each candidate gets both scores, from the same commit; one rule makes one score of them
(`fusion`). What is quoted word for word stays above everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.backends.base import Answer, Found, Mode
from broadsheet.search.backends.embedded import fusion
from broadsheet.search.backends.embedded.scanning import Slots, View
from broadsheet.search.backends.embedded.snapshot import Snapshot
from broadsheet.search.backends.embedded.words import ByWords, Matches
from broadsheet.search.language import SearchQuery

POOL = 100  # candidates of each half
DEPTH = 200  # hits by words that are read in one go; the candidates of meaning are looked for among them
DEEPEST = 1_000  # hits by meaning alone
Vector = NDArray[np.float32]
Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Papers with both scores, in no order."""

    pks: NDArray[np.int64]
    words: NDArray[np.float64]
    verbatim: NDArray[np.float64]
    vectors: Vector  # (papers, dimensions); zeros where there is none
    meaning: Vector  # dot products with the query's

    def but(self, pks: Sequence[int]) -> Candidates:
        """Without these papers."""
        keep = ~np.isin(self.pks, np.asarray(pks, np.int64))
        return Candidates(self.pks[keep], self.words[keep], self.verbatim[keep], self.vectors[keep], self.meaning[keep])

    def fused(self, vector: Vector, snapshot: Snapshot, *, asked: int) -> tuple[Scores, Scores]:
        """(score, deviations of meaning) of each, for a query with this vector and `asked` telling words."""
        deviations = fusion.deviations(self.meaning, snapshot.background(vector))
        scores = self.verbatim + fusion.fuse(self.words, deviations, asked=asked)
        turned = fusion.turned(vector, self.vectors, scores)
        again = fusion.deviations(np.vecdot(self.vectors, turned), snapshot.background(turned))
        return self.verbatim + fusion.fuse(self.words, again, asked=asked), deviations

    def order(self, scores: NDArray[np.float64], kept: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
        """The places, best first; of equals the smaller key first."""
        places = np.arange(len(scores)) if kept is None else np.flatnonzero(kept)
        return places[np.lexsort((self.pks[places], -scores[places]))]

    def hits(self, scores: NDArray[np.float64], places: NDArray[np.int64]) -> list[Found]:
        """The papers at these places."""
        columns = (self.pks, scores, self.words, self.verbatim, self.meaning)
        return [Found(*values) for values in zip(*(column[places].tolist() for column in columns), strict=True)]


class Hybrid:
    """One snapshot; only searching by words works without vectors."""

    def __init__(self, snapshot: Snapshot, view: View) -> None:
        self._snapshot, self._view = snapshot, view

    def by_words(self, query: SearchQuery, *, limit: int, offset: int) -> Answer:
        """The papers with one of the words, best first."""
        words = ByWords(self._snapshot, query)
        found = words.best(DEPTH)
        page = found.at(found.order()[offset : offset + limit])
        if len(page.pks) < limit and found.total > len(found.pks):
            skip = max(0, offset - len(found.pks))
            page = page.joined(words.behind(found.pks, skip, limit - len(page.pks)))
        columns = (page.pks, page.words + page.verbatim, page.words, page.verbatim)
        return Answer(found.total, [Found(*values) for values in zip(*(one.tolist() for one in columns), strict=True)])

    def search(self, query: SearchQuery, vector: Vector, *, limit: int, offset: int) -> Answer:
        """The papers for the query by both halves. The first places come from the candidates; behind them stands what
        is left by words alone, so that pages join.
        """
        words = ByWords(self._snapshot, query)
        matches = words.best(DEPTH)
        near: Slots = np.empty(0, np.int64)
        if words.said.known:  # words that no paper has mean nothing here
            near, _ = self._view.nearest(vector, POOL, allowed=self._snapshot.allowed(query))
        found = both(self._view, matches, near, POOL, vector)
        scores, deviations = found.fused(vector, self._snapshot, asked=words.said.telling)
        order = found.order(scores, (found.words + found.verbatim > 0) | (deviations >= fusion.FLOOR))
        worded = int(np.count_nonzero(found.words[order] + found.verbatim[order]))
        page = found.hits(scores, order[offset : offset + limit])
        if len(page) < limit and matches.total > worded:
            lowest = float(scores[order[-1]]) if len(order) else 0.0
            rest = words.behind(found.pks[order], max(0, offset - len(order)), limit - len(page))
            # Below the last candidate, and in the order of their words.
            page += [
                Found(pk, lowest - 1 - 1 / (1 + score), score)
                for pk, score in zip(rest.pks.tolist(), rest.words.tolist(), strict=True)
            ]
        extra = len(order) - worded if matches.total <= DEPTH else 0
        return Answer(matches.total + extra, page)

    def by_meaning(self, query: SearchQuery, vector: Vector, *, limit: int, offset: int) -> Answer:
        """The papers nearest in meaning among those that the query's operators and phrases let pass."""
        allowed = self._snapshot.allowed(query)
        living = self._view.living if allowed is None else self._view.living & allowed
        near, dots = self._view.nearest(vector, min(limit + offset, DEEPEST), allowed=allowed)
        hits = [
            Found(pk, dot, meaning=dot) for pk, dot in zip(self._view.pks[near].tolist(), dots.tolist(), strict=True)
        ]
        return Answer(min(int(np.count_nonzero(living)), DEEPEST), hits[offset : offset + limit])

    def among(self, query: SearchQuery, vector: Vector | None, pks: Sequence[int], mode: Mode) -> Answer:
        """Exactly these papers, ranked as `search` ranks its candidates."""
        words = ByWords(self._snapshot, query)
        matches = words.of(pks)
        if vector is None:
            nothing = np.zeros((len(matches.pks), 1), np.float32)
            found = Candidates(matches.pks, matches.words, matches.verbatim, nothing, nothing[:, 0])
            scores = found.words + found.verbatim
        else:
            found = with_meaning(self._view, matches, vector, silent=mode == "semantic")
            scores = found.meaning.astype(np.float64)
            if mode == "hybrid":
                scores, _ = found.fused(vector, self._snapshot, asked=words.said.telling)
        return Answer(len(found.pks), found.hits(scores, found.order(scores)))


def both(view: View, matches: Matches, near: Slots, pool: int, vector: Vector) -> Candidates:
    """The best `pool` matches and the nearest by meaning, each once, with both scores. What is near and not among the
    matches counts as without words: had it many of them, it were there.
    """
    near_rows = view.rows[near].astype(np.int64)
    known, places = _places(near_rows, matches.rows)
    first = matches.order()[:pool]
    also = np.ones(len(matches.pks), np.bool_)
    also[first] = False
    also_near = places[known]
    chosen = matches.at(np.concatenate([first, also_near[also[also_near]]]))
    new = near[~known]
    nothing = np.zeros(len(new))
    vectors = view.vectors(np.concatenate([view.slots_of(chosen.rows), new]))
    return Candidates(
        np.concatenate([chosen.pks, view.pks[new]]),
        np.concatenate([chosen.words, nothing]),
        np.concatenate([chosen.verbatim, nothing]),
        vectors,
        np.vecdot(vectors, vector),
    )


def _places(wanted: NDArray[np.int64], rows: NDArray[Any]) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Which rows of `wanted` are among `rows`, and where."""
    if not len(rows):
        return np.zeros(len(wanted), np.bool_), np.zeros(len(wanted), np.int64)
    by_row = np.argsort(rows)
    places = by_row[np.searchsorted(rows, wanted, sorter=by_row).clip(max=len(rows) - 1)]
    return rows[places] == wanted, places


def with_meaning(view: View, matches: Matches, vector: Vector, *, silent: bool = False) -> Candidates:
    """These papers with their meaning, 0 for those that have no vector; `silent` papers count as without words."""
    vectors = view.vectors(view.slots_of(matches.rows))
    nothing = np.zeros(len(matches.pks))
    words, verbatim = (nothing, nothing) if silent else (matches.words, matches.verbatim)
    return Candidates(matches.pks, words, verbatim, vectors, np.vecdot(vectors, vector))

"""Searching by words and meaning at once, for papers like a paper, and for papers like a library.

Both halves bring candidates; each candidate gets both scores, from the same commit; one rule makes one score of them
(`fusion`). Verbatim runs stay above everything.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tantivy import Query

from broadsheet.search import analysis
from broadsheet.search.backends.base import Answer, Example, Found, Mode
from broadsheet.search.backends.embedded import fusion
from broadsheet.search.backends.embedded.ranking import parts_of
from broadsheet.search.backends.embedded.scanning import Slots, View
from broadsheet.search.backends.embedded.snapshot import Snapshot
from broadsheet.search.language import SearchQuery

POOL = 100  # candidates of each half
DEPTH = 500  # hits by words among which the candidates by meaning are looked for
DEEPEST = 1_000  # hits by meaning alone
LIKE_WORDS = 24  # words that stand for a paper
LIKE_ASKED = 64  # words that a paper asks with, as `fusion` counts them
LIBRARY_WORDS = 48
RIDGE = 0.02  # added to the variance of each dimension, of which there are some hundred at a total of 1
AT_ONCE = 500  # documents scored in one go
Vector = NDArray[np.float32]
Tiers = Callable[[NDArray[np.float64]], tuple[NDArray[np.float64], NDArray[np.float64]]]
Prepared = Callable[[Query], Query]  # a query that scores exactly what another matches


@dataclass(frozen=True, slots=True)
class Candidates:
    """Papers with both scores, in no order."""

    pks: NDArray[np.int64]
    words: NDArray[np.float64]
    verbatim: NDArray[np.float64]
    meaning: Vector  # dot products

    def but(self, pks: Sequence[int]) -> Candidates:
        """Without these papers."""
        keep = ~np.isin(self.pks, np.asarray(pks, np.int64))
        return Candidates(self.pks[keep], self.words[keep], self.verbatim[keep], self.meaning[keep])


class Hybrid:
    """One snapshot that has vectors."""

    def __init__(self, snapshot: Snapshot, view: View) -> None:
        self._snapshot, self._view = snapshot, view
        self._ranking = snapshot.ranking

    def search(self, query: SearchQuery, vector: Vector, *, limit: int, offset: int) -> Answer:
        """The papers for the query by both halves. The first places come from the candidates; behind them stands what
        is left by words alone, so that pages join.
        """
        prepared = self._ranking.query(query)
        result = self._snapshot.searcher.search(prepared, DEPTH, count=True)
        total: int = result.count  # type: ignore[attr-defined]  # missing in the engine's stubs
        asked, known = self._ranking.asked(query)
        near: Slots = np.empty(0, np.int64)
        if known:  # words that no paper has mean nothing here
            near, _ = self._view.nearest(vector, POOL, allowed=self._snapshot.allowed(query))
        tiers = partial(fusion.tiers, asked=asked)
        found = self._both(result.hits, near, POOL, vector, tiers)
        deviations = fusion.deviations(found.meaning, self._snapshot.background(vector))
        scores = self._scores(found, deviations, asked)
        order = self._order(found, scores, (found.words + found.verbatim > 0) | (deviations >= fusion.FLOOR))
        worded = int(np.count_nonzero(found.words[order] + found.verbatim[order]))
        page = self._hits(found, scores, order[offset : offset + limit])
        if len(page) < limit and total > worded:
            lowest = float(scores[order[-1]]) if len(order) else 0.0
            skip = max(0, offset - len(order))
            page += self._behind(prepared, set(found.pks[order].tolist()), lowest, skip, limit - len(page))
        extra = len(order) - worded if total <= DEPTH else 0
        return Answer(total + extra, page)

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
        asked, _ = self._ranking.asked(query)
        tiers = partial(fusion.tiers, asked=asked)
        found = self._scored("pk", pks, lambda only: self._ranking.query(query, only=only), vector, tiers)
        if vector is None:
            return Answer(len(found.pks), self._fused(found, np.zeros(len(found.pks)), asked=asked))
        deviations = fusion.deviations(found.meaning, self._snapshot.background(vector))
        if mode == "semantic":
            found = Candidates(found.pks, np.zeros(len(found.pks)), np.zeros(len(found.pks)), found.meaning)
        hits = self._fused(found, deviations, asked=asked)
        return Answer(len(hits), hits)

    def similar(self, example: Example, *, limit: int, mode: Mode, among: Sequence[int] | None) -> Answer:
        """Papers like this one: near to its vector, and with the words of it that few papers have."""
        counts = Counter(analysis.prose(example.text))
        weights = self._ranking.telling(counts, LIKE_WORDS)
        vector = self._vectors_of([example.pk]).sum(axis=0)
        if mode == "lexical":
            vector = np.zeros_like(vector)
        return self._like({} if mode == "semantic" else weights, vector, [example.pk], limit, among)

    def recommend(self, library: Sequence[Example], *, limit: int, mode: Mode, among: Sequence[int] | None) -> Answer:
        """Papers like these and unlike the others: a linear classifier on the vectors (ridge regression of membership,
        which for few members is the difference of the means through the inverse of the covariance), and one on
        the words (Rocchio: the mean of the members' weighted words).
        """
        weights: defaultdict[str, float] = defaultdict(float)
        for example in library:
            found = self._ranking.telling(Counter(analysis.prose(example.text)), LIBRARY_WORDS)
            length = sum(value**2 for value in found.values()) ** 0.5 or 1.0
            for word, value in found.items():
                weights[word] += value / length
        members = [example.pk for example in library]
        vector = self._direction(self._vectors_of(members))
        if mode == "lexical":
            vector = np.zeros_like(vector)
        telling = {} if mode == "semantic" else best_of(weights, LIBRARY_WORDS)
        return self._like(telling, vector, members, limit, among)

    def _direction(self, members: Vector) -> Vector:
        everything = self._view.vectors(self._view.sample(20_000))
        if not len(members) or len(everything) < 2:
            return np.zeros(members.shape[1], np.float32)
        mean = everything.mean(axis=0)
        centred = everything - mean
        covariance = centred.T @ centred / len(centred)
        shrunk = covariance + RIDGE * np.eye(len(mean), dtype=np.float32)
        direction = np.linalg.solve(shrunk, members.mean(axis=0) - mean)
        length = float(np.linalg.norm(direction))
        return (direction / length if length else direction).astype(np.float32)

    def _like(
        self, weights: dict[str, float], vector: Vector, without: list[int], limit: int, among: Sequence[int] | None
    ) -> Answer:
        def prepared(only: Query | None = None) -> Query:
            return self._ranking.likeness(weights, only=only)

        if among is not None:
            found = self._scored("pk", among, prepared, vector, no_tiers)
        else:
            pool = max(POOL, limit + len(without))
            hits = self._snapshot.searcher.search(prepared(), max(DEPTH, pool), count=False).hits
            near, _ = self._view.nearest(vector, pool)
            found = self._both(hits, near, pool, vector, no_tiers).but(without)
        deviations = fusion.deviations(found.meaning, self._snapshot.background(vector))
        best = self._fused(found, deviations, asked=LIKE_ASKED)[:limit]
        return Answer(len(found.pks), best, terms=tuple(weights))

    def _vectors_of(self, pks: Sequence[int]) -> Vector:
        rows: list[int] = []
        for start in range(0, len(pks), AT_ONCE):
            part = pks[start : start + AT_ONCE]
            hits = self._snapshot.searcher.search(self._ranking.each_of("pk", part), len(part), count=False).hits
            rows += self._snapshot.documents([address for _, address in hits])[1].tolist()
        return self._view.vectors(self._view.slots_of(np.array(rows, np.int64)))

    def _both(self, hits: list[Any], near: Slots, pool: int, vector: Vector, tiers: Tiers) -> Candidates:
        """The best `pool` hits by words and the nearest by meaning, each once, with both scores. What is near and not
        among the hits (of which there are more) counts as without words.
        """
        pks, rows = self._snapshot.documents([address for _, address in hits])
        words, verbatim = tiers(np.array([score for score, _ in hits], np.float64))
        near_rows = self._view.rows[near].astype(np.int64)
        by_row = np.argsort(rows)
        places = by_row[np.searchsorted(rows, near_rows, sorter=by_row).clip(max=len(rows) - 1)] if len(rows) else near
        known = rows[places] == near_rows if len(rows) else np.zeros(len(near), np.bool_)
        first = np.argsort(-(words + verbatim), kind="stable")[:pool]
        chosen = np.concatenate([first, np.setdiff1d(places[known], first)])
        new = near[~known]
        slots = np.concatenate([self._view.slots_of(rows[chosen]), new])
        nothing = np.zeros(len(new))
        return Candidates(
            np.concatenate([pks[chosen], self._view.pks[new]]),
            np.concatenate([words[chosen], nothing]),
            np.concatenate([verbatim[chosen], nothing]),
            self._view.dots(slots, vector),
        )

    def _scored(
        self, field: str, values: Sequence[int], prepared: Prepared, vector: Vector | None, tiers: Tiers
    ) -> Candidates:
        """The documents with these numbers in `field` that are there, with both scores."""
        addresses: list[Any] = []
        scores: list[float] = []
        for start in range(0, len(values), AT_ONCE):
            part = values[start : start + AT_ONCE]
            query = prepared(self._ranking.each_of(field, part))
            hits = self._snapshot.searcher.search(query, len(part), count=False).hits
            scores += [score for score, _ in hits]
            addresses += [address for _, address in hits]
        pks, rows = self._snapshot.documents(addresses)
        slots = self._view.slots_of(rows)
        meaning = np.zeros(len(pks), np.float32) if vector is None else self._view.dots(slots, vector)
        return Candidates(pks, *tiers(np.array(scores, np.float64)), meaning)

    @staticmethod
    def _scores(found: Candidates, deviations: NDArray[np.float64], asked: int) -> NDArray[np.float64]:
        return found.verbatim + fusion.fuse(found.words, deviations, asked=asked)

    @staticmethod
    def _order(
        found: Candidates, scores: NDArray[np.float64], kept: NDArray[np.bool_] | None = None
    ) -> NDArray[np.int64]:
        """The places of the candidates, best first; of equals the smaller key first."""
        places = np.arange(len(scores)) if kept is None else np.flatnonzero(kept)
        return places[np.lexsort((found.pks[places], -scores[places]))]

    @staticmethod
    def _hits(found: Candidates, scores: NDArray[np.float64], places: NDArray[np.int64]) -> list[Found]:
        columns = (found.pks, scores, found.words, found.verbatim, found.meaning)
        return [Found(*values) for values in zip(*(column[places].tolist() for column in columns), strict=True)]

    def _fused(self, found: Candidates, deviations: NDArray[np.float64], *, asked: int) -> list[Found]:
        """All candidates, best first."""
        scores = self._scores(found, deviations, asked)
        return self._hits(found, scores, self._order(found, scores))

    def _behind(self, prepared: Query, taken: set[int], lowest: float, skip: int, limit: int) -> list[Found]:
        """What follows on the candidates: the other papers with one of the words, by words alone."""
        wanted = skip + limit + len(taken)
        hits = self._snapshot.searcher.search(prepared, wanted, count=False).hits
        pks, _ = self._snapshot.documents([address for _, address in hits])
        rest = [(int(pk), score) for pk, (score, _) in zip(pks, hits, strict=True) if int(pk) not in taken]
        # Below the last candidate, and in the order of their words.
        return [Found(pk, lowest - 1 - 1 / (1 + score), *parts_of(score)) for pk, score in rest[skip : skip + limit]]


def no_tiers(scores: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Scores that are of words alone."""
    return scores, np.zeros(len(scores))


def best_of(weights: dict[str, float], most: int) -> dict[str, float]:
    """The heaviest words; of equals the first in the alphabet."""
    return dict(sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:most])

"""Papers like a paper, and papers like a library: the same two halves, asked with a text and a vector of their own."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from tantivy import Query

from broadsheet.search import analysis
from broadsheet.search.backends.base import Answer, Example, Mode
from broadsheet.search.backends.embedded import fusion
from broadsheet.search.backends.embedded.hybrid import DEPTH, POOL, Vector, both, with_meaning
from broadsheet.search.backends.embedded.scanning import View
from broadsheet.search.backends.embedded.snapshot import Snapshot
from broadsheet.search.backends.embedded.words import AT_ONCE, read, scored

LIKE_WORDS = 24  # words that stand for a paper
LIKE_ASKED = 64  # words that a paper asks with, as `fusion` counts them
LIBRARY_WORDS = 48
RIDGE = 0.02  # added to the variance of each dimension, of which there are some hundred at a total of 1


class Likeness:
    """One snapshot that has vectors."""

    def __init__(self, snapshot: Snapshot, view: View) -> None:
        self._snapshot, self._view = snapshot, view
        self._ranking = snapshot.ranking

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

        def words_of(pks: Sequence[int]) -> NDArray[np.float64]:
            found = scored(self._snapshot, "pk", pks, prepared)
            by_pk = dict(zip(found.pks.tolist(), found.words.tolist(), strict=True))
            return np.array([by_pk.get(pk, 0.0) for pk in pks], np.float64)

        if among is not None:
            found = with_meaning(self._view, scored(self._snapshot, "pk", among, prepared), vector)
        else:
            pool = max(POOL, limit + len(without))
            result = self._snapshot.searcher.search(prepared(), max(DEPTH, pool), count=True)
            total: int = result.count  # type: ignore[attr-defined]  # missing in the engine's stubs
            near, _ = self._view.nearest(vector, pool)
            matches = read(self._snapshot, result.hits, total)
            found = both(self._view, matches, near, pool, vector, words_of).but(without)
        deviations = fusion.deviations(found.meaning, self._snapshot.background(vector))
        scores = found.verbatim + fusion.fuse(found.words, deviations, asked=LIKE_ASKED)
        return Answer(len(found.pks), found.hits(scores, found.order(scores)[:limit]), terms=tuple(weights))

    def _vectors_of(self, pks: Sequence[int]) -> Vector:
        rows: list[int] = []
        for start in range(0, len(pks), AT_ONCE):
            part = pks[start : start + AT_ONCE]
            hits = self._snapshot.searcher.search(self._ranking.each_of("pk", part), len(part), count=False).hits
            rows += self._snapshot.documents([address for _, address in hits])[1].tolist()
        return self._view.vectors(self._view.slots_of(np.array(rows, np.int64)))


def best_of(weights: dict[str, float], most: int) -> dict[str, float]:
    """The heaviest words; of equals the first in the alphabet."""
    return dict(sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:most])

"""Papers like a paper, and papers like a library: the same two halves, asked with a text and a vector of their own."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from tantivy import Query

from broadsheet.search import analysis
from broadsheet.search.backends.base import Answer, Example, Mode
from broadsheet.search.backends.embedded.hybrid import POOL, Vector, both, with_meaning
from broadsheet.search.backends.embedded.scanning import View
from broadsheet.search.backends.embedded.snapshot import Snapshot
from broadsheet.search.backends.embedded.words import AT_ONCE, read, scored

DEPTH = 500  # hits by words among which the candidates of meaning are looked for
LIKE_WORDS = 50  # words that stand for a paper
LIKE_ASKED = 36  # words that a paper asks with, as `fusion` counts them
LIBRARY_WORDS = 48


class Likeness:
    """One snapshot that has vectors."""

    def __init__(self, snapshot: Snapshot, view: View) -> None:
        self._snapshot, self._view = snapshot, view
        self._ranking = snapshot.ranking

    def similar(self, example: Example, *, limit: int, mode: Mode, among: Sequence[int] | None) -> Answer:
        """Papers like this one: near to its vector, and with the words of it that few papers have."""
        counts = Counter(analysis.prose(example.text))
        weights = self._ranking.telling(counts, LIKE_WORDS)
        # What all papers of a collection have in common says nothing about which of them are alike.
        vector = self._vectors_of([example.pk]).sum(axis=0) - self._snapshot.shape[0]
        vector /= float(np.linalg.norm(vector)) or 1.0
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
        mean, inverse = self._snapshot.shape
        if not len(members):
            return np.zeros(members.shape[1], np.float32)
        direction = inverse @ (members.mean(axis=0) - mean)
        length = float(np.linalg.norm(direction))
        return np.asarray(direction / length if length else direction, np.float32)

    def _like(
        self, weights: dict[str, float], vector: Vector, without: list[int], limit: int, among: Sequence[int] | None
    ) -> Answer:
        def prepared(only: Query | None = None) -> Query:
            return self._ranking.likeness(weights, only=only)

        if among is not None:
            found = with_meaning(self._view, scored(self._snapshot, "pk", among, prepared), vector)
        else:
            pool = max(POOL, limit + len(without))
            hits = self._snapshot.searcher.search(prepared(), max(DEPTH, pool), count=False).hits
            near, _ = self._view.nearest(vector, pool)
            found = both(self._view, read(self._snapshot, hits, len(hits)), near, pool, vector).but(without)
        scores, _ = found.fused(vector, self._snapshot, asked=LIKE_ASKED)
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

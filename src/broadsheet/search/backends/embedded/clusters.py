"""Order of nearness: vectors in lists around centroids, so that a search looks at the lists nearest to it.

Spherical k-means on a sample, as in inverted files (Sivic and Zisserman, "Video Google", 2003); the seed is fixed, so
equal vectors give equal lists. A vector's scale does not change which centroid is nearest, so only whole numbers are
asked for.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

ROUNDS = 6
SAMPLE = 64  # vectors a list that training looks at
AT_ONCE = 8_192  # vectors that are looked at in one go
Take = Callable[[NDArray[np.int64]], NDArray[np.int8]]  # the whole numbers of the vectors at these places
Floats = NDArray[np.float32]


def centroids_of(take: Take, count: int) -> Floats:
    """One centroid of length 1 a list, of which there are about √count, for the `count` vectors that `take` gives."""
    lists = max(1, round(count**0.5))
    chance = np.random.default_rng(0)
    chosen = np.sort(chance.choice(count, min(count, lists * SAMPLE), replace=False))
    sample = np.concatenate([_unit(take(chosen[at : at + AT_ONCE])) for at in range(0, len(chosen), AT_ONCE)])
    centroids: Floats = sample[chance.choice(len(sample), lists, replace=False)]
    for _ in range(ROUNDS):
        sums, members = np.zeros_like(centroids), np.zeros(lists, np.int64)
        for at in range(0, len(sample), AT_ONCE):
            _add(sums, members, sample[at : at + AT_ONCE], centroids)
        # A list without members stays where it is.
        centroids = np.where((members > 0)[:, None], sums / _lengths(sums), centroids)
    return centroids


def nearest_lists(take: Take, count: int, centroids: Floats) -> NDArray[np.int64]:
    """The list of each of the `count` vectors."""
    found = np.empty(count, np.int64)
    for start in range(0, count, AT_ONCE):
        places = np.arange(start, min(count, start + AT_ONCE))
        found[places] = (take(places).astype(np.float32) @ centroids.T).argmax(axis=1)
    return found


def _add(sums: Floats, members: NDArray[np.int64], part: Floats, centroids: Floats) -> None:
    """Add vectors to the sums and the numbers of members of their lists."""
    nearest = (part @ centroids.T).argmax(axis=1)
    order = np.argsort(nearest, kind="stable")
    found, firsts, many = np.unique(nearest[order], return_index=True, return_counts=True)
    sums[found] += np.add.reduceat(part[order], firsts, axis=0)
    members[found] += many


def _unit(whole: NDArray[np.int8]) -> Floats:
    vectors = whole.astype(np.float32)
    return np.asarray(vectors / _lengths(vectors))


def _lengths(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(np.where(lengths > 0, lengths, 1), np.float32)

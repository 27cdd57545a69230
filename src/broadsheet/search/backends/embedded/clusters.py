"""Order of nearness: vectors in lists around centroids, so that a search looks at the lists nearest to it.

Spherical k-means on a sample, as in inverted files (Sivic and Zisserman, "Video Google", 2003); the seed is fixed, so
equal vectors give equal lists.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ROUNDS = 6
SAMPLE = 64  # vectors a list that training looks at
_AT_ONCE = 8_192


def cluster(
    vectors: NDArray[np.int8], scales: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """(order, starts, centroids): entries in order of their lists, where each list starts (and the last ends), and
    one centroid of length 1 a list. `vectors` (n, d) times `scales` (n,) are the vectors; there are about √n lists.
    """
    count = len(vectors)
    lists = max(1, round(count**0.5))
    chance = np.random.default_rng(0)
    chosen = np.sort(chance.choice(count, min(count, lists * SAMPLE), replace=False))
    sample = vectors[chosen].astype(np.float32) * scales[chosen, None]
    centroids = _train(sample, min(lists, len(sample)), chance)
    nearest = np.empty(count, np.int64)
    for start in range(0, count, _AT_ONCE):
        # A scale does not change which centroid is nearest.
        nearest[start : start + _AT_ONCE] = _nearest(vectors[start : start + _AT_ONCE].astype(np.float32), centroids)
    order = np.argsort(nearest, kind="stable")
    starts = np.searchsorted(nearest[order], np.arange(len(centroids) + 1))
    return order, starts.astype(np.int64), centroids


def _nearest(vectors: NDArray[np.float32], centroids: NDArray[np.float32]) -> NDArray[np.int64]:
    return np.asarray((vectors @ centroids.T).argmax(axis=1))


def _train(sample: NDArray[np.float32], lists: int, chance: np.random.Generator) -> NDArray[np.float32]:
    centroids = sample[chance.choice(len(sample), lists, replace=False)]
    for _ in range(ROUNDS):
        nearest = np.concatenate(
            [_nearest(sample[at : at + _AT_ONCE], centroids) for at in range(0, len(sample), _AT_ONCE)]
        )
        order = np.argsort(nearest, kind="stable")
        starts = np.searchsorted(nearest[order], np.arange(lists))
        # reduceat gives a list without members the first row after it, which serves as well as any.
        centroids = np.add.reduceat(sample[order], np.minimum(starts, len(sample) - 1), axis=0)
        lengths = np.linalg.norm(centroids, axis=1, keepdims=True)
        centroids = (centroids / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    return centroids

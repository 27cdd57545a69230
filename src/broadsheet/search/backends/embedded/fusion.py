"""How words and meaning become one order.

A paper's score is its BM25 divided by the square root of how many telling words the query has, plus its meaning in
deviations from what papers have on the whole, times a weight that grows with the words. The sum of the words' evidence
grows with the query faster than it tells more, because words that stand in one text depend on each other; the root
takes that back. How the constants were fitted, by `bench/fit_fusion.py`:
docs/dev/decisions/0009-meaning-beside-words.md.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MEANING = 1.0  # BM25 (of one word) that one deviation of meaning weighs in a long query
HALF = 6.0  # telling words at which it weighs half of that: keywords say what they mean, sentences say it in many ways
FIRST = 3  # papers that turn the query's meaning towards their own
TURN = 0.3  # how much of their mean is added to it
FLOOR = 3.0  # deviations from which on a paper without any of the words is a hit
SPREAD_AT_LEAST = 0.03  # a query to which all papers are equally near is near to none


def deviations(dots: NDArray[np.float32], background: tuple[float, float]) -> NDArray[np.float64]:
    """How far above the mean of all papers each product lies, in standard deviations."""
    mean, spread = background
    return np.asarray((dots.astype(np.float64) - mean) / max(spread, SPREAD_AT_LEAST))


def fuse(words: NDArray[np.float64], meaning: NDArray[np.float64], *, asked: int) -> NDArray[np.float64]:
    """One score a paper, from its BM25 and its deviations in meaning; `asked` telling words has the query."""
    weight = MEANING * asked**2 / (asked**2 + HALF**2)
    return np.asarray(words / max(asked, 1) ** 0.5 + weight * meaning)


def turned(
    vector: NDArray[np.float32], vectors: NDArray[np.float32], scores: NDArray[np.float64]
) -> NDArray[np.float32]:
    """The query's vector, turned towards the papers that stand first (Rocchio's feedback, without the reader's)."""
    if not len(scores) or not vector.any():
        return vector
    first = np.argsort(-scores, kind="stable")[:FIRST]
    return np.asarray(vector + TURN * vectors[first].mean(axis=0), np.float32)

"""How words and meaning become one order.

A paper's score is its words, as a share of what the best paper has, plus its meaning, as deviations from what papers
have on the whole: each brought to one scale, so that one weight for each kind of query is enough. Figures and how the
constants were fitted: docs/dev/decisions/0009-meaning-beside-words.md.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# The fixed rule: weight = LEAST + (MOST - LEAST) · n / (n + HALF), n the query's different telling words.
LEAST, MOST, HALF = 0.1, 1.0, 8.0
SPREAD = 10.0  # deviations that weigh as much as all of the best paper's words
FLOOR = 2.5  # deviations from which on a paper without any of the words is a hit
SPREAD_AT_LEAST = 0.03  # a query to which all papers are equally near is near to none


def deviations(dots: NDArray[np.float32], background: tuple[float, float]) -> NDArray[np.float64]:
    """How far above the mean of all papers each product lies, in standard deviations."""
    mean, spread = background
    return (dots.astype(np.float64) - mean) / max(spread, SPREAD_AT_LEAST)


def weight(words: int) -> float:
    """How much meaning weighs against words in a query of so many different telling words."""
    return LEAST + (MOST - LEAST) * words / (words + HALF)


def fuse(words: NDArray[np.float64], meaning: NDArray[np.float64], *, weight: float) -> NDArray[np.float64]:
    """One score a paper, from its BM25 and its deviations in meaning."""
    best = float(words.max(initial=0.0))
    share = words / best if best > 0 else np.zeros(len(words))
    return share + weight * meaning / SPREAD

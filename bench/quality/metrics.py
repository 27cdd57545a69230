"""How good a ranking is, and whether one is better than another. Relevance and runs are {query: {document: number}}."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

Relevance = Mapping[str, Mapping[str, float]]
Run = Mapping[str, Mapping[str, float]]


def ranked(scores: Mapping[str, float]) -> list[str]:
    """Documents by falling score, ties by name."""
    return sorted(scores, key=lambda document: (-scores[document], document))


def ndcg(relevance: Relevance, run: Run, depth: int) -> dict[str, float]:
    """nDCG at `depth` of every query with something relevant: gains as they are, discount log2(rank + 1) (Järvelin and
    Kekäläinen, 2002; as trec_eval's ndcg_cut). A query that the run lacks scores 0.
    """
    found = {}
    for query, wanted in relevance.items():
        gains = [wanted.get(document, 0.0) for document in ranked(run.get(query, {}))[:depth]]
        best = sorted(wanted.values(), reverse=True)[:depth]
        ideal = sum(gain / math.log2(rank + 2) for rank, gain in enumerate(best))
        if ideal:
            found[query] = sum(gain / math.log2(rank + 2) for rank, gain in enumerate(gains)) / ideal
    return found


def reciprocal_rank(relevance: Relevance, run: Run) -> dict[str, float]:
    """1 / the rank of the first relevant document of every query; 0 where the run has none."""
    found = {}
    for query, wanted in relevance.items():
        order = ranked(run.get(query, {}))
        found[query] = next((1 / rank for rank, document in enumerate(order, 1) if wanted.get(document)), 0.0)
    return found


def success(relevance: Relevance, run: Run, depth: int) -> dict[str, float]:
    """1 for every query with something relevant among the first `depth`, else 0."""
    return {
        query: float(any(wanted.get(document) for document in ranked(run.get(query, {}))[:depth]))
        for query, wanted in relevance.items()
    }


def mean(values: Mapping[str, float]) -> float:
    """The mean over queries; 0 for none."""
    return sum(values.values()) / len(values) if values else 0.0


def bootstrap(one: Mapping[str, float], other: Mapping[str, float], *, rounds: int = 10_000, seed: int = 1) -> float:
    """The two-sided p-value of `one` and `other` having equal means, by a paired bootstrap over queries: the share of
    resamples of the differences, moved to mean 0, whose mean is as far from 0 as the one measured (Efron and
    Tibshirani, 1993, chapter 16).
    """
    differences = np.array([one[query] - other[query] for query in one])
    if not len(differences) or not differences.any():
        return 1.0
    measured = abs(differences.mean())
    centred = differences - differences.mean()
    rng = np.random.default_rng(seed)
    means = np.array([centred[rng.integers(0, len(centred), len(centred))].mean() for _ in range(rounds)])
    return float((1 + (np.abs(means) >= measured).sum()) / (rounds + 1))

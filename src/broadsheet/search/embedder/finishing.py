"""What is done to a table once it is trained, over the same papers.

A token that few papers say has been moved little by training: it is moved on towards the mean of the papers that say
it. Then the directions in which papers differ most are shortened a little, all others being as informative (partial
whitening, as in Raunak et al., "Effective dimensionality reduction for word embeddings", 2019).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.embedder.training import Floats, Recipe, Rows, scipy_sparse, spans

_PAPERS = 4_096  # that are looked at in one go


class Context(NamedTuple):
    """By row: the direction of the papers that say it, from the mean of all, and how many these are. And the
    covariance of the papers' vectors.
    """

    directions: Floats
    papers: NDArray[np.int64]
    covariance: NDArray[np.float64]


def finish(corpus: Rows, table: Floats, recipe: Recipe, *, new: NDArray[np.bool_] | None = None) -> Floats:
    """The finished table. `new` says which rows were not known to an earlier table, which was finished in its time:
    then only these are moved.
    """
    context = look(corpus, table)
    moved = context.papers < recipe.rare * (len(corpus.papers) - 1)
    if new is not None:
        moved &= new
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    finished: Floats = table + recipe.context * lengths * context.directions * moved[:, None]
    if new is not None or not recipe.level:
        return finished.astype(np.float32)
    values, vectors = np.linalg.eigh(context.covariance)
    shortened = (vectors * np.maximum(values, values[-1] * 1e-6) ** -recipe.level) @ vectors.T
    return np.asarray(finished @ shortened, np.float32)


def look(corpus: Rows, table: Floats) -> Context:
    """Embed all papers, and see where each row's stand."""
    sparse = scipy_sparse()
    count, dimensions = len(corpus.papers) - 1, table.shape[1]
    sums, papers = np.zeros(table.shape, np.float32), np.zeros(len(table), np.int64)
    total, squares = np.zeros(dimensions), np.zeros((dimensions, dimensions))
    for start in range(0, count, _PAPERS):
        chosen = corpus.papers[start : min(start + _PAPERS, count) + 1]
        tokens, paper = spans(corpus.parts[chosen[:-1]], corpus.parts[chosen[1:]])
        rows = corpus.rows[tokens]
        shape = (len(chosen) - 1, len(table))
        said = sparse.csr_matrix((np.ones(len(rows), np.float32), (paper, rows)), shape=shape)
        said.sum_duplicates()
        said.data = 1 + np.log(said.data)
        vectors = said @ table
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors /= np.where(lengths > 0, lengths, 1)
        said.data[:] = 1
        sums += said.T @ vectors
        papers += np.bincount(said.indices, minlength=len(table))
        total += vectors.sum(axis=0)
        squares += vectors.T @ vectors
    mean = total / count
    directions = sums - papers[:, None] * mean.astype(np.float32)
    lengths = np.linalg.norm(directions, axis=1, keepdims=True)
    directions /= np.where(lengths > 0, lengths, 1)
    return Context(directions, papers, squares / count - np.outer(mean, mean))

"""Learning the table: texts of one paper should be nearer to each other than to those of other papers.

A step takes a batch of papers and two texts of each (see `_two_texts`), embeds them with the table as it stands, and
lowers the cross-entropy of finding the right partner among the batch's, in both directions: the symmetric in-batch
softmax loss (InfoNCE: van den Oord et al., 2018), at a fixed scale of the cosines. Everything is numpy, and scipy's
sparse product of texts × tokens.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.embedder.errors import EmbedderProblem

Floats = NDArray[np.float32]
_BLOCK = 256  # rows
Progress = Callable[[int, int, float], None]  # steps done, steps in all, loss of the last one


class TrainingImpossible(EmbedderProblem):
    """Something that training needs is not there."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train. `rate` is the Adam step size at the start, falling in a straight line to 0."""

    words: int = 20_000
    stems: int = 30_000
    buckets: int = 8_000
    dimensions: int = 384
    epochs: int = 3
    batch: int = 1_024
    scale: float = 12.0
    rate: float = 0.01
    drop: float = 0.0  # share of tokens left out of a text, anew each time
    titles: float = 0.5  # share of papers for which the texts are title and abstract
    sentences: float = 0.0  # share for which they are one sentence and the rest; else a random half of them each
    start: float = 2.5  # length of a row before training, times its weight
    context: float = 0.3  # how far a rare token is moved, after training, towards the papers that say it (`finishing`)
    rare: float = 0.003  # share of papers that say a token from which on it is not rare
    level: float = 0.1  # power by which directions that vary most are shortened after training
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Rows:
    """A corpus in rows of the table: part `p` is `rows[parts[p]:parts[p + 1]]`; paper `n` has the parts from
    `papers[n]` up to `papers[n + 1]`, the first of which is its title.
    """

    rows: NDArray[np.int32]
    parts: NDArray[np.int64]
    papers: NDArray[np.int64]


def spans(starts: NDArray[np.int64], ends: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All whole numbers of the spans, one span after another, and which span each is of."""
    lengths = ends - starts
    which = np.repeat(np.arange(len(starts)), lengths)
    before = np.cumsum(lengths) - lengths
    return np.arange(int(lengths.sum())) - before[which] + starts[which], which


def _two_texts(
    corpus: Rows, batch: NDArray[np.int64], recipe: Recipe, rng: np.random.Generator
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Rows of the tokens of the batch's texts, and which text each is of: text `n` of paper `n`, its partner at
    `len(batch) + n`. A paper's parts are dealt out as title | abstract, sentence | rest, or by the toss of a coin.
    """
    parts, paper = spans(corpus.papers[batch], corpus.papers[batch + 1])
    first = parts == corpus.papers[batch][paper]
    kind = rng.random(len(batch))
    count = np.diff(np.stack([corpus.papers[batch], corpus.papers[batch + 1]]), axis=0)[0]
    chosen = corpus.papers[batch] + 1 + (rng.random(len(batch)) * np.maximum(count - 1, 1)).astype(np.int64)
    side = rng.random(len(parts)) < 0.5
    sentence = (kind < recipe.titles + recipe.sentences)[paper]
    side = np.where(sentence, parts == chosen[paper], side)
    side = np.where((kind < recipe.titles)[paper], first, side)
    side ^= (rng.random(len(batch)) < 0.5)[paper] & (kind >= recipe.titles + recipe.sentences)[paper]
    tokens, part = spans(corpus.parts[parts], corpus.parts[parts + 1])
    text = np.where(side, paper, paper + len(batch))[part]
    rows = corpus.rows[tokens]
    kept = rows >= 0
    if recipe.drop:
        kept &= rng.random(len(rows)) >= recipe.drop
    return rows[kept], text[kept]


class Trainer:
    """The table in training, with Adam's two moments (Kingma and Ba, 2015)."""

    def __init__(self, table: Floats, recipe: Recipe) -> None:
        self._sparse = scipy_sparse()
        self.table, self.recipe = table, recipe
        self._mean, self._square = np.zeros_like(table), np.zeros_like(table)
        self._room = np.empty_like(table[:_BLOCK])
        self._steps = 0

    def step(self, rows: NDArray[np.int32], text: NDArray[np.int64], papers: int, rate: float) -> float:
        """One step on a batch of so many papers; its loss."""
        ones = np.ones(len(rows), np.float32)
        texts = self._sparse.csr_matrix((ones, (text, rows)), shape=(2 * papers, len(self.table)))
        sums: Floats = texts @ self.table
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        lengths[lengths == 0] = 1
        unit = sums / lengths
        loss, gradient = softmax_loss(unit[:papers], unit[papers:], self.recipe.scale)
        gradient -= unit * np.einsum("ij,ij->i", gradient, unit)[:, None]
        gradient /= lengths
        self._adam(texts.T.tocsr() @ gradient, rate)
        return loss

    def _adam(self, gradient: Floats, rate: float, b1: float = 0.9, b2: float = 0.999) -> None:
        """One step. In blocks that stay in the processor's cache, because it is memory that it waits for."""
        self._steps += 1
        sharpen = np.float32(1 / np.sqrt(1 - b2**self._steps))
        length = np.float32(rate / (1 - b1**self._steps))
        for start in range(0, len(self.table), _BLOCK):
            block = slice(start, start + _BLOCK)
            now, mean, square = gradient[block], self._mean[block], self._square[block]
            room = self._room[: len(now)]
            mean *= b1
            mean += np.multiply(now, 1 - b1, out=room)
            square *= b2
            np.multiply(now, now, out=room)
            room *= 1 - b2
            square += room
            np.sqrt(square, out=room)
            room *= sharpen
            room += 1e-8
            np.divide(mean, room, out=room)
            room *= length
            self.table[block] -= room


def scipy_sparse() -> Any:
    """scipy's sparse matrices: heavy, and only those who train have them."""
    try:
        return importlib.import_module("scipy.sparse")
    except ImportError as error:
        raise TrainingImpossible("Training needs scipy, which is not installed: install broadsheet[train].") from error


def softmax_loss(left: Floats, right: Floats, scale: float) -> tuple[float, Floats]:
    """The mean symmetric cross-entropy of `scale` times the cosines, and its gradient for left and right (stacked)."""
    number = len(left)
    logits = (left @ right.T) * np.float32(scale)
    own = logits.diagonal().copy()
    grown = np.exp(logits - np.float32(scale))  # cosines are at most 1, so this never overflows
    by_row, by_column = grown.sum(1), grown.sum(0)
    loss = float((np.log(by_row) + np.log(by_column) + 2 * (scale - own)).mean() / 2)
    grown *= (1 / by_row)[:, None] + (1 / by_column)[None, :]
    grown[np.arange(number), np.arange(number)] -= 2
    grown *= np.float32(scale / (2 * number))
    return loss, np.concatenate([grown @ right, grown.T @ left])


def train(corpus: Rows, table: Floats, recipe: Recipe, progress: Progress | None = None) -> Floats:
    """Train `table` in place and return it. Equal input and seed give an equal table on one machine."""
    rng = np.random.default_rng(recipe.seed)
    trainer = Trainer(table, recipe)
    papers = len(corpus.papers) - 1
    batch = min(recipe.batch, papers)
    a_round = papers // batch
    total = a_round * recipe.epochs
    for step in range(total):
        if step % a_round == 0:
            order = rng.permutation(papers)
        at = step % a_round * batch
        rows, text = _two_texts(corpus, np.sort(order[at : at + batch]), recipe, rng)
        loss = trainer.step(rows, text, batch, recipe.rate * (1 - step / total))
        if progress:
            progress(step + 1, total, loss)
    return table

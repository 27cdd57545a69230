"""Making a table out of papers, measuring it, and putting it into a home."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.embedder import Embedder, document_text
from broadsheet.search.embedder.corpus import Corpus, Gathering, sentences
from broadsheet.search.embedder.errors import EmbedderProblem
from broadsheet.search.embedder.finishing import finish
from broadsheet.search.embedder.static import CURRENT, StaticEmbedder, quantise, write_table
from broadsheet.search.embedder.tokens import MAX_LETTERS, Vocabulary, stem
from broadsheet.search.embedder.training import Floats, Progress, Recipe, Rows, spans, train

MIN_PAPERS = 200  # fewer teach nothing
MIN_SAID = 3  # a word in fewer places shares its rows with others
GENTLER = 0.2  # the step size, as a share, when a table that knows its words already is trained on
MEASURED = 2_000  # papers held out that are measured on, at most


class TooFewPapers(EmbedderProblem):
    """There is not enough to learn from."""


@dataclass(frozen=True, slots=True)
class Made:
    """A table that was trained, and what it was trained on."""

    vocabulary: Vocabulary
    vectors: Floats
    papers: int
    recipe: Recipe

    def embedder(self) -> StaticEmbedder:
        """The table as it will be when it is written, quantised."""
        return StaticEmbedder("new", self.vocabulary, *quantise(self.vectors), stamp="new")


def gather(papers: Iterable[tuple[str, str]], *, exclude: Iterable[str] = ()) -> Gathering:
    """Take in papers (clean title, clean abstract); those with an excluded title are never looked at."""
    gathering = Gathering(exclude)
    for title, abstract in papers:
        gathering.add(title, abstract)
    return gathering


def make(
    corpus: Corpus, recipe: Recipe, *, start: StaticEmbedder | None = None, progress: Progress | None = None
) -> Made:
    """Train a table on a corpus: from scratch, or on from the table `start`. Raises TooFewPapers."""
    if len(corpus) < MIN_PAPERS:
        raise TooFewPapers(
            f"There are {len(corpus):,} papers with an abstract to learn from; {MIN_PAPERS} are the least, "
            "and some ten thousand are better. Take in more papers, or name files."
        )
    if start:
        recipe = replace(
            recipe,
            words=max(recipe.words, len(start.vocabulary.words)),
            stems=max(recipe.stems, len(start.vocabulary.stems)),
            buckets=start.vocabulary.buckets,
            dimensions=start.dimensions,
            rate=recipe.rate * GENTLER,
        )
    vocabulary = choose_words(corpus, recipe, start.vocabulary if start else None)
    rows = in_rows(corpus, vocabulary)
    table = first_table(rows, vocabulary, recipe)
    new: NDArray[np.bool_] | None = None
    if start:
        known = start.vectors_of(vocabulary)
        new = np.asarray(~known.any(axis=1))
        table[~new] = known[~new]
    table = finish(rows, train(rows, table, recipe, progress), recipe, new=new)
    return Made(vocabulary, table, len(corpus), recipe)


def choose_words(corpus: Corpus, recipe: Recipe, before: Vocabulary | None) -> Vocabulary:
    """The most frequent words, and the most frequent stems of all others; each filled up with those of an earlier
    vocabulary.
    """
    said = np.bincount(corpus.tokens, minlength=len(corpus.words))
    order = np.argsort(-said, kind="stable")
    frequent = order[: recipe.words]
    frequent = frequent[said[frequent] >= MIN_SAID]
    words = _filled([corpus.words[number] for number in frequent], before.words if before else (), recipe.words)
    known = set(words)
    stems: Counter[str] = Counter()
    for number in order:
        if (word := corpus.words[number]) not in known and len(word) <= MAX_LETTERS:
            stems[stem(word)] += int(said[number])
    rarer = [one for one, times in stems.most_common(recipe.stems) if times >= MIN_SAID]
    return Vocabulary(words, _filled(rarer, before.stems if before else (), recipe.stems), recipe.buckets)


def _filled(chosen: list[str], before: Sequence[str], most: int) -> list[str]:
    known = set(chosen)
    return chosen + [one for one in before if one not in known][: most - len(chosen)]


def in_rows(corpus: Corpus, vocabulary: Vocabulary) -> Rows:
    """The corpus in rows of the table: each word becomes its row, or those of its stem."""
    rows_of = [
        (row,) if (row := vocabulary.row(word)) is not None else vocabulary.other_rows(word) for word in corpus.words
    ]
    many = np.array([len(rows) for rows in rows_of], np.int64)
    firsts = np.cumsum(many) - many
    flat = np.fromiter((row for rows in rows_of for row in rows), np.int32, int(many.sum()))
    tokens = corpus.tokens
    at, _ = spans(firsts[tokens], firsts[tokens] + many[tokens])
    parts = np.concatenate([[0], np.cumsum(many[tokens])])[corpus.parts]
    return Rows(flat[at], parts, corpus.papers)


def first_table(rows: Rows, vocabulary: Vocabulary, recipe: Recipe) -> Floats:
    """Random directions, as long as the square of what a word tells (the logarithm of how rare it is). Texts that have
    rare words in common are near to each other from the beginning, and training has less to undo.
    """
    said = np.bincount(rows.rows[rows.rows >= 0], minlength=len(vocabulary))
    information = -np.log(np.maximum(said, MIN_SAID) / max(said.sum(), MIN_SAID + 1))
    weights = (information / information.max()) ** 2
    rng = np.random.default_rng(recipe.seed)
    table = rng.standard_normal((len(vocabulary), recipe.dimensions), np.float32)
    table *= (recipe.start / np.sqrt(recipe.dimensions) * weights)[:, None].astype(np.float32)
    return table


def measure(embedder: Embedder, held: Sequence[tuple[str, str]], *, seed: int = 1) -> dict[str, float]:
    """How well held-out papers are found among themselves: the mean reciprocal rank of the paper whose title is asked
    for (its abstract being searched), and of the paper that a sentence was taken from (the rest being searched).
    """
    held = held[:MEASURED]
    rng = np.random.default_rng(seed)
    found = {"title → abstract": _mean_rank(embedder, [title for title, _ in held], [text for _, text in held])}
    asked, searched = [], []
    for title, abstract in held:
        parts = sentences(abstract)
        if len(parts) >= 3:
            chosen = int(rng.integers(1, len(parts)))
            asked.append(parts[chosen])
            searched.append(document_text(title, " ".join(parts[:chosen] + parts[chosen + 1 :])))
    found["sentence → paper"] = _mean_rank(embedder, asked, searched)
    return found


def _mean_rank(embedder: Embedder, queries: list[str], documents: list[str]) -> float:
    if not queries:
        return 0.0
    scores = embedder.embed(queries) @ embedder.embed(documents).T
    ranks = 1 + (scores > scores.diagonal()[:, None]).sum(axis=1)
    return float((1 / ranks).mean())


def write(folder: Path, made: Made, *, name: str, about: dict[str, Any]) -> None:
    """Write the table's files and card into a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    recipe = asdict(made.recipe)
    write_table(
        folder,
        name=name,
        vocabulary=made.vocabulary,
        vectors=made.vectors,
        about={"papers": made.papers, "recipe": recipe, **about},
    )


def install(home: Path, made: Made, *, name: str, about: dict[str, Any]) -> Path:
    """Put a table into the home, to be used from now on, and drop the one before; killed anywhere, one of the two
    counts. Returns its folder.
    """
    own = home / "embedder"
    own.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = own / f"table-{secrets.token_hex(8)}"
    write(folder, made, name=name, about=about)
    for path in [*folder.iterdir(), folder]:
        _sync(path)
    draft = own / f".{CURRENT}.{secrets.token_hex(4)}"
    draft.write_text(folder.name + "\n", encoding="utf-8")
    _sync(draft)
    draft.replace(own / CURRENT)
    _sync(own)
    for other in own.iterdir():
        if other.name.startswith("table-") and other != folder:
            shutil.rmtree(other, ignore_errors=True)  # what another process has mapped stays with it
        elif other.name.startswith(f".{CURRENT}."):
            with contextlib.suppress(FileNotFoundError):
                other.unlink()
    return folder


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""Rankings by others: what a reader could use instead. Each takes a set and returns scores for every document."""

from __future__ import annotations

import itertools
import json
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from bench.quality.sets import Set
from numpy.typing import NDArray
from scipy import sparse

from broadsheet.search.analysis import STOP_WORDS, prose
from broadsheet.search.embedder.tokens import words

Scores = NDArray[np.float32]  # (queries, documents), in the order of the set's
TFIDF_FEATURES = 20_000


def matrix(texts: list[list[str]], numbers: dict[str, int]) -> Any:
    """Texts × terms, how often each is said; terms without a number are left out."""
    places: list[int] = []
    columns: list[int] = []
    counts: list[int] = []
    for row, text in enumerate(texts):
        for term, count in Counter(text).items():
            if (number := numbers.get(term)) is not None:
                places.append(row)
                columns.append(number)
                counts.append(count)
    shape = (len(texts), len(numbers))
    return sparse.csr_matrix((np.array(counts, np.float64), (places, columns)), shape=shape)


def bm25(chosen: Set, k1: float = 1.2, b: float = 0.75) -> Scores:
    """Plain BM25 (Robertson and Zaragoza, 2009, with Lucene's idf) over English stems without function words."""
    documents = [[word for word in prose(chosen.text(key)) if word not in STOP_WORDS] for key in chosen.corpus]
    queries = [[word for word in prose(chosen.query_text(key)) if word not in STOP_WORDS] for key in chosen.queries]
    numbers = {term: number for number, term in enumerate(dict.fromkeys(word for text in documents for word in text))}
    counts = matrix(documents, numbers).tocoo()
    lengths = np.array([len(text) for text in documents])
    frequency = np.bincount(counts.col, minlength=len(numbers))
    idf = np.log(1 + (len(documents) - frequency + 0.5) / (frequency + 0.5))
    norm = k1 * (1 - b + b * lengths[counts.row] / lengths.mean())
    counts.data = counts.data * (k1 + 1) / (counts.data + norm) * idf[counts.col]
    return np.asarray((matrix(queries, numbers) @ counts.tocsr().T).todense(), np.float32)


def tfidf(chosen: Set) -> Scores:
    """Cosines of TF-IDF over the 20,000 most frequent uni- and bigrams, logarithmic counts, the way arxiv-sanity-lite
    ranks: lower-case words without stems or function words.
    """

    def terms(text: str) -> list[str]:
        kept = [word for word in words(text) if word not in STOP_WORDS and len(word) > 1]
        return kept + [f"{one} {two}" for one, two in itertools.pairwise(kept)]

    documents = [terms(chosen.text(key)) for key in chosen.corpus]
    said = Counter(term for text in documents for term in text)
    numbers = {term: number for number, (term, _) in enumerate(said.most_common(TFIDF_FEATURES))}

    def vectors(texts: list[list[str]]) -> Any:
        counts = matrix(texts, numbers)
        counts.data = 1 + np.log(counts.data)
        weighed = counts.multiply(idf[None, :]).tocsr()
        lengths = np.sqrt(np.asarray(weighed.multiply(weighed).sum(1)).ravel())
        return sparse.diags(1 / np.maximum(lengths, 1e-9)) @ weighed

    frequency = np.asarray((matrix(documents, numbers) > 0).sum(0)).ravel()
    idf = np.log((1 + len(documents)) / (1 + frequency)) + 1
    queries = vectors([terms(chosen.query_text(key)) for key in chosen.queries])
    return np.asarray((queries @ vectors(documents).T).todense(), np.float32)


def minilm(chosen: Set, python: Path, cache: Path) -> Scores:
    """Cosines of all-MiniLM-L6-v2, computed by another Python that has PyTorch, and kept in `cache`."""
    cache.mkdir(parents=True, exist_ok=True)
    out = cache / f"{chosen.name}.npz"
    if not out.exists():
        asked = cache / f"{chosen.name}.json"
        texts = {
            "documents": [chosen.text(key) for key in chosen.corpus],
            "queries": [chosen.query_text(key) for key in chosen.queries],
        }
        asked.write_text(json.dumps(texts), encoding="utf-8")
        subprocess.run([python, Path(__file__).with_name("minilm.py"), asked, out], check=True)
    with np.load(out) as vectors:
        found: Scores = vectors["queries"] @ vectors["documents"].T
    return found


def blended(one: Scores, other: Scores) -> Scores:
    """The plain way to mix two rankings: the mean of their z-scores, query by query."""

    def z(scores: Scores) -> Scores:
        spread = scores.std(axis=1, keepdims=True)
        return (scores - scores.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, 1)

    return (z(one) + z(other)) / 2

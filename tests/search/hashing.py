"""An embedder without training, for tests: words that share letters are near."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class Hashing:
    """The sum of a fixed random vector for each word; `seed` makes another embedder with another stamp."""

    def __init__(self, seed: int = 1, dimensions: int = 32) -> None:
        self.name = f"hashing {seed}"
        self.stamp = f"hashing:{seed}:{dimensions}"
        self.dimensions = dimensions
        self._seed = seed

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().split():
                chance = np.random.default_rng([self._seed, zlib.crc32(word.encode("utf-8", "replace"))])
                row += chance.standard_normal(self.dimensions, np.float32)
            row /= np.linalg.norm(row) or 1
        return rows

"""Another embedder in place of ours: any model of the sentence-transformers library, which is not installed with us."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.embedder.errors import ModelMissing

_TEXTS_AT_ONCE = 64


class NeuralEmbedder:
    """A sentence-transformers model behind the same door as ours. Its name is its stamp: who changes the model's
    files under one name must rebuild the index.
    """

    def __init__(self, name: str, model: Any) -> None:
        self.name = name
        self._model = model
        self.dimensions = int(model.get_sentence_embedding_dimension())
        self.stamp = f"sentence-transformers:{name}"

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See `Embedder.embed`."""
        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        rows = self._model.encode(
            list(texts), batch_size=_TEXTS_AT_ONCE, convert_to_numpy=True, show_progress_bar=False
        )
        vectors = np.asarray(rows, np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors /= np.where(lengths > 0, lengths, 1)
        vectors[[not text.strip() for text in texts]] = 0
        return vectors


@lru_cache(maxsize=1)
def neural_embedder(name: str) -> NeuralEmbedder:
    """The model of this name, opened once a process. Raises ModelMissing when the library or the model is not there."""
    try:
        library = importlib.import_module("sentence_transformers")
    except ImportError as error:
        raise ModelMissing(
            f"EMBEDDER asks for {name}, and the library sentence-transformers is not installed. "
            "Install broadsheet[sentence-transformers], or set EMBEDDER=static."
        ) from error
    try:
        return NeuralEmbedder(name, library.SentenceTransformer(name))
    except (OSError, ValueError, RuntimeError) as error:
        raise ModelMissing(f"The model {name}, which EMBEDDER asks for, can't be opened: {error}") from error

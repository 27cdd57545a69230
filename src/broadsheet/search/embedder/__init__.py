"""Texts as vectors: the project's own small embedder, or one that the settings name.

`load()` is all that the rest of search needs. Vectors of two embedders can't be compared: what is stored of them
carries the embedder's `stamp`, and another stamp asks for a rebuild.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from broadsheet.search.embedder.errors import EmbedderProblem, ModelMissing

__all__ = ["Embedder", "EmbedderProblem", "ModelMissing", "document_text", "load"]

NONE, STATIC, SENTENCE_TRANSFORMERS = "none", "static", "sentence-transformers"


class Embedder(Protocol):
    """Turns texts into vectors whose dot product says how near their meanings are.

    `name` is for people, `dimensions` the length of a vector, and `stamp` differs between any two embedders whose
    vectors differ.
    """

    name: str
    dimensions: int
    stamp: str

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row of `dimensions` numbers a text, in their order: of length 1, or zeros for a text without words.

        The same text gives the same row, whatever stands beside it. Safe to call from several threads.
        """
        ...


def document_text(title: str, abstract: str) -> str:
    """What is embedded of a paper: its title and abstract as they stand on its card."""
    return f"{title}\n{abstract}"


def load() -> Embedder | None:
    """The embedder that the setting EMBEDDER chooses; None for "none". Raises ModelMissing.

    "static", the default, is the table in the home (`home/embedder`) where its owner has trained one, else the shipped
    one. A table is opened once a process, and again when the home has a newer one, so calling this often is cheap.
    """
    choice = str(getattr(settings, "EMBEDDER", STATIC)).strip() or STATIC
    kind, _, name = choice.partition(":")
    if kind == NONE:
        return None
    if kind == STATIC:
        from broadsheet.search.embedder.static import current

        return current(Path(str(settings.HOME)))
    if kind == SENTENCE_TRANSFORMERS and name:
        from broadsheet.search.embedder.neural import neural_embedder

        return neural_embedder(name)
    raise ModelMissing(f"EMBEDDER is {choice!r}; it can be static, none, or sentence-transformers:NAME.")

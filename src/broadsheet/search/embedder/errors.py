"""What can be wrong with an embedder, in sentences."""

from __future__ import annotations


class EmbedderProblem(Exception):
    """Something about the embedder is wrong; the text is a sentence that says what, and what helps."""


class ModelMissing(EmbedderProblem):
    """The embedder that the settings choose is not there or can't be read."""

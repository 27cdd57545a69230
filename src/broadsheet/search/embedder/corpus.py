"""The text that an embedder learns from, as numbers: words in order, sentences and papers by their ends."""

from __future__ import annotations

import hashlib
import re
from array import array
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from broadsheet.lib.text import title_key
from broadsheet.search.embedder.tokens import words

MIN_ABSTRACT = 100  # characters; shorter ones say too little to learn from
HELD_OUT = 50  # one paper of so many is never learnt from, but measured on

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Corpus:
    """`words` are the distinct words; `tokens` their numbers as the papers say them. Part `p` of the text is
    `tokens[parts[p]:parts[p + 1]]`, and paper `n` has the parts `papers[n]` to `papers[n + 1]`: first its title, then
    the sentences of its abstract.
    """

    words: list[str]
    tokens: NDArray[np.uint32]
    parts: NDArray[np.int64]
    papers: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.papers) - 1


class Gathering:
    """A corpus in the making, each title once. What is held out is kept as text, in `held`."""

    def __init__(self, exclude: Iterable[str] = ()) -> None:
        self._seen = {title_key(title) for title in exclude}
        self._numbers: dict[str, int] = {}
        self._tokens = array("I")
        self._parts = array("q", [0])
        self._papers = array("q", [0])
        self.held: list[tuple[str, str]] = []

    def add(self, title: str, abstract: str) -> None:
        """Take a paper in, unless its title is known or excluded, or it says too little. Both texts are clean."""
        key = title_key(title)
        if len(abstract) < MIN_ABSTRACT or key in self._seen:
            return
        self._seen.add(key)
        if held_out(key):
            self.held.append((title, abstract))
            return
        numbers = self._numbers
        for part in (title, *sentences(abstract)):
            self._tokens.extend([numbers.setdefault(word, len(numbers)) for word in words(part)])
            self._parts.append(len(self._tokens))
        self._papers.append(len(self._parts) - 1)

    def corpus(self) -> Corpus:
        """What was gathered."""
        return Corpus(
            words=list(self._numbers),
            tokens=np.frombuffer(self._tokens, np.uint32).copy() if self._tokens else np.zeros(0, np.uint32),
            parts=np.array(self._parts, np.int64),
            papers=np.array(self._papers, np.int64),
        )


def held_out(key: str) -> bool:
    """Whether the paper with this title key is held out: by the key alone, so the same in every run and file."""
    return int.from_bytes(hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()[:8], "big") % HELD_OUT == 0


def sentences(text: str) -> list[str]:
    """A text parted after full stops, question and exclamation marks that a capital follows."""
    return _SENTENCE.split(text)

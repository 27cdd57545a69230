"""From a text to the rows of the table that stand for it.

Words are runs of letters and digits, lower case, accents folded. A word of the vocabulary has a row of its own, and so
have frequent pairs of neighbours ("dark matter"), beside the rows of their words. Any other word has two rows out of
a fixed number of shared ones, chosen by its letters, so that two texts with the same rare word have something in
common (the "hashing trick" with two hashes: Svenstrup et al., "Hash embeddings", 2017).
"""

from __future__ import annotations

import itertools
import re
import unicodedata
import zlib
from collections.abc import Iterable, Sequence

TOKENS = "tokens-1"  # raise it whenever the same text may give other rows
MAX_CHARACTERS = 20_000  # of a text; what follows is not read, so that no text takes more than some milliseconds
MAX_LETTERS = 40  # of a word; longer ones are addresses and noise
_MAX_KNOWN = 200_000  # words outside the vocabulary whose rows are remembered

_WORD = re.compile(r"[^\W_]+")
_MARKS = re.compile("[\u0300-\u036f]+")


def words(text: str) -> list[str]:
    """The words of a text, in order, as the vocabulary writes them."""
    text = text[:MAX_CHARACTERS].lower()
    if not text.isascii():
        text = _MARKS.sub("", unicodedata.normalize("NFKD", text)).lower()
    return _WORD.findall(text)


class Vocabulary:
    """Words, pairs of words, and how many shared rows there are. Rows are numbered in this order, from 0."""

    def __init__(self, singles: Sequence[str], pairs: Sequence[str], buckets: int) -> None:
        self.singles, self.pairs, self.buckets = singles, pairs, buckets
        self._rows: dict[str, int] = {word: row for row, word in enumerate(singles)}
        self._pairs: dict[tuple[str, str], int] = {}
        for row, pair in enumerate(pairs, start=len(singles)):
            first, _, second = pair.partition(" ")
            self._pairs[first, second] = row
        self._hashed: dict[str, tuple[int, ...]] = {}

    def __len__(self) -> int:
        return len(self.singles) + len(self.pairs) + self.buckets

    def rows(self, text: str) -> list[int]:
        """The numbers of the rows that stand for `text`; a word that comes twice is there twice."""
        found = words(text)
        rows = list(map(self._rows.get, found))
        if None in rows:
            known: list[int] = [row for row in rows if row is not None]
            for word, row in zip(found, rows, strict=True):
                if row is None:
                    known.extend(self._hashed.get(word) or self.shared_rows(word))
        else:
            known = rows  # type: ignore[assignment]  # no None is left
        if self._pairs:
            get = self._pairs.get
            known.extend(filter(None, map(get, itertools.pairwise(found))))
        return known

    def shared_rows(self, word: str) -> tuple[int, ...]:
        """The shared rows of a word outside the vocabulary."""
        if not self.buckets or len(word) > MAX_LETTERS:
            return ()
        first = zlib.crc32(word.encode("utf-8", "surrogatepass"))
        second = zlib.crc32(b"\x01", first)
        start = len(self.singles) + len(self.pairs)
        rows = (start + first % self.buckets, start + second % self.buckets)
        if len(self._hashed) < _MAX_KNOWN:
            self._hashed[word] = rows
        return rows


def parts(lines: Iterable[str]) -> tuple[list[str], list[str]]:
    """The single words and the pairs in a vocabulary's lines; pairs are the lines with a blank."""
    singles: list[str] = []
    pairs: list[str] = []
    for line in lines:
        (pairs if " " in line else singles).append(line)
    return singles, pairs

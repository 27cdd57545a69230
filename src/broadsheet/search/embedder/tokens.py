"""From a text to the rows of the table that stand for it.

Words are runs of letters and digits, lower case, accents folded. A word of the vocabulary has a row of its own. Any
other word has two rows out of a fixed number of shared ones, chosen by its letters, so that two texts with the same
rare word have something in common (the "hashing trick" with two hashes: Svenstrup et al., "Hash embeddings", 2017).
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Sequence

TOKENS = "tokens-1"  # raise it whenever the same text may give other rows
MAX_CHARACTERS = 20_000  # of a text; what follows is not read, so that no text takes more than some milliseconds
MAX_LETTERS = 40  # of a word; longer ones are addresses and noise
_MAX_KNOWN = 200_000  # words outside the vocabulary whose rows are remembered

_WORD = re.compile(r"[^\W_]+")
# The same for ASCII, where it is more than twice as fast: small letters and digits stay, all else parts words.
_PLAIN = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}
_MARKS = re.compile("[\u0300-\u036f]+")


def words(text: str) -> list[str]:
    """The words of a text, in order, as the vocabulary writes them."""
    text = text[:MAX_CHARACTERS]
    if text.isascii():
        return text.translate(_PLAIN).split()
    return _WORD.findall(_MARKS.sub("", unicodedata.normalize("NFKD", text.lower())).lower())


class Vocabulary:
    """Words with a row of their own, numbered from 0 in their order, and how many shared rows follow them."""

    def __init__(self, words: Sequence[str], buckets: int) -> None:
        self.words, self.buckets = words, buckets
        self._rows: dict[str, int] = {word: row for row, word in enumerate(words)}
        self._shared: dict[str, tuple[int, ...]] = {}

    def __len__(self) -> int:
        return len(self.words) + self.buckets

    def row(self, word: str) -> int | None:
        """The row of a word's own, if it has one."""
        return self._rows.get(word)

    def rows(self, text: str) -> list[int]:
        """The numbers of the rows that stand for `text`, in no order; a word that comes twice is there twice."""
        found = words(text)
        rows = list(map(self._rows.get, found))
        known = [row for row in rows if row is not None]
        if len(known) < len(found):
            for word in [word for word, row in zip(found, rows, strict=True) if row is None]:
                known.extend(self._shared.get(word) or self.shared_rows(word))
        return known

    def shared_rows(self, word: str) -> tuple[int, ...]:
        """The shared rows of a word outside the vocabulary."""
        if not self.buckets or len(word) > MAX_LETTERS:
            return ()
        first = zlib.crc32(word.encode("utf-8", "surrogatepass"))
        second = zlib.crc32(b"\x01", first)
        start = len(self.words)
        rows = (start + first % self.buckets, start + second % self.buckets)
        if len(self._shared) < _MAX_KNOWN:
            self._shared[word] = rows
        return rows

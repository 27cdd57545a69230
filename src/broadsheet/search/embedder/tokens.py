"""From a text to the rows of the table that stand for it.

Words are runs of letters and digits, lower case, accents folded. A frequent word has a row of its own. A rarer one has
the row of its English stem, which it shares with its other forms. A word whose stem is unknown too has some rows out of
a fixed number of shared ones, chosen by the letters of the stem, of its beginning and of its end: so two texts with the
same unheard-of word have something in common, and so, less, have two with words of one root (the "hashing trick":
Svenstrup et al., "Hash embeddings", 2017; pieces of words: Bojanowski et al., "Subword information", 2017).
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Sequence
from typing import cast

from broadsheet.search import analysis

TOKENS = "tokens-2"  # raise it whenever the same text may give other rows
MAX_CHARACTERS = 20_000  # of a text; what follows is not read, so that no text takes more than some milliseconds
MAX_LETTERS = 40  # of a word; longer ones are addresses and noise
NO_ROW = -1
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


def stem(word: str) -> str:
    """The English stem of a word as `words` gives it."""
    return "".join(analysis.PROSE.analyze(word)) or word


def pieces(stem_: str) -> list[str]:
    """What of an unknown stem chooses its shared rows: itself, and of longer ones the beginning and the end."""
    found = [stem_]
    if len(stem_) > 5:
        found.append("<" + stem_[:5])
    if len(stem_) > 7:
        found += [">" + stem_[-4:], "<<" + stem_[:7]]
    return found


class Vocabulary:
    """Words with a row of their own, numbered from 0 in their order; the stems that follow them; and how many shared
    rows come last.
    """

    def __init__(self, words: Sequence[str], stems: Sequence[str], buckets: int) -> None:
        self.words, self.stems, self.buckets = words, stems, buckets
        self._single = {word: row for row, word in enumerate(words)}  # and, once seen, other words of one row
        self._stems = {stem_: row for row, stem_ in enumerate(stems, start=len(words))}
        self._others: dict[str, tuple[int, ...]] = {}

    def __len__(self) -> int:
        return len(self.words) + len(self.stems) + self.buckets

    def row(self, word: str) -> int | None:
        """The row of a word's own, if it has one."""
        row = self._single.get(word)
        return row if row is not None and row < len(self.words) else None

    def stem_row(self, stem_: str) -> int | None:
        """The row of a stem, if it has one."""
        return self._stems.get(stem_)

    def rows(self, text: str) -> tuple[list[int], list[int]]:
        """The numbers of the rows that stand for the distinct words of `text`, and how often each word is said."""
        said = Counter(words(text))
        rows: list[int | None] = list(map(self._single.get, said))
        times = list(said.values())
        if None in rows:
            unknown = [word for word, row in zip(said, rows, strict=True) if row is None]
            at = -1
            for word in unknown:
                at = rows.index(None, at + 1)
                first, *more = self._others.get(word) or self.other_rows(word) or (NO_ROW,)
                rows[at] = first
                rows += more
                times += [times[at]] * len(more)
            if NO_ROW in rows:
                kept = [at for at, row in enumerate(rows) if row != NO_ROW]
                rows, times = [rows[at] for at in kept], [times[at] for at in kept]
        return cast("list[int]", rows), times

    def other_rows(self, word: str) -> tuple[int, ...]:
        """The rows of a word that has none of its own."""
        if len(word) > MAX_LETTERS:
            return ()
        rows = self.rows_of_stem(stem(word))
        if len(self._single) + len(self._others) < len(self.words) + _MAX_KNOWN:
            if len(rows) == 1:
                self._single[word] = rows[0]
            else:
                self._others[word] = rows
        return rows

    def rows_of_stem(self, stem_: str) -> tuple[int, ...]:
        """The row of a stem, or the shared ones of its pieces."""
        row = self._stems.get(stem_)
        if row is not None:
            return (row,)
        if not self.buckets:
            return ()
        first = len(self.words) + len(self.stems)
        parts = (piece.encode("utf-8", "surrogatepass") for piece in pieces(stem_))
        return tuple(first + zlib.crc32(part) % self.buckets for part in parts)

"""A text made ready once for all rules: its flat copy, its sentences, its words."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from broadsheet.results.extraction.flat import flatten
from broadsheet.results.extraction.sentences import sentences

_WORD = re.compile(r"[A-Za-z0-9][\w+^@&/'-]*(?:\.\d[\w-]*)*")
_TAIL = "-'/&@"
_OWN = frozenset({"we", "our", "us", "ours", "introducing", "we're"})
_OWN_PAIRS = {
    "this": frozenset({"paper", "work", "study", "article", "thesis", "report", "research", "survey", "review"}),
    "the": frozenset({"proposed"}),
}


@dataclass(slots=True)
class Text:
    """A flat text with its sentences (start, end) and its words: `words` as written, `lows` in lower case, each from
    `starts` to `ends` in the text. `first_own` is the number of the first sentence about the paper's own work.
    """

    flat: str
    spans: list[tuple[int, int]]
    words: list[str]
    lows: list[str]
    starts: list[int]
    ends: list[int]
    first_own: int = 0

    def word_at(self, place: int) -> int:
        """The number of the first word that begins at or behind `place`."""
        return bisect_left(self.starts, place)

    def sentence_at(self, place: int) -> int:
        """The number of the sentence in which `place` lies."""
        return max(0, bisect_right(self.spans, (place, 1 << 60)) - 1)

    def words_of(self, sentence: int) -> tuple[int, int]:
        """The numbers of the first word of a sentence and of the first behind it."""
        start, end = self.spans[sentence]
        return bisect_left(self.starts, start), bisect_left(self.starts, end)

    def speaks_of_own(self, first: int, last: int) -> bool:
        """Whether the words from `first` up to `last` name the authors or their paper."""
        lows = self.lows
        if not _OWN.isdisjoint(lows[first:last]):
            return True
        return any(lows[at] in _OWN_PAIRS and lows[at + 1] in _OWN_PAIRS[lows[at]] for at in range(first, last - 1))


def ready(raw: str) -> Text:
    """`raw`, made ready; places in it are places in `raw`."""
    flat = flatten(raw)
    words, starts, ends = [], [], []
    for match in _WORD.finditer(flat):
        word = match[0]
        start, end = match.span()
        if word[-1] in _TAIL or word[-2:] == "'s":
            bare = word.rstrip(_TAIL)
            bare = bare.removesuffix("'s")
            end += len(bare) - len(word)
            word = bare
        words.append(word)
        starts.append(start)
        ends.append(end)
    text = Text(flat, sentences(flat), words, [word.lower() for word in words], starts, ends)
    for number in range(len(text.spans)):
        if text.speaks_of_own(*text.words_of(number)):
            text.first_own = number
            break
    return text

"""Where the sentences of an abstract begin and end."""

from __future__ import annotations

import re

# A stop, perhaps closed by a bracket or a quote, a blank, and something that begins a sentence.
_END = re.compile(r"[.!?][)\"'\]]{0,2}\s+(?=[\"'(\[]?[A-Z0-9\\$]|https?:)|[.!?](?=[A-Z][a-z]+\s[a-z])")
# What ends in a stop without ending a sentence.
_SHORT = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|cf|vs|al|Fig|Figs|Eq|Eqs|Sec|Tab|No|resp|approx|w\.r\.t|Dr|Mr|St|"
    r"a\.k\.a|viz|ca)|\b[A-Z]|\b\d)\.$"
)


def sentences(flat: str) -> list[tuple[int, int]]:
    """The sentences of a flat text as (start, end) pairs, in order, covering all that is not blank between them."""
    spans, start = [], 0
    for match in _END.finditer(flat):
        stop = match.start() + 1
        before = flat[max(start, stop - 8) : stop]
        if _SHORT.search(before) and not (before[-2:-1].isdigit() and stop - start > 30 and match.end() > stop):
            continue
        spans.append((start, stop))
        start = match.end()
    if flat[start:].strip():
        spans.append((start, len(flat)))
    return spans

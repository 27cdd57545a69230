"""Where the entries of a BibTeX file begin and end. Source: Patashnik, "BibTeXing" (1988).

An own reader, because each entry must be told by its bytes, a broken one must not take its neighbours along, and the
time must grow with the file and not with its square.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from broadsheet.ingest.sources.format import not_utf8
from broadsheet.ingest.sources.rows import BOM, BadLine

_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTHS = {name: str(number) for number, name in enumerate(_NAMES, start=1)}
_BEGINS = re.compile(rb"@[ \t]*([A-Za-z]+)[ \t\r\n]*([{(])")
_INDENT = 200  # blanks in front of an entry
_SIGNS = re.compile(rb"\\[{}]|[{}]")
_SIGNS_IN_BRACKETS = re.compile(rb"\\[{}]|[{}\")]")


@dataclass(frozen=True, slots=True)
class Block:
    """An entry, or what looks like the beginning of one: from `start` to `end` in bytes; its inside begins at `inner`.

    `broken` says why it has no end.
    """

    kind: str
    start: int
    inner: int
    end: int
    broken: str = ""


def blocks(data: bytes) -> Iterator[Block]:
    """The entries of a file in order. An entry that does not end before the next one begins a line is broken."""
    begins = [match.start() for match in _BEGINS.finditer(data) if _first_in_line(data, match.start())]
    bounds = [*begins, len(data)] if begins and begins[0] == 0 else [0, *begins, len(data)]
    for start, stop in pairwise(bounds):
        yield from _within(data, start, stop)


def _first_in_line(data: bytes, at: int) -> bool:
    """Whether only blanks stand in front of this place in its line."""
    before = data[max(0, at - _INDENT) : at].rstrip(b" \t")
    return before.endswith((b"\n", b"\r")) or (not before and at <= _INDENT)


def _within(data: bytes, start: int, stop: int) -> Iterator[Block]:
    """The entries between two places: one, or several in one line."""
    at = start
    while match := _BEGINS.search(data, at, stop):
        kind, inner = match[1].decode().lower(), match.end()
        ends = _end(data, inner, stop, match[2] == b"(")
        if ends is None:
            reason = f"The entry @{kind[:40]} is not closed: a brace is missing, or there is one too many."
            yield Block(kind, match.start(), inner, stop, reason)
            return
        yield Block(kind, match.start(), inner, ends)
        at = ends


def _end(data: bytes, inner: int, stop: int, brackets: bool) -> int | None:
    r"""Behind the sign that closes the entry. `\{` is a brace to BibTeX, though not to all who write such files: when
    it does not come out even one way, it may do so the other way.
    """
    for escapes_count in (False, True):
        ends = _closing(data, inner, stop, brackets, escapes_count)
        if ends is not None:
            return ends
    return None


def _closing(data: bytes, inner: int, stop: int, brackets: bool, escapes_count: bool) -> int | None:
    depth, quoted = 0, False
    for match in (_SIGNS_IN_BRACKETS if brackets else _SIGNS).finditer(data, inner, stop):
        sign = match[0]
        if len(sign) == 2:
            if not escapes_count:
                continue
            sign = sign[1:]
        if sign == b"{":
            depth += 1
        elif sign == b"}":
            depth -= 1
            if depth < 0:
                return None if brackets else match.end()
        elif sign == b'"' and depth == 0:
            quoted = not quoted
        elif sign == b")" and depth == 0 and not quoted:
            return match.end()
    return None


def text_of_block(block: Block, data: bytes) -> str:
    """What stands inside an entry. Raises BadLine for an entry that is broken or not UTF-8."""
    if block.broken:
        raise BadLine(block.broken)
    inside = data[block.inner : block.end - 1]
    try:
        text = inside.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadLine(not_utf8(error, offset=block.inner)) from error
    return text.removeprefix(BOM.decode())

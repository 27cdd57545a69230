"""The parts of a saved page: its header, and the blocks of text below it, with their places in bytes."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal

from broadsheet.lib.time import parse_date, parse_month_day

_BOM = b"\xef\xbb\xbf"
_HEADER_LINES = 20  # non-blank lines in which the day must stand; the captures have it in the fifth or sixth
_COMMUNITY = re.compile(r"\bresearch community\b", re.IGNORECASE)
_AUTHORS = re.compile(r"[•·∙]\s*(\d[\d,]{0,6})\s+authors?", re.IGNORECASE)
_DOT = re.compile(r"[·•∙]")
_DATE = re.compile(r"([A-Z][a-z]{2,8}\.? \d{1,2}, \d{4})(?:\s+(\d[\d,]{0,8}(?:\.\d{1,3})?)\s*([kKmM]?))?")
_MOST = 2**31 - 1
_UNITS = {"": 1, "k": 1_000, "m": 1_000_000}


@dataclass(frozen=True, slots=True)
class Third:
    """The block behind a paper in the second layout. `date` and `comments` are None where it was cut off before."""

    start: int
    end: int
    authors: int
    date: dt.date | None
    comments: int | None


@dataclass(frozen=True, slots=True)
class Block:
    """A run of lines between blank ones, from byte `start` to `end`; of a third block, `third` is set, `text` empty."""

    start: int
    end: int
    text: str
    third: Third | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """The day in the header (`year` None where it does not say), and the blocks below it."""

    month: int
    day: int
    year: int | None
    blocks: list[Block]


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int  # without the line's end
    text: str  # without white space around it; empty for a blank line


def has_header(head: bytes) -> bool:
    """Whether these bytes begin like a saved page."""
    return _header(_lines(head)) is not None


def read_blocks(data: bytes) -> Page | None:
    """The page in `data` (UTF-8, a BOM and any line ends allowed), or None when its header is missing."""
    lines = _lines(data)
    found = _header(lines)
    if found is None:
        return None
    below, (month, day, year) = found
    return Page(month, day, year, _blocks(lines[below:]))


def _lines(data: bytes) -> list[_Line]:
    lines = []
    at = len(_BOM) if data.startswith(_BOM) else 0
    # bytes.splitlines knows only \n, \r and \r\n, so that U+2028 or a form feed inside an abstract ends nothing.
    for line in data[at:].splitlines(keepends=True):
        bare = line.rstrip(b"\r\n")
        lines.append(_Line(at, at + len(bare), bare.decode("utf-8", "replace").strip()))
        at += len(line)
    return lines


def _header(lines: list[_Line]) -> tuple[int, tuple[int, int, int | None]] | None:
    """The index of the first line below the header, and the day it states."""
    community, seen = False, 0
    for index, line in enumerate(lines):
        if not line.text:
            continue
        if community and (day := parse_month_day(line.text)):
            return index + 1, day
        community = community or (len(line.text) < 200 and _COMMUNITY.search(line.text) is not None)
        seen += 1
        if seen >= _HEADER_LINES:
            return None
    return None


def _blocks(lines: list[_Line]) -> list[Block]:
    blocks: list[Block] = []
    run: list[_Line] = []

    def close() -> None:
        if run:
            blocks.append(Block(run[0].start, run[-1].end, "\n".join(line.text for line in run)))
            run.clear()

    index = 0
    while index < len(lines):
        line = lines[index]
        if match := _AUTHORS.fullmatch(line.text):
            close()
            third, index = _third(lines, index, int(match[1].replace(",", "")))
            blocks.append(Block(third.start, third.end, "", third))
            continue
        if line.text:
            run.append(line)
        else:
            close()
        index += 1
    close()
    return blocks


def _third(lines: list[_Line], index: int, authors: int) -> tuple[Third, int]:
    """The third block that begins with the authors at `index`, and the index behind it; blank lines do no harm."""
    first = last = index
    date: dt.date | None = None
    comments: int | None = None
    for at in range(index + 1, min(index + 6, len(lines))):
        text = lines[at].text
        if match := _DATE.fullmatch(text):
            last = at
            day = parse_date(match[1])
            date = day.day if day else None
            comments = _count(match[2], match[3]) if match[2] else 0
            break
        if text and not _DOT.fullmatch(text):
            break
        if text:
            last = at
    return Third(lines[first].start, lines[last].end, authors, date, comments), last + 1


def _count(number: str, unit: str) -> int:
    """`3`, `1,204` or `1.2k` as a number that the column can hold."""
    return min(int(Decimal(number.replace(",", "")) * _UNITS[unit.lower()]), _MOST)

"""Formats of one JSON object a line: telling kinds of rows apart, and reading a file in which kinds are mixed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from broadsheet.catalog.records import Item, SourceRecord, Unreadable
from broadsheet.ingest.sources.format import HEAD_SIZE, Format, not_utf8, unreadable
from broadsheet.ingest.sources.lines import Line, read_lines

BOM = b"\xef\xbb\xbf"
_SURROGATES = re.compile("[\ud800-\udfff]")
_SNIFFED_LINES = 200


class BadLine(ValueError):
    """The line is no paper; the message says why."""


@dataclass(frozen=True, slots=True)
class RowKind:
    """A kind of row: how to tell it by its keys, and how to read it. `record` raises BadLine.

    `begins` matches the beginning of a first line so long that the head does not hold all of it.
    """

    name: str
    label: str
    help: str
    matches: Callable[[dict[str, Any]], bool]
    record: Callable[[dict[str, Any]], SourceRecord]
    begins: re.Pattern[bytes]


def sniff_row(head: bytes, kind: RowKind) -> bool:
    """Whether the first object with a title or an abstract in `head` is of this kind."""
    lines = head.removeprefix(BOM).split(b"\n")
    if len(head) >= HEAD_SIZE:
        if len(lines) == 1:
            return kind.begins.match(head) is not None
        lines.pop()
    for line in lines[:_SNIFFED_LINES]:
        if not line.lstrip().startswith(b"{"):
            continue
        try:
            # Decoded here, because json.loads would guess UTF-16 and UTF-32 from bytes.
            value = json.loads(line.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict) and ("title" in value or "abstract" in value):
            return kind.matches(value)
    return False


def parse_rows(stream: BinaryIO, kinds: Sequence[RowKind]) -> Iterator[Item]:
    """The papers of a file in order, each line read as the first kind that it matches, the last kind reading all that
    is left; an Unreadable for every line that is no paper.
    """
    for line in read_lines(stream):
        if isinstance(line, Unreadable):
            yield line
            continue
        data = line.data.removeprefix(BOM) if line.offset == 0 else line.data
        if not data or data.isspace():
            continue
        try:
            value = object_of(data, line)
            kind = next((kind for kind in kinds if kind.matches(value)), kinds[-1])
            yield kind.record(value)
        except BadLine as error:
            yield unreadable(line.data, offset=line.offset, reason=str(error))


def row_formats(kinds: Sequence[RowKind]) -> tuple[Format, ...]:
    """A format for files that begin with each kind of row. Whatever they begin with, all kinds are read in them."""

    def parse(stream: BinaryIO, *, key: str) -> Iterator[Item]:
        return parse_rows(stream, kinds)

    def sniffer(kind: RowKind) -> Callable[[bytes], bool]:
        return lambda head: sniff_row(head, kind)

    return tuple(Format(kind.name, kind.label, kind.help, sniffer(kind), parse) for kind in kinds)


def object_of(data: bytes, line: Line) -> dict[str, Any]:
    """The JSON object that a line is. Raises BadLine."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        shift = line.offset + len(line.data) - len(data)
        raise BadLine(not_utf8(error, offset=shift)) from error
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        cut = " The file seems to be cut off here." if not line.ended else ""
        raise BadLine(f"The line is not JSON: {error.msg} (column {error.colno:,}).{cut}") from error
    except RecursionError as error:
        raise BadLine("The line is not a paper: its JSON is nested too deeply.") from error
    except ValueError as error:  # a number of more digits than Python reads
        raise BadLine(f"The line is not a paper: {error}.") from error
    if not isinstance(value, dict):
        raise BadLine(f"The line is {kind_of(value)}, not a JSON object with a title.")
    return value


def text_of(value: dict[str, Any], key: str) -> str:
    """The text under `key`; empty where there is none. Raises BadLine for anything but text."""
    found = value.get(key)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise BadLine(f'"{key}" is {kind_of(found)}; it should be text.')
    return sound(found, key)


def title_of(value: dict[str, Any]) -> str:
    """The title. Raises BadLine when it is missing or blank."""
    title = text_of(value, "title")
    if not title or title.isspace():
        raise BadLine("The title is missing or blank.")
    return title


def names_of(value: dict[str, Any], key: str) -> tuple[str, ...]:
    """The names in the list under `key`, blanks collapsed, empty ones left out. Raises BadLine for anything else."""
    found = value.get(key)
    if found is None:
        return ()
    if not isinstance(found, list):
        raise BadLine(f'"{key}" is {kind_of(found)}; it should be a list of names.')
    names: list[str] = []
    for name in found:
        if not isinstance(name, str):
            raise BadLine(f'"{key}" holds {kind_of(name)}; every author should be a name in quotes.')
        if tidy := " ".join(sound(name, key).split()):
            names.append(tidy)
    return tuple(names)


def sound(text: str, key: str) -> str:
    """`text` as it can be stored: lone halves of surrogate pairs become U+FFFD. Raises BadLine for a NUL."""
    if "\x00" in text:
        raise BadLine(f'"{key}" holds a NUL character, which no text has; the line is damaged.')
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)


def kind_of(value: object) -> str:
    """What a JSON value is, in words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    names = {int: "a number", float: "a number", str: "text", list: "a list", dict: "an object"}
    return names[type(value)]

"""Answers of JSON APIs: read whole or not at all, with the exact place of every element that is no paper."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from broadsheet.catalog.records import SourceRecord, Unreadable
from broadsheet.ingest.sources.format import NotReadable, not_utf8, unreadable
from broadsheet.ingest.sources.rows import BOM, BadLine, kind_of

Piece = SourceRecord | Unreadable
MAX_SIZE = 64 * 1024 * 1024  # bytes; 200 works of OpenAlex take 10 MiB at most
_BLANKS = " \t\n\r"


class NotPapers(NotReadable):
    """The answer can be read, and it is no list of papers: authors, groups, an error. The message says what it is."""


def json_of(data: bytes) -> Any:
    """The JSON value that an answer is. Raises NotReadable for anything that is not one whole JSON text in UTF-8."""
    if len(data) > MAX_SIZE:
        raise NotReadable(f"The answer has {len(data):,} bytes; the longest that is read has {MAX_SIZE:,}.")
    bare = data.removeprefix(BOM)
    try:
        return json.loads(bare.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise NotReadable(not_utf8(error, offset=len(data) - len(bare))) from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno:,}, column {error.colno:,}"
        raise NotReadable(f"The answer is not JSON: {error.msg} ({where}). It may have been cut off.") from error
    except RecursionError as error:
        raise NotReadable("The answer's JSON is nested too deeply to be an answer about papers.") from error
    except ValueError as error:  # a number of more digits than Python reads
        raise NotReadable(f"The answer's JSON can't be read: {error}.") from error


def object_of(data: bytes, *, what: str) -> dict[str, Any]:
    """The JSON object that an answer is; `what` names what was wanted. Raises NotReadable."""
    value = json_of(data)
    if not isinstance(value, dict):
        raise NotPapers(f"The answer is {kind_of(value)}, not {what}.")
    return value


def each(
    data: bytes, values: list[Any], read: Callable[[dict[str, Any]], SourceRecord], *, path: tuple[str, ...] = ()
) -> Iterator[Piece]:
    """The papers of `values` in order, read by `read`, which raises BadLine; an Unreadable for each that is none.

    `path` leads from the top of `data` to the array that `values` is; () is the top itself.
    """
    places: list[slice] | None = None
    for number, value in enumerate(values):
        try:
            if not isinstance(value, dict):
                raise BadLine(f"The element is {kind_of(value)}, not an object that describes a paper.")
            yield read(value)
        except BadLine as error:
            places = places_of(data, path) if places is None else places
            place = places[number] if number < len(places) else slice(0, len(data))
            yield unreadable(data[place], offset=place.start, reason=str(error))


def places_of(data: bytes, path: tuple[str, ...]) -> list[slice]:
    """Where the elements of the array at `path` stand, in bytes. Empty where there is no such array: then the whole
    answer is the place. `data` is an answer that `json_of` has read.
    """
    shift = len(data) - len(data.removeprefix(BOM))
    text = data[shift:].decode("utf-8")
    places: list[slice] = []
    try:
        counted, offset = 0, shift  # characters and bytes that lie behind
        for start, end in _elements(text, _array(text, path)):
            begins = offset + len(text[counted:start].encode())
            counted, offset = end, begins + len(text[start:end].encode())
            places.append(slice(begins, offset))
    except LookupError:
        return []
    return places


def _array(text: str, path: tuple[str, ...]) -> int:
    """Where the array at `path` begins. Raises LookupError."""
    at = _skip(text, 0)
    for name in path:
        at = _member(text, at, name)
    return at


def _member(text: str, at: int, name: str) -> int:
    """Where the value of the last member `name` of the object at `at` begins, as for `json.loads`."""
    found = -1
    if text[at] != "{":
        raise LookupError(name)
    at = _skip(text, at + 1)
    while text[at] == '"':
        key, at = _DECODER.raw_decode(text, at)
        at = _skip(text, _skip(text, at) + 1)
        found = at if key == name else found
        at = _skip(text, _end(text, at))
        at = _skip(text, at + 1) if text[at] == "," else at
    if found < 0:
        raise LookupError(name)
    return found


def _elements(text: str, at: int) -> Iterator[tuple[int, int]]:
    """Where each element of the array at `at` begins and ends. Raises LookupError where there is none."""
    if text[at] != "[":
        raise LookupError(at)
    at = _skip(text, at + 1)
    while text[at] != "]":
        end = _end(text, at)
        yield at, end
        at = _skip(text, end)
        at = _skip(text, at + 1) if text[at] == "," else at


def _end(text: str, at: int) -> int:
    return _DECODER.raw_decode(text, at)[1]


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANKS:
        at += 1
    return at


_DECODER = json.JSONDecoder()

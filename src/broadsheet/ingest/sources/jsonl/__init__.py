"""Plain JSONL: one paper a line, as a JSON object.

Keys: `title` (needed), `abstract`, `id` (any identifier, DOI or address, or a name of your own), `authors` (a list of
names, or a string parted by `;` or by `, ` and ` and `), `date` (YYYY, YYYY-MM, YYYY-MM-DD, a timestamp, or
"May 3, 2024"), `url`. Other keys are ignored, and so are keys with null or nothing in them. A line whose value for one
of these keys cannot be read goes to quarantine whole, naming the key, because taking in the rest would lose what the
owner gave without a word. Only an address that is no http(s) address is kept aside (`extra`) instead of shown, because
it says nothing about the paper.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from broadsheet.catalog.records import Item, SourceRecord, Unreadable
from broadsheet.ingest.sources.format import HEAD_SIZE, Format, not_utf8, unreadable
from broadsheet.ingest.sources.lines import Line, read_lines
from broadsheet.lib.ids import Identifier, parse_identifier, public_id
from broadsheet.lib.text import clean_url, split_authors, title_key
from broadsheet.lib.time import PartialDate, parse_date

SOURCE = "jsonl"
_BOM = b"\xef\xbb\xbf"
_SURROGATES = re.compile("[\ud800-\udfff]")
_FIRST_KEY = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{\s*\"(?:[^\"\\]|\\.){0,200}\"\s*:")
_SNIFFED_LINES = 200


class BadLine(ValueError):
    """The line is no paper; the message says why."""


def sniff(head: bytes) -> bool:
    """Whether some line of `head` is an object with a title or an abstract, or one endless line begins like one."""
    lines = head.removeprefix(_BOM).split(b"\n")
    if len(head) >= HEAD_SIZE:
        if len(lines) == 1:
            return _FIRST_KEY.match(head) is not None
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
            return True
    return False


def parse(stream: BinaryIO, *, key: str) -> Iterator[Item]:
    """The papers of a JSONL file in order, and an Unreadable for every line that is none. `key` is not used."""
    for line in read_lines(stream):
        if isinstance(line, Unreadable):
            yield line
            continue
        data = line.data.removeprefix(_BOM) if line.offset == 0 else line.data
        if not data or data.isspace():
            continue
        try:
            yield record(_object(data, line))
        except BadLine as error:
            yield unreadable(line.data, offset=line.offset, reason=str(error))


FORMAT = Format(
    name=SOURCE,
    label="JSON lines",
    help='One JSON object a line: {"title", "abstract", "id"?, "authors"?, "date"?, "url"?}.',
    sniff=sniff,
    parse=parse,
)


def record(value: dict[str, Any]) -> SourceRecord:
    """One paper out of one JSON object. Raises BadLine."""
    title = _text(value, "title")
    if not title.strip():
        raise BadLine("The title is missing or blank.")
    abstract = _text(value, "abstract")
    own_id, url = _own_id(value), _text(value, "url").strip()
    identifiers, links, extra = _names(own_id, url)
    return SourceRecord(
        source=SOURCE,
        external_id=_external_id(identifiers, own_id, title),
        title=title,
        abstract=abstract,
        authors=_authors(value.get("authors")),
        date=_date(value),
        identifiers=identifiers,
        links=links,
        extra=extra,
    )


def _object(data: bytes, line: Line) -> dict[str, Any]:
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
        raise BadLine(f"The line is {_kind(value)}, not a JSON object with a title.")
    return value


def _text(value: dict[str, Any], key: str) -> str:
    found = value.get(key)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise BadLine(f'"{key}" is {_kind(found)}; it should be text.')
    return _sound(found, key)


def _sound(text: str, key: str) -> str:
    """`text` as it can be stored: lone halves of surrogate pairs become U+FFFD. Raises BadLine for a NUL."""
    if "\x00" in text:
        raise BadLine(f'"{key}" holds a NUL character, which no text has; the line is damaged.')
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)


def _own_id(value: dict[str, Any]) -> str:
    found = value.get("id")
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found)
    if isinstance(found, float):
        raise BadLine('"id" is a decimal number, which loses closing zeros; write it as text, in quotes.')
    return _text(value, "id").strip()


def _names(own_id: str, url: str) -> tuple[tuple[Identifier, ...], tuple[str, ...], dict[str, Any]]:
    """What `id` and `url` say: identifiers, links, and as extra what is neither."""
    identifiers: list[Identifier] = []
    links: list[str] = []
    extra: dict[str, Any] = {}
    for key, text in (("id", own_id), ("url", url)):
        if not text:
            continue
        if identifier := parse_identifier(text):
            if identifier not in identifiers:
                identifiers.append(identifier)
        elif key == "url" and (link := clean_url(text)):
            links.append(link)
        else:
            extra[key] = text
    return tuple(identifiers), tuple(links), extra


def _external_id(identifiers: tuple[Identifier, ...], own_id: str, title: str) -> str:
    """The identifier, or a key of own id and title together: the paper "1" of one file is not "1" of another."""
    if identifiers:
        return public_id(list(identifiers), "")
    named = json.dumps([own_id, title_key(title)], ensure_ascii=False)
    return "t-" + hashlib.sha256(named.encode()).hexdigest()[:32]


def _authors(found: object) -> tuple[str, ...]:
    if found is None:
        return ()
    if isinstance(found, str):
        return split_authors(_sound(found, "authors"))
    if not isinstance(found, list):
        raise BadLine(f'"authors" is {_kind(found)}; it should be a list of names or one string.')
    names: list[str] = []
    for name in found:
        if not isinstance(name, str):
            raise BadLine(f'"authors" holds {_kind(name)}; every author should be a name in quotes.')
        if tidy := " ".join(_sound(name, "authors").split()):
            names.append(tidy)
    return tuple(names)


def _date(value: dict[str, Any]) -> PartialDate | None:
    found = value.get("date")
    text = str(found) if isinstance(found, int) and not isinstance(found, bool) else _text(value, "date").strip()
    if not text:
        return None
    date = parse_date(text)
    if date is None:
        raise BadLine(f'"date" is {text[:60]!r}, which is no date; write it as YYYY, YYYY-MM or YYYY-MM-DD.')
    return date


def _kind(value: object) -> str:
    """What a JSON value is, in words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    names = {int: "a number", float: "a number", str: "text", list: "a list", dict: "an object"}
    return names[type(value)]

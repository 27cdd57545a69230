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
from typing import Any

from broadsheet.catalog.records import SourceRecord
from broadsheet.ingest.sources.rows import BadLine, RowKind, kind_of, names_of, row_formats, sound, text_of, title_of
from broadsheet.lib.ids import Identifier, parse_identifier, public_id
from broadsheet.lib.text import clean_url, split_authors, title_key
from broadsheet.lib.time import PartialDate, parse_date

SOURCE = "jsonl"
_FIRST_KEY = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{\s*\"(?:[^\"\\]|\\.){0,200}\"\s*:")


def record(value: dict[str, Any]) -> SourceRecord:
    """One paper out of one JSON object. Raises BadLine."""
    title = title_of(value)
    abstract = text_of(value, "abstract")
    own_id, url = _own_id(value), text_of(value, "url").strip()
    identifiers, links, extra = _names(own_id, url)
    return SourceRecord(
        source=SOURCE,
        external_id=_external_id(identifiers, own_id, title),
        title=title,
        abstract=abstract,
        authors=_authors(value),
        date=_date(value),
        identifiers=identifiers,
        links=links,
        extra=extra,
    )


def _own_id(value: dict[str, Any]) -> str:
    found = value.get("id")
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found)
    if isinstance(found, float):
        raise BadLine('"id" is a decimal number, which loses closing zeros; write it as text, in quotes.')
    return text_of(value, "id").strip()


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


def _authors(value: dict[str, Any]) -> tuple[str, ...]:
    found = value.get("authors")
    if found is None:
        return ()
    if isinstance(found, str):
        return split_authors(sound(found, "authors"))
    if not isinstance(found, list):
        raise BadLine(f'"authors" is {kind_of(found)}; it should be a list of names or one string.')
    return names_of(value, "authors")


def _date(value: dict[str, Any]) -> PartialDate | None:
    found = value.get("date")
    text = str(found) if isinstance(found, int) and not isinstance(found, bool) else text_of(value, "date").strip()
    if not text:
        return None
    date = parse_date(text)
    if date is None:
        raise BadLine(f'"date" is {text[:60]!r}, which is no date; write it as YYYY, YYYY-MM or YYYY-MM-DD.')
    return date


ROW = RowKind(
    name=SOURCE,
    label="JSON lines",
    help='One JSON object a line: {"title", "abstract", "id"?, "authors"?, "date"?, "url"?}.',
    matches=lambda value: True,
    record=record,
    begins=_FIRST_KEY,
)
(FORMAT,) = row_formats((ROW,))
sniff, parse = FORMAT.sniff, FORMAT.parse

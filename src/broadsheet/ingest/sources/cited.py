"""Citations in files and libraries: from a reference's plain fields to a record, the same way for every format."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from broadsheet.catalog.records import SourceRecord
from broadsheet.ingest.sources import fields
from broadsheet.ingest.sources.rows import BadLine, sound
from broadsheet.lib.ids import Identifier, parse_identifier, public_id
from broadsheet.lib.text import title_key
from broadsheet.lib.time import PartialDate

_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv", "md", "phd"})
_IN_NOTE = re.compile(r"(?im)^\s*(DOI|PMID|PMCID|arXiv)\s*:\s*(\S{1,300})")


def reference(
    *,
    source: str,
    key: str,
    title: str,
    abstract: str = "",
    authors: Sequence[str] = (),
    date: PartialDate | None = None,
    named: Iterable[str] = (),
    urls: Iterable[str] = (),
    extra: Mapping[str, Any] | None = None,
    external_id: str = "",
) -> SourceRecord:
    """The record of one reference. `named` are identifiers as the file has them, `urls` addresses, which may be
    identifiers too; what is neither is kept aside. `key` is the file's own name of the reference.

    Raises BadLine for a missing title, and for what is longer than any paper's.
    """
    title = sound(title, "title")
    abstract = sound(abstract, "abstract")
    if not title.strip():
        raise BadLine("The title is missing or blank.")
    identifiers, links, others = _names(named, urls)
    kept = {name: text for name, text in (extra or {}).items() if text}
    found = SourceRecord(
        source=source,
        external_id=external_id or external(identifiers, key, title),
        title=title,
        abstract=abstract,
        authors=fields.names(authors),
        date=date,
        identifiers=identifiers,
        links=links,
        extra={**kept, **({"others": others} if others else {})},
    )
    return fields.sized(found)


def external(identifiers: Sequence[Identifier], key: str, title: str) -> str:
    """The identifier, or a key of own name and title together: "smith2020" of one file is not that of another."""
    if identifiers:
        return public_id(list(identifiers), "")
    named = json.dumps([key[:300], title_key(title)], ensure_ascii=False)
    return "t-" + hashlib.sha256(named.encode("utf-8", "replace")).hexdigest()[:32]


def _names(named: Iterable[str], urls: Iterable[str]) -> tuple[tuple[Identifier, ...], tuple[str, ...], list[str]]:
    """Identifiers, links, and what is neither."""
    identifiers: dict[Identifier, None] = {}
    links: dict[str, None] = {}
    others: list[str] = []
    for text, is_url in [*((one.strip(), False) for one in named), *((one.strip(), True) for one in urls)]:
        if not text:
            continue
        if found := parse_identifier(text):
            identifiers[found] = None
        elif is_url and (link := fields.link(text)):
            links[link[0]] = None
        elif len(others) < 10:
            others.append(sound(text[: fields.MAX_KEPT], "url"))
    return tuple(identifiers), tuple(links)[:20], others


def named_in_note(text: str) -> list[str]:
    """The identifiers that people and programs write into a free field, a line each: "PMID: 123"."""
    return [
        value if kind.lower() == "doi" else f"{kind.lower()}:{value.removeprefix('arXiv:')}"
        for kind, value in _IN_NOTE.findall(text[:10_000])
    ]


def given_first(name: str) -> str:
    """ "Family, Given", "Family, Jr., Given" (BibTeX) and "Family, Given, Jr." (RIS) as "Given Family Jr."; any other
    name as it is.
    """
    parts = [part.strip() for part in name.split(",")]
    if len(parts) == 2 and all(parts):
        return f"{parts[1]} {parts[0]}"
    if len(parts) == 3 and all(parts):
        family, given, suffix = parts if parts[2].lower().strip(".") in _SUFFIXES else (parts[0], parts[2], parts[1])
        return f"{given} {family} {suffix}"
    return name.strip(" ,")

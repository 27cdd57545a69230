"""CSL-JSON files, as Zotero, Pandoc and citation.js write them: one JSON array of references.

Source: the schema csl-data.json of the Citation Style Language 1.0.2. A reference has `id`, `type`, `title`,
`abstract`, `author` ([{"family", "given", "non-dropping-particle", "suffix", "literal"}]), `issued` ({"date-parts":
[[2018, 4, 1]]} or {"raw": "2018-04"}), `container-title`, `DOI`, `PMID`, `PMCID`, `URL`, `note`. Numbers may be text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from broadsheet.catalog.records import Item, SourceRecord
from broadsheet.ingest.sources import fields
from broadsheet.ingest.sources.answers import MAX_SIZE, each, json_of
from broadsheet.ingest.sources.cited import named_in_note, reference
from broadsheet.ingest.sources.format import Format, NotReadable
from broadsheet.ingest.sources.rows import BOM, kind_of, text_of
from broadsheet.ingest.sources.whole import whole
from broadsheet.lib.time import PartialDate

SOURCE = "csl-json"
_BEGINS = re.compile(rb"\s*\[\s*\{")
_ONLY_HERE = re.compile(rb'"(?:container-title|date-parts|citation-key|issued|family|publisher-place|title-short)"\s*:')


def sniff(head: bytes) -> bool:
    """Whether `head` begins an array of objects with keys that only CSL has."""
    return _BEGINS.match(head.removeprefix(BOM)) is not None and _ONLY_HERE.search(head) is not None


def parse(stream: BinaryIO, *, key: str) -> Iterator[Item]:
    """The references in order, an Unreadable for each that can't be read. Raises NotReadable when it is no JSON."""
    data = whole(stream, limit=MAX_SIZE, what="JSON array")
    value = json_of(data)
    if not isinstance(value, list):
        raise NotReadable(f"The file is {kind_of(value)}, not a JSON array of references.")
    yield from each(data, value, record)


def record(value: dict[str, Any]) -> SourceRecord:
    """One reference. Raises BadLine."""
    own = value.get("id")
    return reference(
        source=SOURCE,
        key=str(own) if isinstance(own, int) else text_of(value, "id"),
        title=fields.title(value),
        abstract=fields.marked_up(value, "abstract", limit=fields.MAX_ABSTRACT),
        authors=[_name(one) for one in fields.objects(value, "author", limit=fields.MAX_AUTHORS)],
        date=_date(value),
        named=[
            fields.words(value, "DOI"),
            *_prefixed(value),
            *named_in_note(fields.words(value, "note", limit=100_000)),
        ],
        urls=[fields.words(value, "URL")],
        extra={
            "type": fields.words(value, "type"),
            "journal": fields.marked_up(value, "container-title", limit=5000),
        },
    )


def _prefixed(value: dict[str, Any]) -> list[str]:
    """PMID and PMCID, which stand there bare, perhaps as numbers."""
    found = []
    for name in ("PMID", "PMCID"):
        given = value.get(name)
        text = str(given) if isinstance(given, int) else fields.words(value, name)
        if text:
            found.append(f"{name.lower()}:{text}")
    return found


def _name(one: dict[str, Any]) -> str:
    parts = ("given", "dropping-particle", "non-dropping-particle", "family", "suffix")
    return " ".join(filter(None, (fields.words(one, key) for key in parts))) or fields.words(one, "literal")


def _date(value: dict[str, Any]) -> PartialDate | None:
    """When it came out; of a span of days its first."""
    issued = fields.part(value, "issued")
    parts = fields.listed(issued, "date-parts")
    if parts and isinstance(parts[0], list):
        return fields.date_of_parts(parts[0])
    text = fields.words(issued, "raw") or fields.words(issued, "literal")
    return fields.date(text) or fields.date_of_parts(text.split("-"))


FORMAT = Format(
    name=SOURCE,
    label="CSL-JSON",
    help="References as one JSON array, as Zotero and Pandoc write them.",
    sniff=sniff,
    parse=parse,
)

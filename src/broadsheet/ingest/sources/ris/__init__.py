"""RIS files, as reference managers, publishers and databases write them: a tag a line, `ER` behind each reference.

Source: "RIS Format Specifications" of Reference Manager (2011), and what EndNote, Zotero and PubMed write: some put one
blank before the hyphen, some none behind it, some go on with a long value on lines without a tag. Tags that mean the
same: title TI T1 CT BT; authors AU A1; abstract AB N2; date DA Y1 PY; journal JO T2 JF JA; addresses UR L1 L2 LK;
identifiers DO, AN ("arXiv:…"), C7, M3, ID.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import BinaryIO

from broadsheet.catalog.records import Item, SourceRecord, Unreadable
from broadsheet.ingest.sources import fields
from broadsheet.ingest.sources.cited import given_first, named_in_note, reference
from broadsheet.ingest.sources.format import Format, not_utf8, unreadable
from broadsheet.ingest.sources.lines import read_lines
from broadsheet.ingest.sources.markup import plain
from broadsheet.ingest.sources.rows import BOM, BadLine
from broadsheet.lib.ids import parse_identifier
from broadsheet.lib.time import PartialDate

SOURCE = "ris"
MAX_REFERENCE = 4 * 1024 * 1024  # bytes
_SNIFFED = re.compile(rb"(?:\A|[\r\n])[ \t]*TY {1,2}- ?[A-Z]{2,8}[ \t]*(?:\r?\n|\Z)")
_TAG = re.compile(r"\s*([A-Z][A-Z0-9]) {1,2}-(?: (.*)|\s*)\Z", re.DOTALL)
_ENDS = re.compile(rb"\s*ER {1,2}-\s*\Z")
_BEGINS = re.compile(rb"\s*TY {1,2}-")


def sniff(head: bytes) -> bool:
    """Whether a line of `head` begins a reference."""
    return _SNIFFED.search(head.removeprefix(BOM)) is not None


def parse(stream: BinaryIO, *, key: str) -> Iterator[Item]:
    """The references in order, an Unreadable for each that can't be read. What stands between them is left out."""
    gathered: list[bytes] = []
    start = size = 0
    for line in read_lines(stream):
        if isinstance(line, Unreadable):
            yield line
            continue
        data = line.data.removeprefix(BOM) if line.offset == 0 else line.data
        if gathered and _BEGINS.match(data):  # the end of the one before is missing
            yield _read(gathered, start)
            gathered = []
        if not gathered:
            if not _BEGINS.match(data):
                continue
            start, size = line.offset, 0
        size += len(data) + 1
        if size <= MAX_REFERENCE:
            gathered.append(data)
        if _ENDS.fullmatch(data) or size > MAX_REFERENCE:
            yield _read(gathered, start, whole=size <= MAX_REFERENCE)
            gathered = []
    if gathered:
        yield _read(gathered, start)


def _read(lines: list[bytes], start: int, *, whole: bool = True) -> Item:
    data = b"\n".join(lines)
    try:
        if not whole:
            raise BadLine(f"The reference is longer than {MAX_REFERENCE:,} bytes; its end (ER) may be missing.")
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise BadLine(not_utf8(error, offset=start)) from error
        return record(_tags(text))
    except BadLine as error:
        return unreadable(data, offset=start, reason=str(error))


def _tags(text: str) -> dict[str, list[str]]:
    """The values of each tag, in order; a line without a tag goes on with the value before it."""
    found: dict[str, list[str]] = defaultdict(list)
    last: list[str] = []
    for line in text.splitlines():
        if match := _TAG.match(line):
            last = found[match[1]]
            last.append((match[2] or "").strip())
        elif last and line.strip():
            last[-1] = f"{last[-1]} {line.strip()}"
    return found


def record(tags: dict[str, list[str]]) -> SourceRecord:
    """One reference. Raises BadLine."""

    def first(*names: str) -> str:
        return next((value for name in names for value in tags.get(name, ()) if value), "")

    authors = [given_first(name) for name in (tags.get("AU") or tags.get("A1") or tags.get("A2") or [])]
    named = [*tags.get("DO", ()), *_known(tags, "AN", "C7", "M3", "ID"), *named_in_note("\n".join(tags.get("N1", ())))]
    return reference(
        source=SOURCE,
        key=first("ID"),
        title=plain(first("TI", "T1", "CT", "BT", "ST")[: fields.MAX_TITLE * 4]),
        abstract=plain(first("AB", "N2")[: fields.MAX_ABSTRACT * 4]),
        authors=authors,
        date=_date(first("DA")) or _date(first("Y1")) or _date(first("PY")),
        named=named,
        urls=[one for name in ("UR", "LK", "L1", "L2") for value in tags.get(name, ()) for one in value.split(";")],
        extra={"type": first("TY"), "journal": plain(first("JO", "JF", "T2", "JA")[:2000])},
    )


def _known(tags: dict[str, list[str]], *names: str) -> list[str]:
    """Values of tags that hold identifiers among other things."""
    return [value for name in names for value in tags.get(name, ()) if parse_identifier(value)]


def _date(text: str) -> PartialDate | None:
    """YYYY/MM/DD/other, of which all but the year may be empty; also 2018-04-01 and "May 3, 2018"."""
    return fields.date_of_parts([part.strip() for part in text.split("/")]) or fields.date(text.strip(" /"))


FORMAT = Format(
    name=SOURCE,
    label="RIS",
    help="References as reference managers and publishers export them, a tag a line.",
    sniff=sniff,
    parse=parse,
)

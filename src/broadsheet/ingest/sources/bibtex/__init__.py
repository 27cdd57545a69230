r"""BibTeX and BibLaTeX files: an entry is a paper.

Source: Patashnik, "BibTeXing" (1988), and the BibLaTeX manual, chapter 2.2, for `date`, `eprint`, `eprinttype` and
`crossref`. Read are `title` (and `subtitle`), `author` (else `editor`), `abstract`, `year`, `month`, `date`, `doi`,
`eprint`, `arxivid`, `url`, `pmid`, `journal`, `booktitle`. Braces that only keep capitals or one name together go,
LaTeX accents and styles become text, formulas stay. An entry without a year has that of the entry its `crossref` names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from broadsheet.catalog.records import Item, SourceRecord
from broadsheet.ingest.sources import fields
from broadsheet.ingest.sources.bibtex.entries import MONTHS, Block, blocks, text_of_block
from broadsheet.ingest.sources.bibtex.values import Broken, assignments, authors_of, untexed
from broadsheet.ingest.sources.cited import reference
from broadsheet.ingest.sources.format import Format, unreadable
from broadsheet.ingest.sources.rows import BOM, BadLine
from broadsheet.ingest.sources.whole import whole
from broadsheet.lib.time import PartialDate

SOURCE = "bibtex"
MAX_SIZE = 64 * 1024 * 1024  # bytes; some 60,000 entries with abstracts
MAX_STRINGS = 20_000
_DEPTH = 5  # of entries that inherit from each other
_SNIFFED = re.compile(
    rb"(?:\A|[\r\n])[ \t]*@[ \t]*(?:[A-Za-z]+[ \t\r\n]*[{(][ \t\r\n]*[^\s{}(),=\"#%]*[ \t\r\n]*[,=}]"
    rb"|(?:preamble|comment)[ \t\r\n]*[{(])",
    re.IGNORECASE,
)
_INHERITS = re.compile(rb"crossref", re.IGNORECASE)
_NO_ENTRY = frozenset({"comment", "preamble", "string"})
_EMPTY = re.compile(r"\s*,?\s*\Z")


@dataclass
class _File:
    """What entries of one file share: abbreviations, and the years that others inherit."""

    strings: dict[str, str] = field(default_factory=lambda: dict(MONTHS))
    parents: dict[str, tuple[str, str]] = field(default_factory=dict)  # key: its own date, and whom it inherits from


def sniff(head: bytes) -> bool:
    """Whether a line of `head` begins an entry."""
    return _SNIFFED.search(head.removeprefix(BOM)) is not None


def parse(stream: BinaryIO, *, key: str) -> Iterator[Item]:
    """The entries in order, an Unreadable for each that can't be read. Raises NotReadable when the file is too long.

    Comments, preambles and what stands between entries are left out.
    """
    data = whole(stream, limit=MAX_SIZE, what="BibTeX file")
    shared = _File()
    inherits = _INHERITS.search(data) is not None
    for block in blocks(data):
        if block.kind != "string" and not inherits:
            continue
        try:
            _share(block, data, shared)
        except (BadLine, Broken):
            continue  # it is told of when its turn comes
    for block in blocks(data):
        if block.kind in _NO_ENTRY and not block.broken:
            continue
        try:
            name, values = _entry(block, data, shared)
            if name or values:
                yield _record(block.kind, name, values, shared)
        except (BadLine, Broken) as error:
            yield unreadable(data[block.start : block.end], offset=block.start, reason=str(error))


def _share(block: Block, data: bytes, shared: _File) -> None:
    if block.kind == "string" and len(shared.strings) < MAX_STRINGS:
        shared.strings |= assignments(text_of_block(block, data), shared.strings)
    elif block.kind not in _NO_ENTRY:
        name, values = _entry(block, data, shared)
        for one in [name, *(part.strip() for part in values.get("ids", "").split(","))]:
            shared.parents.setdefault(one.lower(), (_own_date(values), values.get("crossref", "").lower()))


def _entry(block: Block, data: bytes, shared: _File) -> tuple[str, dict[str, str]]:
    """The key and the fields of an entry, their names in lower case. Raises BadLine and Broken."""
    text = text_of_block(block, data)
    name, comma, rest = text.partition(",")
    if "=" in name:  # some programs leave the key out
        name, comma, rest = "", ",", text
    return name.strip(), assignments(rest, shared.strings) if comma and not _EMPTY.fullmatch(rest) else {}


def _record(kind: str, key: str, values: dict[str, str], shared: _File) -> SourceRecord:
    def text(*names: str) -> str:
        return next((found for name in names if (found := untexed(values.get(name, "")))), "")

    title, subtitle = text("title"), text("subtitle")
    eprint, archive = values.get("eprint", "").strip(), (values.get("archiveprefix") or values.get("eprinttype") or "")
    named = [values.get("doi", ""), values.get("arxivid", "")]
    if eprint and archive.strip().lower() in ("", "arxiv"):
        named += [str(found) for found in fields.identifier(eprint, scheme="arxiv")]
    for scheme in ("pmid", "pmcid"):
        named += [f"{scheme}:{values[scheme].strip()}"] if values.get(scheme, "").strip() else []
    return reference(
        source=SOURCE,
        key=key,
        title=f"{title}: {subtitle}" if title and subtitle else title,
        abstract=text("abstract"),
        authors=authors_of(values.get("author") or values.get("editor") or ""),
        date=_date(values, shared),
        named=[name for name in named if name.strip()],
        urls=[re.sub(r"\\([_%&#~])", r"\1", values.get("url", ""))],
        extra={"type": kind, "journal": text("journal", "journaltitle", "booktitle")[:2000]},
    )


def _own_date(values: dict[str, str]) -> str:
    """The date as YYYY, YYYY-MM or as `date` has it; of a span its first day."""
    if date := values.get("date", "").strip("{} "):
        return date.partition("/")[0]
    year = values.get("year", "").strip("{} ")
    month = values.get("month", "").strip("{}., ").lower()[:3]
    number = MONTHS.get(month, month)
    return f"{year}-{number}" if year and number.isdigit() else year


def _date(values: dict[str, str], shared: _File) -> PartialDate | None:
    own, parent = _own_date(values), values.get("crossref", "").lower()
    for _ in range(_DEPTH):
        if own or not parent:
            break
        own, parent = shared.parents.get(parent, ("", ""))
    return fields.date(own) or fields.date_of_parts(own.split("-"))


FORMAT = Format(
    name=SOURCE,
    label="BibTeX",
    help="BibTeX or BibLaTeX entries.",
    sniff=sniff,
    parse=parse,
)

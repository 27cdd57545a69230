"""Answers of arXiv's API: Atom with extensions.

Source: arXiv's API user manual (info.arxiv.org/help/api/user-manual.html) and answers on record. An error comes as a
feed of one entry titled "Error" whose id leads to /api/errors; it is never a paper. An entry becomes the row that the
same paper has in arXiv's metadata snapshot. Categories of other schemes (ACM, MSC) stand among arXiv's own and are left
out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lxml import etree

from broadsheet.catalog.records import SourceRecord, Unreadable
from broadsheet.ingest.sources import arxiv_snapshot
from broadsheet.ingest.sources.format import NotReadable, unreadable
from broadsheet.ingest.sources.rows import BadLine, sound
from broadsheet.ingest.sources.xml import parse_xml, place_of, text_at

ATOM = "{http://www.w3.org/2005/Atom}"
ARXIV = "{http://arxiv.org/schemas/atom}"
_SEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
_CATEGORY = re.compile(r"[a-z]+(?:-[a-z]+)*(?:\.[A-Za-z-]+)?", re.ASCII)
_ABSTRACT_PAGE = re.compile(r"https?://(?:[a-z.]+\.)?arxiv\.org/abs/(.+)", re.ASCII)


@dataclass
class AtomAnswer:
    """What an answer holds. `total` counts the papers that the query finds, `start` says where this page begins;
    `error` is what arXiv says instead.
    """

    items: list[SourceRecord | Unreadable] = field(default_factory=list)
    total: int = 0
    start: int = 0
    error: str = ""


def parse(content: bytes) -> AtomAnswer:
    """Read an answer; an entry that can't be read is an Unreadable. Raises NotReadable when it is no Atom feed."""
    root = parse_xml(content)
    if root.tag != f"{ATOM}feed":
        raise NotReadable(f"The answer is no Atom feed: it begins with <{root.tag.rpartition('}')[2]}>.")
    answer = AtomAnswer(total=_number(root, "totalResults"), start=_number(root, "startIndex"))
    for number, entry in enumerate(root.iterfind(f"{ATOM}entry")):
        if "/api/errors" in text_at(entry, f"{ATOM}id"):
            answer.error = " ".join(text_at(entry, f"{ATOM}summary").split()) or "an error without a reason"
            return replace(answer, items=[])
        try:
            answer.items.append(_record(entry))
        except BadLine as error:
            piece = etree.tostring(entry)
            place = place_of(content, "entry", number)
            answer.items.append(unreadable(piece, offset=place, reason=str(error)))
    return answer


def _number(root: etree._Element, name: str) -> int:
    text = text_at(root, f"{_SEARCH}{name}")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _record(entry: etree._Element) -> SourceRecord:
    """One paper. Raises BadLine."""
    match = _ABSTRACT_PAGE.fullmatch(text_at(entry, f"{ATOM}id"))
    published, updated = text_at(entry, f"{ATOM}published"), text_at(entry, f"{ATOM}updated")
    row: dict[str, Any] = {
        "id": match[1] if match else text_at(entry, f"{ATOM}id"),
        "title": " ".join(text_at(entry, f"{ATOM}title").split()),
        "abstract": text_at(entry, f"{ATOM}summary"),
        "created": published[:10],
        "update_date": updated[:10],
        "categories": " ".join(_categories(entry)),
        "comments": text_at(entry, f"{ARXIV}comment"),
        "journal-ref": text_at(entry, f"{ARXIV}journal_ref"),
        "doi": text_at(entry, f"{ARXIV}doi"),
    }
    names = (" ".join(sound(text_at(one, f"{ATOM}name"), "name").split()) for one in entry.iterfind(f"{ATOM}author"))
    return replace(arxiv_snapshot.record(row), authors=tuple(filter(None, names)))


def _categories(entry: etree._Element) -> Sequence[str]:
    """arXiv's categories, the primary one first."""
    primary = entry.find(f"{ARXIV}primary_category")
    terms = [primary.get("term", "")] if primary is not None else []
    terms += [one.get("term", "") for one in entry.iterfind(f"{ATOM}category")]
    return [term for term in dict.fromkeys(terms) if _CATEGORY.fullmatch(term)]

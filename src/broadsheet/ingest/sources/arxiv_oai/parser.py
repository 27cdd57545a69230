"""Answers of arXiv's OAI-PMH, in the formats `arXiv` and `arXivRaw`.

Sources: the protocol (openarchives.org/OAI/openarchivesprotocol.html, 2.0), arXiv's help on it
(info.arxiv.org/help/oa), and the code of the service (github.com/arXiv/arxiv-oaipmh). A record becomes the row that the
same paper has in arXiv's metadata snapshot and is read by the same reader, so both say the same of one paper.
`acm-class` is not taken over: the service fills it with another field.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from broadsheet.catalog.records import SourceRecord, Unreadable
from broadsheet.ingest.sources import arxiv_snapshot
from broadsheet.ingest.sources.format import NotReadable, unreadable
from broadsheet.ingest.sources.rows import BadLine
from broadsheet.ingest.sources.xml import all_text, parse_xml, place_of

_OAI = "{http://www.openarchives.org/OAI/2.0/}"
_ARXIV = "{http://arxiv.org/OAI/arXiv/}"
_RAW = "{http://arxiv.org/OAI/arXivRaw/}"
_KEYS = ("id", "title", "categories", "comments", "report-no", "journal-ref", "doi", "license", "abstract")
_ARXIV_KEYS = {f"{_ARXIV}{key}": key for key in (*_KEYS, "created")}
_RAW_KEYS = {f"{_RAW}{key}": key for key in (*_KEYS, "submitter", "authors")}
_AUTHORS, _KEYNAME, _FORENAMES, _SUFFIX = (f"{_ARXIV}{key}" for key in ("authors", "keyname", "forenames", "suffix"))
_VERSION, _DATE = f"{_RAW}version", f"{_RAW}date"
_ROOT = b'<x xmlns="http://www.openarchives.org/OAI/2.0/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
_RECORD = re.compile(rb"<record[\s>].*?</record\s*>", re.DOTALL)
_TOKEN = re.compile(rb"<resumptionToken(?P<attributes>[^>]*?)(?:/>|>(?P<token>[^<]*)</resumptionToken\s*>)")
_ENDS = re.compile(rb"</(?:\w+:)?OAI-PMH\s*>\s*\Z")
_SAID = re.compile(rb"<responseDate[^>]*>\s*([^<]{10,30}?)\s*</responseDate\s*>")


@dataclass
class OaiAnswer:
    """What an answer of ListRecords or GetRecord holds. `errors` are (code, what is said)."""

    items: list[SourceRecord | Unreadable] = field(default_factory=list)
    token: str = ""
    expires: str = ""  # of the token: a UTC time as the service wrote it
    said_at: str = ""  # the answer's own date
    errors: list[tuple[str, str]] = field(default_factory=list)
    datestamps: list[str] = field(default_factory=list)  # of all records, in order
    damaged: bool = False  # a record was not well-formed XML


def parse(content: bytes) -> OaiAnswer:
    """Read an answer. A record that can't be read is an Unreadable, also one that is not well-formed; a record that was
    deleted is one too, so that it is told of. Raises NotReadable when it is no whole OAI-PMH answer.
    """
    answer = OaiAnswer()
    try:
        root = parse_xml(content)
    except NotReadable:
        if b"<OAI-PMH" not in content or not _ENDS.search(content) or b"<record" not in content:
            raise
        return _piecewise(content, answer)
    if root.tag != f"{_OAI}OAI-PMH":
        raise NotReadable(f"The answer is no OAI-PMH: it begins with <{_local(root.tag)}>.")
    answer.said_at = (root.findtext(f"{_OAI}responseDate") or "").strip()
    for error in root.iterfind(f"{_OAI}error"):
        answer.errors.append((error.get("code", ""), " ".join(all_text(error).split())))
    for verb in root:
        if verb.tag in (f"{_OAI}ListRecords", f"{_OAI}GetRecord"):
            for element in verb:
                if element.tag == f"{_OAI}record":
                    answer.items.append(_item(element, content, answer, number=len(answer.items)))
                elif element.tag == f"{_OAI}resumptionToken":
                    answer.token, answer.expires = (element.text or "").strip(), element.get("expirationDate", "")
    return answer


def _piecewise(content: bytes, answer: OaiAnswer) -> OaiAnswer:
    """An answer with damage inside: every record is read by itself."""
    answer.damaged = True
    if said := _SAID.search(content):
        answer.said_at = said[1].decode("ascii", "replace")
    for match in _RECORD.finditer(content):
        try:
            element = parse_xml(_ROOT + match[0] + b"</x>")[0]
        except NotReadable as error:
            answer.items.append(unreadable(match[0], offset=match.start(), reason=f"The record is damaged. {error}"))
            continue
        answer.items.append(_item(element, content, answer, at=match.start()))
    if token := _TOKEN.search(content):
        root = parse_xml(b"<x>" + (token["token"] or b"") + b"</x>")
        answer.token = (root.text or "").strip()
    return answer


def _item(
    record: etree._Element, content: bytes, answer: OaiAnswer, *, at: int | None = None, number: int = 0
) -> SourceRecord | Unreadable:
    reason = ""
    stamp = ""
    try:
        header = record[0]
        stamp = (header.findtext(f"{_OAI}datestamp") or "").strip()[:10]
        answer.datestamps.append(stamp)
        if header.get("status") == "deleted":
            name = header.findtext(f"{_OAI}identifier") or "a record"
            reason = f"arXiv has deleted {name[:80]}. What was known of it stays."
        else:
            return _record(record, stamp)
    except BadLine as error:
        reason = str(error)
    except IndexError:
        reason = "The record has no header or no metadata."
    piece = etree.tostring(record)
    return unreadable(piece, offset=place_of(content, "record", number) if at is None else at, reason=reason)


def _record(record: etree._Element, stamp: str) -> SourceRecord:
    """The record, read as a row of the snapshot. Raises BadLine for a format that is not read."""
    metadata = record[1][0]
    if metadata.tag == f"{_ARXIV}arXiv":
        return _arxiv(metadata, stamp)
    if metadata.tag == f"{_RAW}arXivRaw":
        return _raw(metadata, stamp)
    raise BadLine(f"The record is in the format {_local(metadata.tag)[:40]!r}; arXiv and arXivRaw are read.")


def _arxiv(metadata: etree._Element, stamp: str) -> SourceRecord:
    row: dict[str, Any] = {"update_date": stamp}
    authors: tuple[str, ...] = ()
    for child in metadata:
        key = _ARXIV_KEYS.get(child.tag)
        if key:
            row[key] = all_text(child) if len(child) else child.text
        elif child.tag == _AUTHORS:
            authors = tuple(filter(None, map(_author, child)))
    return arxiv_snapshot.record(row, authors=authors)


def _author(author: etree._Element) -> str:
    """ "Forenames Keyname Suffix"."""
    family = given = suffix = ""
    for child in author:
        tag = child.tag
        if tag == _KEYNAME:
            family = child.text or ""
        elif tag == _FORENAMES:
            given = child.text or ""
        elif tag == _SUFFIX:
            suffix = child.text or ""
    return " ".join(f"{given} {family} {suffix}".split())


def _raw(metadata: etree._Element, stamp: str) -> SourceRecord:
    row: dict[str, Any] = {"update_date": stamp}
    versions = []
    for child in metadata:
        key = _RAW_KEYS.get(child.tag)
        if key:
            row[key] = all_text(child) if len(child) else child.text
        elif child.tag == _VERSION:
            versions.append({"version": child.get("version"), "created": (child.findtext(_DATE) or "").strip()})
    row["versions"] = versions or None
    return arxiv_snapshot.record(row)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def days_of(answer: OaiAnswer) -> Iterator[dt.date]:
    """The datestamps as days; what is no day is left out."""
    for stamp in answer.datestamps:
        try:
            yield dt.date.fromisoformat(stamp)
        except ValueError:
            continue

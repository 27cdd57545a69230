"""Entries of RSS 0.9 to 2.0 and Atom feeds, also of such as are not quite well-formed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from html.entities import html5

from lxml import etree

from broadsheet.ingest.sources import fields
from broadsheet.ingest.sources.answers import NotPapers
from broadsheet.ingest.sources.feed import MAX_ENTRIES, Entry
from broadsheet.ingest.sources.format import NotReadable
from broadsheet.ingest.sources.xml import all_text
from broadsheet.lib.names import split_authors
from broadsheet.lib.time import PartialDate

_ENTITY = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,31});")
_XML_OWN = frozenset({b"amp", b"lt", b"gt", b"quot", b"apos"})
_ATOM = ("http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#")
_HTML = "{http://www.w3.org/1999/xhtml}"
_SUMMARIES = ("description", "summary", "abstract", "encoded", "content")
_DATES = ("published", "pubDate", "issued", "created", "date", "publicationDate")
_BLOCKS = frozenset({"p", "div", "br", "li", "h1", "h2", "h3", "h4", "tr", "td", "dd", "dt", "section"})
_ENDS = re.compile(rb"</(?:[A-Za-z]\w*:)?(?:rss|RDF|feed)\s*>")
_TAIL = 4096  # bytes in which it ends; statistics and comments may stand behind
_WIDE = (b"\xff\xfe", b"\xfe\xff")  # UTF-16, in which the above is not seen
_MOST_NAMES = 2_000


def xml_entries(content: bytes) -> list[Entry]:
    """The entries of a feed in order. Raises NotReadable when it is no feed, or declares entities, which no feed has
    and which can make a small document huge.
    """
    if b"<!ENTITY" in content:
        raise NotReadable("The feed declares entities, as no feed does and an attack would; it was not read.")
    try:
        root = etree.fromstring(_ENTITY.sub(_as_number, content), _parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        said = str(error).splitlines()[0][:200] if str(error) else "it is empty"
        raise NotReadable(f"The feed is not XML: {said}.") from error
    if root is None:
        raise NotReadable("The feed is not XML: nothing in it is an element.")
    kind = _local(root)
    if kind == "html":
        raise NotPapers("This is a web page, not a feed; its feed has another address.")
    if kind not in ("rss", "RDF", "feed"):
        raise NotPapers(f"This is XML, but no feed: it begins with <{kind[:40]}>.")
    if not _ENDS.search(content[-_TAIL:]) and not content.startswith(_WIDE):
        raise NotReadable("The feed ends early: it was cut off.")
    wanted = "entry" if kind == "feed" else "item"
    found = [element for element in root.iter() if isinstance(element.tag, str) and _local(element) == wanted]
    return [_entry(element) for element in found[:MAX_ENTRIES]]


def _parser() -> etree.XMLParser:
    # Recovering, because many feeds are not quite well-formed; what can't be understood is left out.
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=True,
    )


def _as_number(match: re.Match[bytes]) -> bytes:
    """HTML's named characters as numbers: XML knows five of them, and feeds use all."""
    name = match[1]
    found = None if name in _XML_OWN else html5.get(f"{name.decode()};")
    return "".join(f"&#{ord(sign)};" for sign in found).encode() if found else match[0]


def _local(element: etree._Element) -> str:
    # By hand: of a prefix that is not declared, recovery leaves a name that lxml itself refuses to part.
    return str(element.tag).rpartition("}")[2].rpartition(":")[2]


def _entry(element: etree._Element) -> Entry:
    """One entry. Where several elements mean the same, the first that says something counts."""
    texts: dict[str, list[str]] = {}
    authors: list[str] = []
    address = ""
    for child in element:
        if not isinstance(child.tag, str):
            continue
        name = _local(child)
        if name == "link":
            address = address or _address(child)
        elif name in ("author", "creator"):
            authors += _authors(child)
        else:
            texts.setdefault(name, []).append(_text(child))

    def first(*names: str) -> str:
        return next((text for name in names for text in texts.get(name, ()) if text), "")

    return Entry(
        title=first("title"),
        url=address or (first("guid") if first("guid").startswith("http") else ""),
        guid=first("guid", "id"),
        summary=first(*_SUMMARIES),
        authors=tuple(authors[: fields.MAX_AUTHORS]),
        identifiers=tuple(text for name in ("doi", "identifier", "DOI") for text in texts.get(name, ())[:20]),
        published=next((date for name in _DATES for text in texts.get(name, ()) if (date := date_of(text))), None),
        updated=_day(first("updated", "modified")),
        journal=first("publicationName"),
        raw=etree.tostring(element, encoding="utf-8", with_tail=False),
    )


def _address(link: etree._Element) -> str:
    """RSS writes the address as text, Atom as an attribute, and names other addresses so too."""
    href = link.get("href", "")
    if href:
        return href if link.get("rel", "alternate") == "alternate" else ""
    return (link.text or "").strip()


def _authors(element: etree._Element) -> list[str]:
    """Names of an `author` or `creator`: Atom has one each, in `name`; others put all into one, mail addresses too."""
    for child in element:
        if isinstance(child.tag, str) and _local(child) == "name":
            return [all_text(child).strip()]
    text = all_text(element).strip()
    if match := re.fullmatch(r"[^\s()]+@[^\s()]+\s*\(([^()]+)\)", text):  # RSS: jane@example.org (Jane Doe)
        text = match[1]
    if "@" in text and " " not in text:
        return []
    return list(split_authors(text))[:_MOST_NAMES]


def _text(element: etree._Element) -> str:
    """The text of an element, which may be markup as text; of real XHTML the words."""
    if element.get("type") != "xhtml" and not any(str(child.tag).startswith(_HTML) for child in element):
        return all_text(element).strip()
    return "".join(_words(element)).strip()


def _words(element: etree._Element) -> Iterator[str]:
    """The text in an element, with a blank where a block or a line of it ends."""
    for event, one in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            yield one.text or ""
        else:
            yield " " if _local(one) in _BLOCKS else ""
            yield (one.tail or "") if one is not element else ""


def date_of(text: str) -> PartialDate | None:
    """The day in a date of RFC 822 or ISO 8601, as it is written there; None for anything else."""
    text = " ".join(text[:100].split())
    if found := fields.date(text):
        return found
    for written in (text, f"{text} 00:00:00"):  # some leave the time out
        try:
            return PartialDate(parsedate_to_datetime(written).date())
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return fields.date_of_parts(text[:10].split("-"))


def _day(text: str) -> dt.date | None:
    found = date_of(text)
    return found.day if found and found.precision == "day" else None

"""Reading XML that strangers sent: without entities, without the network, in bounded depth and length."""

from __future__ import annotations

import re
from itertools import islice

from lxml import etree

from broadsheet.ingest.sources.format import NotReadable

_DECLARES = "The answer declares a document type or entities, as a web page does and no source."


def parse_xml(content: bytes) -> etree._Element:
    """The root element of a document. Raises NotReadable with a sentence for anything that is not well-formed XML, and
    for documents that declare a type or entities: no source has them, and they can make a small document huge.
    """
    if b"<!DOCTYPE" in content:
        raise NotReadable(_DECLARES)
    try:
        root = etree.fromstring(content, _parser())
    except etree.XMLSyntaxError as error:
        said = str(error.msg or "it ends too early").splitlines()[0][:200]
        raise NotReadable(f"The answer is not well-formed XML: {said}.") from error
    except ValueError as error:
        raise NotReadable(f"The answer is not well-formed XML: {str(error)[:200]}.") from error
    if getattr(root.getroottree().docinfo, "doctype", ""):  # in another encoding than the one above looked for
        raise NotReadable(_DECLARES)
    return root


def _parser() -> etree.XMLParser:
    # One for each document: a parser that met an error is not to be trusted with the next.
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )


def text_at(parent: etree._Element, tag: str) -> str:
    """All text inside the first child with this tag, trimmed; "" where there is none."""
    found = parent.find(tag)
    return "" if found is None else all_text(found).strip()


def place_of(content: bytes, tag: str, number: int) -> int:
    """Where in the document the element of this tag and number (from 0) begins; the number itself where that can't be
    told, so that no two elements have one place.
    """
    found = [match.start() for match in islice(re.finditer(rb"<%s[\s>]" % tag.encode(), content), number + 1)]
    return found[number] if number < len(found) else number


def all_text(element: etree._Element) -> str:
    """The text inside an element and the elements in it."""
    return "".join(part for part in element.itertext() if isinstance(part, str))

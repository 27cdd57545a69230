"""Any feed of papers: RSS, Atom and JSON Feed, as journals, preprint servers and laboratories have them.

Sources: RSS 2.0 (rssboard.org), RSS 1.0 with Dublin Core and PRISM, RFC 4287 (Atom), JSON Feed 1.1 (jsonfeed.org). Read
are title, link, id, authors, day, summary, and identifiers in `dc:identifier`, `prism:doi`, the link or the id.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, replace
from urllib.parse import urljoin

from broadsheet.catalog.records import SourceRecord
from broadsheet.ingest.sources import fields
from broadsheet.ingest.sources.answers import Piece
from broadsheet.ingest.sources.cited import reference
from broadsheet.ingest.sources.format import unreadable
from broadsheet.ingest.sources.harvest import (
    SHOW_ONLY,
    About,
    Answer,
    Notes,
    Page,
    Refused,
    Request,
    Rights,
    Setup,
    Source,
    Span,
)
from broadsheet.ingest.sources.markup import plain
from broadsheet.ingest.sources.rows import BOM, BadLine
from broadsheet.lib.ids import parse_identifier
from broadsheet.lib.time import PartialDate

SOURCE = "feed"
MAX_ENTRIES = 10_000
MAX_SUMMARY = 8_000  # characters; a feed that carries whole articles is cut at a word
_MAX_MARKUP = 2_000_000


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as its feed has it: texts may hold markup. `raw` is what is kept when it can't be read."""

    title: str = ""
    url: str = ""
    guid: str = ""
    summary: str = ""
    authors: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    published: PartialDate | None = None
    updated: dt.date | None = None
    journal: str = ""
    raw: bytes = b""


def papers(content: bytes, *, feed: str) -> list[Piece]:
    """The entries of a feed that was read at the address `feed`. Raises NotReadable when it is none.

    The offset of an entry that can't be read is its number.
    """
    from broadsheet.ingest.sources.feed.json_feed import json_entries
    from broadsheet.ingest.sources.feed.xml_feed import xml_entries

    begins = content.removeprefix(BOM).lstrip()[:1]
    entries = json_entries(content) if begins in (b"{", b"[") else xml_entries(content)
    found: list[Piece] = []
    for number, entry in enumerate(entries[:MAX_ENTRIES]):
        try:
            found.append(paper(entry, feed=feed))
        except BadLine as error:
            found.append(unreadable(entry.raw, offset=number, reason=str(error)))
    return found


def paper(entry: Entry, *, feed: str) -> SourceRecord:
    """One entry. Raises BadLine."""
    title = plain(entry.title[: fields.MAX_TITLE * 4])
    url = _absolute(feed, entry.url.strip()[: fields.MAX_TITLE])
    named = [text for text in (*entry.identifiers, entry.guid) if parse_identifier(text)]
    found = reference(
        source=SOURCE,
        key="",
        title=title,
        abstract=_summary(entry.summary),
        authors=entry.authors,
        date=entry.published or (PartialDate(entry.updated) if entry.updated else None),
        named=named,
        urls=[url],
        extra={"journal": plain(entry.journal[:2000]), "feed": feed},
        external_id=_external_id(entry.guid or url or title, feed),
    )
    return replace(found, updated=entry.updated)


def _absolute(feed: str, url: str) -> str:
    """The address of an entry, which may be written as seen from its feed."""
    try:
        return urljoin(feed, url) if url else ""
    except ValueError:  # brackets that are none of an address
        return ""


def _external_id(own: str, feed: str) -> str:
    """What the feed calls the entry: an address says enough; "17" is another entry in another feed."""
    named = own if "://" in own or own.startswith(("urn:", "tag:", "oai:")) else f"{feed} {own}"
    return "f-" + hashlib.sha256(named.encode("utf-8", "replace")).hexdigest()[:32]


def _summary(markup: str) -> str:
    text = plain(markup[:_MAX_MARKUP])
    if len(text) <= MAX_SUMMARY:
        return text
    return text[:MAX_SUMMARY].rsplit(" ", 1)[0] + " …"


class Feed(Source):
    """Reads each feed in FEEDS whole, when it has changed."""

    about = About(
        name=SOURCE,
        title="Feeds",
        help="Papers in any RSS, Atom or JSON feed that you name: journals, preprint servers, laboratories.",
        records_as=SOURCE,
        base_url="",
        gate="feeds",
        pause=2.0,
        every=dt.timedelta(hours=2),
        rights=Rights(licence="each feed's own", licence_url="", attribution="", **SHOW_ONLY),
        settings=("FEEDS",),
        needs=("FEEDS",),
    )

    def streams(self, setup: Setup) -> list[str]:
        """The addresses, which are parted by blanks: a comma may be part of one."""
        return setup.settings.get("FEEDS", "").split()

    def start(self, stream: str, mark: Notes, *, setup: Setup, span: Span, now: dt.datetime) -> Request | None:
        """The whole feed, unless it is as it was; days can't be asked for."""
        if not stream.startswith(("https://", "http://")):
            raise Refused(f"{stream[:80]!r} is no address of a feed; it should begin with https://.")
        accept = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
        return Request(url=stream, headers={"Accept": accept}, conditional=True)

    def read(self, answer: Answer, *, stream: str, mark: Notes, setup: Setup) -> Page:
        """All entries of the feed."""
        return Page(items=papers(answer.content, feed=answer.request.url))

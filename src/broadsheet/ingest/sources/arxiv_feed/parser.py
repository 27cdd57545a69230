"""arXiv's daily feeds, RSS 2.0 and Atom 1.0.

Source: arXiv's specifications of both (info.arxiv.org/help/rss_specifications.html, atom_specifications.html) and the
code of the service (github.com/arXiv/arxiv-feed). An item says by `arxiv:announce_type` whether its paper is new, cross
(listed in this category too), replace or replace-cross. A query that can't be answered is a feed whose title begins
with "Feed error for query".
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from lxml import etree

from broadsheet.catalog.records import Unreadable
from broadsheet.ingest.sources.format import NotReadable, unreadable
from broadsheet.ingest.sources.xml import parse_xml, text_at
from broadsheet.lib.ids import parse_identifier

_ATOM = "{http://www.w3.org/2005/Atom}"
_TYPE = "{http://arxiv.org/schemas/atom}announce_type"
_NEW_YORK = ZoneInfo("America/New_York")
_GUID = re.compile(r"oai:arXiv\.org:(.+)", re.ASCII)
ANNOUNCED = frozenset({"new", "cross"})
FULL = 2_000  # items that a feed has at most


@dataclass
class FeedAnswer:
    """What a feed holds: the day that it is of, when it was built (as it says), and ids by type of announcement, in
    order. `error` is what arXiv says instead.
    """

    day: dt.date | None = None
    built: str = ""
    ids: list[tuple[str, str]] = field(default_factory=list)  # (id without version, type)
    unreadable: list[Unreadable] = field(default_factory=list)
    error: str = ""

    def announced(self) -> tuple[str, ...]:
        """The ids that are new here, each once."""
        return tuple(dict.fromkeys(name for name, kind in self.ids if kind in ANNOUNCED))


def parse(content: bytes) -> FeedAnswer:
    """Read a feed; an item without an id is an Unreadable. Raises NotReadable when it is neither RSS nor Atom."""
    root = parse_xml(content)
    if root.tag == f"{_ATOM}feed":
        return _atom(root)
    channel = root.find("channel")
    if root.tag != "rss" or channel is None:
        raise NotReadable(f"The answer is no feed: it begins with <{root.tag.rpartition('}')[2]}>.")
    return _rss(channel)


def _rss(channel: etree._Element) -> FeedAnswer:
    answer = FeedAnswer(built=text_at(channel, "lastBuildDate") or text_at(channel, "pubDate"))
    if text_at(channel, "title").startswith("Feed error"):
        answer.error = text_at(channel, "description") or "an error without a reason"
        return answer
    answer.day = _day(text_at(channel, "pubDate")) or _day(answer.built)
    for item in channel.iterfind("item"):
        _item(answer, item, text_at(item, "guid"), text_at(item, "link"))
    return answer


def _atom(root: etree._Element) -> FeedAnswer:
    answer = FeedAnswer(built=text_at(root, f"{_ATOM}updated"))
    if text_at(root, f"{_ATOM}title").startswith("Feed error"):
        answer.error = text_at(root, f"{_ATOM}subtitle") or "an error without a reason"
        return answer
    entries = root.findall(f"{_ATOM}entry")
    days = [day for entry in entries if (day := _day(text_at(entry, f"{_ATOM}published")))]
    answer.day = max(days, default=None) or _day(answer.built)
    for entry in entries:
        link = entry.find(f"{_ATOM}link")
        _item(answer, entry, text_at(entry, f"{_ATOM}id"), link.get("href", "") if link is not None else "")
    return answer


def _item(answer: FeedAnswer, item: etree._Element, guid: str, link: str) -> None:
    match = _GUID.fullmatch(guid)
    found = parse_identifier(match[1] if match else guid) or parse_identifier(link)
    if found is None or found.scheme != "arxiv":
        reason = f"The item names {(guid or link)[:60]!r}, which is no arXiv id."
        answer.unreadable.append(unreadable(etree.tostring(item), offset=len(answer.unreadable), reason=reason))
        return
    answer.ids.append((found.value, text_at(item, _TYPE).lower()))


def _day(text: str) -> dt.date | None:
    """The day in New York of a time as RSS (RFC 822) or Atom (RFC 3339) write it; None for anything else."""
    if not text:
        return None
    try:
        moment = dt.datetime.fromisoformat(text) if text[:4].isdigit() else parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return (moment.astimezone(_NEW_YORK) if moment.tzinfo else moment).date()

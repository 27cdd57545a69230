"""bioRxiv and medRxiv: preprints of biology and medicine, by the day on which a version was posted.

No answer of the service is on record here. Its shape is as three independent clients read it: `ropensci/medrxivr`
(R/mx_api.R), `jannisborn/paperscraper` (paperscraper/xrxiv/xrxiv_api.py) and `continuous-foundation/openrxiv`
(packages/cli/src/api/biorxiv-api.ts). Asked is `/details/{server}/{from}/{to}/{cursor}/json`; the answer is
{"messages": [{"status": "ok", "count", "total", "cursor"}], "collection": […]}, at most 100 elements a page, "no posts
found" for a day without any. `total` comes as a number or as text. An element is one version: `doi`, `title`, `authors`
("Lovelace, A.; Babbage, C."), `date`, `version`, `type`, `license`, `category`, `abstract`, `published` (the DOI of the
article, or "NA"), `server`.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, ClassVar

from broadsheet.catalog.records import SourceRecord
from broadsheet.ingest.sources import fields
from broadsheet.ingest.sources.answers import NotPapers, Piece, each, object_of
from broadsheet.ingest.sources.cited import given_first
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
    TryAgain,
)
from broadsheet.ingest.sources.rows import BadLine
from broadsheet.lib.time import PartialDate

_IN_DOI = re.compile(r"10\.\d{4,5}/(\d{4})\.(\d{2})\.(\d{2})\.")  # since December 2019 a DOI holds the day
_VERSION = re.compile(r"[1-9][0-9]{0,2}")
_GONE = ("WITHDRAWN:", "WITHDRAWN", "RETRACTED:", "REMOVED:")
_STATUSES = ("ok", "no posts found")


def preprints(content: bytes, *, source: str) -> tuple[list[Piece], int, int]:
    """The versions in an answer, how many elements it holds, and how many the days asked for hold in all.

    Raises NotReadable, and Refused for an error.
    """
    value = object_of(content, what="an answer of bioRxiv")
    messages = value.get("messages")
    said = messages[0] if isinstance(messages, list) and messages and isinstance(messages[0], dict) else {}
    status = said.get("status")
    if isinstance(status, str) and status.lower() not in _STATUSES:
        raise Refused(f"{source} says: {status[:300]}")
    found = value.get("collection")
    if not isinstance(found, list):
        raise NotPapers("The answer holds no collection of preprints.")
    total = _total(said, len(found))
    items = list(each(content, found, lambda one: preprint(one, source=source), path=("collection",)))
    return items, len(found), total


def _total(said: dict[str, Any], count: int) -> int:
    try:
        return fields.number(said, "total") or count
    except BadLine:
        return count


def preprint(value: dict[str, Any], *, source: str) -> SourceRecord:
    """One version of a preprint. Raises BadLine."""
    own = fields.identifier(fields.words(value, "doi"), scheme="doi")
    if not own:
        raise BadLine('"doi" is missing or no DOI.')
    title = fields.title(value)
    posted = fields.date(fields.words(value, "date"))
    version = str(fields.number(value, "version") or "")
    published = fields.identifier(fields.words(value, "published"), scheme="doi")
    category = fields.marked_up(value, "category", limit=60).lower()
    extra = {key: fields.words(value, key) for key in ("type", "license")}
    numbered = posted and _VERSION.fullmatch(version)
    return SourceRecord(
        source=source,
        external_id=str(own[0]),
        title=title,
        abstract=fields.marked_up(value, "abstract", limit=fields.MAX_ABSTRACT),
        authors=fields.names([given_first(name) for name in fields.words(value, "authors", limit=500_000).split(";")]),
        date=posted if version in ("", "1") else _first_posted(own[0].value, posted),
        updated=posted.day if posted else None,
        identifiers=tuple(dict.fromkeys((*own, *published))),
        categories=(category,) if category else (),
        versions=((f"v{version}", posted.day),) if posted and numbered else (),
        withdrawn=_withdrawn(title, extra["type"]),
        extra={key: text for key, text in extra.items() if text},
    )


def _first_posted(doi: str, posted: PartialDate | None) -> PartialDate | None:
    """The day of the first version, which later versions do not name: the one in the DOI, else that of this version."""
    match = _IN_DOI.match(doi)
    return (fields.date_of_parts(match.groups()) if match else None) or posted


def _withdrawn(title: str, kind: str) -> str:
    if title.upper().startswith(_GONE):
        return "Withdrawn, says its title."
    return "Withdrawn." if "withdraw" in kind.lower() or "retract" in kind.lower() else ""


class _Preprints(Source):
    """Walks the days on which versions were posted."""

    server: ClassVar[str]

    def start(self, stream: str, mark: Notes, *, setup: Setup, span: Span, now: dt.datetime) -> Request | None:
        """From the day before the last walk on: a day is filled until it is over where the service stands."""
        last = span.until or now.date()
        first = span.first or (dt.date.fromisoformat(mark["day"]) if mark.get("day") else last)
        if not span.first:
            first -= dt.timedelta(days=1)
        return self._day(setup, first, last, 0) if first <= last else None

    def read(self, answer: Answer, *, stream: str, mark: Notes, setup: Setup) -> Page:
        """A page of one day; the mark moves with the day."""
        notes = answer.request.notes
        items, count, total = preprints(answer.content, source=self.about.name)
        day, last, cursor = dt.date.fromisoformat(notes["day"]), dt.date.fromisoformat(notes["last"]), notes["cursor"]
        if not count and cursor < notes.get("total", 0):
            raise TryAgain(f"{self.about.title} gave an empty page, {cursor} of {notes['total']} into {day}.")
        if count and cursor + count < total:
            return Page(items=items, next=self._day(setup, day, last, cursor + count, total))
        following = self._day(setup, day + dt.timedelta(days=1), last, 0) if day < last else None
        return Page(items=items, next=following, mark={"day": max(mark.get("day", ""), day.isoformat())})

    def _day(self, setup: Setup, day: dt.date, last: dt.date, cursor: int, total: int = 0) -> Request:
        notes = {"day": day.isoformat(), "last": last.isoformat(), "cursor": cursor, "total": total}
        return Request(url=f"{setup.base_url}/details/{self.server}/{day}/{day}/{cursor}/json", notes=notes)


def _about(name: str, title: str, field: str) -> About:
    return About(
        name=name,
        title=title,
        help=f"Preprints of {field}: every version, by the day on which it was posted.",
        records_as=name,
        base_url="https://api.biorxiv.org",
        gate="biorxiv",
        pause=1.0,
        every=dt.timedelta(hours=6),
        rights=Rights(
            licence="each preprint's own licence",
            licence_url=f"https://www.{name}.org/about-{name}",
            attribution=f"Preprints from {title}.",
            **SHOW_ONLY,
        ),
        proven=False,
    )


class BioRxiv(_Preprints):
    """bioRxiv."""

    server = "biorxiv"
    about = _about("biorxiv", "bioRxiv", "biology")


class MedRxiv(_Preprints):
    """medRxiv, which answers at the same place."""

    server = "medrxiv"
    about = _about("medrxiv", "medRxiv", "medicine")

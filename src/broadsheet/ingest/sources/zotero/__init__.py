"""Zotero libraries: the papers that a person or a group keeps, from zotero.org or from the program on this machine.

Source: Zotero Web API v3 (zotero.org/support/dev/web_api/v3: basics, syncing), whose form the program's local API
shares, and the client `urschrei/pyzotero`. Asked is `/{users|groups}/{id}/items/top?since={version}`; the answer is an
array of {"key", "version", "meta": {"parsedDate"}, "data": {"itemType", "title", "creators", "abstractNote", "date",
"DOI", "url", "extra", "publicationTitle", "archiveID", …}}. `Last-Modified-Version` is the library's version, `Link`
leads to the next page. Tags, notes, attachments and collections are a reader's own and are not taken in.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from broadsheet.catalog.records import SourceRecord
from broadsheet.ingest.sources import fields
from broadsheet.ingest.sources.answers import NotPapers, Piece, each, json_of
from broadsheet.ingest.sources.cited import named_in_note, reference
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
from broadsheet.ingest.sources.links import next_link
from broadsheet.ingest.sources.rows import BadLine, kind_of
from broadsheet.lib.time import PartialDate

SOURCE = "zotero"
PAPERS = frozenset(
    (  # noqa: SIM905
        "journalArticle preprint conferencePaper bookSection book thesis report manuscript document dataset "
        "encyclopediaArticle"
    ).split()
)
_AUTHORS = ("author", "presenter", "contributor", "editor", "inventor", "programmer")
_JOURNALS = ("publicationTitle", "proceedingsTitle", "bookTitle", "repository", "university", "institution")
_LIBRARY = re.compile(r"(?:users|groups)/[0-9]{1,12}|local(?:/groups/[0-9]{1,12})?")
_LOCAL = "http://localhost:23119/api"
_PAGE = 100


def items(content: bytes, *, library: str) -> tuple[list[Piece], int]:
    """The papers of an answer, and how many items were left out because they are none (web pages, notes, files).

    Raises NotReadable.
    """
    value = json_of(content)
    path: tuple[str, ...] = ()
    if isinstance(value, dict) and "data" in value:
        value, path = [value], ("",)
    if not isinstance(value, list):
        raise NotPapers(f"The answer is {kind_of(value)}, not a list of items.")
    found = [one for one in value if isinstance(one, dict)]
    if found and not any(isinstance(one.get("data"), dict) and "itemType" in one["data"] for one in found):
        raise NotPapers("The answer is a list of something else than items: tags, groups, collections or fields.")
    read = list(each(content, value, lambda one: item(one, library=library), path=path))
    wanted = [piece for piece, one in zip(read, value, strict=True) if not _no_paper(one)]
    return wanted, len(value) - len(wanted)


def _no_paper(value: object) -> bool:
    data = value.get("data") if isinstance(value, dict) else None
    kind = data.get("itemType") if isinstance(data, dict) else None
    return isinstance(kind, str) and kind not in PAPERS


def item(value: dict[str, Any], *, library: str) -> SourceRecord:
    """One item. Raises BadLine."""
    data = fields.part(value, "data")
    key = fields.words(value, "key") or fields.words(data, "key")
    if not re.fullmatch(r"[A-Z0-9]{8}", key):
        raise BadLine('"key" is missing or no key of an item in Zotero.')
    modified = fields.date(fields.words(data, "dateModified"))
    extra = fields.words(data, "extra", limit=100_000)
    journal = next((text for name in _JOURNALS if (text := fields.marked_up(data, name, limit=5000))), "")
    archived = [fields.words(data, name) for name in ("archiveID", "archiveLocation")]
    found = reference(
        source=SOURCE,
        key=key,
        external_id=f"{library}/{key}",
        title=fields.title(data),
        abstract=fields.marked_up(data, "abstractNote", limit=fields.MAX_ABSTRACT),
        authors=_authors(data),
        date=_date(value, data),
        named=[fields.words(data, "DOI"), *(text for text in archived if text.lower().startswith("arxiv:"))],
        urls=[fields.words(data, "url")],
        extra={"type": fields.words(data, "itemType"), "journal": journal},
    )
    more = [name for text in named_in_note(extra) for name in fields.identifier(text)]
    identifiers = tuple(dict.fromkeys((*found.identifiers, *more)))
    return replace(found, identifiers=identifiers, updated=modified.day if modified else None)


def _authors(data: dict[str, Any]) -> list[str]:
    """The authors; of an item without any, those who stand in their place."""
    creators = fields.objects(data, "creators", limit=fields.MAX_AUTHORS)
    for kind in _AUTHORS:
        names = []
        for one in creators:
            if fields.words(one, "creatorType") == kind:
                parts = (fields.words(one, "firstName"), fields.words(one, "lastName"))
                names.append(" ".join(filter(None, parts)) or fields.words(one, "name"))
        if any(names):
            return names
    return []


def _date(value: dict[str, Any], data: dict[str, Any]) -> PartialDate | None:
    """The date as Zotero understood it ("1993-00-00" is a year), else as it was written."""
    parsed = fields.words(fields.part(value, "meta"), "parsedDate")
    written = fields.words(data, "date")
    return fields.date_of_parts(parsed.split("-")) or fields.date(written) or fields.date_of_parts(written.split("-"))


class Zotero(Source):
    """Walks what changed in each library of ZOTERO_LIBRARIES since the version it had last."""

    about = About(
        name=SOURCE,
        title="Zotero",
        help="The papers in libraries of Zotero: yours, a group's, or that of the program on this machine.",
        records_as=SOURCE,
        base_url="https://api.zotero.org",
        gate=SOURCE,
        pause=1.0,
        every=dt.timedelta(hours=1),
        rights=Rights(
            licence="your own library; abstracts belong to their publishers",
            licence_url="",
            attribution="",
            **SHOW_ONLY,
        ),
        settings=("ZOTERO_LIBRARIES", "ZOTERO_KEY"),
        needs=("ZOTERO_LIBRARIES",),
    )

    def streams(self, setup: Setup) -> list[str]:
        """The libraries: users/123, groups/456, local, local/groups/456."""
        return setup.listed("ZOTERO_LIBRARIES")

    def start(self, stream: str, mark: Notes, *, setup: Setup, span: Span, now: dt.datetime) -> Request | None:
        """All that changed since the version of the last walk; days mean nothing here."""
        if not _LIBRARY.fullmatch(stream):
            raise Refused(f"{stream[:80]!r} is no library; write users/123, groups/456 or local.")
        asked = {"format": "json", "limit": _PAGE, "since": int(mark.get("version", 0))}
        return self._request(f"{_address(setup, stream)}/items/top?{urlencode(asked)}", {})

    def with_secrets(self, request: Request, *, setup: Setup) -> Request:
        """The key goes into a header, and only to zotero.org."""
        key = setup.settings.get("ZOTERO_KEY", "")
        if not key or request.url.startswith(_LOCAL):
            return request
        return replace(request, secret={"Zotero-API-Key": key})

    def read(self, answer: Answer, *, stream: str, mark: Notes, setup: Setup) -> Page:
        """A page of items. The mark is the version that the library had at the first page: what changes while the
        pages are read comes again.
        """
        found, left_out = items(answer.content, library=stream)
        version = answer.headers.get("last-modified-version", "")
        notes = dict(answer.request.notes)
        if "version" not in notes and version.isascii() and version.isdigit():
            notes["version"] = int(version)
        notices = [f"{left_out} items were left out, because they are no papers."] if left_out else []
        if following := next_link(answer, within=_address(setup, stream)):
            return Page(items=found, next=self._request(following, notes), notices=notices)
        moved = {"version": notes["version"]} if "version" in notes else None
        return Page(items=found, mark=moved, notices=notices)

    def _request(self, url: str, notes: Notes) -> Request:
        return Request(url=url, headers={"Zotero-API-Version": "3"}, notes=notes)


def _address(setup: Setup, library: str) -> str:
    """Where a library is asked for. The program calls the library of the person at the machine users/0."""
    if library == "local":
        return f"{_LOCAL}/users/0"
    if library.startswith("local/"):
        return f"{_LOCAL}/{library.removeprefix('local/')}"
    return f"{setup.base_url}/{library}"

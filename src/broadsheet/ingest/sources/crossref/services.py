"""Crossref as it is asked: by the owner's filters, and about papers that are here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from urllib.parse import quote, urlencode

from broadsheet.ingest.sources.crossref import SOURCE, works
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
    Target,
)

_BASE = "https://api.crossref.org"
_ROWS = 200
_WINDOW = dt.timedelta(days=31)
_CURSOR_LIVES = dt.timedelta(minutes=4)  # five, says the documentation
_RIGHTS = Rights(
    licence="facts; abstracts belong to their publishers",
    licence_url="https://www.crossref.org/documentation/retrieve-metadata/",
    attribution="Metadata from Crossref.",
    **SHOW_ONLY,
)


class Crossref(Source):
    """Walks the works of each filter in CROSSREF_FILTERS by the day of their last change."""

    about = About(
        name=SOURCE,
        title="Crossref",
        help="New and changed works of the journals or publishers that you name, from every field.",
        records_as=SOURCE,
        base_url=_BASE,
        gate=SOURCE,
        pause=1.0,
        every=dt.timedelta(hours=12),
        rights=_RIGHTS,
        settings=("CROSSREF_FILTERS",),
        needs=("CROSSREF_FILTERS",),
    )

    def streams(self, setup: Setup) -> list[str]:
        """The filters, which are parted by blanks: commas are part of a filter."""
        return setup.settings.get("CROSSREF_FILTERS", "").split()

    def start(self, stream: str, mark: Notes, *, setup: Setup, span: Span, now: dt.datetime) -> Request | None:
        """From the day before the last walk on, in windows of a month, so that a walk that is cut off loses little."""
        if ":" not in stream or len(stream) > 2000:
            raise Refused(f"{stream[:80]!r} is no filter of Crossref; write one such as issn:0028-0836.")
        last = span.until or now.date()
        first = span.first or (dt.date.fromisoformat(mark["day"]) if mark.get("day") else last)
        if not span.first:
            first -= dt.timedelta(days=1)
        return _window(setup, stream, first, last)

    def usable(self, request: Request, *, asked: dt.datetime, now: dt.datetime) -> bool:
        """A cursor lives for minutes."""
        return request.notes.get("cursor") == "*" or now - asked < _CURSOR_LIVES

    def read(self, answer: Answer, *, stream: str, mark: Notes, setup: Setup) -> Page:
        """A page of works; the mark moves at the end of each window."""
        items, cursor, left_out = works(answer.content, at=answer.at)
        notices = [f"{left_out} were left out: journals, components and the like."] if left_out else []
        notes = answer.request.notes
        if cursor and len(items) + left_out >= _ROWS:
            return Page(items=items, next=_works(setup, {**notes, "cursor": cursor}), notices=notices)
        done = max(mark.get("day", ""), notes["until"])
        until, last = dt.date.fromisoformat(notes["until"]), dt.date.fromisoformat(notes["last"])
        following = _window(setup, stream, until + dt.timedelta(days=1), last) if until < last else None
        return Page(items=items, next=following, mark={"day": done}, notices=notices)


class CrossrefDois(Source):
    """Asks about papers that are here by their DOIs, one at a time: a DOI may hold what parts a list."""

    about = About(
        name="crossref-dois",
        title="Crossref, by DOI",
        help="Retractions, withdrawals, preprints and journals of papers that are here and have a DOI.",
        records_as=SOURCE,
        base_url=_BASE,
        gate=SOURCE,
        pause=1.0,
        every=dt.timedelta(hours=6),
        rights=_RIGHTS,
        asks_about=("doi",),
        again_after=dt.timedelta(days=30),
    )

    def ask(self, targets: Sequence[Target], *, setup: Setup) -> Request:
        """DOIs of other agencies than Crossref are answered with HTTP 404."""
        address = f"{setup.base_url}/works/{quote(targets[0].value, safe='')}"
        return Request(url=_polite(address, setup), expects=frozenset({400, 404}))

    def read(self, answer: Answer, *, stream: str, mark: Notes, setup: Setup) -> Page:
        """The work; nothing where Crossref does not know the DOI."""
        return Page() if answer.status != 200 else Page(items=works(answer.content, at=answer.at)[0])


def _window(setup: Setup, stream: str, first: dt.date, last: dt.date) -> Request:
    until = min(first + _WINDOW, last)
    days = {"first": first.isoformat(), "until": until.isoformat(), "last": last.isoformat()}
    return _works(setup, {**days, "stream": stream, "cursor": "*"})


def _works(setup: Setup, notes: Notes) -> Request:
    chosen = f"{notes['stream']},from-update-date:{notes['first']},until-update-date:{notes['until']}"
    asked = urlencode({"filter": chosen, "rows": _ROWS, "cursor": notes["cursor"]}, safe=":,*")
    return Request(url=_polite(f"{setup.base_url}/works?{asked}", setup), notes=notes)


def _polite(url: str, setup: Setup) -> str:
    """With the owner's mail address: Crossref then answers from its less busy machines."""
    if "@" not in setup.contact:
        return url
    return f"{url}{'&' if '?' in url else '?'}mailto={quote(setup.contact.removeprefix('mailto:'), safe='@')}"

"""What a harvest writes: a page's records, what it announced and how far its stream is, so that nothing is lost and
nothing done twice, wherever a process is killed.

The records of a page go in by small transactions, as those of a file do. The cursor moves in the last of them, after
all that it passes; a page that was cut off is asked again, and what of it was in already counts as known.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import F

from broadsheet.catalog.records import SourceRecord, Unreadable
from broadsheet.catalog.services import Counts, take_in
from broadsheet.ingest import ledger
from broadsheet.ingest.models import AskedAbout, Cursor, Input, Quarantined, Validator
from broadsheet.ingest.sources.format import read_at
from broadsheet.ingest.sources.harvest import About, Answer, Page, Request, Target
from broadsheet.leases import pacing
from broadsheet.trends.services import observe, observe_papers


class GivenWay(Exception):
    """Another process has moved this stream on meanwhile; what this one had read is left to it."""


@dataclass
class Tally:
    """What came of pages."""

    read: int = 0
    counts: Counts = field(default_factory=Counts)
    quarantined: int = 0
    pages: int = 0
    reasons: list[str] = field(default_factory=list)  # of the first few pieces that could not be read

    def add(self, other: Tally) -> None:
        self.read += other.read
        self.counts.add(other.counts)
        self.quarantined += other.quarantined
        self.pages += other.pages
        self.reasons = [*self.reasons, *other.reasons][:5]


def open_cursor(*, source: str, stream: str, span: str) -> Cursor:
    """The stream's cursor, made where there is none."""
    return Cursor.objects.get_or_create(source=source, stream=stream, span=span)[0]


def restart(*, cursor: Cursor) -> None:
    """Forget the walk that has begun; the next begins at the mark."""
    _move(cursor, pending=None, pending_at=None)


def store_page(
    *,
    about: About,
    page: Page,
    answer: Answer,
    cursor: Cursor | None,
    targets: Mapping[Target, Sequence[int]] | None = None,
    beat: Callable[[], None] = lambda: None,
) -> Tally:
    """Take a page in: its records, then, with the last of them, all else. `beat` is called between transactions.

    Raises GivenWay, with nothing of the last part stored.
    """
    records = [read_at(item, answer.at) for item in page.items if isinstance(item, SourceRecord)]
    pieces = [item for item in page.items if isinstance(item, Unreadable)]
    tally = Tally(read=len(records) + len(pieces), quarantined=len(pieces), pages=1)
    size, start = pacing.papers_at_once(), 0
    while len(records) - start > size:
        with pacing.turn(), transaction.atomic():
            tally.counts.add(_take(records[start : start + size], answer.at))
        start, size = start + size, pacing.papers_at_once()
        beat()
        pacing.make_room()
    with pacing.turn(), transaction.atomic():
        if records[start:]:
            tally.counts.add(_take(records[start:], answer.at))
        _quarantine(about, answer, pieces)
        ledger.announce(about=about, announced=page.announced, at=answer.at, quarantined=len(pieces))
        _remember(about, page, answer, targets or {})
        if cursor:
            _advance(cursor, page, answer.at)
    pacing.make_room()
    tally.reasons = [piece.reason for piece in pieces[:5]]
    return tally


def _take(records: Sequence[SourceRecord], now: dt.datetime) -> Counts:
    counts = take_in(records=records, now=now)
    observe(records=records)
    return counts


def _quarantine(about: About, answer: Answer, pieces: Sequence[Unreadable]) -> None:
    """Keep what could not be read, under an input that stands for the answer."""
    if not pieces:
        return
    digest = hashlib.sha256(answer.content).hexdigest()
    shown = answer.request.url.partition("://")[2].partition("?")[0]
    entry, _ = Input.objects.get_or_create(
        sha256=digest,
        defaults={
            "name": shown[:255], "size": len(answer.content), "format": about.name, "first_seen": answer.at,
            "last_seen": answer.at, "complete": True, "read": len(pieces), "quarantined": len(pieces),
        },
    )  # fmt: skip
    rows = [
        Quarantined(
            input=entry, offset=p.offset, length=p.length, sha256=p.sha256, head=p.head, reason=p.reason,
            seen_at=answer.at,
        )
        for p in pieces
    ]  # fmt: skip
    Quarantined.objects.bulk_create(rows, ignore_conflicts=True)


def _remember(about: About, page: Page, answer: Answer, targets: Mapping[Target, Sequence[int]]) -> None:
    """Keep what the server said of the address, whom it was asked about, and the readings that it gave of those."""
    if answer.request.conditional and answer.status == 200:
        kept = {
            "etag": answer.headers.get("etag", "")[:400],
            "last_modified": answer.headers.get("last-modified", "")[:100],
            "seen_at": answer.at,
        }
        Validator.objects.update_or_create(digest=address_digest(about, answer.request), defaults=kept)
    papers = {target.key: pks for target, pks in targets.items()}
    readings = [(pk, one.signal, one.value) for one in page.told for pk in papers.get(one.target, ())]
    if readings:
        observe_papers(readings=readings, source=about.records_as, at=answer.at)
    asked_about(about=about, targets=targets, at=answer.at)


def asked_about(*, about: About, targets: Iterable[Target], at: dt.datetime) -> None:
    """Remember that a source was asked about these targets."""
    for target in targets:
        AskedAbout.objects.update_or_create(source=about.name, target=target.key[:320], defaults={"at": at})


def address_digest(about: About, request: Request) -> str:
    """Under what an address's state is kept."""
    return hashlib.sha256(f"{about.name}\n{request.url}".encode()).hexdigest()


def known_state(about: About, request: Request) -> dict[str, str]:
    """The headers that ask for an address only if it has changed since it was read last."""
    row = Validator.objects.filter(pk=address_digest(about, request)).first()
    if row is None:
        return {}
    headers = {"If-None-Match": row.etag, "If-Modified-Since": row.last_modified}
    return {name: value for name, value in headers.items() if value}


def unchanged(*, about: About, stream: str, cursor: Cursor, at: dt.datetime) -> None:
    """The address says that nothing has changed: the walk is over, and a listing that should be new is stale."""
    with transaction.atomic():
        ledger.look(about=about, category=stream, at=at)
        _advance(cursor, Page(), at)


def _advance(cursor: Cursor, page: Page, at: dt.datetime) -> None:
    values: dict[str, Any] = {
        "pending": as_json(page.next) if page.next else None,
        "pending_at": at if page.next else None,
    }
    if page.mark is not None:
        values["mark"] = dict(page.mark)
    if page.next is None:
        values["done_at"] = at
    _move(cursor, pages=F("pages") + 1, **values)


def _move(cursor: Cursor, **values: Any) -> None:
    rows = Cursor.objects.filter(pk=cursor.pk, step=cursor.step)
    if not rows.update(step=cursor.step + 1, **values):
        raise GivenWay(f"Another process harvests {cursor.source} at the moment.")
    cursor.refresh_from_db()


def as_json(request: Request) -> dict[str, Any]:
    """The request as it is stored: without its secrets."""
    return {
        "url": request.url,
        "headers": dict(request.headers),
        "method": request.method,
        "body": request.body.decode("latin-1"),
        "notes": dict(request.notes),
        "conditional": request.conditional,
        "expects": sorted(request.expects),
    }


def from_json(stored: Mapping[str, Any]) -> Request:
    """The request that `as_json` stored."""
    return Request(
        url=stored["url"],
        headers=stored["headers"],
        method=stored["method"],
        body=stored["body"].encode("latin-1"),
        notes=stored["notes"],
        conditional=stored["conditional"],
        expects=frozenset(stored["expects"]),
    )

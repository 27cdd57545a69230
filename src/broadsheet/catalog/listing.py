"""Writing where papers were listed: pages, places on them, and the counts shown there."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence

from django.db import connection, transaction

from broadsheet.catalog.bulk import insert
from broadsheet.catalog.cards import StoredCard
from broadsheet.catalog.identity import Key
from broadsheet.catalog.models import Card, ListedPage, Listing
from broadsheet.catalog.records import Listed, SourceRecord
from broadsheet.catalog.signals import papers_changed
from broadsheet.catalog.writing import BATCH, listings_of, relist_card

# Two writers must not decide the identity of one paper at once. SQLite has one writer by nature; PostgreSQL takes this.
_WRITER_LOCK = 0x42524F414453  # "BROADS"


def one_writer() -> None:
    """Wait until no other transaction writes to the catalog; the right ends with this transaction."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_WRITER_LOCK])


@transaction.atomic(savepoint=False)
def open_page(*, source: str, key: str, day: dt.date, kind: str) -> int:
    """Make or re-date a source's dated page; returns how many papers stand on it and had to be re-dated."""
    one_writer()
    page, made = ListedPage.objects.get_or_create(source=source, key=key, defaults={"day": day, "kind": kind})
    if made or page.day == day:
        return 0
    page.day = day
    page.save(update_fields=["day"])
    papers = sorted(set(page.listings.values_list("paper_id", flat=True)))
    _relist(papers)
    return len(papers)


def open_dated_pages(records: Iterable[SourceRecord]) -> None:
    """Make the pages of records that tell their page's day themselves."""
    wanted = {
        (r.source, r.listed.page_key): ListedPage(
            source=r.source, key=r.listed.page_key, day=r.listed.day, kind=r.listed.kind
        )
        for r in records
        if r.listed and r.listed.day
    }
    if wanted:
        ListedPage.objects.bulk_create(list(wanted.values()), ignore_conflicts=True, batch_size=BATCH)


def write_listings(listed: Sequence[tuple[int, int, SourceRecord]]) -> None:
    """Store the places of new records, given as (its key, its paper's key, record), on their pages, which must be
    open.
    """
    placed = [(pk, paper_pk, record.source, record.listed) for pk, paper_pk, record in listed if record.listed]
    keys = {place.page_key for *_, place in placed}
    pages = {(p.source, p.key): p.pk for p in ListedPage.objects.filter(key__in=keys)} if keys else {}
    insert(
        Listing,
        ["page", "position", "paper", "record", "comments", "upvotes", "observed_at"],
        [
            (pages[source, x.page_key], x.position, paper_pk, pk, x.comments, x.upvotes, x.observed_at)
            for pk, paper_pk, source, x in placed
        ],
    )


def latest_readings(pairs: Iterable[tuple[Key, SourceRecord]]) -> dict[Key, SourceRecord]:
    """The records by key; of one that came with two readings of its counts, that of the later one."""
    found: dict[Key, SourceRecord] = {}
    for key, record in pairs:
        if key not in found or _reading(record.listed) > _reading(found[key].listed):
            found[key] = record
    return found


def _reading(place: Listed | None) -> tuple[dt.datetime, int, int]:
    """What two readings of one listing are compared by."""
    if place is None or place.observed_at is None:
        return dt.datetime.min.replace(tzinfo=dt.UTC), 0, 0
    return place.observed_at, place.upvotes or 0, place.comments or 0


def refresh_counts(known: Mapping[int, SourceRecord]) -> list[int]:
    """Write the counts that known records bring, where they were read later than those that stand; returns the records
    (by key) whose listing changed. Of two readings of one moment the greater counts stand, so that order never decides.
    """
    brought = {pk: r.listed for pk, r in known.items() if r.listed and r.listed.observed_at}
    if not brought:
        return []
    changed = [row for row in Listing.objects.filter(record_id__in=brought) if _recount(row, brought[row.record_id])]
    Listing.objects.bulk_update(changed, ["comments", "upvotes", "observed_at"], batch_size=BATCH)
    _relist(sorted({row.paper_id for row in changed}))
    return [row.record_id for row in changed]


def _recount(row: Listing, place: Listed) -> bool:
    old = (row.observed_at, row.upvotes or 0, row.comments or 0)
    new = (place.observed_at, place.upvotes or 0, place.comments or 0)
    if row.observed_at is not None and new <= old:
        return False
    row.observed_at, row.upvotes, row.comments = place.observed_at, place.upvotes, place.comments
    return True


def _relist(papers: Sequence[int]) -> None:
    """Rewrite the listings on the cards of these papers."""
    if not papers:
        return
    listed = listings_of(papers)
    cards = list(Card.objects.filter(pk__in=papers))
    for card in cards:
        stored: StoredCard = json.loads(card.json)
        card.json = relist_card(stored, listed[card.pk])
    Card.objects.bulk_update(cards, ["json"], batch_size=BATCH)
    papers_changed.send(sender=ListedPage, ids=list(papers))

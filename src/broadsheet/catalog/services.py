"""Writes to the catalog. `take_in` is the one way a paper comes to be or changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from broadsheet.catalog.bulk import insert
from broadsheet.catalog.history import log_changes
from broadsheet.catalog.identity import Block, Key, components, decide
from broadsheet.catalog.listing import (
    latest_readings,
    one_writer,
    open_dated_pages,
    open_page,
    refresh_counts,
    write_listings,
)
from broadsheet.catalog.models import Identifier, Paper, Record, Verdict
from broadsheet.catalog.neighbours import keyed, known_records, neighbours
from broadsheet.catalog.packing import pack, unpack
from broadsheet.catalog.reading import Reading
from broadsheet.catalog.records import SourceRecord
from broadsheet.catalog.signals import papers_changed
from broadsheet.catalog.writing import (
    Plan,
    move_records,
    plan_papers,
    write_derived,
    write_papers,
    write_public_ids,
)
from broadsheet.lib.text import title_hash

__all__ = ["Counts", "VerdictRefused", "open_page", "rule", "take_in", "withdraw_ruling"]


@dataclass
class Counts:
    """What became of records: `new` made a paper, `updated` changed or added to one; `merged` papers were apart before
    and are one now.
    """

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    merged: int = 0

    def add(self, other: Counts) -> None:
        self.new += other.new
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.merged += other.merged


# Without a savepoint: inside a caller's transaction SQLite would keep a second copy of every page that changes.
@transaction.atomic(savepoint=False)
def take_in(*, records: Sequence[SourceRecord], now: dt.datetime, origin: int | None = None) -> Counts:
    """Take records in: store each that is new word for word, decide again which records are one paper, rewrite what
    changed.

    A record known to the letter counts as unchanged, unless its listing brings newer counts. Either all of the batch is
    in when this returns, or nothing of it. A few hundred records a call keep transactions short. Listed records whose
    page does not tell its day need `open_page` first.
    """
    one_writer()
    pairs = latest_readings(keyed(records))
    known = known_records(pairs)
    fresh = {key: record for key, record in pairs.items() if key not in known}
    open_dated_pages(fresh.values())
    recounted = refresh_counts({pk: pairs[key] for key, pk in known.items()})
    counts = Counts(unchanged=len(records) - len(fresh) - len(recounted), updated=len(recounted))
    if fresh:
        counts.add(_take_fresh(fresh, now=now, origin=origin))
    return counts


class VerdictRefused(ValueError):
    """The two can't be ruled on so; the text says why."""


@transaction.atomic
def rule(*, one: Record, other: Record, same: bool, now: dt.datetime) -> None:
    """Let the owner's word stand: these two records speak of one paper, or of two. Takes the place of an earlier word.

    Raises VerdictRefused for one record given twice, and for two arXiv ids, which are never one paper (rule 3).
    """
    one_writer()
    if one.pk == other.pk:
        raise VerdictRefused("That is the same record twice.")
    one, other = sorted((one, other), key=lambda record: record.pk)
    if same and len({name for record in (one, other) if (name := _arxiv_of(record.paper_id))}) > 1:
        raise VerdictRefused("They have different arXiv ids, and two arXiv ids are never one paper.")
    Verdict.objects.update_or_create(one=one, other=other, defaults={"same": same, "made_at": now})
    _decide_again([one.pk, other.pk], now=now)


@transaction.atomic
def withdraw_ruling(*, one: Record, other: Record, now: dt.datetime) -> bool:
    """Take the owner's word about two records back; False when there was none."""
    one_writer()
    keys = [one.pk, other.pk]
    if not Verdict.objects.filter(one_id__in=keys, other_id__in=keys).delete()[0]:
        return False
    _decide_again(keys, now=now)
    return True


def _arxiv_of(paper_pk: int) -> str | None:
    names = Identifier.objects.filter(paper_id=paper_pk, scheme="arxiv", owned=True)
    return names.values_list("value", flat=True).first()


def _decide_again(record_pks: Sequence[int], *, now: dt.datetime) -> None:
    rows = Record.objects.filter(pk__in=record_pks)
    start = [Reading(r.source, r.external_id, bytes(r.digest), unpack(r.raw)) for r in rows]
    readings = {reading.key: reading for reading in neighbours(start)}
    _settle(readings, {}, {reading.key for reading in start}, now=now)


def _take_fresh(fresh: dict[Key, SourceRecord], *, now: dt.datetime, origin: int | None) -> Counts:
    incoming = [Reading(*key, payload=record.payload()) for key, record in fresh.items()]
    readings = {reading.key: reading for reading in (*incoming, *neighbours(incoming))}
    return _settle(readings, fresh, set(fresh), now=now, origin=origin)


def _settle(
    readings: dict[Key, Reading],
    fresh: dict[Key, SourceRecord],
    touched: set[Key],
    *,
    now: dt.datetime,
    origin: int | None = None,
) -> Counts:
    """Decide again which of these records are one paper, where `touched` ones stand, and write what comes of it."""
    plans, gone = plan_papers(_decided(readings, touched), now=now)
    made = [plan for plan in plans if plan.paper.pk is None]
    new = sum(1 for plan in made if all(r.pk is None for r in plan.readings))
    former = dict(Paper.objects.filter(pk__in=gone).values_list("pk", "public_id"))
    write_papers(plans, gone, now=now)
    heirs = move_records(plans)
    _store(plans, fresh, now=now, origin=origin)
    write_public_ids(plans, gone, heirs)
    log_changes(plans, made, former, heirs, now=now)
    Paper.objects.filter(pk__in=gone).delete()
    write_derived(plans)
    papers_changed.send(sender=Record, ids=[*(plan.paper.pk for plan in plans), *gone])
    return Counts(new=new, updated=len(fresh) - new, merged=len(gone))


def _decided(readings: dict[Key, Reading], touched: set[Key]) -> list[tuple[Block, list[Reading]]]:
    """The blocks of every component in which a touched record stands, with their records."""
    by_facts = [reading.facts() for reading in readings.values()]
    decided: list[tuple[Block, list[Reading]]] = []
    for component in components(by_facts):
        if any(facts.key in touched for facts in component):
            decided.extend((block, [readings[f.key] for f in block.records]) for block in decide(component))
    return decided


def _store(plans: Sequence[Plan], fresh: dict[Key, SourceRecord], *, now: dt.datetime, origin: int | None) -> None:
    """Insert the records that are new, and where they were listed."""
    new = [(p, r, fresh[r.key]) for p in plans for r in p.readings if r.pk is None]
    insert(
        Record,
        ["source", "external_id", "digest", "title_hash", "raw", "paper", "origin", "seen_at"],
        [
            (*r.key, title_hash(r.title_key), pack(record.canonical()), plan.paper.pk, origin, now)
            for plan, r, record in new
        ],
    )
    listed = {r.key: record for _, r, record in new if record.listed}
    keys = known_records(listed)
    write_listings([(keys[key], plan.paper.pk, listed[key]) for plan, r, _ in new if (key := r.key) in listed])

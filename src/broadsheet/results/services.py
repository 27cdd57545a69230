"""Keeping what was read in step with the papers' texts, and with what readers correct.

The queue holds the ids of papers that came or changed, written in the transaction of the change. The one reader reads
their texts outside any transaction, stores what it found together with the deletion of exactly those rows, and goes
on: killed anywhere, it leaves work to be done again, never a hole. What another version of the extractor read is read
anew in the same way.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q

from broadsheet.catalog import queries as catalog
from broadsheet.catalog.listing import one_writer
from broadsheet.catalog.models import Paper, PublicId
from broadsheet.catalog.signals import papers_changed
from broadsheet.leases import pacing
from broadsheet.results.extraction import VERSION
from broadsheet.results.models import Contribution, Correction, QueuedPaper
from broadsheet.results.pool import Text, read_all, reading
from broadsheet.results.reading import PARTS, NotACorrection, Read, checked
from broadsheet.results.turn import ReadingBusy, Turn, turn
from broadsheet.results.writing import Stored, store

__all__ = ["NotACorrection", "ReadingBusy", "correct", "processes_for", "read_again", "read_waiting"]

AT_ONCE = 400  # papers fetched and handed out together
MANY = 2_000  # waiting papers for which processes of their own pay

Progress = Callable[[int], None]
Stop = Callable[[], bool]


@dataclass(slots=True)
class _Batch:
    """Papers on their way: the queue's rows that asked for them, and the digests of the texts that are being read."""

    rows: list[int]
    digests: dict[int, bytes]
    corrected: frozenset[int]


def processes_for(waiting: int) -> int:
    """How many processes reading so many texts is worth: none of its own, or one for each processor."""
    return len(os.sched_getaffinity(0)) if waiting >= MANY else 0


def read_waiting(
    *,
    now: dt.datetime,
    holder: str,
    limit: int | None = None,
    stop: Stop | None = None,
    processes: int = 0,
    progress: Progress | None = None,
) -> int:
    """Read the texts of papers that wait (about `limit` at most) and store what stands in them; returns how many
    papers were looked at.

    `stop` is asked between batches whether to leave the rest for later; `progress` is called with the number so far.
    With two or more `processes` texts are read in as many. Must not run inside a transaction. Raises ReadingBusy.
    """
    done = 0
    with turn(holder, now) as mine, reading(processes) as read:
        for batch, found in read(_batches(limit, stop)):
            _store(batch, found, mine)
            done += max(len(batch.rows), len(batch.digests))
            mine.keep()
            if progress:
                progress(done)
    return done


def read_again() -> int:
    """Let every paper be read anew, as if another version of the extractor had read it; returns how many."""
    marked = last = 0
    known = Contribution.objects.order_by("pk").values_list("pk", flat=True)
    while pks := list(known.filter(pk__gt=last)[: pacing.papers_at_once()]):
        with pacing.turn():
            marked += Contribution.objects.filter(pk__in=pks).update(version=0)
        pacing.make_room()
        last = pks[-1]
    return marked


def _batches(limit: int | None, stop: Stop | None) -> Iterator[tuple[_Batch, list[Text]]]:
    """What waits, in batches: first the queue, then what another version of the extractor read."""
    handed = 0
    for rows, pks in _waiting():
        if (limit is not None and handed >= limit) or (stop and stop()):
            return
        handed += len(pks)
        yield _batch(rows, pks)


def _waiting() -> Iterator[tuple[list[int], list[int]]]:
    """(queue rows, papers) of each batch. What was handed out is passed by, so that none comes twice in one run."""
    last = 0
    while rows := list(QueuedPaper.objects.filter(pk__gt=last).order_by("pk").values_list("pk", "paper_id")[:AT_ONCE]):
        last = rows[-1][0]
        yield [pk for pk, _ in rows], list(dict.fromkeys(paper for _, paper in rows))
    last = 0
    stale = Contribution.objects.filter(Q(version__lt=VERSION) | Q(version__gt=VERSION)).order_by("pk")
    while pks := list(stale.filter(pk__gt=last).values_list("pk", flat=True)[:AT_ONCE]):
        last = pks[-1]
        yield [], pks


def _batch(rows: list[int], pks: list[int]) -> tuple[_Batch, list[Text]]:
    """The texts of those papers whose texts are not read yet by this version, or were corrected."""
    given = catalog.given_texts(pks)
    known = {
        pk: bytes(digest)
        for pk, digest in Contribution.objects.filter(pk__in=pks, version=VERSION).values_list("pk", "digest")
    }
    corrections = _corrections(pks)
    digests, texts = {}, []
    for pk, (title, abstract) in given.items():
        digest = _digest(title, abstract, corrections.get(pk, {}))
        if known.get(pk) != digest:
            digests[pk] = digest
            texts.append(Text(pk, title, abstract, corrections.get(pk, {})))
    return _Batch(rows, digests, frozenset(corrections)), texts


def _digest(title: str, abstract: str, corrections: dict[str, Any]) -> bytes:
    said = repr((title, abstract, sorted(corrections.items()) if corrections else None))
    return hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _corrections(pks: Sequence[int]) -> dict[int, dict[str, Any]]:
    """What readers say of these papers, by part; the newest word of each part."""
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    rows = Correction.objects.filter(address__paper_id__in=pks).order_by("made_at", "pk")
    for pk, part, value in rows.values_list("address__paper_id", "part", "value"):
        found[pk][part] = value
    parts = {pk: {part: value for part, value in said.items() if value is not None} for pk, said in found.items()}
    return {pk: said for pk, said in parts.items() if said}


def _store(batch: _Batch, found: list[Read], mine: Turn) -> None:
    """Store a batch and forget its rows of the queue, in transactions of the size that others leave room for."""
    stored = [
        Stored(pk, digest, read, pk in batch.corrected)
        for (pk, digest), read in zip(batch.digests.items(), found, strict=True)
    ]
    size = pacing.papers_at_once()
    for start in range(0, len(stored), size):
        with pacing.turn(), transaction.atomic():
            _store_those_that_are(stored[start : start + size], mine.now)
        pacing.make_room()
    if batch.rows:
        with pacing.turn():
            QueuedPaper.objects.filter(pk__in=batch.rows).delete()
        pacing.make_room()


def _store_those_that_are(stored: list[Stored], now: dt.datetime) -> None:
    """Papers may have been joined to others while their texts were read."""
    one_writer()
    there = set(Paper.objects.filter(pk__in=[one.pk for one in stored]).values_list("pk", flat=True))
    _keep([one for one in stored if one.pk in there], now)


def _keep(stored: list[Stored], now: dt.datetime) -> None:
    """Store, and let whoever shows papers know; the index has names, kinds and claims of its own."""
    store(stored, now=now)
    papers_changed.send(sender=Contribution, ids=[one.pk for one in stored])


@transaction.atomic
def correct(*, paper: Paper, part: str, value: Any, now: dt.datetime, by: int | None = None) -> None:
    """Let a reader's word stand for a part of what was read of a paper (`reading.PARTS`, in the labels' form) until
    another correction; None takes earlier ones back. `by` is the key of the reader. Raises NotACorrection.
    """
    if value is None:
        if part not in PARTS:
            raise NotACorrection(f"“{part[:40]}” can't be corrected; these can: {', '.join(PARTS)}.")
    else:
        checked(part, value)
    one_writer()
    address = PublicId.objects.get(pk=paper.public_id)
    Correction.objects.create(address=address, part=part, value=value, made_by_id=by, made_at=now)
    batch, texts = _batch([], [paper.pk])
    found = read_all(texts)
    stored = [
        Stored(pk, digest, read, pk in batch.corrected)
        for (pk, digest), read in zip(batch.digests.items(), found, strict=True)
    ]
    if stored:
        _keep(stored, now)

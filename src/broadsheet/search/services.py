"""Keeping the index in step with the database.

The queue holds the ids of changed papers, written in the transaction of the change. The one indexer writes their
cards to the index, commits there, and only then deletes exactly those rows: killed anywhere, it leaves work to be
done again, never a hole.
"""

from __future__ import annotations

import datetime as dt
import os
import secrets
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from broadsheet.catalog import queries as catalog
from broadsheet.catalog.cards import CardData
from broadsheet.leases import pacing
from broadsheet.leases import services as leases
from broadsheet.search import backends, registry
from broadsheet.search.backends.base import (
    Backend,
    Document,
    IndexDamaged,
    IndexerBusy,
    IndexMissing,
    IndexOutOfDate,
    IndexProblem,
    Writer,
)
from broadsheet.search.models import QueuedChange

__all__ = [
    "IndexDamaged",
    "IndexMissing",
    "IndexOutOfDate",
    "IndexProblem",
    "IndexerBusy",
    "RebuildFailed",
    "holder_name",
    "index_pending",
    "rebuild",
    "wait_until_indexed",
]

LEASE = "indexer"
LEASE_SECONDS = 30.0
ROWS_A_COMMIT = 5_000  # queue rows; a commit costs some 50 ms whatever it holds
CARDS_AT_ONCE = 500

Progress = Callable[[int], None]
Stop = Callable[[], bool]


class RebuildFailed(Exception):
    """The new index did not hold what was written to it; the old one stays."""


class LeaseLost(IndexerBusy):
    """Another machine took the indexer's place, because this one did not answer for too long."""


def holder_name() -> str:
    """A name for one who may index: host, process, and something that is never the same twice."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(6)}"


class _Turn:
    """The right to index, while it lasts: the lock of this machine and the lease among machines."""

    def __init__(self, holder: str, now: dt.datetime) -> None:
        self.holder = holder
        self._now = now
        self._started = self._renewed = time.monotonic()

    @property
    def now(self) -> dt.datetime:
        """The time that the caller gave, moved on by what has passed."""
        return self._now + dt.timedelta(seconds=time.monotonic() - self._started)

    def keep(self) -> None:
        """Renew the lease when a third of it is over. Raises LeaseLost when another has it."""
        if time.monotonic() - self._renewed < LEASE_SECONDS / 3:
            return
        if not leases.renew(name=LEASE, holder=self.holder, seconds=LEASE_SECONDS, now=self.now):
            raise LeaseLost("Another machine has taken over the indexing.")
        self._renewed = time.monotonic()


@contextmanager
def _turn(backend: Backend, holder: str, now: dt.datetime) -> Iterator[_Turn]:
    with backend.lock():
        # Whoever on this machine holds the lease without the lock was killed: no need to wait until it runs out.
        other = leases.holder_of(name=LEASE)
        dead = other if other and other.partition(":")[0] == holder.partition(":")[0] else None
        if not leases.acquire(name=LEASE, holder=holder, seconds=LEASE_SECONDS, now=now, instead_of=dead):
            raise IndexerBusy("Another machine is indexing at the moment; it will take up these changes too.")
        try:
            yield _Turn(holder, now)
        finally:
            leases.release(name=LEASE, holder=holder)


def index_pending(
    *,
    now: dt.datetime,
    holder: str,
    backend: Backend | None = None,
    limit: int | None = None,
    stop: Stop | None = None,
) -> int:
    """Apply queued changes (at most `limit`) to the index and return how many; an index that is missing or spoilt is
    rebuilt.

    `stop` is asked between commits whether to leave the rest for later. Must not run inside a transaction. Raises
    IndexerBusy, IndexOutOfDate (the owner decides when to rebuild), RebuildFailed.
    """
    backend = backend or backends.current()
    usable = _usable(backend)
    if usable and not QueuedChange.objects.exists():
        return 0
    with _turn(backend, holder, now) as turn:
        if usable or _usable(backend):
            try:
                return _apply_queue(backend, turn, limit, stop)
            except (IndexMissing, IndexDamaged):
                pass  # spoilt in a place that only writing touches
        return _rebuild(backend, turn, None)


def _usable(backend: Backend) -> bool:
    """Whether the index can be opened; False asks for a rebuild. Raises IndexOutOfDate."""
    try:
        backend.reader()
    except (IndexMissing, IndexDamaged):
        return False
    return True


def _apply_queue(backend: Backend, turn: _Turn, limit: int | None = None, stop: Stop | None = None) -> int:
    done = 0
    with backend.writer() as writer:
        while (limit is None or done < limit) and not (stop and stop()):
            size = ROWS_A_COMMIT if limit is None else min(ROWS_A_COMMIT, limit - done)
            rows = list(QueuedChange.objects.order_by("pk").values_list("pk", "paper_id")[:size])
            if not rows:
                break
            _write(writer, list(dict.fromkeys(paper for _, paper in rows)), turn)
            writer.commit()
            _forget([row for row, _ in rows])
            done += len(rows)
            backend.refresh()
    return done


def _write(writer: Writer, papers: list[int], turn: _Turn) -> None:
    """Bring these papers up to date; one that has no card any more is deleted."""
    for start in range(0, len(papers), CARDS_AT_ONCE):
        chunk = papers[start : start + CARDS_AT_ONCE]
        cards = catalog.cards(chunk)
        writer.put(_documents(cards))
        writer.delete(set(chunk) - {card["pk"] for card in cards})
        turn.keep()


def _documents(cards: Sequence[CardData]) -> Iterator[Document]:
    """The documents of these cards, with what packages say of the papers."""
    described = registry.described([card["pk"] for card in cards])
    return (Document.from_card(card, described.get(card["pk"])) for card in cards)


def _forget(rows: Sequence[int]) -> None:
    start = 0
    while start < len(rows):
        # To wait for one's turn costs more than to delete: where nobody else waits, all in one go.
        size = pacing.papers_at_once() if pacing.others_wait() else ROWS_A_COMMIT
        with pacing.turn():
            QueuedChange.objects.filter(pk__in=rows[start : start + size]).delete()
        pacing.make_room()
        start += size


def rebuild(*, now: dt.datetime, holder: str, progress: Progress | None = None, backend: Backend | None = None) -> int:
    """Write the whole index anew beside the old one, which answers meanwhile; return the number of papers.

    `progress` is called with the number of papers so far. Changes that come in meanwhile stay queued and are applied
    after the swap. Must not run inside a transaction. Raises IndexerBusy, RebuildFailed.
    """
    backend = backend or backends.current()
    with _turn(backend, holder, now) as turn:
        count = _rebuild(backend, turn, progress)
        _apply_queue(backend, turn)
    return count


def _rebuild(backend: Backend, turn: _Turn, progress: Progress | None) -> int:
    covered = list(
        QueuedChange.objects.values_list("pk", flat=True)
    )  # before any card is read: the cards are as new as these
    build = backend.build()
    published = False
    try:
        count = 0
        for cards in catalog.all_cards(batch=CARDS_AT_ONCE):
            build.writer.put(_documents(cards))
            count += len(cards)
            turn.keep()
            if progress:
                progress(count)
        build.writer.commit()
        build.writer.close()
        if (held := build.count()) != count:
            raise RebuildFailed(
                f"The new index holds {held:,} papers where {count:,} were written; the old index stays."
            )
        turn.keep()
        build.publish(documents=count, now=turn.now)
        published = True
    finally:
        if not published:
            build.discard()
    _forget(covered)
    return count


def wait_until_indexed(*, now: dt.datetime, holder: str, seconds: float = 60.0, backend: Backend | None = None) -> bool:
    """Index what is queued at this moment, or wait until the one who is indexing has; False when that took too long.

    Raises IndexOutOfDate and RebuildFailed.
    """
    last = QueuedChange.objects.order_by("-pk").values_list("pk", flat=True).first()
    started = time.monotonic()
    while (passed := time.monotonic() - started) < seconds:
        try:
            index_pending(now=now + dt.timedelta(seconds=passed), holder=holder, backend=backend)
        except IndexerBusy:
            time.sleep(0.1)
        if last is None or not QueuedChange.objects.filter(pk__lte=last).exists():
            return True
    return False

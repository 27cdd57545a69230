"""One reader of texts at a time: a lock among the processes of this machine, a lease among machines."""

from __future__ import annotations

import datetime as dt
import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from broadsheet.leases import services as leases

LEASE = "results"
LEASE_SECONDS = 60.0


class ReadingBusy(Exception):
    """Another process is reading the papers' texts at the moment."""


class Turn:
    """The right to read and store, while it lasts."""

    def __init__(self, holder: str, now: dt.datetime) -> None:
        self._holder, self._began = holder, now
        self._started = self._renewed = time.monotonic()

    @property
    def now(self) -> dt.datetime:
        """The time that the caller gave, moved on by what has passed."""
        return self._began + dt.timedelta(seconds=time.monotonic() - self._started)

    def keep(self) -> None:
        """Renew the lease when a third of it is over. Raises ReadingBusy when another machine took it."""
        if time.monotonic() - self._renewed < LEASE_SECONDS / 3:
            return
        if not leases.renew(name=LEASE, holder=self._holder, seconds=LEASE_SECONDS, now=self.now):
            raise ReadingBusy("Another machine has taken over the reading of texts.")
        self._renewed = time.monotonic()


@contextmanager
def turn(holder: str, now: dt.datetime) -> Iterator[Turn]:
    """The turn, given back at the end. `holder` is `host:…`, never the same twice. Raises ReadingBusy at once."""
    with (Path(settings.HOME) / "reading.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ReadingBusy("Another process is reading the papers’ texts at the moment.") from error
        # Whoever on this machine holds the lease without the lock was killed: no need to wait until it runs out.
        other = leases.holder_of(name=LEASE)
        dead = other if other and other.partition(":")[0] == holder.partition(":")[0] else None
        if not leases.acquire(name=LEASE, holder=holder, seconds=LEASE_SECONDS, now=now, instead_of=dead):
            raise ReadingBusy("Another machine is reading the papers’ texts at the moment.")
        try:
            yield Turn(holder, now)
        finally:
            leases.release(name=LEASE, holder=holder)

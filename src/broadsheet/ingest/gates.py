"""The pace at which hosts are asked: one request at a time and a pause behind it, over all processes; and the circuit
breaker, which lets a host rest that fails again and again.

On one machine a lock on a file says who asks, since the system takes it back whatever ends a process. Between machines
that share a PostgreSQL, the gate's row does.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import re
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db.models import F, Q

from broadsheet.ingest.models import HostGate

Clock = Callable[[], dt.datetime]
Sleep = Callable[[float], None]

HELD = dt.timedelta(minutes=5)  # the longest that a request and its redirects take
LOOK_AGAIN = 0.05  # seconds
TRIPS_AT = 8  # failures one after the other
RESTS = dt.timedelta(minutes=10)  # after that; twice as long with each further failure
RESTS_AT_MOST = dt.timedelta(hours=6)


class Resting(Exception):
    """The breaker is open; nobody asks before `until`."""

    def __init__(self, until: dt.datetime) -> None:
        super().__init__(until)
        self.until = until


class Turn:
    """The right to ask once. Whoever has it says how it went."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def answered(self) -> None:
        """The host answered, well or in a way that says nothing against it."""
        HostGate.objects.filter(pk=self._gate.name).exclude(failures=0).update(failures=0, open_until=None)

    def failed(self, *, rest_until: dt.datetime | None = None) -> None:
        """The host did not answer, or asked for rest; with `rest_until`, nobody asks before."""
        rows = HostGate.objects.filter(pk=self._gate.name)
        rows.update(failures=F("failures") + 1)
        failures = rows.values_list("failures", flat=True).get()
        now = self._gate.clock()
        if failures >= TRIPS_AT:
            rest = min(RESTS * 2 ** min(failures - TRIPS_AT, 10), RESTS_AT_MOST)
            rows.update(open_until=now + rest)
        if rest_until:
            rows.filter(free_at__lt=rest_until).update(free_at=rest_until)


class Gate:
    """One gate, and how to pass it. `clock` gives the time, `sleep` lets it pass."""

    def __init__(self, name: str, *, clock: Clock, sleep: Sleep) -> None:
        self.name, self.clock, self._sleep = name, clock, sleep
        self._holder = f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(6)}"

    @contextmanager
    def turn(self, *, pause: float, patience: float) -> Iterator[Turn]:
        """Wait for a turn, at most `patience` seconds where a host asked for more, and leave `pause` seconds behind it.

        Raises Resting.
        """
        descriptor = os.open(_lock_file(self.name), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            self._lock(descriptor)
            self._enter(patience)
            try:
                yield Turn(self)
            finally:
                now = self.clock()
                rows = HostGate.objects.filter(pk=self.name)
                rows.filter(holder=self._holder).update(holder="", held_until=now)
                free = now + dt.timedelta(seconds=pause)
                rows.filter(free_at__lt=free).update(free_at=free)
        finally:
            os.close(descriptor)

    def _lock(self, descriptor: int) -> None:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                self._sleep(LOOK_AGAIN)

    def _enter(self, patience: float) -> None:
        """Take the row. Who holds the file's lock knows that another holder of this machine is gone."""
        now = self.clock()
        HostGate.objects.get_or_create(pk=self.name, defaults={"free_at": now, "held_until": now})
        here = self._holder.partition(":")[0]
        while True:
            now = self.clock()
            row = HostGate.objects.get(pk=self.name)
            if row.open_until and row.open_until > now:
                raise Resting(row.open_until)
            free = Q(held_until__lte=now) | Q(holder="") | Q(holder__startswith=f"{here}:")
            taken = HostGate.objects.filter(free, pk=self.name, free_at__lte=now)
            if taken.update(holder=self._holder, held_until=now + HELD):
                return
            wait = (row.free_at - now).total_seconds()
            if wait > patience:
                raise Resting(row.free_at)
            self._sleep(min(max(wait, LOOK_AGAIN), 1.0))


def _lock_file(name: str) -> Path:
    folder = Path(settings.HOME) / "gates"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"{re.sub(r'[^a-z0-9.-]', '_', name.lower())}.lock"

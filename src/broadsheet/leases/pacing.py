"""How background writers make room for others on SQLite, which has one writer at a time.

While the site is served, a background writer holds a transaction for few papers and pauses after each, so that a vote
or a comment gets its turn. While nobody reads, nobody waits: transactions are longer, and there is no pause.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

WHILE_SERVED = 50  # papers a transaction; docs/dev/decisions/0007 has the measurements behind these figures
WHILE_ALONE = 1_000
PAUSE = 0.030  # seconds; SQLite looks every 25 ms at most whether it may write, for the first eighth of a second
LONG_LOG = 64_000_000  # bytes
PAGES = 1_000  # of the log, after which SQLite by itself writes them to the database: its own default

_held: list[int] = []


def _lock_file() -> Path:
    return Path(settings.HOME) / "serving.lock"


def serving_begins() -> None:
    """Say that this process serves the site, until it ends. The system takes the word back, whatever ends it."""
    if not _held:
        descriptor = os.open(_lock_file(), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        _held.append(descriptor)


def is_served() -> bool:
    """Whether a process on this machine serves this home at the moment."""
    try:
        descriptor = os.open(_lock_file(), os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


@contextmanager
def turn() -> Iterator[None]:
    """One background writer of this home at a time, in the order of asking; to be entered before its transaction.

    SQLite itself has no order: who finds another writing looks again up to 100 ms later, and one who writes all the
    time is hardly ever found between two transactions.
    """
    if connection.vendor != "sqlite":
        yield
        return
    descriptor = os.open(Path(settings.HOME) / "writing.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def papers_at_once() -> int:
    """How many papers a background writer may change in its next transaction."""
    return WHILE_SERVED if others_wait() else WHILE_ALONE


def make_room() -> None:
    """To be called after each transaction of a background writer, outside of it: lets others write."""
    if connection.vendor != "sqlite":
        return
    alone = not is_served()
    with connection.cursor() as cursor:
        # Alone, the log is emptied when it has grown long and not every 1,000 pages: most transactions change the same
        # pages again, each of which then goes to the database once.
        cursor.execute(f"PRAGMA wal_autocheckpoint={0 if alone else PAGES}")
        # By itself SQLite empties it only when nobody reads at that moment, which with an indexer beside a writer
        # hardly happens: the log then grows to gigabytes and every read slows down.
        if alone and _log_size() > LONG_LOG and not connection.in_atomic_block:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    if not alone:
        time.sleep(PAUSE)


def _log_size() -> int:
    try:
        return Path(f"{connection.settings_dict['NAME']}-wal").stat().st_size
    except FileNotFoundError:
        return 0


def others_wait() -> bool:
    """Whether readers are served from a database that has one writer at a time."""
    return connection.vendor == "sqlite" and is_served()

"""How background writers make room for others on SQLite, which has one writer at a time.

While the site is served, a background writer holds a transaction for few papers and pauses after each, so that a vote
or a comment gets its turn. While nobody reads, nobody waits: transactions are longer, and there is no pause.
"""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from django.conf import settings
from django.db import connection

WHILE_SERVED = 50  # papers a transaction; docs/dev/decisions/0007 has the measurements behind these figures
WHILE_ALONE = 250
PAUSE = 0.030  # seconds; SQLite looks every 25 ms at most whether it may write, for the first eighth of a second
LONG_LOG = 64_000_000  # bytes

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


def papers_at_once() -> int:
    """How many papers a background writer may change in its next transaction."""
    return WHILE_SERVED if _others_wait() else WHILE_ALONE


def make_room() -> None:
    """To be called after each transaction of a background writer, outside of it: lets others write."""
    if _others_wait():
        time.sleep(PAUSE)
    elif connection.vendor == "sqlite":
        _shorten_log()


def _shorten_log() -> None:
    """Empty SQLite's log where it has grown long. It does so by itself only when nobody reads at that moment, which
    with an indexer beside a writer hardly happens: the log then grows to gigabytes and every read slows down.
    """
    log = Path(f"{connection.settings_dict['NAME']}-wal")
    try:
        long = log.stat().st_size > LONG_LOG
    except FileNotFoundError:
        return
    if long and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _others_wait() -> bool:
    return connection.vendor == "sqlite" and is_served()

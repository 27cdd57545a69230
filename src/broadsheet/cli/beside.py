"""Indexing beside a long ingest: a second process, which ends with the one that started it, whatever ends that.

`Beside` stands in the ingesting process; `main` is the other. They are joined by a pipe: a line "finish" asks the
child to index all that waits and leave; the pipe's end, which also a killed parent leaves behind, ends it at once.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import suppress
from typing import Self

START_AFTER = 2_000  # records that were read; a smaller ingest is over before a second process is ready
ENOUGH = 4_000  # queued changes that are worth a commit of the index
LOOK_EVERY = 0.25  # seconds


class Beside:
    """Starts the second process when an ingest turns out long; leaving the `with` ends it."""

    def __init__(self) -> None:
        self._records: dict[str, int] = {}
        self._child: subprocess.Popen[bytes] | None = None

    def tell(self, name: str, records: int) -> None:
        """How many records of an input have been read."""
        self._records[name] = records
        if self._child is None and sum(self._records.values()) >= START_AFTER:
            self._child = subprocess.Popen([sys.executable, "-m", __name__], stdin=subprocess.PIPE)  # noqa: S603

    def finish(self) -> None:
        """Let it index what still waits, and wait for it. If it fails, the caller finds the queue as it left it."""
        if self._child and self._child.stdin:
            with suppress(BrokenPipeError):  # it has ended already; what it left undone stands in the queue
                self._child.stdin.write(b"finish\n")
                self._child.stdin.flush()
            self._child.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._child and self._child.stdin:
            with suppress(BrokenPipeError):
                self._child.stdin.close()
            self._child.wait()


def main() -> None:
    """Index what is queued as it comes, until the parent says "finish" or is gone."""
    from broadsheet.cli.boot import boot

    boot(None, migrate=False)
    over, finish = threading.Event(), threading.Event()
    threading.Thread(target=_listen, args=(over, finish), daemon=True).start()
    _index(over, finish)


def _listen(over: threading.Event, finish: threading.Event) -> None:
    for line in sys.stdin:
        if line.strip() == "finish":
            finish.set()
    over.set()


def _index(over: threading.Event, finish: threading.Event) -> None:
    from django.utils import timezone

    from broadsheet.search.queries import queued_changes
    from broadsheet.search.services import IndexerBusy, IndexOutOfDate, RebuildFailed, holder_name, index_pending

    holder = holder_name()
    while not over.is_set():
        last = finish.is_set()  # asked before looking: what was queued before "finish" is then seen below
        waiting = queued_changes()
        if last and not waiting:
            return
        if last or waiting >= ENOUGH:
            try:
                index_pending(now=timezone.now(), holder=holder, stop=over.is_set)
            except IndexerBusy:
                if last:
                    return  # a server or worker is at it; the parent waits for that
            except (IndexOutOfDate, RebuildFailed):
                return  # the parent meets the same and says so
        if not last:
            over.wait(LOOK_EVERY)


if __name__ == "__main__":
    main()

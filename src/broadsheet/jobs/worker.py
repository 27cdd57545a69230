"""The worker: indexer, scheduler and task queue in one process. More workers are more processes or machines."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable

from broadsheet.jobs.queue import Queue
from broadsheet.jobs.schedule import Scheduler
from broadsheet.search import services as search
from broadsheet.search.indexer import Indexer


class Worker:
    """Runs until `stop` is set, then finishes what each of its loops has in hand. `clock` gives the time."""

    def __init__(self, clock: Callable[[], dt.datetime]) -> None:
        self._clock = clock
        self._queue, self._scheduler, self._indexer = Queue(), Scheduler(clock), Indexer(clock)

    def run(self, stop: threading.Event) -> None:
        """Run the three loops, each in its thread; returns when all have ended."""
        loops = {"tasks": self._queue.run, "scheduler": self._scheduler.run, "indexer": self._indexer.run}
        threads = [threading.Thread(target=loop, args=(stop,), name=name) for name, loop in loops.items()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def run_once(self) -> tuple[int, list[str], int]:
        """Do what waits and return: how many tasks ran, the names of the jobs that ran, how many changes were indexed.

        Raises what indexing raises: IndexerBusy when another is at it, IndexOutOfDate, RebuildFailed.
        """
        tasks = self._queue.drain()
        ran = self._scheduler.step()
        self._scheduler.give_back()
        tasks += self._queue.drain()  # what the jobs enqueued
        return tasks, ran, search.index_pending(now=self._clock(), holder=search.holder_name())

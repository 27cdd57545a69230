"""The indexer as a loop, for a thread of the server or a worker."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable

from django.db import close_old_connections, connections

from broadsheet.search import services

log = logging.getLogger("broadsheet.search")


class Indexer:
    """Looks at the queue every `poll` seconds and indexes what is in it, for as long as no other does.

    The writer, its lock and its memory are held only while there is work. `clock` gives the time; the loop stands
    among the doors.
    """

    def __init__(self, clock: Callable[[], dt.datetime], *, poll: float = 0.5, longest_wait: float = 60.0) -> None:
        self.holder = services.holder_name()
        self._clock = clock
        self._poll = poll
        self._longest_wait = longest_wait
        self._failures = 0
        self._said = ""

    def run(self, stop: threading.Event) -> None:
        """Run until `stop` is set. Problems are logged in one sentence each and tried again, waiting longer each
        time.
        """
        try:
            while not stop.is_set():
                stop.wait(self.step(stop.is_set))
        finally:
            connections.close_all()

    def step(self, stop: Callable[[], bool] | None = None) -> float:
        """Index what is queued once, or until `stop` says so; return the seconds to wait before the next time."""
        try:
            close_old_connections()
            services.index_pending(now=self._clock(), holder=self.holder, stop=stop)
        except services.IndexerBusy:
            return self._poll * 4
        except Exception as error:  # noqa: BLE001  # whatever it was, a loop that ends leaves the index behind for ever
            self._failures += 1
            sentence = " ".join(str(error).split()) or type(error).__name__
            if sentence != self._said:  # a problem that stays is said once
                log.warning("Indexing stopped and will be tried again: %s", sentence)
            self._said = sentence
            return float(min(self._longest_wait, self._poll * 2 ** min(self._failures, 10)))
        if self._failures:
            log.info("Indexing goes on.")
        self._failures, self._said = 0, ""
        return self._poll

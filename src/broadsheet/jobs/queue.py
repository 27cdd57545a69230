"""The task queue as a loop."""

from __future__ import annotations

import logging
import threading

from django.db import close_old_connections, connections
from django_tasks_db.management.commands.db_worker import Worker as QueueWorker
from django_tasks_db.models import DBTaskResult

from broadsheet.search.services import holder_name

log = logging.getLogger("broadsheet.jobs")


class Queue:
    """Runs the tasks that are ready, one after the other, looking every `poll` seconds. Any number of them may run at
    once, on any number of machines: each task is claimed in a transaction.
    """

    def __init__(self, *, poll: float = 1.0) -> None:
        self._poll = poll
        self._name = holder_name()[-64:]

    def run(self, stop: threading.Event) -> None:
        """Run until `stop` is set; the task at hand is finished first."""
        try:
            while not stop.is_set():
                try:
                    close_old_connections()
                    self.drain(stop)
                except Exception as error:  # noqa: BLE001  # a loop that ends would leave every task undone
                    log.warning("The task queue will be tried again: %s", " ".join(str(error).split()))
                stop.wait(self._poll)
        finally:
            connections.close_all()

    def drain(self, stop: threading.Event | None = None) -> int:
        """Run tasks until none is ready; returns how many."""
        done = 0
        # Looking is a plain read; only claiming takes the right to write.
        while not (stop and stop.is_set()) and DBTaskResult.objects.ready().filter(backend_name="default").exists():
            worker = QueueWorker(
                queue_names=["*"],
                interval=0,
                batch=True,
                backend_name="default",
                startup_delay=False,
                max_tasks=1,
                worker_id=self._name,
                excluded_queue_names=[],
            )
            worker.run()
            done += worker._run_tasks
        return done

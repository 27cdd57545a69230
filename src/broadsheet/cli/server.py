"""The web server: gunicorn with one process of threads, and the indexer as one more thread of it."""

from __future__ import annotations

import threading
from typing import Any

from django.utils import timezone
from gunicorn.app.base import BaseApplication

from broadsheet.search.indexer import Indexer


class Server(BaseApplication):
    """gunicorn, set up from code. One process, because SQLite has one writer and readers share the index's memory
    map.
    """

    def __init__(self, *, bind: str, threads: int) -> None:
        self._bind, self._threads = bind, threads
        super().__init__()

    def load_config(self) -> None:
        stop = threading.Event()
        thread: list[threading.Thread] = []

        def start(worker: Any) -> None:
            thread.append(threading.Thread(target=Indexer(timezone.now).run, args=(stop,), name="indexer", daemon=True))
            thread[0].start()

        def end(server: Any, worker: Any) -> None:
            stop.set()
            for running in thread:
                running.join(timeout=10)

        for name, value in {
            "bind": self._bind,
            "workers": 1,
            "worker_class": "gthread",
            "threads": self._threads,
            "timeout": 60,
            "graceful_timeout": 5,
            "keepalive": 5,
            "loglevel": "warning",
            "post_worker_init": start,
            "worker_exit": end,
            "control_socket_disable": True,
        }.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        from broadsheet.config.wsgi import application

        return application

"""`broadsheet worker`: what goes on in the background."""

from __future__ import annotations

import signal
import threading
from typing import Annotated

import typer

from broadsheet.cli.boot import boot
from broadsheet.cli.output import AsJson, Home, fail, out, print_json, say


def worker(
    once: Annotated[bool, typer.Option("--once", help="Do what waits, then stop.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Do the work of the background until Ctrl-C: index changes, run what is due, run queued tasks.

    Several workers may run, also on several machines over one PostgreSQL. A worker that is killed loses nothing.

    Examples:

        broadsheet worker

        broadsheet worker --once --json
    """
    boot(home)
    from django.utils import timezone

    from broadsheet.jobs.worker import Worker
    from broadsheet.search.services import IndexerBusy, IndexOutOfDate, RebuildFailed

    working = Worker(timezone.now)
    if not once:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        say("The worker is at work (Ctrl-C stops it).")
        working.run(stop)
        return
    try:
        tasks, jobs, indexed = working.run_once()
    except (IndexerBusy, IndexOutOfDate, RebuildFailed) as error:
        fail(str(error))
    if as_json:
        print_json({"tasks": tasks, "jobs": jobs, "indexed": indexed})
    else:
        out.print(f"{tasks:,} tasks and {len(jobs):,} jobs were run, {indexed:,} changes were indexed.")

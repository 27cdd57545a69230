"""Reading papers' texts in the background: whoever takes the nudge reads for a while.

What must be read stands in the results' own queue: a nudge that is lost is given again a minute later.
"""

from __future__ import annotations

import datetime as dt
import logging
import time

from broadsheet.jobs.schedule import Job, register
from broadsheet.results import queries, services
from broadsheet.search.services import holder_name

log = logging.getLogger("broadsheet.jobs")

SECONDS = 60.0  # that reading goes on before it gives way to other tasks


def nudge(now: dt.datetime) -> int:
    """Enqueue a task where papers wait to be read; returns how many wait."""
    from broadsheet.jobs.tasks import read_results

    if waiting := queries.waiting():
        read_results.enqueue()
    return waiting


def read_for_a_while(now: dt.datetime) -> bool:
    """Read what waits for `SECONDS`; returns whether there is more. False also while another process is at it."""
    over = time.monotonic() + SECONDS
    try:
        services.read_waiting(
            now=now,
            holder=holder_name(),
            stop=lambda: time.monotonic() > over,
            processes=services.processes_for(queries.waiting()),
        )
    except services.ReadingBusy:
        return False
    return queries.waiting() > 0


def register_all() -> None:
    """Put these jobs on the schedule."""
    register(Job("read results", dt.timedelta(minutes=1), nudge))

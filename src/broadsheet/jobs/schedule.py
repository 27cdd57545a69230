"""What is done every so often: the registry of periodic jobs, and the scheduler that runs what is due.

A job's function gets the time and is short. What takes long (a harvest, a mailing) stands in tables of its own; the
job nudges it by enqueuing a task, and whoever does the work claims it with a lease.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import close_old_connections, connections

from broadsheet.jobs.models import JobRun
from broadsheet.leases import services as leases
from broadsheet.search.services import holder_name

log = logging.getLogger("broadsheet.jobs")

LEASE = "scheduler"
LEASE_SECONDS = 30.0
TRY_AGAIN = dt.timedelta(minutes=5)  # after a failure, or sooner for a job that runs more often


@dataclass(frozen=True)
class Job:
    """A periodic job: `run(now)` every `every`, counted from the end of the run before. Must be safe to run twice."""

    name: str
    every: dt.timedelta
    run: Callable[[dt.datetime], object]


_JOBS: dict[str, Job] = {}


def register(job: Job) -> Job:
    """Add a job to the schedule; a package does so once, in its app's `ready`. Raises ValueError for a name taken."""
    if job.name in _JOBS and _JOBS[job.name] != job:
        raise ValueError(f"There are two jobs named {job.name}.")
    _JOBS[job.name] = job
    return job


def jobs() -> list[Job]:
    """All jobs, by name."""
    return [_JOBS[name] for name in sorted(_JOBS)]


def due(*, now: dt.datetime) -> list[Job]:
    """The jobs whose time has come; one that never ran is due at once."""
    waiting = set(JobRun.objects.filter(due_at__gt=now).values_list("name", flat=True))
    return [job for job in jobs() if job.name not in waiting]


def run_job(job: Job, *, now: dt.datetime) -> bool:
    """Run a job and remember how it went; False when it failed, which is logged in one line and tried again later."""
    JobRun.objects.update_or_create(name=job.name, defaults={"started_at": now}, create_defaults=_first(now))
    try:
        job.run(now)
    except Exception as error:  # noqa: BLE001  # one job's failure must not end the schedule of all others
        sentence = " ".join(str(error).split()) or type(error).__name__
        log.warning("The job %s failed and will be tried again: %s", job.name, sentence)
        again = now + min(job.every, TRY_AGAIN)
        JobRun.objects.filter(name=job.name).update(due_at=again, error=sentence)
        return False
    JobRun.objects.filter(name=job.name).update(due_at=now + job.every, finished_at=now, error="")
    return True


def _first(now: dt.datetime) -> dict[str, dt.datetime]:
    return {"started_at": now, "due_at": now}


def make_due(name: str, *, now: dt.datetime) -> bool:
    """Let a job run at the scheduler's next look; False when there is no such job."""
    if name not in _JOBS:
        return False
    JobRun.objects.update_or_create(name=name, defaults={"due_at": now})
    return True


class Scheduler:
    """Looks every `poll` seconds for jobs that are due, and runs them: one scheduler at a time among all workers,
    by a lease that another takes over when it runs out. `clock` gives the time; the loop stands among the doors.
    """

    def __init__(self, clock: Callable[[], dt.datetime], *, poll: float = 10.0) -> None:
        self.holder = holder_name()
        self._clock = clock
        self._poll = poll

    def run(self, stop: threading.Event) -> None:
        """Run until `stop` is set; the job at hand is finished first."""
        try:
            while not stop.is_set():
                try:
                    close_old_connections()
                    self.step(stop)
                except Exception as error:  # noqa: BLE001  # a loop that ends would leave every job undone
                    log.warning("The scheduler will try again: %s", " ".join(str(error).split()))
                stop.wait(self._poll)
            self.give_back()
        finally:
            connections.close_all()

    def give_back(self) -> None:
        """Let another schedule at once."""
        leases.release(name=LEASE, holder=self.holder)

    def step(self, stop: threading.Event | None = None) -> list[str]:
        """Run what is due, unless another schedules; the names of the jobs that ran."""
        if not leases.acquire(name=LEASE, holder=self.holder, seconds=LEASE_SECONDS, now=self._clock()):
            return []
        ran = []
        with self._kept():
            for job in due(now=self._clock()):
                if stop and stop.is_set():
                    break
                run_job(job, now=self._clock())
                ran.append(job.name)
        return ran

    @contextmanager
    def _kept(self) -> Iterator[None]:
        """Keep the lease while jobs run, from a thread, since a job may take longer than the lease."""
        over = threading.Event()

        def keep() -> None:
            try:
                while not over.wait(LEASE_SECONDS / 3):
                    leases.renew(name=LEASE, holder=self.holder, seconds=LEASE_SECONDS, now=self._clock())
            finally:
                connections.close_all()

        thread = threading.Thread(target=keep, name="scheduler's lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

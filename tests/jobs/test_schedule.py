"""Periodic jobs: what is due runs once, by one scheduler, and again when it was cut off or failed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from broadsheet.jobs import schedule
from broadsheet.jobs.models import JobRun
from broadsheet.jobs.schedule import Job, Scheduler

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
SECOND = dt.timedelta(seconds=1)
Add = Callable[..., Job]


class Killed(BaseException):
    """Stands for a kill: nothing in the program catches it."""


@pytest.fixture
def add(monkeypatch: pytest.MonkeyPatch) -> Add:
    """`add(name, function)` puts an hourly job on a schedule that is otherwise empty."""
    monkeypatch.setattr(schedule, "_JOBS", {})

    def make(name: str, run: Callable[[dt.datetime], object]) -> Job:
        return schedule.register(Job(name, HOUR, run))

    return make


class Clock:
    """A clock that is moved by hand."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        return self.now


def test_a_job_runs_when_its_time_has_come_and_not_before(add: Add, now: dt.datetime) -> None:
    ran: list[dt.datetime] = []
    add("count", ran.append)
    clock = Clock(now)
    scheduler = Scheduler(clock)
    assert scheduler.step() == ["count"]
    clock.now += HOUR - SECOND
    assert scheduler.step() == []
    clock.now += SECOND
    assert scheduler.step() == ["count"]
    assert ran == [now, now + HOUR]


def test_one_scheduler_works_at_a_time_and_another_takes_over(add: Add, now: dt.datetime) -> None:
    add("count", lambda _: None)
    clock = Clock(now)
    first, second = Scheduler(clock), Scheduler(clock)
    assert first.step() == ["count"]
    clock.now += HOUR
    first_again = first.step()
    assert (first_again, second.step()) == (["count"], [])
    clock.now += HOUR  # the first has not answered for longer than its lease
    assert second.step() == ["count"]
    assert first.step() == []


def test_one_that_leaves_lets_another_schedule_at_once(add: Add, now: dt.datetime) -> None:
    add("count", lambda _: None)
    first, second = Scheduler(lambda: now), Scheduler(lambda: now)
    first.step()
    schedule.make_due("count", now=now)
    assert second.step() == []
    first.give_back()
    assert second.step() == ["count"]


def test_a_job_that_was_killed_is_due_still(add: Add, now: dt.datetime) -> None:
    def die(_: dt.datetime) -> None:
        raise Killed

    job = add("fragile", die)
    with pytest.raises(Killed):
        schedule.run_job(job, now=now)
    run = JobRun.objects.get(name="fragile")
    assert (run.started_at, run.finished_at) == (now, None)
    assert schedule.due(now=now) == [job]


def test_a_failure_is_kept_and_tried_again_and_harms_no_other(add: Add, now: dt.datetime) -> None:
    def fail(_: dt.datetime) -> None:
        raise OSError("the network\nis down")

    ran: list[dt.datetime] = []
    add("a fails", fail)
    add("b works", ran.append)
    clock = Clock(now)
    assert Scheduler(clock).step() == ["a fails", "b works"]
    assert ran == [now]
    assert JobRun.objects.get(name="a fails").error == "the network is down"
    assert [job.name for job in schedule.due(now=now + schedule.TRY_AGAIN)] == ["a fails"]


def test_two_jobs_cannot_bear_one_name(add: Add) -> None:
    add("one", print)
    with pytest.raises(ValueError, match="two jobs named one"):
        add("one", repr)


def test_only_a_job_that_exists_can_be_made_due(add: Add, now: dt.datetime) -> None:
    job = add("count", lambda _: None)
    schedule.run_job(job, now=now)
    assert schedule.due(now=now) == []
    assert schedule.make_due("count", now=now)
    assert schedule.due(now=now) == [job]
    assert not schedule.make_due("no such job", now=now)

"""What has run out goes; what is in use stays."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django_tasks_db.models import DBTaskResult

from broadsheet.jobs import housekeeping
from broadsheet.jobs.models import CacheEntry
from broadsheet.jobs.tasks import run_soon

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def test_sessions_that_ran_out_go(now: dt.datetime) -> None:
    for name, expires in (("old", now - DAY), ("new", now + DAY)):
        Session.objects.create(session_key=name, session_data="", expire_date=expires)
    assert housekeeping.prune_sessions(now) == 1
    assert [s.session_key for s in Session.objects.all()] == ["new"]


def test_cached_values_that_ran_out_go() -> None:
    cache.set("a", 1, timeout=60)
    cache.set("b", 2, timeout=3600)
    moment = CacheEntry.objects.order_by("expires")[0].expires + dt.timedelta(seconds=1)
    assert housekeeping.prune_cache(moment) == 1
    assert (cache.get("a"), cache.get("b")) == (None, 2)


def test_results_go_when_they_are_old_and_those_of_killed_workers_too(now: dt.datetime) -> None:
    ids = [run_soon.enqueue("prune cache").id for _ in range(4)]
    old, fresh = now - 30 * DAY, now
    states = [
        {"status": "SUCCESSFUL", "finished_at": old},
        {"status": "SUCCESSFUL", "finished_at": fresh},
        {"status": "RUNNING", "started_at": old},
        {"status": "RUNNING", "started_at": fresh},
    ]
    for key, state in zip(ids, states, strict=True):
        DBTaskResult.objects.filter(id=key).update(**state)
    assert housekeeping.prune_task_results(now) == 2
    assert {str(r.id) for r in DBTaskResult.objects.all()} == {ids[1], ids[3]}

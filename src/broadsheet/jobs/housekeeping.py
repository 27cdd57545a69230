"""The jobs of the site itself: nothing that has run out is kept."""

from __future__ import annotations

import datetime as dt

from django.contrib.sessions.models import Session
from django_tasks_db.models import DBTaskResult

from broadsheet.jobs.models import CacheEntry
from broadsheet.jobs.schedule import Job, register

KEEP_RESULTS = dt.timedelta(days=7)  # of tasks that ended
GIVEN_UP = dt.timedelta(days=1)  # a task that has run for so long was killed; its work is found again without it


def prune_sessions(now: dt.datetime) -> int:
    """Delete sessions that have run out; returns how many rows went."""
    return Session.objects.filter(expire_date__lt=now).delete()[0]


def prune_cache(now: dt.datetime) -> int:
    """Delete cached values that have run out."""
    return CacheEntry.objects.filter(expires__lt=now).delete()[0]


def prune_task_results(now: dt.datetime) -> int:
    """Delete what is known of tasks that ended long ago, and of those whose worker was killed."""
    ended = DBTaskResult.objects.finished().filter(finished_at__lt=now - KEEP_RESULTS).delete()[0]
    return ended + DBTaskResult.objects.filter(status="RUNNING", started_at__lt=now - GIVEN_UP).delete()[0]


def register_all() -> None:
    """Put these jobs on the schedule."""
    register(Job("prune sessions", dt.timedelta(hours=1), prune_sessions))
    register(Job("prune cache", dt.timedelta(hours=1), prune_cache))
    register(Job("prune task results", dt.timedelta(hours=6), prune_task_results))

"""Tasks: nudges that say "look now". What must be done stands in tables, so a task that is lost, killed or run twice
costs a little time and nothing else.
"""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from broadsheet.jobs import schedule


@task()
def run_soon(name: str) -> bool:
    """Let the scheduler run a periodic job at its next look; False when there is no such job."""
    return schedule.make_due(name, now=timezone.now())

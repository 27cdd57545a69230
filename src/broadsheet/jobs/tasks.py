"""Tasks: nudges that say "look now". What must be done stands in tables, so a task that is lost, killed or run twice
costs a little time and nothing else.
"""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from broadsheet.jobs import harvests, results, schedule


@task()
def run_soon(name: str) -> bool:
    """Let the scheduler run a periodic job at its next look; False when there is no such job."""
    return schedule.make_due(name, now=timezone.now())


@task()
def harvest_source(name: str) -> bool:
    """Harvest a source for a while; a harvest that is not over asks to be taken up again. False while another process
    is at it.
    """
    report = harvests.harvest_for_a_while(name, clock=timezone.now)
    if report and not report.done and not report.error:
        harvest_source.enqueue(name)
    return report is not None


@task()
def read_results() -> bool:
    """Read papers' texts for a while; asks to be taken up again while there are more."""
    more = results.read_for_a_while(timezone.now())
    if more:
        read_results.enqueue()
    return more

"""Harvesting in the background: what is due is nudged, and whoever takes the nudge harvests for a while.

A long harvest gives way after a minute and asks to be taken up again, so that other tasks get their turn. What is due
stands in the sources' own states: a nudge that is lost is given again.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from smtplib import SMTPException

from broadsheet.ingest import ledger, queries, states
from broadsheet.ingest.harvest import HarvestBusy, HarvestReport, Limits, harvest, new_fetcher
from broadsheet.ingest.sources import HARVESTED
from broadsheet.ingest.sources.harvest import Refused
from broadsheet.jobs.schedule import Job, register

log = logging.getLogger("broadsheet.jobs")

SECONDS = 60.0  # that a harvest goes on before it gives way
PATIENCE = 10.0  # seconds that it waits where a host asks for time; what is longer is a matter for the schedule

Clock = Callable[[], dt.datetime]


def nudge(now: dt.datetime) -> list[str]:
    """Enqueue a task for each source that is switched on and due; the names of those."""
    from broadsheet.jobs.tasks import harvest_source

    names = states.due(names=[source.about.name for source in queries.sources_on()], now=now)
    for name in names:
        states.nudged(name=name, now=now)
        harvest_source.enqueue(name)
    return names


def harvest_for_a_while(name: str, *, clock: Clock) -> HarvestReport | None:
    """Harvest a source for `SECONDS`, then reconcile the ledger and tell the owner what it found; None while another
    process is at it.
    """
    source = queries.source_named(name)
    with new_fetcher(clock, patience=PATIENCE) as fetcher:
        try:
            report = harvest(source, clock=clock, fetcher=fetcher, limits=Limits(seconds=SECONDS))
        except HarvestBusy:
            return None
        except Refused as error:
            log.warning("%s can't be harvested as it is set: %s", name, error)
            return None
    if report.error:
        log.warning("The harvest of %s stopped: %s", name, report.error)
    watch(clock())
    return report


def watch(now: dt.datetime) -> int:
    """Reconcile the ledger and mail what it found; returns how many alerts are open."""
    opened = ledger.reconcile(abouts=[source.about for source in HARVESTED], now=now)
    try:
        ledger.mail_alerts(now=now)
    except (OSError, SMTPException) as error:
        log.warning("The owner could not be mailed and will be again: %s", " ".join(str(error).split()))
    return opened


def register_all() -> None:
    """Put these jobs on the schedule."""
    register(Job("harvest", dt.timedelta(minutes=1), nudge))
    register(Job("watch the ledger", dt.timedelta(hours=1), watch))

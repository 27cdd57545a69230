"""What is due is harvested in the background, for a while at a time, and the owner is told what the ledger found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from broadsheet.catalog.models import Paper
from broadsheet.ingest.models import Alert, Batch, SourceState
from broadsheet.jobs import harvests
from broadsheet.jobs.queue import Queue
from broadsheet.jobs.worker import Worker
from tests.support.world.arxiv import Archive, papers
from tests.support.world.server import World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world() -> Iterator[World]:
    with World() as found:
        yield found


@pytest.fixture
def arxiv(world: World, settings: Any, index_home: Any) -> Archive:
    today = timezone.now().date()
    found = Archive(papers(120, first=today - dt.timedelta(days=5), days=5), today=today)
    found.serve(world)
    settings.SOURCE_URLS = found.urls(world)
    settings.FETCH_ALLOW, settings.FETCH_PAUSE = [world.host], 0.0
    settings.SOURCES = ["arxiv-oai"]
    settings.EMBEDDER = "none"
    settings.OWNER_EMAIL = "owner@example.org"
    return found


def test_the_worker_harvests_what_is_switched_on_and_due(arxiv: Archive, world: World) -> None:
    worker = Worker(timezone.now)
    worker.run_once()
    assert Paper.objects.count() > 50
    state = SourceState.objects.get(name="arxiv-oai")
    assert state.due_at
    assert state.due_at > timezone.now() + dt.timedelta(hours=5)
    asked = len(world.log)
    assert harvests.nudge(timezone.now()) == []  # not due before its time
    worker.run_once()
    assert len(world.log) == asked


def test_nothing_is_fetched_unless_the_owner_says_so(arxiv: Archive, world: World, settings: Any) -> None:
    settings.SOURCES = []
    Worker(timezone.now).run_once()
    assert world.log == []


def test_a_long_harvest_gives_way_and_is_taken_up_again(
    arxiv: Archive, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    arxiv.page = 10
    monkeypatch.setattr(harvests, "SECONDS", 0.05)
    harvests.nudge(timezone.now())
    tasks = Queue().drain()
    assert tasks > 1
    assert SourceState.objects.get(name="arxiv-oai").succeeded_at
    assert Paper.objects.count() > 50


def test_a_nudge_that_got_lost_is_given_again(arxiv: Archive) -> None:
    now = timezone.now()
    assert harvests.nudge(now) == ["arxiv-oai"]
    assert harvests.nudge(now + dt.timedelta(minutes=1)) == []
    assert harvests.nudge(now + dt.timedelta(minutes=11)) == ["arxiv-oai"]


def test_a_short_day_is_told_within_one_cycle_and_clears_within_one(arxiv: Archive, settings: Any) -> None:
    """The feed names papers that OAI-PMH does not bring: one cycle later the owner has mail; filled, it is gone."""
    day = arxiv.today
    now = timezone.now()
    batch = Batch.objects.create(source="arxiv-feed", category="cs", day=day, seen_at=now - dt.timedelta(hours=1))
    batch.ids.create(value="2601.99999")
    worker = Worker(timezone.now)
    worker.run_once()
    assert Alert.objects.get(cleared_at=None).kind == "short"
    assert "is missing" in mail.outbox[0].body
    batch.ids.all().delete()
    SourceState.objects.update(due_at=None)
    worker.run_once()
    harvests.harvest_for_a_while("arxiv-oai", clock=timezone.now)
    assert not Alert.objects.filter(cleared_at=None).exists()
    assert len(mail.outbox) == 1


def test_a_source_that_is_down_does_not_end_the_worker(arxiv: Archive, world: World, settings: Any) -> None:
    world.plan = lambda number, asked: "down"
    Worker(timezone.now).run_once()
    assert SourceState.objects.get(name="arxiv-oai").failures == 1

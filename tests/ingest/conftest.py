"""A world to harvest from, and a clock that moves only when somebody sleeps."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.support.world.arxiv import Archive, papers
from tests.support.world.server import World


@dataclass
class Time:
    """A clock that moves only when somebody sleeps."""

    now: dt.datetime
    slept: list[float] = field(default_factory=list)

    def clock(self) -> dt.datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += dt.timedelta(seconds=seconds)


@pytest.fixture
def time(now: dt.datetime) -> Time:
    return Time(now)


@pytest.fixture
def world(settings: Any) -> Iterator[World]:
    """A server that nothing stands at yet; it may be asked, without a pause."""
    with World() as found:
        settings.FETCH_ALLOW = [found.host]
        settings.FETCH_PAUSE = 0.0
        settings.FIRST_HARVEST_DAYS = 30.0
        yield found


@pytest.fixture
def arxiv(world: World, settings: Any, now: dt.datetime) -> Archive:
    """arXiv with 300 papers of the last two weeks; `cs` is harvested."""
    today = now.date()
    found = Archive(papers(300, first=today - dt.timedelta(days=14), days=14), today=today)
    found.serve(world)
    settings.SOURCE_URLS = found.urls(world)
    settings.HARVEST = {**settings.HARVEST, "ARXIV_CATEGORIES": "cs"}
    return found


@pytest.fixture
def run(time: Time) -> Callable[..., Any]:
    """`run("arxiv-oai", …)` harvests and gives the report."""
    from broadsheet.ingest.fetcher import Fetcher
    from broadsheet.ingest.harvest import harvest
    from broadsheet.ingest.queries import source_named

    def harvest_now(name: str, **more: Any) -> Any:
        from django.conf import settings

        fetcher = Fetcher(clock=time.clock, sleep=time.sleep, chance=random.Random(1), allowed=settings.FETCH_ALLOW)
        with fetcher:
            return harvest(source_named(name), clock=time.clock, fetcher=fetcher, **more)

    return harvest_now

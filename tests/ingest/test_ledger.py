"""The ledger says what was announced, what of it is here, and when a listing is not what it should be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.core import mail

from broadsheet.ingest import ledger
from broadsheet.ingest.calendars import calendar
from broadsheet.ingest.models import Alert, AnnouncedId, Batch
from broadsheet.ingest.sources import HARVESTED
from tests.ingest.conftest import Time
from tests.support.world.arxiv import Archive
from tests.support.world.server import World

pytestmark = pytest.mark.django_db
Run = Callable[..., Any]
ABOUTS = [source.about for source in HARVESTED]


@pytest.fixture
def arxiv(arxiv: Archive, settings: Any) -> Archive:
    settings.HARVEST = {**settings.HARVEST, "ARXIV_CATEGORIES": "cs"}
    settings.OWNER_EMAIL = "owner@example.org"
    return arxiv


def reconcile(time: Time) -> int:
    return ledger.reconcile(abouts=ABOUTS, now=time.now)


def batch(day: dt.date) -> Batch:
    return Batch.objects.get(source="arxiv-feed", category="cs", day=day)


def alerts() -> set[tuple[str, dt.date]]:
    return set(Alert.objects.filter(cleared_at=None).values_list("kind", "day"))


def next_day(arxiv: Archive, time: Time) -> None:
    time.now += dt.timedelta(days=1)
    arxiv.today += dt.timedelta(days=1)


def test_it_keeps_what_a_feed_names_as_new_or_cross(arxiv: Archive, run: Run, time: Time) -> None:
    assert run("arxiv-feed").done
    named = {paper.id for paper, kind in arxiv.announced("cs", arxiv.today) if kind in ("new", "cross")}
    kinds = {kind for _, kind in arxiv.announced("cs", arxiv.today)}
    assert kinds == {"new", "cross", "replace"}
    assert set(AnnouncedId.objects.values_list("value", flat=True)) == named
    reconcile(time)
    found = batch(arxiv.today)
    assert (found.announced, found.harvested, found.missing, found.stale) == (len(named), 0, len(named), False)


def test_a_day_that_is_short_is_told_once_and_clears_when_it_is_filled(arxiv: Archive, run: Run, time: Time) -> None:
    run("arxiv-feed")
    assert reconcile(time) == 0  # the papers have not been asked for yet
    named = sorted(AnnouncedId.objects.values_list("value", flat=True))
    held_back = next(n for n, paper in enumerate(arxiv.papers) if paper.id == named[0])
    kept = arxiv.papers[held_back]
    arxiv.papers[held_back] = replace(kept, stamp=dt.date(2020, 1, 1))
    time.now += dt.timedelta(minutes=1)
    run("arxiv-oai")
    assert reconcile(time) == 1
    assert alerts() == {("short", arxiv.today)}
    assert batch(arxiv.today).missing == 1
    assert Alert.objects.get().detail.endswith("1 is missing.")
    assert ledger.mail_alerts(now=time.now) == 1
    assert ledger.mail_alerts(now=time.now) == 0
    assert mail.outbox[0].to == ["owner@example.org"]
    assert run("arxiv-api").targets == 1  # asks for what is missing, by id
    assert reconcile(time) == 0
    assert batch(arxiv.today).missing == 0
    assert Alert.objects.get().cleared_at == time.now


def test_a_feed_that_stands_still_is_stale_on_a_working_day_and_clears(
    arxiv: Archive, run: Run, time: Time, now: dt.datetime
) -> None:
    time.now = now - dt.timedelta(days=1)  # a Thursday
    yesterday = arxiv.today = arxiv.feed_day = time.now.date()
    run("arxiv-feed")
    next_day(arxiv, time)
    run("arxiv-feed")  # not changed, says the server
    assert batch(arxiv.today).stale
    reconcile(time)
    assert alerts() == {("stale", arxiv.today)} | {("short", yesterday)} & alerts()
    assert ledger.mail_alerts(now=time.now) >= 1
    arxiv.feed_day = None
    run("arxiv-feed")
    run("arxiv-oai")
    time.now += dt.timedelta(minutes=1)
    reconcile(time)
    found = batch(arxiv.today)
    assert (found.stale, found.missing) == (False, 0)
    assert found.announced > 0
    assert alerts() == set()


def test_yesterdays_ids_under_todays_date_are_stale(
    arxiv: Archive, run: Run, world: World, time: Time, now: Any
) -> None:
    time.now = now - dt.timedelta(days=1)
    arxiv.today = time.now.date()
    run("arxiv-feed")
    old = arxiv.today
    next_day(arxiv, time)
    plain = arxiv.announced
    arxiv.announced = lambda category, day: plain(category, old)  # type: ignore[method-assign]
    run("arxiv-feed")
    assert batch(arxiv.today).stale
    assert not batch(arxiv.today).ids.exists()
    assert batch(old).ids.exists()


def test_week_ends_and_holidays_are_not_stale(arxiv: Archive, run: Run, time: Time) -> None:
    run("arxiv-feed")
    friday = arxiv.today
    assert friday.weekday() == 4
    for _ in range(2):
        next_day(arxiv, time)
        arxiv.feed_day = arxiv.today  # built anew, empty
        run("arxiv-feed")
    assert list(Batch.objects.values_list("day", flat=True)) == [friday]


def test_what_came_late_and_what_was_not_announced_is_counted(arxiv: Archive, run: Run, time: Time) -> None:
    run("arxiv-feed")
    time.now += dt.timedelta(hours=25)
    run("arxiv-oai")
    reconcile(time)
    found = batch(arxiv.today)
    assert found.late == found.harvested > 0
    day = arxiv.today
    mine = {
        p.id for p in arxiv.papers if p.versions[0] == day and any(c.startswith("cs.") for c in p.categories.split())
    }
    assert set(ledger.extra_papers(found)) == mine - set(found.ids.values_list("value", flat=True))


def test_a_source_that_fails_again_and_again_is_told(arxiv: Archive, run: Run, world: World, time: Time) -> None:
    world.plan = lambda number, asked: "down"
    for _ in range(3):
        run("arxiv-oai")
        time.now += dt.timedelta(hours=7)
    reconcile(time)
    assert {kind for kind, _ in alerts()} == {"failing"}
    assert Alert.objects.get().detail.startswith("arxiv-oai: ")
    world.plan = None
    assert run("arxiv-oai").done
    reconcile(time)
    assert alerts() == set()


def test_nothing_is_mailed_without_an_address(
    arxiv: Archive, run: Run, world: World, time: Time, settings: Any
) -> None:
    settings.OWNER_EMAIL = ""
    Alert.objects.create(source="x", day=time.now.date(), kind="stale", detail="x", opened_at=time.now)
    assert ledger.mail_alerts(now=time.now) == 0
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (dt.date(2026, 9, 18), True),
        (dt.date(2026, 9, 19), False),  # a Saturday
        (dt.date(2026, 11, 26), True),  # Thanksgiving: the listing of the evening before
        (dt.date(2026, 11, 27), False),  # no announcement on the evening of Thanksgiving
        (dt.date(2026, 6, 22), False),  # a Friday without a freeze leaves the Sunday, and so Monday, without a listing
        (dt.date(2027, 1, 1), False),
    ],
)
def test_the_calendar_of_arxiv(day: dt.date, working: bool) -> None:
    assert calendar("arxiv").is_working(day) is working


def test_a_listing_is_expected_from_two_in_the_morning_in_new_york() -> None:
    kept = calendar("arxiv")
    friday = dt.datetime(2026, 9, 18, 5, 59, tzinfo=dt.UTC)  # 01:59 in New York
    assert kept.expected(friday) == dt.date(2026, 9, 17)
    assert kept.expected(friday + dt.timedelta(minutes=1)) == dt.date(2026, 9, 18)
    assert kept.expected(dt.datetime(2026, 9, 20, 20, tzinfo=dt.UTC)) == dt.date(2026, 9, 18)


def test_a_year_that_is_not_in_the_file_is_said() -> None:
    assert calendar("arxiv").warning(2026) == ""
    assert "2031" in calendar("arxiv").warning(2031)

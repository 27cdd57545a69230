"""The services beside arXiv, harvested from a local server into a real catalog, whatever goes wrong on the way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from broadsheet.catalog.dump import dump
from broadsheet.catalog.models import Identifier, Paper, Record
from broadsheet.catalog.records import SourceRecord
from broadsheet.catalog.services import take_in
from broadsheet.ingest.models import Batch, Cursor
from broadsheet.lib.ids import Identifier as Name
from broadsheet.trends.models import Observation
from tests.ingest.conftest import Time
from tests.support.world.others import NAMES, Others
from tests.support.world.server import World, chance_of

pytestmark = pytest.mark.django_db
Run = Callable[..., Any]
WALKED = ("hf-daily", "biorxiv", "medrxiv", "crossref", "openalex", "zotero", "feed")
ASKED = ("hf-papers", "crossref-dois", "semantic-scholar", "github-stars")


@pytest.fixture
def others(world: World, settings: Any, now: dt.datetime) -> Others:
    """All services, each with the same twelve papers of the last three days."""
    found = Others(today=now.date())
    found.serve(world)
    settings.SOURCE_URLS = found.urls(world)
    settings.FIRST_HARVEST_DAYS = 3.0
    settings.HARVEST = {
        **settings.HARVEST,
        "FEEDS": f"{world.url}/feed",
        "CROSSREF_FILTERS": "issn:0028-0836",
        "OPENALEX_FILTERS": "topics.id:T1",
        "ZOTERO_LIBRARIES": "users/1",
        "SEMANTIC_SCHOLAR_KEY": "secret-key",
    }
    return found


@pytest.fixture
def papers(others: Others, now: dt.datetime) -> None:
    """Papers that are here, to be asked about."""
    records = [
        SourceRecord(
            source="jsonl",
            external_id=str(number),
            title=others.title(number),
            identifiers=(Name("arxiv", f"2603.{number:05}"), Name("doi", f"10.1000/w{number}")),
            links=(f"https://github.com/ada/engine{number}",),
        )
        for number in others.numbers()
    ]
    take_in(records=records, now=now)


def test_every_service_has_its_place_here() -> None:
    assert set(WALKED) | set(ASKED) == {*NAMES, "feed"}


@pytest.mark.parametrize("name", WALKED)
def test_a_walk_brings_all_papers_and_a_second_one_nothing_twice(others: Others, run: Run, name: str) -> None:
    report = run(name)
    assert (report.done, report.error) == (True, "")
    expected = 11 if name == "zotero" else 12  # one of its items is a note
    assert Paper.objects.count() == expected
    assert Cursor.objects.get(source=name).pending is None
    before = dump()
    again = run(name)
    assert (again.done, again.error) == (True, "")
    assert again.tally.counts.new == 0
    assert Record.objects.count() == expected
    assert set(dump()) == set(before)


@pytest.mark.parametrize("fault", ["busy", "wait", "down", "fault", "cut", "drip", "half", "empty"])
def test_all_walks_end_with_the_same_catalog_through_every_fault(
    others: Others, run: Run, world: World, fault: str
) -> None:
    world.plan = chance_of(11, [fault], share=0.4)
    for name in WALKED:
        report = run(name)
        assert (report.done, report.error) == (True, ""), name
    arxiv = Identifier.objects.filter(scheme="arxiv", owned=True).count()
    dois = Identifier.objects.filter(scheme="doi", owned=True).count()
    assert (arxiv, dois) == (12, 24)  # the two servers of preprints speak of the same twelve here
    assert Record.objects.count() == 12 * 6 + 11
    assert Paper.objects.filter(card__json__contains="Retracted on 2026").count() == 1


@pytest.mark.parametrize("name", ASKED)
def test_papers_that_are_here_are_asked_about_once(papers: None, run: Run, world: World, name: str, time: Time) -> None:
    report = run(name)
    assert (report.done, report.error) == (True, "")
    assert report.targets == 12
    assert Paper.objects.count() == 12
    signal = {"github-stars": "github_stars", "hf-papers": "hf_models"}.get(name, "citations")
    readings = dict(Observation.objects.filter(signal=signal).values_list("record__paper__public_id", "value"))
    assert len(readings) == (9 if name == "github-stars" else 12)
    assert readings["2603.00005"] == (50 if name == "github-stars" else 5)
    world.log.clear()
    assert run(name).targets == 0
    assert world.log == []
    time.now += dt.timedelta(days=31)
    assert run(name).targets == 12


def test_the_key_is_sent_and_kept_nowhere(papers: None, run: Run, world: World) -> None:
    run("semantic-scholar")
    assert {asked.headers.get("x-api-key") for asked, _ in world.log} == {"secret-key"}
    assert "secret-key" not in str(list(Cursor.objects.values()))


def test_an_unchanged_repository_costs_nothing_and_keeps_its_reading(
    papers: None, run: Run, world: World, time: Time
) -> None:
    run("github-stars")
    time.now += dt.timedelta(days=2)
    world.log.clear()
    assert run("github-stars").targets == 12
    assert sum(status == 304 for _, status in world.log) == 9
    assert Observation.objects.filter(signal="github_stars").count() == 9


def test_a_retraction_reaches_the_paper_that_is_here(papers: None, run: Run) -> None:
    run("crossref-dois")
    retracted = Paper.objects.filter(card__json__contains="Retracted on 2026")
    assert list(retracted.values_list("public_id", flat=True)) == ["2603.00003"]


def test_the_days_of_daily_papers_are_announced(others: Others, run: Run) -> None:
    run("hf-daily")
    days = {batch.day: batch.ids.count() for batch in Batch.objects.filter(source="hf-daily")}
    assert [days[others.day(number)] for number in range(3)] == [4, 4, 4]


def test_many_runs_through_many_faults_come_to_the_same(papers: None, others: Others, run: Run, world: World) -> None:
    world.plan = chance_of(5, ["wait", "down", "cut", "half"], share=0.3)
    for name in (*WALKED, *ASKED):
        for _ in range(3):
            report = run(name)
            if report.done:
                break
        assert (report.done, report.error) == (True, ""), name
    assert Identifier.objects.filter(scheme="arxiv", owned=True).count() == 12

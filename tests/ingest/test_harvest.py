"""A harvest ends with all that the source holds, whatever goes wrong on the way, and never has anything twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from broadsheet.catalog.dump import dump
from broadsheet.catalog.models import Identifier, Paper, Record
from broadsheet.ingest.harvest import HarvestBusy, Limits
from broadsheet.ingest.models import Cursor, Quarantined, SourceState
from broadsheet.ingest.sources.harvest import Refused, Span
from tests.ingest.conftest import Time
from tests.support.world.arxiv import Archive
from tests.support.world.server import World, chance_of

pytestmark = pytest.mark.django_db
Run = Callable[..., Any]


def ids() -> set[str]:
    return set(Identifier.objects.filter(scheme="arxiv", owned=True).values_list("value", flat=True))


def of(archive: Archive, category: str = "cs") -> set[str]:
    return {paper.id for paper in archive.papers if any(one.startswith(category) for one in paper.categories.split())}


@pytest.mark.parametrize("name", ["arxiv-oai", "arxiv-raw"])
def test_it_brings_all_papers_of_the_categories(arxiv: Archive, run: Run, name: str) -> None:
    report = run(name)
    assert (report.done, report.error) == (True, "")
    assert ids() == of(arxiv)
    assert report.tally.counts.new == len(of(arxiv)) > 100
    assert SourceState.objects.get(name=name).succeeded_at


def test_a_second_harvest_asks_for_what_changed_with_a_day_of_overlap(
    arxiv: Archive, run: Run, world: World, time: Time
) -> None:
    run("arxiv-oai")
    world.log.clear()
    time.now += dt.timedelta(days=1)
    arxiv.today += dt.timedelta(days=1)
    arxiv.papers[0] = replace(arxiv.papers[0], title="Another title", stamp=arxiv.today, categories="cs.CL")
    report = run("arxiv-oai")
    assert world.log[0][0].query["from"] == (arxiv.today - dt.timedelta(days=2)).isoformat()
    assert report.tally.counts.new + report.tally.counts.updated == 1
    assert Paper.objects.filter(card__json__contains="Another title").exists()
    assert Record.objects.filter(external_id=arxiv.papers[0].id).count() >= 1


@pytest.mark.parametrize("fault", ["busy", "wait", "down", "fault", "cut", "drip", "half", "bomb", "empty"])
def test_it_ends_with_the_same_catalog_through_every_fault(arxiv: Archive, run: Run, world: World, fault: str) -> None:
    world.plan = chance_of(3, [fault], share=0.5)
    report = run("arxiv-oai")
    assert (report.done, report.error) == (True, "")
    assert ids() == of(arxiv)
    assert Quarantined.objects.count() == 0
    assert Paper.objects.count() == len(of(arxiv))


def test_a_walk_whose_token_has_run_out_begins_again(arxiv: Archive, run: Run) -> None:
    arxiv.expire = 2
    assert run("arxiv-oai").done
    assert ids() == of(arxiv)


def test_it_gives_up_where_every_token_has_run_out_and_goes_on_later(arxiv: Archive, run: Run) -> None:
    arxiv.expire = 50
    report = run("arxiv-oai")
    assert not report.done
    assert "token" in report.error
    arxiv.expire = 0
    assert run("arxiv-oai").done
    assert ids() == of(arxiv)


def test_a_token_of_yesterday_is_not_asked_with(arxiv: Archive, run: Run, time: Time, world: World) -> None:
    run("arxiv-oai", limits=Limits(pages=2))
    assert "resumptionToken" in Cursor.objects.get(source="arxiv-oai").pending["url"]
    time.now += dt.timedelta(days=1)
    world.log.clear()
    assert run("arxiv-oai").done
    first = world.log[0][0].query
    assert "resumptionToken" not in first
    assert first["from"] >= (arxiv.today - dt.timedelta(days=14)).isoformat()  # from the day that was reached
    assert ids() == of(arxiv)


def test_a_run_that_was_cut_short_goes_on_where_it_was(arxiv: Archive, run: Run, world: World) -> None:
    for _ in range(20):
        report = run("arxiv-oai", limits=Limits(pages=1))
        if report.done:
            break
    assert report.done
    assert ids() == of(arxiv)
    asked = [seen.query.get("resumptionToken", "first") for seen, _ in world.log]
    assert len(asked) == len(set(asked))


def test_pages_in_another_order_and_with_repetitions_change_nothing(arxiv: Archive, run: Run) -> None:
    arxiv.shuffle = 99
    report = run("arxiv-oai")
    assert report.done
    assert ids() == of(arxiv)
    assert Record.objects.count() == len(of(arxiv))


def test_a_record_that_changes_between_two_pages_is_had_after_the_next_harvest(arxiv: Archive, run: Run) -> None:
    late = [n for n, paper in enumerate(arxiv.papers) if paper.stamp >= arxiv.today - dt.timedelta(days=1)]
    arxiv.changes = [(2, 0), (3, late[0]), (3, late[1])]
    run("arxiv-oai")
    run("arxiv-oai")
    assert ids() == of(arxiv)
    titles = {paper.title for paper in arxiv.papers if paper.id in ids() and paper.title.startswith("Changed")}
    for title in titles:
        assert Paper.objects.filter(card__json__contains=title).exists(), title


def test_what_is_damaged_inside_an_answer_goes_to_quarantine_and_the_rest_goes_on(
    arxiv: Archive, run: Run, world: World
) -> None:
    plain = arxiv.oai
    broken = sorted(of(arxiv))[5]
    title = next(paper.title for paper in arxiv.papers if paper.id == broken).split(" on ")[0]

    def damaged(asked: Any) -> Any:
        reply = plain(asked)
        return replace(reply, body=reply.body.replace(f"<title>{title} on".encode(), b"<title>\x01 & <on"))

    world.route("/oai", damaged)
    report = run("arxiv-oai")
    assert report.done
    assert ids() == of(arxiv) - {broken}
    piece = Quarantined.objects.get()
    assert "damaged" in piece.reason
    assert broken.encode() in bytes(piece.head)
    assert report.tally.quarantined == 1
    world.route("/oai", plain)
    run("arxiv-oai", span=Span(first=arxiv.today - dt.timedelta(days=20)))
    assert ids() == of(arxiv)


def test_a_deleted_record_is_told_of_and_its_paper_stays(arxiv: Archive, run: Run) -> None:
    run("arxiv-oai")
    gone = next(n for n, paper in enumerate(arxiv.papers) if "cs.LG" in paper.categories)
    arxiv.papers[gone] = replace(arxiv.papers[gone], deleted=True, stamp=arxiv.today)
    run("arxiv-oai")
    assert arxiv.papers[gone].id in ids()
    assert "deleted" in Quarantined.objects.get().reason


def test_withdrawn_papers_are_marked_and_old_ids_are_kept_apart(arxiv: Archive, run: Run) -> None:
    run("arxiv-oai", streams=["all"])
    assert any(name.startswith("hep-th/99") for name in ids())
    withdrawn = {paper.id for paper in arxiv.papers if "withdrawn" in paper.comments}
    marked = {
        paper.public_id
        for paper in Paper.objects.select_related("card")
        if '"withdrawn":"This paper' in paper.card.json
    }
    assert marked == withdrawn != set()


def test_days_may_be_named_and_leave_the_regular_walk_alone(arxiv: Archive, run: Run, world: World) -> None:
    day = arxiv.today - dt.timedelta(days=10)
    run("arxiv-oai", span=Span(day, day + dt.timedelta(days=1)))
    wanted = {p.id for p in arxiv.papers if p.id in of(arxiv) and day <= p.stamp <= day + dt.timedelta(days=1)}
    assert ids() == wanted
    assert not Cursor.objects.filter(source="arxiv-oai", span="").exists()
    assert not SourceState.objects.filter(name="arxiv-oai").exclude(succeeded_at=None).exists()


def test_sets_may_be_named(arxiv: Archive, run: Run) -> None:
    run("arxiv-oai", streams=["math.GT"])
    assert ids() == of(arxiv, "math.GT")


def test_a_category_that_does_not_exist_is_refused_in_a_sentence(arxiv: Archive, run: Run) -> None:
    with pytest.raises(Refused, match=r"no archive or category 'cs2'"):
        run("arxiv-oai", streams=["cs2"])


def test_one_source_is_harvested_by_one_process_at_a_time(arxiv: Archive, run: Run) -> None:
    from broadsheet.ingest.harvest import Progress

    class Second(Progress):
        caught: Exception | None = None

        def page(self, report: Any, stream: str) -> None:
            try:
                run("arxiv-oai")
            except HarvestBusy as error:
                self.caught = error

    second = Second()
    assert run("arxiv-oai", progress=second).done
    assert second.caught


def test_a_source_that_is_down_is_left_for_later_with_a_sentence(arxiv: Archive, run: Run, world: World) -> None:
    world.plan = lambda number, asked: "down"
    report = run("arxiv-oai")
    state = SourceState.objects.get(name="arxiv-oai")
    assert not report.done
    assert state.failures == 1
    assert state.error == report.error != ""
    assert state.due_at > state.failed_at
    world.plan = None
    assert ids() == set()


def test_papers_found_by_a_search(arxiv: Archive, run: Run, settings: Any) -> None:
    settings.HARVEST = {**settings.HARVEST, "ARXIV_QUERIES": "cat:cs.CV; cat:math.GT"}
    arxiv.lie = 2
    report = run("arxiv-api")
    assert (report.done, report.error) == (True, "")
    assert ids() == of(arxiv, "cs.CV") | of(arxiv, "math.GT")


def test_the_same_paper_by_all_ways_is_one_paper(arxiv: Archive, run: Run, settings: Any) -> None:
    settings.HARVEST = {**settings.HARVEST, "ARXIV_QUERIES": "cat:cs.CV"}
    for name in ("arxiv-oai", "arxiv-raw", "arxiv-api"):
        assert run(name).done
    assert Paper.objects.count() == len(of(arxiv))
    before = list(dump())
    for name in ("arxiv-api", "arxiv-raw", "arxiv-oai"):
        assert run(name).done
    assert list(dump()) == before

"""Readings are added, never changed, and follow their paper."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from broadsheet.catalog import queries as catalog
from broadsheet.catalog.models import Paper, Record
from broadsheet.catalog.records import Observed
from broadsheet.catalog.services import take_in
from broadsheet.ingest.services import FileReport, ingest_file
from broadsheet.lib.ids import Identifier
from broadsheet.trends.models import Observation
from broadsheet.trends.queries import Reading, history
from broadsheet.trends.services import observe

pytestmark = pytest.mark.django_db
EARLY = dt.datetime(2026, 3, 1, 8, tzinfo=dt.UTC)
LATE = EARLY + dt.timedelta(hours=5)
ROW = {
    "id": "2602.00001",
    "title": "A Paper of the Day",
    "abstract": "It is read by many.",
    "authors": ["Ada Lovelace"],
    "published": "2026-02-27T10:00:00Z",
    "submitted_on_daily": "2026-03-01T04:00:00Z",
    "upvotes": 5,
    "num_comments": 1,
    "observed_at": EARLY.isoformat(),
}


@pytest.fixture
def give(tmp_path: Path, now: dt.datetime) -> Callable[..., FileReport]:
    """Takes in a file of these rows; an only list is an answer of the API."""

    def run(*rows: Any, at: dt.datetime = now, **options: Any) -> FileReport:
        text = json.dumps(rows[0]) if isinstance(rows[0], list) else "\n".join(map(json.dumps, rows))
        path = tmp_path / "given"
        path.write_text(text)
        return ingest_file(path, now=at, **options)

    return run


def standing() -> tuple[int | None, int | None]:
    """Upvotes and comments on the card of the only paper."""
    [paper] = Paper.objects.all()
    [card] = catalog.cards([paper.pk])
    return card["upvotes"], card["comments"]


def upvotes() -> list[tuple[dt.datetime, float]]:
    [paper] = Paper.objects.all()
    return [(reading.at, reading.value) for reading in history(paper.pk)["upvotes"]]


def tally(report: FileReport) -> tuple[int, int, int, int]:
    counts = report.counts
    return counts.new, counts.updated, counts.unchanged, counts.merged


def test_a_second_pass_brings_nothing(give: Callable[..., FileReport]) -> None:
    assert tally(give(ROW)) == (1, 0, 0, 0)
    kept = list(Observation.objects.values_list())
    assert len(kept) == 2
    assert tally(give(ROW)) == (0, 0, 1, 0)
    assert list(Observation.objects.values_list()) == kept


@pytest.mark.parametrize("order", [(EARLY, LATE), (LATE, EARLY)])
def test_two_readings_are_both_kept_and_the_later_stands(
    give: Callable[..., FileReport], order: tuple[dt.datetime, dt.datetime]
) -> None:
    values = {EARLY: 5, LATE: 9}
    for at in order:
        give({**ROW, "observed_at": at.isoformat(), "upvotes": values[at]})
    assert Record.objects.count() == 1
    assert upvotes() == [(EARLY, 5), (LATE, 9)]
    assert standing() == (9, 1)


@pytest.mark.parametrize("turned", [False, True])
def test_two_readings_in_one_file_are_both_kept_and_the_later_stands(
    give: Callable[..., FileReport], turned: bool
) -> None:
    rows = [ROW, {**ROW, "observed_at": LATE.isoformat(), "upvotes": 9}]
    give(*(rows[::-1] if turned else rows))
    assert upvotes() == [(EARLY, 5), (LATE, 9)]
    assert standing() == (9, 1)


def test_readings_of_one_paper_in_other_words_stand_in_one_history(give: Callable[..., FileReport]) -> None:
    give(ROW)
    give({**ROW, "github_repo": "https://github.com/a/b", "observed_at": LATE.isoformat(), "upvotes": 9})
    assert Record.objects.count() == 2
    assert upvotes() == [(EARLY, 5), (LATE, 9)]
    assert standing() == (9, 1)


def answer(**changes: Any) -> list[dict[str, Any]]:
    paper = {
        "id": "2602.00001",
        "title": "A Paper of the Day",
        "summary": "It is read by many.",
        "authors": [{"name": "Ada Lovelace", "hidden": False}],
        "publishedAt": "2026-02-27T10:00:00Z",
        "submittedOnDailyAt": "2026-03-01T04:00:00Z",
        "upvotes": 12,
        **changes,
    }
    return [{"paper": paper, "numComments": 1}]


def test_an_answer_without_a_time_was_read_when_it_first_came_in(
    give: Callable[..., FileReport], now: dt.datetime
) -> None:
    give(ROW)
    assert tally(give(answer())) == (0, 1, 0, 0)
    assert upvotes() == [(EARLY, 5), (now, 12)]
    assert tally(give(answer(), at=now + dt.timedelta(days=1))) == (0, 0, 1, 0)
    assert upvotes() == [(EARLY, 5), (now, 12)]
    assert standing() == (12, 1)


def test_a_hidden_author_counts(give: Callable[..., FileReport]) -> None:
    give(answer(authors=[{"name": "Ada Lovelace"}, {"name": "Hidden Person", "hidden": True}]))
    [card] = catalog.cards([paper.pk for paper in Paper.objects.all()])
    assert (card["authors"], card["author_count"]) == (["Ada Lovelace"], 2)


def test_the_owner_may_say_on_which_day_an_answer_was_read(give: Callable[..., FileReport]) -> None:
    give({**ROW, "observed_at": "2026-03-05T00:00:00Z"})
    report = give(answer(), captured_on=dt.date(2026, 3, 2))
    assert report.captured_on == dt.date(2026, 3, 2)
    assert [at.date().isoformat() for at, _ in upvotes()] == ["2026-03-02", "2026-03-05"]
    assert standing() == (5, 1)
    give(answer())
    assert len(upvotes()) == 2


def test_a_history_follows_its_paper_when_papers_merge(make_record: Callable[..., Any], now: dt.datetime) -> None:
    names = [Identifier("doi", "10.1000/a"), Identifier("arxiv", "2602.00001")]
    apart = [
        make_record(title=f"Title {n}", abstract=f"{n}", identifiers=(name,), observed=(Observed("upvotes", n, EARLY),))
        for n, name in enumerate(names, start=1)
    ]
    take_in(records=apart, now=now)
    assert observe(records=apart) == 2
    assert sorted(len(history(paper.pk)["upvotes"]) for paper in Paper.objects.all()) == [1, 1]
    take_in(records=[make_record(title="Title 2", abstract="2 and 1", identifiers=tuple(names))], now=now)
    [paper] = Paper.objects.all()
    assert [reading.value for reading in history(paper.pk)["upvotes"]] == [2]  # one moment, one source: the greater


@pytest.mark.parametrize("values", [(5, 6), (6, 5)])
def test_of_two_readings_of_one_moment_the_greater_stays_whichever_came_first(
    values: tuple[int, int], make_record: Callable[..., Any], now: dt.datetime
) -> None:
    take_in(records=[make_record()], now=now)
    assert observe(records=[make_record(observed=(Observed("upvotes", values[0], EARLY),))]) == 1
    assert observe(records=[make_record(observed=(Observed("upvotes", values[1], EARLY),))]) == 0
    [paper] = Paper.objects.all()
    assert history(paper.pk) == {"upvotes": [Reading(EARLY, 6.0, "jsonl")]}


def test_readings_without_a_record_are_left_out(make_record: Callable[..., Any]) -> None:
    assert observe(records=[make_record(observed=(Observed("upvotes", 5, EARLY),))]) == 0
    assert history(1) == {}


def test_a_batch_costs_a_bounded_number_of_queries(
    give: Callable[..., FileReport], now: dt.datetime, django_assert_max_num_queries: Any, make_record: Any
) -> None:
    told = [make_record(title=f"T{n}", abstract=f"a{n}", observed=(Observed("upvotes", n, EARLY),)) for n in range(60)]
    take_in(records=told, now=now)
    with django_assert_max_num_queries(6):
        assert observe(records=told) == 60
    with django_assert_max_num_queries(0):
        assert observe(records=[make_record()]) == 0

"""What is stored follows the texts, whatever happens in between; and what readers correct holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest

from broadsheet.catalog.models import Paper
from broadsheet.catalog.services import take_in
from broadsheet.results import queries, services
from broadsheet.results.models import Against, Claim, Contribution, Correction, Name, QueuedPaper
from broadsheet.results.reading import NotACorrection
from broadsheet.results.turn import turn
from broadsheet.search.services import holder_name
from tests.results.conftest import FAST, SLOW
from tests.support.records import make_records

pytestmark = pytest.mark.django_db
Make = Callable[..., Paper]
ReadNow = Callable[..., int]


def test_it_stores_what_papers_bring(fast_and_slow: tuple[Paper, Paper]) -> None:
    fast, _ = fast_and_slow
    found = Contribution.objects.get(pk=fast.pk)
    assert (found.system, found.all_names[0][0]) == ("fastserve", "FastServe")
    assert found.code == "https://github.com/example/fastserve"
    assert found.headline == "speedup: 3.2x"
    claim = Claim.objects.get(paper=found, unit="x")
    assert (claim.metric_key, claim.form, claim.value, claim.baseline) == ("speedup", "ratio", 3.2, "SlowServe")
    assert Against.objects.filter(key="slowserve", paper_id=fast.pk).exists()
    assert queries.waiting() == 0


def test_it_reads_a_paper_anew_when_its_text_changes_and_only_then(
    fast_and_slow: tuple[Paper, Paper], paper: Make, read_now: ReadNow, now: dt.datetime
) -> None:
    fast, _ = fast_and_slow
    Contribution.objects.update(read_at=now - dt.timedelta(days=1))
    QueuedPaper.objects.create(paper_id=fast.pk)
    read_now()
    assert not Contribution.objects.filter(read_at=now).exists()
    # Another record is believed where it was updated later.
    paper("FastServe: Serving Quickly", FAST.replace("3.2x", "4.4x"), arxiv="2401.00001", updated=dt.date(2025, 1, 1))
    read_now()
    assert Claim.objects.get(paper_id=fast.pk, unit="x").value == 4.4
    assert Contribution.objects.get(pk=fast.pk).read_at >= now


def test_another_version_of_the_extractor_reads_all_anew(fast_and_slow: tuple[Paper, Paper], read_now: ReadNow) -> None:
    for version in (0, 10_000):
        Contribution.objects.update(version=version, headline="old")
        assert queries.waiting() == 2
        assert read_now() == 2
        assert not Contribution.objects.filter(headline="old").exists()
        assert queries.waiting() == 0


def test_all_are_read_again_on_demand(fast_and_slow: tuple[Paper, Paper], read_now: ReadNow) -> None:
    Claim.objects.all().delete()
    assert services.read_again() == 2
    read_now()
    assert Claim.objects.count() >= 3


def test_it_gives_way_when_it_is_told_and_goes_on(paper: Make, read_now: ReadNow, now: dt.datetime) -> None:
    take_in(records=make_records(450), now=now)
    asked: list[int] = []
    read_now(stop=lambda: bool(asked) or asked.append(1) is not None)
    assert 0 < Contribution.objects.count() < 450
    read_now()
    assert Contribution.objects.count() == 450
    assert not QueuedPaper.objects.exists()


def test_a_reading_that_dies_before_it_forgets_loses_nothing(
    paper: Make, read_now: ReadNow, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = paper("FastServe: Serving Quickly", FAST, arxiv="2401.00001")

    def die(*args: Any, **values: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(services.pacing, "make_room", die)
        with pytest.raises(KeyboardInterrupt):
            read_now()
    assert queries.waiting() == 1
    read_now()
    assert Claim.objects.filter(paper_id=one.pk).count() == 2
    assert queries.waiting() == 0


def test_one_reads_at_a_time(paper: Make, now: dt.datetime, read_now: ReadNow) -> None:
    with turn(holder_name(), now), pytest.raises(services.ReadingBusy):
        read_now()
    assert read_now() == 0


def test_a_paper_that_is_gone_leaves_nothing(paper: Make, read_now: ReadNow) -> None:
    QueuedPaper.objects.create(paper_id=987_654)
    read_now()
    assert not Contribution.objects.exists()
    assert not QueuedPaper.objects.exists()


def test_a_correction_wins_at_once_and_survives_reading_again(
    fast_and_slow: tuple[Paper, Paper], read_now: ReadNow, now: dt.datetime
) -> None:
    fast, _ = fast_and_slow
    services.correct(paper=fast, part="kind", value="library", now=now)
    services.correct(paper=fast, part="names", value=["QuickServe"], now=now)
    for _ in range(2):
        found = Contribution.objects.get(pk=fast.pk)
        assert (found.kind, found.system, found.corrected) == ("library", "quickserve", True)
        assert Claim.objects.filter(paper=found).count() == 2  # what nobody corrected is read as before
        services.read_again()
        read_now()
    services.correct(paper=fast, part="names", value=None, now=now)
    services.correct(paper=fast, part="kind", value=None, now=now)
    found = Contribution.objects.get(pk=fast.pk)
    assert (found.system, found.corrected) == ("fastserve", False)


def test_a_correction_follows_its_paper_when_papers_are_joined(
    paper: Make, read_now: ReadNow, now: dt.datetime, make_record: Any
) -> None:
    take_in(records=[make_record(title="FastServe: Serving Quickly Today", abstract=FAST)], now=now)
    lone = Paper.objects.get()
    services.correct(paper=lone, part="kind", value="library", now=now)
    joined = paper("FastServe: Serving Quickly Today", FAST, arxiv="2401.00001")
    assert Paper.objects.count() == 1
    read_now()
    assert Contribution.objects.get(pk=joined.pk).kind == "library"


def test_what_is_no_correction_changes_nothing(fast_and_slow: tuple[Paper, Paper], now: dt.datetime) -> None:
    with pytest.raises(NotACorrection):
        services.correct(paper=fast_and_slow[0], part="kind", value="poem", now=now)
    assert not Correction.objects.exists()


def test_other_processes_read_the_same(paper: Make, now: dt.datetime, read_now: ReadNow) -> None:
    paper("FastServe: Serving Quickly", FAST, arxiv="2401.00001")
    paper("SlowServe: Serving Simply", SLOW, arxiv="2301.00001")
    read_now()
    here = sorted(Claim.objects.values_list("paper_id", "position", "quote", "rank", "metric_key"))
    services.read_again()
    Claim.objects.all().delete()
    read_now(processes=2)
    assert sorted(Claim.objects.values_list("paper_id", "position", "quote", "rank", "metric_key")) == here


def test_papers_of_one_system_stand_together(paper: Make, read_now: ReadNow) -> None:
    paper("SlowServe: Serving Simply", SLOW, arxiv="2301.00001", day="2023-01-02")
    paper("Slow-Serve Again", SLOW.replace("SlowServe", "Slow-Serve") + " Now twice.", arxiv="2401.00001")
    read_now()
    assert set(Contribution.objects.values_list("system", flat=True)) == {"slowserve"}


def test_namesakes_stand_apart(paper: Make, read_now: ReadNow, now: dt.datetime) -> None:
    first = paper("A", "We present Efficient Tree Search (ETS), a method.", arxiv="2301.00001", day="2023-01-02")
    other = paper("B", "We present Energy Transfer Systems (ETS), a method.", arxiv="2401.00001")
    same = paper("C", "We present ETS, a method. It is fast.", arxiv="2402.00001", authors=("Ada Lovelace",))
    alone = paper("D", "We present ETS, a method. It is slow.", arxiv="2403.00001", authors=("Grace Hopper",))
    for pk, long in ((first.pk, "Efficient Tree Search"), (other.pk, "Energy Transfer Systems")):
        services.correct(paper=Paper.objects.get(pk=pk), part="names", value=["ETS", long], now=now)
    for one in (same, alone):
        services.correct(paper=one, part="names", value=["ETS"], now=now)
    read_now()
    systems = dict(Contribution.objects.values_list("pk", "system"))
    assert systems == {first.pk: "ets", other.pk: "ets~2", same.pk: "ets", alone.pk: "ets~3"}
    assert set(Name.objects.values_list("key", flat=True)) == {"ets"}


def test_a_home_of_before_waits_to_be_read(now: dt.datetime) -> None:
    from django.db import connection

    migration = import_module("broadsheet.results.migrations.0002_queue_what_is_there").Migration
    take_in(records=make_records(3), now=now)
    QueuedPaper.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(migration.operations[0].sql)
    assert QueuedPaper.objects.count() == 3

"""The queue, the indexer and rebuilds, on a real database and a real index."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from broadsheet.catalog import queries as catalog_queries
from broadsheet.catalog import services as catalog
from broadsheet.catalog.models import Paper
from broadsheet.catalog.signals import papers_changed
from broadsheet.leases import services as leases
from broadsheet.search import services
from broadsheet.search.backends.base import Backend, IndexerBusy, IndexOutOfDate
from broadsheet.search.language import parse
from broadsheet.search.models import QueuedChange
from broadsheet.search.queries import compare_with_database, index_state, search
from tests.support.records import make_record, make_records

pytestmark = pytest.mark.django_db
Index = Callable[[], int]
Found = Callable[[str], list[str]]


def add(now: dt.datetime, count: int = 3, **values: Any) -> list[int]:
    """Take in `count` papers; returns the keys of all papers."""
    catalog.take_in(records=make_records(count, **values), now=now)
    return list(Paper.objects.order_by("pk").values_list("pk", flat=True))


def remove(pk: int) -> None:
    """A paper goes, as when it is merged into another."""
    with transaction.atomic():
        paper = Paper.objects.get(pk=pk)
        paper.records.all().delete()
        paper.delete()
        papers_changed.send(sender=Paper, ids=[pk])


def assert_in_step() -> None:
    assert QueuedChange.objects.count() == 0
    agreement = compare_with_database()
    assert (agreement.only_in_database, agreement.only_in_index) == (0, 0), agreement
    assert index_state().documents == Paper.objects.count()


def test_it_finds_a_paper_only_when_it_is_indexed(
    backend: Backend, index: Index, found: Found, now: dt.datetime
) -> None:
    index()
    add(now, 3)
    assert QueuedChange.objects.count() == 3
    assert found("w1x") == []
    assert index() == 3
    assert found("w1x") == ["Paper w1x of a Long Series on Reading"]
    assert index() == 0
    assert_in_step()


def test_it_queues_nothing_for_a_change_that_is_rolled_back(backend: Backend, now: dt.datetime) -> None:
    with transaction.atomic():
        add(now)
        transaction.set_rollback(True)
    assert QueuedChange.objects.count() == 0


def test_it_forgets_a_paper_that_is_gone(backend: Backend, index: Index, found: Found, now: dt.datetime) -> None:
    pks = add(now, 2)
    index()
    remove(pks[0])
    assert found("w0x") == [], "a hit without a card must not be shown"
    index()
    assert_in_step()


def test_it_deletes_exactly_the_rows_it_has_indexed(
    backend: Backend, index: Index, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    index()
    pks = add(now, 2)
    real = catalog_queries.cards

    def cards_and_a_change(ids: list[int]) -> list[Any]:
        cards = real(ids)
        QueuedChange.objects.create(paper_id=pks[0])  # commits while the indexer works on an older row
        return cards

    with monkeypatch.context() as patch:
        patch.setattr(catalog_queries, "cards", cards_and_a_change)
        services.index_pending(now=now, holder="a", limit=2)
    assert QueuedChange.objects.count() == 1


def test_it_leaves_the_queue_when_the_index_was_not_committed(
    backend: Backend, index: Index, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    index()
    add(now, 2)

    def fail(*_: object) -> None:
        raise OSError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr("broadsheet.search.backends.embedded.writing.EmbeddedWriter.commit", fail)
        with pytest.raises(OSError, match="full"):
            index()
    assert QueuedChange.objects.count() == 2
    assert index() == 2
    assert_in_step()


def test_it_indexes_at_most_what_it_is_asked_to(backend: Backend, index: Index, now: dt.datetime) -> None:
    index()
    add(now, 5)
    assert services.index_pending(now=now, holder="a", limit=2) == 2
    assert QueuedChange.objects.count() == 3


def test_it_rebuilds_from_the_database_alone(backend: Backend, index: Index, found: Found, now: dt.datetime) -> None:
    index()
    add(now, 1_203)
    seen: list[int] = []
    assert services.rebuild(now=now, holder="a", progress=seen.append) == 1_203
    assert seen[-1] == 1_203
    assert found("w1202x")
    assert_in_step()


def test_it_applies_what_changed_during_a_rebuild(
    backend: Backend, index: Index, found: Found, now: dt.datetime
) -> None:
    pks = add(now, 3)
    index()

    def meanwhile(_: int) -> None:
        if pks:
            remove(pks.pop(0))
            add(now, 1, title="Gravity waves", abstract="Late.")

    services.rebuild(now=now, holder="a", progress=meanwhile)
    assert found("w0x") == []
    assert found("gravity") == ["Gravity waves"]
    assert_in_step()


def test_it_keeps_the_old_index_when_a_rebuild_fails(
    backend: Backend, index: Index, found: Found, now: dt.datetime
) -> None:
    add(now, 3)
    index()

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        services.rebuild(now=now, holder="a", progress=stop)
    backend.refresh()
    assert found("w1x")
    assert leases.holder_of(name=services.LEASE) is None
    services.rebuild(now=now, holder="b")
    assert_in_step()


def test_it_does_not_publish_an_index_that_lacks_papers(
    backend: Backend, index: Index, found: Found, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(now, 3)
    index()
    with monkeypatch.context() as patch:
        patch.setattr("broadsheet.search.backends.embedded.writing.EmbeddedBuild.count", lambda _: 2)
        with pytest.raises(services.RebuildFailed, match="holds 2 papers where 3 were written"):
            services.rebuild(now=now, holder="a")
    assert found("w1x")


def test_it_keeps_one_generation_on_disk(backend: Backend, index: Index, index_home: Path, now: dt.datetime) -> None:
    add(now)
    index()
    (index_home / "g-00000000deadbeef").mkdir()  # of a rebuild that was killed
    (index_home / ".CURRENT.1.ab").touch()
    services.rebuild(now=now, holder="a")
    current = (index_home / "CURRENT").read_text().strip()
    assert sorted(entry.name for entry in index_home.iterdir()) == ["CURRENT", current]


@pytest.mark.parametrize("spoil", ["remove", "empty", "pointer", "stamp", "meta", "segments", "vectors", "cut vectors"])
def test_it_recovers_from_a_spoilt_index(
    backend: Backend, index: Index, found: Found, index_home: Path, now: dt.datetime, spoil: str
) -> None:
    add(now, 3)
    index()
    generation = index_home / (index_home / "CURRENT").read_text().strip()
    if spoil == "remove":
        shutil.rmtree(index_home)
    elif spoil == "empty":
        for entry in index_home.iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    elif spoil == "pointer":
        (index_home / "CURRENT").write_bytes(b"\xff../../etc\n")
    elif spoil == "stamp":
        (generation / "stamp.json").write_text("{")
    elif spoil == "meta":
        (generation / "meta.json").write_text("nothing")
    elif spoil == "vectors":
        shutil.rmtree(generation / "vectors")
    elif spoil == "cut vectors":
        os.truncate(generation / "vectors" / "tail-0", 300)
    else:
        for path in generation.iterdir():
            if path.is_file() and path.suffix not in {".json", ".lock"}:
                path.write_bytes(b"x" * 10)
    other = type(backend)(index_home)  # type: ignore[call-arg]  # as another process sees it
    results = search(parse("reading"), backend=other)
    assert results.hits == []
    assert "broadsheet index" in results.notices[0]
    state = index_state(backend=other)
    assert not state.ok
    assert "broadsheet index" in state.message
    services.index_pending(now=now, holder="a", backend=other)
    assert len(search(parse("reading"), backend=other).hits) == 3
    backend.refresh()
    assert len(found("reading")) == 3
    assert_in_step()


def test_it_asks_for_a_rebuild_when_the_stamp_is_another_versions(
    backend: Backend, index: Index, found: Found, index_home: Path, now: dt.datetime
) -> None:
    add(now, 3)
    index()
    stamp = index_home / (index_home / "CURRENT").read_text().strip() / "stamp.json"
    stamp.write_text(json.dumps({**json.loads(stamp.read_text()), "tokeniser": "words-0"}))
    other = type(backend)(index_home)  # type: ignore[call-arg]
    results = search(parse("reading"), backend=other)
    assert results.hits == []
    assert "another version" in results.notices[0]
    assert "broadsheet index --rebuild" in results.notices[0]
    assert not index_state(backend=other).stamp_ok
    with pytest.raises(IndexOutOfDate):
        services.index_pending(now=now, holder="a", backend=other)
    services.rebuild(now=now, holder="a", backend=other)
    assert len(search(parse("reading"), backend=other).hits) == 3


def test_it_says_so_when_the_index_can_not_be_written(backend: Backend, index_home: Path, now: dt.datetime) -> None:
    index_home.write_text("a file where the folder should be")
    results = search(parse("reading"))
    assert results.hits == []
    assert len(results.notices) == 1


def test_it_waits_for_no_dead_process_of_this_machine(backend: Backend, index: Index, now: dt.datetime) -> None:
    host = services.holder_name().partition(":")[0]
    add(now)
    assert leases.acquire(name=services.LEASE, holder=f"{host}:1:dead", seconds=900, now=now)
    index()
    assert_in_step()


def test_it_leaves_the_work_to_another_machine_that_is_indexing(
    backend: Backend, index: Index, now: dt.datetime
) -> None:
    index()
    add(now)
    assert leases.acquire(name=services.LEASE, holder="elsewhere:1:x", seconds=30, now=now)
    with pytest.raises(IndexerBusy, match="Another machine"):
        index()
    assert not services.wait_until_indexed(now=now, holder="here:1:y", seconds=0.3)
    assert QueuedChange.objects.count() == 3
    later = now + dt.timedelta(minutes=1)
    assert services.wait_until_indexed(now=later, holder="here:1:y", seconds=5)
    assert_in_step()


def test_it_compares_index_and_database_key_by_key(backend: Backend, index: Index, now: dt.datetime) -> None:
    pks = add(now, 3)
    index()
    QueuedChange.objects.all().delete()
    remove(pks[1])
    add(now, 1, title="Gravity waves", abstract="Late.")
    agreement = compare_with_database()
    assert (agreement.only_in_database, agreement.only_in_index) == (1, 1)
    assert pks[1] in agreement.examples


def test_searches_make_one_database_query(
    backend: Backend, index: Index, now: dt.datetime, django_assert_num_queries: Any
) -> None:
    add(now, 60)
    index()
    with django_assert_num_queries(1):
        results = search(parse("reading series"), limit=50)
    assert results.total == 60
    assert len(results.hits) == 50


def test_a_search_says_what_order_there_is_not(backend: Backend, index: Index, now: dt.datetime) -> None:
    catalog.take_in(records=[make_record(title="Gravity waves")], now=now)
    index()
    results = search(parse("gravity"), sort="fame")
    assert len(results.hits) == 1
    assert results.notices == ["There is no order “fame”; there are: relevance, newest, oldest."]

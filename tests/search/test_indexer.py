"""The indexer's loop in threads, as the server runs it."""

from __future__ import annotations

import datetime as dt
import logging
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from broadsheet.search import services
from broadsheet.search.backends.base import Backend, IndexDamaged
from broadsheet.search.indexer import Indexer
from broadsheet.search.models import QueuedChange
from broadsheet.search.queries import index_state
from tests.search.test_indexing import add, assert_in_step

Index = Callable[[], int]


class Loop:
    """An Indexer in a thread, as the server runs it."""

    def __init__(self, clock: Callable[[], dt.datetime]) -> None:
        self.stop = threading.Event()
        self.thread = threading.Thread(target=Indexer(clock, poll=0.02).run, args=(self.stop,))
        self.thread.start()

    def end(self) -> None:
        self.stop.set()
        self.thread.join(20)
        assert not self.thread.is_alive()


@pytest.fixture
def loops() -> Iterator[Callable[[Callable[[], dt.datetime]], Loop]]:
    running: list[Loop] = []

    def start(clock: Callable[[], dt.datetime]) -> Loop:
        running.append(Loop(clock))
        return running[-1]

    yield start
    for loop in running:
        loop.end()


def eventually(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)


@pytest.mark.django_db(transaction=True)
def test_the_loop_indexes_what_comes_in_beside_a_second_loop(
    backend: Backend, index_home: Path, loops: Any, now: dt.datetime
) -> None:
    loops(lambda: now)
    loops(lambda: now)
    for number in range(5):
        add(
            now,
            20,
            source=f"s{number}",
            title=f"Number n{number}x",
            abstract=f"Said a{number}b of it.",
            external_id=f"e{number}",
        )
    eventually(lambda: not QueuedChange.objects.exists())
    backend.refresh()
    assert_in_step()


@pytest.mark.django_db(transaction=True)
def test_the_loop_goes_on_after_its_folder_is_removed(
    backend: Backend, index: Index, index_home: Path, loops: Any, now: dt.datetime
) -> None:
    add(now, 3)
    index()
    shutil.rmtree(index_home)
    backend.refresh()
    loops(lambda: now)
    eventually(lambda: index_state().ok)
    assert_in_step()


@pytest.mark.django_db(transaction=True)
def test_the_loop_says_once_what_is_wrong_and_tries_again(
    backend: Backend,
    index_home: Path,
    now: dt.datetime,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    indexer = Indexer(lambda: now)

    def fail(**_: object) -> int:
        raise IndexDamaged("It is broken.\nVery.")

    caplog.set_level(logging.INFO, "broadsheet.search")
    with monkeypatch.context() as patch:
        patch.setattr(services, "index_pending", fail)
        waits = [indexer.step() for _ in range(12)]
    assert waits[:3] == [1.0, 2.0, 4.0]
    assert waits[-1] == 60.0
    assert [record.getMessage() for record in caplog.records] == [
        "Indexing stopped and will be tried again: It is broken. Very."
    ]
    assert indexer.step() == 0.5
    assert caplog.records[-1].getMessage() == "Indexing goes on."

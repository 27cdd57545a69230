"""The worker reads papers' texts by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from broadsheet.catalog.models import Paper
from broadsheet.jobs import results
from broadsheet.jobs.worker import Worker
from broadsheet.results import queries
from broadsheet.results.models import Claim
from broadsheet.results.turn import turn
from broadsheet.search.services import holder_name
from tests.results.conftest import FAST, paper

__all__ = ["paper"]

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., Paper]


@pytest.fixture(autouse=True)
def _quick(settings: Any, index_home: Any) -> None:
    settings.EMBEDDER = "none"


def test_the_worker_reads_what_waits(paper: Make) -> None:
    paper("FastServe: Serving Quickly", FAST, arxiv="2401.00001")
    assert queries.waiting() == 1
    Worker(timezone.now).run_once()
    assert Claim.objects.count() == 2
    assert queries.waiting() == 0


def test_it_goes_on_where_its_time_was_over(paper: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    paper("FastServe: Serving Quickly", FAST, arxiv="2401.00001")
    monkeypatch.setattr(results, "SECONDS", -1.0)
    assert results.read_for_a_while(timezone.now())
    monkeypatch.undo()
    assert not results.read_for_a_while(timezone.now())
    assert Claim.objects.count() == 2


def test_it_leaves_the_reading_to_whoever_is_at_it(paper: Make) -> None:
    paper("FastServe: Serving Quickly", FAST, arxiv="2401.00001")
    with turn(holder_name(), timezone.now()):
        assert not results.read_for_a_while(timezone.now())
    assert queries.waiting() == 1

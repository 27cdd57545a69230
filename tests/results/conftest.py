"""A catalog of papers that claim something, and the reading of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from broadsheet.catalog.models import Paper
from broadsheet.catalog.services import take_in
from broadsheet.lib.ids import Identifier
from broadsheet.lib.time import PartialDate
from broadsheet.results import services
from broadsheet.search.services import holder_name
from tests.support.records import make_record

FAST = (
    "Serving models is slow. We present FastServe, a serving engine for language models. FastServe achieves a 3.2x "
    "speedup over SlowServe, and reduces latency by 36\\%. Code is at https://github.com/example/fastserve."
)
SLOW = "We introduce SlowServe, a simple serving engine for language models. It reaches 61.5\\% accuracy on MMLU."


@pytest.fixture
def paper(db: None, now: dt.datetime) -> Callable[..., Paper]:
    """`paper(title, abstract, arxiv="2401.00001", day=…)` takes a paper in."""

    def make(title: str, abstract: str, *, arxiv: str, day: str = "2024-01-02", **values: Any) -> Paper:
        record = make_record(
            title=title,
            abstract=abstract,
            external_id=f"{arxiv}:{title}:{abstract}"[:300],
            identifiers=(Identifier("arxiv", arxiv),),
            date=PartialDate(dt.date.fromisoformat(day), "day"),
            **values,
        )
        take_in(records=[record], now=now)
        return Paper.objects.get(public_id=arxiv)

    return make


@pytest.fixture
def read_now(now: dt.datetime) -> Callable[..., int]:
    """`read_now()` reads what waits; returns how many papers were looked at."""
    return lambda **values: services.read_waiting(now=now, holder=holder_name(), **values)


@pytest.fixture
def fast_and_slow(paper: Callable[..., Paper], read_now: Callable[..., int]) -> tuple[Paper, Paper]:
    """Two papers, read: FastServe claims to beat SlowServe."""
    slow = paper("SlowServe: Serving Simply", SLOW, arxiv="2301.00001", day="2023-01-02")
    fast = paper("FastServe: Serving Quickly", FAST, arxiv="2401.00001", day="2024-01-02")
    read_now()
    return fast, slow

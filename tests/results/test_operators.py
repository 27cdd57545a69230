"""Searches by what papers made and claim; the index and the database say the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from broadsheet.catalog.models import Paper
from broadsheet.results import services
from broadsheet.results.operators import claim_numbers, claim_span, read_claim
from broadsheet.search import registry
from broadsheet.search.language import parse
from broadsheet.search.queries import search
from broadsheet.search.services import holder_name, index_pending

Make = Callable[..., Paper]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def claims(fast_and_slow: tuple[Paper, Paper], paper: Make, now: dt.datetime, index_home: Path) -> None:
    """FastServe (3.2x speedup, 36 % latency), SlowServe (61.5 % accuracy), and one that is corrected later."""
    late = paper("A third paper", "We built nothing.", arxiv="2501.00009")
    index_pending(now=now, holder=holder_name())
    said = [
        {"quote": "x", "value": 7, "unit": "x", "form": "ratio", "metric": "inference speedup"},
        {"quote": "y", "value": 90, "unit": "%", "form": "level", "metric": "top-1 accuracy"},
        {"quote": "z", "value": -2.5, "unit": "dB", "form": "level", "metric": "gain"},
    ]
    services.correct(paper=late, part="claims", value=said, now=now)
    services.correct(paper=late, part="names", value=["Ring Attention", "RA+"], now=now)
    index_pending(now=now, holder=holder_name())


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("name:fastserve", {"2401.00001"}),
        ("name:Fast-Serve", {"2401.00001"}),
        ('name:"ring attention"', {"2501.00009"}),
        ("name:RA", set()),
        ("name:RA+", {"2501.00009"}),
        ("has:results", {"2401.00001", "2301.00001", "2501.00009"}),
        ("has:code", {"2401.00001"}),
        ("-has:code has:results", {"2301.00001", "2501.00009"}),
        ("claim:speedup>2", {"2401.00001", "2501.00009"}),
        ("claim:speedup>3.2", {"2501.00009"}),
        ("claim:speedup>=3.2", {"2401.00001", "2501.00009"}),
        ("claim:speedup<5", {"2401.00001"}),
        ("claim:speedup<=3.2x", {"2401.00001"}),
        ("claim:speedup=7", {"2501.00009"}),
        ("claim:speedup>2%", set()),
        ("claim:inference-speedup>2", {"2501.00009"}),
        ("claim:accuracy>60%", {"2301.00001", "2501.00009"}),
        ('claim:"top-1 accuracy > 60"', {"2501.00009"}),
        ("claim:accuracy", {"2301.00001", "2501.00009"}),
        ("claim:gain<0", {"2501.00009"}),
        ("claim:gain>-3", {"2501.00009"}),
        ("claim:gain>-2", set()),
        ("kind:survey", set()),
    ],
)
def test_it_finds_papers_by_what_they_claim(claims: None, query: str, expected: set[str]) -> None:
    parsed = parse(query)
    assert not parsed.notices
    found = search(parsed, limit=50, mode="lexical")
    assert {hit.card["id"] for hit in found.hits} == expected
    asked = parsed.filters[0]
    operator = registry.operator(asked.field)
    assert operator
    assert operator.where
    in_database = set(Paper.objects.filter(operator.where(asked.value)).values_list("public_id", flat=True))
    assert expected <= in_database
    if len(parsed.filters) == 1 and not parsed.excluded:
        assert in_database == expected
    assert parse(str(parsed)) == parsed


@pytest.mark.parametrize("query", ["kind:poem", "has:everything", "claim:>2", "claim:speedup>many", "name:…"])
def test_it_says_what_it_expects_of_a_bad_value(query: str) -> None:
    assert parse(query).notices


@pytest.mark.parametrize(
    "value", ["speedup>2", "top-1 accuracy >= 90 %", "latency<10ms", "FID", "gain<-2.5dB", "speedup>2."]
)
def test_reading_a_canonical_claim_gives_itself(value: str) -> None:
    read = read_claim(value)
    assert read
    assert read_claim(read) == read


def test_the_numbers_of_claims_are_ordered_as_their_values() -> None:
    values = [-1e14, -2.5, -1e-9, 0.0, 1e-9, 0.5, 1.0, 2.0, 2.00001, 3e14]
    numbers = [claim_numbers("speedup", "", value)[0] for value in values]
    assert numbers == sorted(numbers)
    assert len(set(numbers)) == len(numbers)
    assert all(0 <= number < 1 << 63 for number in numbers)
    low, high = claim_span("speedup>2")
    assert [low <= number <= high for number in numbers] == [value > 2 for value in values]

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import pytest

from broadsheet.catalog import services as catalog
from broadsheet.catalog.models import Paper
from broadsheet.catalog.queries import cards
from broadsheet.lib.time import PartialDate
from broadsheet.search import registry
from broadsheet.search.language import parse
from tests.support.records import make_record

DOC = Path(__file__).parents[2] / "docs" / "user" / "search.md"


def _rows(heading: str) -> dict[str, str]:
    section = re.search(rf"^## {heading}$(.*?)(?=^## |\Z)", DOC.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert section, f"docs/user/search.md has no section {heading!r}"
    return dict(re.findall(r"^\| `([a-z]+):?` \| (.*) \|$", section[1], re.MULTILINE))


def test_the_guide_lists_every_operator_with_its_help_and_example() -> None:
    rows = _rows("Operators")
    assert list(rows) == [entry.name for entry in registry.operators()]
    for entry in registry.operators():
        assert entry.help in rows[entry.name]
        assert f"`{entry.example}`" in rows[entry.name]


def test_the_guide_lists_every_order_and_facet() -> None:
    assert _rows("Orders") == {entry.name: entry.help for entry in registry.sort_keys()}
    assert _rows("Facets") == {entry.name: entry.help for entry in registry.facets()}


def test_every_example_parses_to_its_operator_and_prints_back() -> None:
    for entry in registry.operators():
        query = parse(entry.example)
        assert [part.field for part in query.filters] == [entry.name]
        assert str(query) == entry.example


def test_every_facet_leads_to_an_operator() -> None:
    assert all(registry.operator(facet.operator) for facet in registry.facets())


def test_it_refuses_a_second_entry_of_the_same_name() -> None:
    entry = registry.operators()[0]
    registry.register(entry)
    with pytest.raises(registry.AlreadyRegistered, match="title"):
        registry.register(replace(entry, help="another"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("author:lovelace", {"A"}),
        ("year:2021", {"A"}),
        ("year:2020..", {"A", "B"}),
        ("after:2021-05", {"A", "B"}),
        ("before:2021-05-30", set()),
        ("before:2021-05-31", {"A"}),
        ("source:jsonl", {"A", "B"}),
        ("cat:cs", {"A"}),
        ("cat:cs.cl", {"A"}),
        ("cat:cs.C", set()),
    ],
)
def test_the_database_filter_holds_for_the_right_papers(text: str, expected: set[str], now: dt.datetime) -> None:
    day = PartialDate(dt.date(2021, 5, 30))
    first = make_record(title="A", abstract="one", date=day, categories=("cs.CL",))
    year = PartialDate(dt.date(2022, 1, 1), "year")
    second = make_record(title="B", abstract="two", date=year, authors=("Emmy Noether",), categories=("csx",))
    catalog.take_in(records=[first, second], now=now)
    (part,) = parse(text).filters
    operator = registry.operator(part.field)
    assert operator
    assert operator.where
    found = Paper.objects.filter(operator.where(part.value)).distinct()
    assert {card["title"] for card in cards([paper.pk for paper in found])} == expected

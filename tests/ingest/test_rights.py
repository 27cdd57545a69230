"""A text goes through the doors that its source opens, and through no other."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields
from typing import Any

import pytest

from broadsheet.catalog import queries
from broadsheet.catalog.models import Paper
from broadsheet.catalog.services import take_in
from broadsheet.ingest.rights import closed, withheld
from broadsheet.ingest.sources import HARVESTED
from broadsheet.ingest.sources.harvest import Rights
from broadsheet.lib.ids import Identifier
from tests.support.records import make_record

pytestmark = pytest.mark.django_db
DOORS = ("shown", "mailed", "exported", "served")


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("source", HARVESTED, ids=lambda source: source.about.name)
def test_every_door_obeys_every_source(source: Any, door: Any, now: dt.datetime) -> None:
    about = source.about
    take_in(records=[make_record(source=about.records_as)], now=now)
    [card] = queries.cards(list(Paper.objects.values_list("pk", flat=True)))
    [passed] = withheld([card], door)
    assert card["abstract"]
    assert bool(passed["abstract"]) is getattr(about.rights, door)
    assert {**passed, "abstract": ""} == {**card, "abstract": ""}


def test_the_doors_are_those_that_sources_declare() -> None:
    assert set(DOORS) == {one.name for one in fields(Rights) if one.type == "bool"}


def test_sources_of_one_kind_of_records_declare_one_right() -> None:
    kinds: dict[str, set[Rights]] = {}
    for source in HARVESTED:
        kinds.setdefault(source.about.records_as, set()).add(source.about.rights)
    assert {
        name: len(rights)
        for name, rights in kinds.items()
        if len({(r.shown, r.mailed, r.exported, r.served) for r in rights}) > 1
    } == {}


@pytest.mark.parametrize("name", ["crossref", "s2", "semantic-scholar", "biorxiv"])
def test_abstracts_that_are_not_free_are_shown_and_no_more(name: str) -> None:
    if name not in {one.about.records_as for one in HARVESTED}:
        pytest.skip("no records of that name")
    assert [name in closed(door) for door in DOORS] == [False, True, True, True]  # type: ignore[arg-type]


def test_the_winning_source_decides(now: dt.datetime) -> None:
    """The same paper by arXiv too: then arXiv's abstract is shown, and it may go everywhere."""
    shut = sorted(closed("exported"))[0]
    name = (Identifier("arxiv", "2601.00001"),)
    take_in(
        records=[make_record(source=shut, identifiers=name), make_record(source="arxiv", identifiers=name)], now=now
    )
    cards = queries.cards(list(Paper.objects.values_list("pk", flat=True)))
    assert len(cards) == 1
    assert withheld(cards, "exported") == cards

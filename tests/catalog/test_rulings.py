"""The owner's word about identity holds, and what was joined and parted is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from broadsheet.catalog.dump import dump
from broadsheet.catalog.models import Paper, Record
from broadsheet.catalog.queries import find_paper, find_record, identity_changes
from broadsheet.catalog.records import SourceRecord
from broadsheet.catalog.services import VerdictRefused, rule, take_in, withdraw_ruling
from broadsheet.lib.ids import Identifier as Name

pytestmark = pytest.mark.django_db
Make = Callable[..., SourceRecord]

TEXT_A = "We train a small network on a large heap of text and find that it reads well and writes worse than it reads."
TEXT_B = (
    "Sparse matrices are multiplied row by row on an accelerator, and the partial products are merged in its memory."
)


def record(external_id: str) -> Record:
    return Record.objects.get(external_id=external_id)


@pytest.fixture
def two(make_record: Make, now: dt.datetime) -> None:
    """Two papers that no rule joins."""
    take_in(records=[make_record(title="Early Name", abstract=TEXT_A, external_id="one")], now=now)
    doi = (Name("doi", "10.1000/x"),)
    take_in(records=[make_record(title="Late Name", abstract=TEXT_B, external_id="two", identifiers=doi)], now=now)


@pytest.mark.usefixtures("two")
def test_it_joins_what_the_owner_calls_one_and_keeps_it_so(make_record: Make, now: dt.datetime) -> None:
    former = record("one").paper.public_id
    rule(one=record("one"), other=record("two"), same=True, now=now)
    paper = Paper.objects.get()
    assert find_paper(former) == find_paper("10.1000/x") == paper
    take_in(records=[make_record(title="Early Name", abstract=TEXT_A, source="other", external_id="three")], now=now)
    take_in(records=[make_record(title="Late Name", abstract=TEXT_B, source="other", external_id="four")], now=now)
    assert Paper.objects.get().records.count() == 4
    (change,) = identity_changes()
    assert (change.kind, change.other, change.reason) == (
        "merged",
        "doi:10.1000/x",
        "The owner said they are one paper.",
    )


@pytest.mark.usefixtures("two")
def test_it_parts_again_when_the_word_is_taken_back(now: dt.datetime) -> None:
    before = list(dump())
    rule(one=record("two"), other=record("one"), same=True, now=now)
    assert withdraw_ruling(one=record("one"), other=record("two"), now=now)
    assert list(dump()) == before
    assert [c.kind for c in identity_changes()] == ["parted", "parted", "merged"]
    assert not withdraw_ruling(one=record("one"), other=record("two"), now=now)


def test_it_parts_what_the_owner_calls_two_whatever_comes_in(make_record: Make, now: dt.datetime) -> None:
    same = {"title": "One Title of Words", "abstract": TEXT_A}
    take_in(
        records=[make_record(**same, external_id="one"), make_record(**same, source="other", external_id="two")],
        now=now,
    )
    assert Paper.objects.count() == 1
    rule(one=record("one"), other=record("two"), same=False, now=now)
    assert record("one").paper != record("two").paper
    take_in(records=[make_record(**same, source="third", external_id="three")], now=now)
    assert Paper.objects.count() == 2
    assert {c.reason for c in identity_changes()} == {"The owner said they are two papers."}
    for text in ("jsonl:one", "other:two"):
        assert find_record(text) == record(text.partition(":")[2])


def test_it_never_joins_two_arxiv_ids_even_when_told(make_record: Make, now: dt.datetime) -> None:
    for number in (1, 2):
        take_in(
            records=[
                make_record(
                    title=f"t{number}", external_id=str(number), identifiers=(Name("arxiv", f"2401.0000{number}"),)
                )
            ],
            now=now,
        )
    with pytest.raises(VerdictRefused, match="different arXiv ids"):
        rule(one=record("1"), other=record("2"), same=True, now=now)
    assert Paper.objects.count() == 2


@pytest.mark.usefixtures("two")
def test_it_holds_in_every_order_of_what_comes_later(make_record: Make, now: dt.datetime) -> None:
    """A bridge that names both papers and a third of one title change nothing about the owner's word."""
    rule(one=record("one"), other=record("two"), same=False, now=now)
    bridge = make_record(title="Early Name", abstract=TEXT_A, external_id="b", identifiers=(Name("doi", "10.1000/x"),))
    take_in(records=[bridge], now=now)
    assert record("one").paper != record("two").paper


def test_it_says_why_papers_were_merged(make_record: Make, now: dt.datetime) -> None:
    take_in(records=[make_record(title="first", external_id="1", identifiers=(Name("doi", "10.1000/x"),))], now=now)
    take_in(records=[make_record(title="second", external_id="2", identifiers=(Name("arxiv", "2401.00001"),))], now=now)
    both = (Name("arxiv", "2401.00001"), Name("doi", "10.1000/x"))
    take_in(records=[make_record(title="third", external_id="3", identifiers=both)], now=now)
    (change,) = identity_changes(Paper.objects.get().pk)
    assert change.reason == "A third record speaks of both."

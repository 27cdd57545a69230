"""Records in, papers out: what the catalog makes of them, and that their order does not matter."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from broadsheet.catalog.models import Author, Card, Identifier, Listing, Paper, PublicId, Record
from broadsheet.catalog.queries import cards, find_paper, listed_between
from broadsheet.catalog.records import Listed, SourceRecord
from broadsheet.catalog.services import Counts, open_page, take_in
from broadsheet.catalog.signals import papers_changed
from broadsheet.lib.ids import Identifier as Name
from broadsheet.lib.time import PartialDate

pytestmark = pytest.mark.django_db
Make = Callable[..., SourceRecord]

TEXT_A = "We train a small network on a large heap of text and find that it reads well and writes worse than it reads."
TEXT_B = (
    "Sparse matrices are multiplied row by row on an accelerator, and the partial products are merged in its memory."
)


def arxiv(value: str) -> tuple[Name, ...]:
    return (Name("arxiv", value),)


def test_it_makes_a_paper_of_a_record(make_record: Make, now: dt.datetime) -> None:
    record = make_record(
        title="Reading  \\'etudes",
        identifiers=arxiv("2401.00001"),
        date=PartialDate(dt.date(2024, 1, 1)),
        categories=("cs.CL",),
    )
    assert take_in(records=[record], now=now) == Counts(new=1)
    paper = Paper.objects.get()
    (card,) = cards([paper.pk])
    assert (card["id"], card["title"], card["date"]) == ("2401.00001", "Reading études", "2024-01-01")
    assert card["authors"] == ["Ada Lovelace", "Charles Babbage"]
    assert (card["author_count"], card["categories"], card["sources"]) == (2, ["cs.CL"], ["jsonl"])
    assert paper.winners["title"] == "jsonl"


def test_it_counts_a_record_that_is_known_as_unchanged(make_record: Make, now: dt.datetime) -> None:
    take_in(records=[make_record()], now=now)
    assert take_in(records=[make_record(), make_record()], now=now) == Counts(unchanged=2)
    assert Record.objects.count() == 1


def test_it_counts_new_and_updated_in_one_batch(make_record: Make, now: dt.datetime) -> None:
    again = make_record(source="saved-page", external_id="x#1")
    assert take_in(records=[make_record(), again], now=now) == Counts(new=1, updated=1)


def test_it_keeps_every_version_of_a_record_word_for_word(make_record: Make, now: dt.datetime) -> None:
    old = make_record(identifiers=arxiv("2401.00001"), external_id="2401.00001", updated=dt.date(2024, 1, 1))
    new = make_record(
        identifiers=arxiv("2401.00001"), external_id="2401.00001", title="A New Title", updated=dt.date(2024, 2, 1)
    )
    take_in(records=[new], now=now)
    take_in(records=[old], now=now)
    assert Record.objects.count() == 2
    assert cards([Paper.objects.get().pk])[0]["title"] == "A New Title"


def test_it_merges_papers_that_turn_out_to_be_one_and_keeps_their_addresses(
    make_record: Make, now: dt.datetime
) -> None:
    take_in(
        records=[make_record(title="first name", identifiers=(Name("doi", "10.1000/x"),), external_id="1")], now=now
    )
    take_in(records=[make_record(title="other name", identifiers=arxiv("2401.00001"), external_id="2")], now=now)
    assert Paper.objects.count() == 2
    bridge = make_record(title="bridge", identifiers=(*arxiv("2401.00001"), Name("doi", "10.1000/x")), external_id="3")
    assert take_in(records=[bridge], now=now) == Counts(updated=1, merged=1)
    paper = Paper.objects.get()
    assert paper.public_id == "2401.00001"
    assert find_paper("doi:10.1000/x") == find_paper("https://doi.org/10.1000/X") == find_paper("2401.00001v3") == paper


def test_it_undoes_a_join_that_no_longer_holds(make_record: Make, now: dt.datetime) -> None:
    title = "one title for two papers"
    take_in(records=[make_record(title=title, abstract="", authors=(), external_id="bare")], now=now)
    take_in(
        records=[make_record(title=title, abstract=TEXT_A, identifiers=arxiv("2401.00001"), external_id="1")], now=now
    )
    assert Paper.objects.count() == 1
    take_in(
        records=[make_record(title=title, abstract=TEXT_B, identifiers=arxiv("2401.00002"), external_id="2")], now=now
    )
    assert sorted(p.public_id[:2] for p in Paper.objects.all()) == ["24", "24", "b-"]
    alone = Record.objects.get(external_id="bare").paper
    assert alone.public_id.startswith("b-")
    assert find_paper(alone.public_id) == alone


def test_it_gives_a_second_paper_of_one_title_an_address_of_its_own(make_record: Make, now: dt.datetime) -> None:
    for number, text in enumerate((TEXT_A, TEXT_B)):
        take_in(records=[make_record(title="Twice", abstract=text, external_id=str(number))], now=now)
    ids = {p.public_id for p in Paper.objects.all()}
    assert len(ids) == 2
    assert all(len(i) == 14 and i.startswith("b-") for i in ids)


def test_it_leads_from_a_former_address_after_an_id_is_learnt(make_record: Make, now: dt.datetime) -> None:
    take_in(records=[make_record()], now=now)
    former = Paper.objects.get().public_id
    take_in(records=[make_record(source="other", identifiers=arxiv("2401.00001"))], now=now)
    paper = Paper.objects.get()
    assert paper.public_id == "2401.00001"
    assert find_paper(former) == paper


def test_it_lists_papers_in_the_pages_order_and_a_paper_once(make_record: Make, now: dt.datetime) -> None:
    for key, day in (("k1", dt.date(2026, 8, 11)), ("k2", dt.date(2026, 8, 10))):
        open_page(source="saved-page", key=key, day=day, kind="saved search")
    titles = ["alpha is one", "beta is two", "gamma is three"]
    batch = [
        make_record(
            source="saved-page",
            title=t,
            abstract=f"{t}: {TEXT_A}",
            external_id=f"k1#{i}",
            listed=Listed("k1", i, comments=i),
        )
        for i, t in enumerate(titles, start=1)
    ]
    again = make_record(
        source="saved-page",
        title=titles[2],
        abstract=f"{titles[2]}: {TEXT_A}",
        external_id="k2#1",
        listed=Listed("k2", 1),
    )
    assert take_in(records=[*batch, again], now=now) == Counts(new=3, updated=1)
    week = listed_between(dt.date(2026, 8, 10), dt.date(2026, 8, 16))
    assert week.total == 3
    assert [[c["title"] for c in cards(s.ids)] for s in week.sections] == [titles]
    day = listed_between(dt.date(2026, 8, 10), dt.date(2026, 8, 10))
    assert (day.total, day.previous, day.next) == (1, None, dt.date(2026, 8, 11))
    (card,) = cards(day.sections[0].ids)
    assert [x["day"] for x in card["listings"]] == ["2026-08-11", "2026-08-10"]
    assert card["comments"] == 3


def test_it_redates_a_page_with_the_cards_on_it(make_record: Make, now: dt.datetime) -> None:
    open_page(source="saved-page", key="k", day=dt.date(2026, 8, 11), kind="saved search")
    take_in(records=[make_record(source="saved-page", listed=Listed("k", 1))], now=now)
    assert open_page(source="saved-page", key="k", day=dt.date(2025, 8, 11), kind="saved search") == 1
    assert open_page(source="saved-page", key="k", day=dt.date(2025, 8, 11), kind="saved search") == 0
    assert json.loads(Card.objects.get().json)["listings"][0]["day"] == "2025-08-11"


def test_it_tells_which_papers_changed_inside_the_transaction(make_record: Make, now: dt.datetime) -> None:
    told: list[int] = []

    def hear(sender: Any, ids: list[int], **kwargs: Any) -> None:
        told.extend(ids)

    papers_changed.connect(hear)
    try:
        take_in(records=[make_record()], now=now)
    finally:
        papers_changed.disconnect(hear)
    assert told == [Paper.objects.get().pk]


def test_it_takes_a_batch_in_with_a_fixed_number_of_queries(
    make_record: Make, now: dt.datetime, django_assert_max_num_queries: Any
) -> None:
    batch = [
        make_record(title=f"title number {n} of many", abstract=f"text {n}", external_id=str(n)) for n in range(100)
    ]
    with django_assert_max_num_queries(40):
        take_in(records=batch, now=now)
    assert Paper.objects.count() == 100


def shape() -> set[tuple[Any, ...]]:
    """The catalog without its internal keys and without `b-` addresses, which say who came first."""
    found = set()
    for paper in Paper.objects.all():
        card = cards([paper.pk])[0]
        digests = tuple(sorted(bytes(d).hex() for d in paper.records.values_list("digest", flat=True)))
        names = tuple(sorted(paper.identifiers.values_list("scheme", "value", "owned")))
        card.pop("pk")
        found.add((digests, names, json.dumps({**card, "id": "" if card["id"].startswith("b-") else card["id"]})))
    return found


@pytest.mark.parametrize("seed", range(6))
def test_it_comes_to_the_same_catalog_in_any_order_and_any_batches(
    make_record: Make, now: dt.datetime, seed: int
) -> None:
    chance = random.Random(seed)
    pool = [
        *arxiv("2401.00001"),
        *arxiv("2401.00002"),
        Name("doi", "10.1000/x"),
        Name("doi", "10.1000/y"),
        Name("s2", "p"),
    ]
    records = [
        make_record(
            source=chance.choice(["jsonl", "saved-page"]),
            external_id=f"{n}",
            title=chance.choice(["one title of words", "another title of words", "short"]),
            abstract=chance.choice(["", TEXT_A, TEXT_A.replace("small", "tiny"), TEXT_B]),
            authors=chance.choice([(), ("Ada Tri",), ("Bob Dao",)]),
            date=chance.choice([None, PartialDate(dt.date(2021, 1, 1)), PartialDate(dt.date(2023, 1, 1))]),
            identifiers=tuple(chance.sample(pool, chance.choice([0, 0, 1, 2]))),
        )
        for n in range(14)
    ]
    take_in(records=records, now=now)
    expected = shape()
    for model in (Listing, Record):
        model.objects.all().delete()
    Paper.objects.all().delete()
    chance.shuffle(records)
    while records:
        size = chance.randint(1, 4)
        take_in(records=records[:size], now=now)
        records = records[size:]
    assert shape() == expected
    assert PublicId.objects.filter(value__in=Paper.objects.values("public_id")).count() == Paper.objects.count()
    assert not Author.objects.exclude(paper__in=Paper.objects.all()).exists()
    assert Identifier.objects.filter(owned=True).count() == len({(i.scheme, i.value) for i in Identifier.objects.all()})

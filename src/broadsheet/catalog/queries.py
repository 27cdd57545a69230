"""Reads over the catalog. Every list goes through `cards`: ids in, ready cards out, one query."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Count

from broadsheet.catalog.cards import CardData, StoredCard
from broadsheet.catalog.models import Card, Identifier, IdentityChange, ListedPage, Listing, Paper, PublicId, Record
from broadsheet.catalog.neighbours import keyed, known_records
from broadsheet.catalog.packing import unpack
from broadsheet.catalog.reading import Reading
from broadsheet.catalog.records import SourceRecord
from broadsheet.lib.ids import parse_identifier


@dataclass(frozen=True, slots=True)
class Section:
    """The part of a dated list that one source page gave: `ids` in that page's order, `total` on the whole page."""

    source: str
    kind: str
    day: dt.date
    total: int
    ids: list[int]


@dataclass(frozen=True, slots=True)
class DatedList:
    """The papers listed from `first` to `last` (days, both included), newest day first, a paper once; one page of them.

    `previous` and `next` are the nearest days outside the span on which something was listed, None where nothing was.
    """

    first: dt.date
    last: dt.date
    total: int
    sections: list[Section]
    previous: dt.date | None
    next: dt.date | None


@dataclass(frozen=True, slots=True)
class Change:
    """Two papers that became one ("merged") or one that became two ("parted"); `other` is an address that still
    leads.
    """

    kind: str
    id: str
    other: str
    reason: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Provenance:
    """What one source said (cleaned), and when it was first seen here. Earlier words of a source stay beside later
    ones.
    """

    source: str
    external_id: str
    seen_at: dt.datetime
    title: str
    abstract: str
    date: str | None
    updated: str | None

    def as_json(self) -> dict[str, str | None]:
        return {
            "source": self.source,
            "external_id": self.external_id,
            "seen_at": self.seen_at.isoformat(),
            "title": self.title,
            "abstract": self.abstract,
            "date": self.date,
            "updated": self.updated,
        }


def cards(ids: Sequence[int]) -> list[CardData]:
    """The cards of these papers in this order, `pk` set; ids that are gone are left out. One query."""
    found = dict(Card.objects.filter(pk__in=ids).values_list("pk", "json"))
    return [_card(pk, found[pk]) for pk in ids if pk in found]


def find_paper(text: str) -> Paper | None:
    """The paper that any public id (old ones too), identifier, DOI or address of it names. ≤ 2 queries."""
    text = text.strip()
    if not text or "\x00" in text:
        return None
    name = parse_identifier(text)
    wanted = {text, str(name)} if name else {text, text.lower()}
    if len(text) <= 320 and (row := PublicId.objects.filter(value__in=wanted).select_related("paper").first()):
        return row.paper
    if name is None:
        return None
    owned = Identifier.objects.filter(scheme=name.scheme, value=name.value, owned=True).select_related("paper").first()
    return owned.paper if owned else None


def provenance(paper_pk: int) -> list[Provenance]:
    """What each source said of a paper, oldest first. One query."""
    said = []
    for row in Record.objects.filter(paper_id=paper_pk).order_by("seen_at", "pk"):
        read = Reading(row.source, row.external_id, bytes(row.digest), unpack(row.raw))
        date = str(read.date) if read.date else None
        updated = read.payload.get("updated")
        said.append(Provenance(row.source, row.external_id, row.seen_at, read.title, read.abstract, date, updated))
    return said


def given_texts(paper_pks: Sequence[int]) -> dict[int, tuple[str, str]]:
    """The title and the abstract that each of these papers shows, as the source gave them (not cleaned). One query."""
    said: dict[int, list[Reading]] = defaultdict(list)
    for row in Record.objects.filter(paper_id__in=paper_pks).order_by("pk"):
        said[row.paper_id].append(Reading(row.source, row.external_id, bytes(row.digest), unpack(row.raw)))
    given = {}
    for pk, readings in said.items():
        ordered = sorted(readings, key=Reading.believed)
        # As in `resolve`: what cleans to nothing was not said.
        title = next((one.payload["title"] for one in ordered if one.title), "")
        abstract = next((one.payload["abstract"] for one in ordered if one.abstract), "")
        given[pk] = (title, abstract)
    return given


def identity_changes(paper_pk: int | None = None, *, limit: int = 50) -> list[Change]:
    """What became one or two, of one paper or of all, newest first. One query."""
    rows = IdentityChange.objects.order_by("-at", "-pk")
    if paper_pk is not None:
        rows = rows.filter(paper_id=paper_pk)
    return [Change(*row) for row in rows.values_list("kind", "paper__public_id", "other", "reason", "at")[:limit]]


def find_record(text: str) -> Record | None:
    """The record meant by `source:external id`, as `show --json` prints them; else the first record of the paper that
    `text` names.
    """
    source, _, external_id = text.strip().partition(":")
    if external_id and (row := Record.objects.filter(source=source, external_id=external_id).order_by("pk").first()):
        return row
    paper = find_paper(text)
    return Record.objects.filter(paper=paper).order_by("pk").first() if paper else None


def stored_records(records: Sequence[SourceRecord]) -> list[int | None]:
    """The database keys of these records, in their order; None for one that was never taken in. A query a source."""
    keys = [key for key, _ in keyed(records)]
    known = known_records(keys)
    return [known.get(key) for key in keys]


def latest_day() -> dt.date | None:
    """The newest day on which a source listed something."""
    return ListedPage.objects.order_by("-day").values_list("day", flat=True).first()


def listed_between(first: dt.date, last: dt.date, *, offset: int = 0, limit: int = 50) -> DatedList:
    """The papers that sources listed in this span, one page of them. Five queries at any length.

    A paper stands where it was listed last: on the newest day, and there on the first page in (source, key) order.
    """
    pages = list(
        ListedPage.objects.filter(day__range=(first, last))
        .annotate(total=Count("listings"))
        .order_by("-day", "source", "key")
    )
    place = {page.pk: number for number, page in enumerate(pages)}
    rows = Listing.objects.filter(page__day__range=(first, last)).values_list("paper_id", "page_id", "position")
    best: dict[int, tuple[int, int]] = {}
    for paper_id, page_id, position in rows:
        here = (place[page_id], position)
        if paper_id not in best or here < best[paper_id]:
            best[paper_id] = here
    ordered = sorted(best, key=lambda pk: best[pk])
    sections: list[Section] = []
    for pk in ordered[offset : offset + limit]:
        page = pages[best[pk][0]]
        section = Section(page.source, page.kind, page.day, page.total, [])
        if not sections or (sections[-1].ids and pages[best[sections[-1].ids[-1]][0]].pk != page.pk):
            sections.append(section)
        sections[-1].ids.append(pk)
    days = ListedPage.objects.values_list("day", flat=True)
    return DatedList(
        first=first,
        last=last,
        total=len(ordered),
        sections=sections,
        previous=days.filter(day__lt=first).order_by("-day").first(),
        next=days.filter(day__gt=last).order_by("day").first(),
    )


def paper_count() -> int:
    """How many papers the catalog holds."""
    return Paper.objects.count()


def all_cards(*, batch: int = 500) -> Iterator[list[CardData]]:
    """Every paper's card, `pk` set, in order of `pk`, in batches; memory stays bounded. For rebuilding the index."""
    after = 0
    while rows := list(Card.objects.filter(pk__gt=after).order_by("pk").values_list("pk", "json")[:batch]):
        yield [_card(pk, text) for pk, text in rows]
        after = rows[-1][0]


def _card(pk: int, text: str) -> CardData:
    stored: StoredCard = json.loads(text)
    return {**stored, "pk": pk}

"""From decided blocks to rows: which paper a block becomes, and the rewriting of all that is derived from its records.

Everything here works on a whole batch with a fixed number of statements; `catalog.services` calls it inside its
transaction.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat

from broadsheet.catalog.bulk import insert, keys_for
from broadsheet.catalog.cards import CardListing, Standing, StoredCard
from broadsheet.catalog.identity import Block
from broadsheet.catalog.models import Author, Card, Category, Identifier, Link, Listing, Paper, PublicId, Record
from broadsheet.catalog.reading import Reading, Resolved, resolve
from broadsheet.lib.ids import public_id, title_id

BATCH = 500
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass
class Plan:
    """One paper to be: its block, its records, what it will show, and the row it becomes (`paper.pk` is None until
    created).
    """

    block: Block
    readings: list[Reading]
    paper: Paper
    resolved: Resolved = field(init=False)
    made: bool = field(init=False)  # the paper is new: nothing hangs off it yet

    def __post_init__(self) -> None:
        self.resolved = resolve(self.readings)
        self.made = self.paper.pk is None

    @property
    def may_be_listed(self) -> bool:
        """False where no record can have brought a listing, which spares looking for one."""
        return any(reading.pk is not None or "listed" in reading.payload for reading in self.readings)


def plan_papers(blocks: Sequence[tuple[Block, list[Reading]]], *, now: dt.datetime) -> tuple[list[Plan], set[int]]:
    """Give each block a paper. A paper that stood before goes to the block that holds most of its records (ties: the
    first block in `Block.sort_key` order), and of several in one block the oldest stays. Also returns the papers that
    are gone.
    """
    votes: dict[int, Counter[int]] = defaultdict(Counter)
    for index, (_, readings) in enumerate(blocks):
        for reading in readings:
            if reading.paper_pk is not None:
                votes[reading.paper_pk][index] += 1
    claims: dict[int, list[int]] = defaultdict(list)
    for paper_pk, counted in votes.items():
        claims[min(counted, key=lambda i: (-counted[i], i))].append(paper_pk)
    stored = Paper.objects.in_bulk(list(votes)) if votes else {}
    plans, kept = [], set()
    for index, (block, readings) in enumerate(blocks):
        if index in claims:
            paper = stored[min(claims[index])]
            kept.add(paper.pk)
        else:
            paper = Paper(first_seen=now)
        plans.append(Plan(block, readings, paper))
    return plans, set(votes) - kept


def write_papers(plans: list[Plan], gone: set[int], *, now: dt.datetime) -> None:
    """Insert and update the Paper rows; afterwards every plan's paper has its key and its public id."""
    moving = _choose_public_ids(plans)
    if moving or gone:
        # Papers that merge or part hand addresses on; the unique column must not see one at both.
        Paper.objects.filter(pk__in=[*moving, *gone]).update(public_id=Concat(Value("~"), Cast("pk", CharField())))
    for plan in plans:
        paper, shown = plan.paper, plan.resolved
        paper.date = shown.date.day if shown.date else None
        paper.date_precision = shown.date.precision if shown.date else "day"
        paper.author_count = shown.author_count
        paper.winners = shown.winners
        paper.changed_at = now
    new = [plan.paper for plan in plans if plan.paper.pk is None]
    old = [plan.paper for plan in plans if plan.paper.pk is not None]
    if old:
        fields = ["public_id", "date", "date_precision", "author_count", "winners", "changed_at"]
        Paper.objects.bulk_update(old, fields, batch_size=BATCH)
    if new:
        for paper, key in zip(new, keys_for(Paper, len(new)), strict=True):
            paper.pk = key
        names = ["id", "first_seen", "public_id", "date", "date_precision", "author_count", "winners", "changed_at"]
        insert(Paper, names, [[getattr(paper, name) for name in names] for paper in new])


def write_public_ids(plans: Sequence[Plan], gone: set[int], heir: dict[int, int]) -> None:
    """Record each paper's address; the addresses of papers that are gone lead to their heirs."""
    for old, new in heir.items():
        if old in gone:
            PublicId.objects.filter(paper_id=old).update(paper_id=new)
    rows = [(plan.paper.public_id, plan.paper.pk) for plan in plans]
    insert(PublicId, ["value", "paper"], rows, unique="value", update=["paper"])


def _choose_public_ids(plans: list[Plan]) -> list[int]:
    """A paper with identifiers is addressed by the best of them; one without keeps the `b-` id it has, or gets the
    first that is free.
    """
    nameless = [plan for plan in plans if not plan.block.owned]
    wanted = [v for plan in nameless for v in _title_ids(plan)]
    taken = dict(PublicId.objects.filter(value__in=wanted).values_list("value", "paper_id")) if wanted else {}
    moving: list[int] = []
    for plan in plans:
        paper = plan.paper
        if plan.block.owned:
            value = public_id(sorted(plan.block.owned), plan.resolved.title_key)
        elif paper.public_id.startswith("b-"):
            continue
        else:
            value = next(v for v in _title_ids(plan) if v not in taken or taken[v] == paper.pk)
            taken[value] = paper.pk or -1
        if paper.pk and paper.public_id != value:
            moving.append(paper.pk)
        paper.public_id = value
    return moving


def _title_ids(plan: Plan) -> list[str]:
    title, abstract = plan.resolved.title_key, plan.resolved.abstract
    least = min(r.digest for r in plan.readings).hex()
    return [title_id(title), title_id(title, abstract), title_id(title, f"{abstract}\n{least}")]


def write_derived(plans: Sequence[Plan]) -> None:
    """Rewrite all that hangs off these papers: authors, identifiers, links, categories and the card."""
    known = [plan.paper.pk for plan in plans if not plan.made]
    if known:
        for model in (Author, Identifier, Link, Category):
            model.objects.filter(paper_id__in=known).delete()
    shown = [(plan.paper.pk, plan.resolved) for plan in plans]
    insert(
        Author, ["paper", "position", "name"], [(pk, i, name) for pk, r in shown for i, name in enumerate(r.authors)]
    )
    insert(Link, ["paper", "position", "url"], [(pk, i, url) for pk, r in shown for i, url in enumerate(r.links)])
    insert(
        Category,
        ["paper", "position", "code"],
        [(pk, i, code) for pk, r in shown for i, code in enumerate(r.categories)],
    )
    insert(
        Identifier,
        ["paper", "scheme", "value", "owned"],
        [
            (plan.paper.pk, name.scheme, name.value, owned)
            for plan in plans
            for names, owned in ((plan.block.owned, True), (plan.block.claimed, False))
            for name in sorted(names)
        ],
    )
    write_cards(plans)


def write_cards(plans: Sequence[Plan]) -> None:
    """Rewrite the cards of these papers from what they show and where they are listed."""
    listed = listings_of([plan.paper.pk for plan in plans if plan.may_be_listed])
    rows = [(plan.paper.pk, _dumps(_card(plan, listed.get(plan.paper.pk, [])))) for plan in plans]
    insert(Card, ["paper", "json"], rows, unique="paper", update=["json"])


def listings_of(papers: Iterable[int]) -> dict[int, list[CardListing]]:
    """Where each of these papers was listed, newest day first, a page once. One query.

    Two records of one page (a source that changed its words) are one listing: the counts read last stand.
    """
    rows = (
        Listing.objects.filter(paper_id__in=papers)
        .select_related("page")
        .order_by("-page__day", "page__source", "page__key", F("observed_at").desc(nulls_last=True), "position")
    )
    found: dict[int, list[CardListing]] = defaultdict(list)
    seen: set[tuple[int, int]] = set()
    for row in rows:
        if (row.paper_id, row.page_id) in seen:
            continue
        seen.add((row.paper_id, row.page_id))
        found[row.paper_id].append(
            {
                "source": row.page.source,
                "day": row.page.day.isoformat(),
                "kind": row.page.kind,
                "position": row.position,
                "comments": row.comments,
                "upvotes": row.upvotes,
            }
        )
    return found


def relist_card(card: StoredCard, listings: list[CardListing]) -> str:
    """The card's JSON with these listings in place of its own."""
    return _dumps({**card, **_standing(listings)})


def _standing(listings: list[CardListing]) -> Standing:
    return {
        "comments": next((x["comments"] for x in listings if x["comments"] is not None), None),
        "upvotes": next((x["upvotes"] for x in listings if x["upvotes"] is not None), None),
        "listings": listings,
    }


def _card(plan: Plan, listings: list[CardListing]) -> StoredCard:
    shown = plan.resolved
    return {
        "id": plan.paper.public_id,
        "title": shown.title,
        "abstract": shown.abstract,
        "authors": shown.authors,
        "author_count": shown.author_count,
        "date": str(shown.date) if shown.date else None,
        "categories": shown.categories,
        "identifiers": [list(name) for name in sorted(plan.block.owned | plan.block.claimed)],
        "links": shown.links,
        "versions": shown.versions,
        "withdrawn": shown.withdrawn,
        "sources": shown.sources,
        **_standing(listings),
    }


def _dumps(card: StoredCard) -> str:
    return _ENCODE(card)


def move_records(plans: Sequence[Plan]) -> dict[int, int]:
    """Point the stored records of each plan at its paper; returns, for each paper left, the paper that has most of
    its records now.
    """
    moved: dict[int, Counter[int]] = defaultdict(Counter)
    for plan in plans:
        leaving = [r for r in plan.readings if r.pk is not None and r.paper_pk != plan.paper.pk]
        if not leaving:
            continue
        for reading in leaving:
            moved[reading.paper_pk or 0][plan.paper.pk] += 1
        keys = [r.pk for r in leaving if r.pk is not None]
        Record.objects.filter(pk__in=keys).update(paper=plan.paper)
        Listing.objects.filter(record_id__in=keys).update(paper=plan.paper)
    return {old: counted.most_common(1)[0][0] for old, counted in moved.items()}

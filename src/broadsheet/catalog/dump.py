"""The catalog in canonical form: equal catalogs give equal bytes, whatever database holds them and whatever came first.

One JSON object a line and paper, in the order of the papers' smallest record digest. There are no internal keys in it,
no times of arrival, and no `b-` addresses (they tell which of two papers of one title came first).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from broadsheet.catalog.models import Card, Identifier, Listing, Paper, Record
from broadsheet.lib.text import title_key

BATCH = 500  # papers held in memory at once, beside one digest a paper


def dump() -> Iterator[str]:
    """The lines of the dump, without line ends."""
    ordered = _papers_in_order()
    for start in range(0, len(ordered), BATCH):
        yield from _lines(ordered[start : start + BATCH])


def _papers_in_order() -> list[int]:
    """Paper keys by the smallest (digest, source, external id) of their records, which no two papers share."""
    least: dict[int, tuple[bytes, str, str]] = {}
    rows = Record.objects.values_list("paper_id", "digest", "source", "external_id")
    for paper, digest, source, external_id in rows.iterator(chunk_size=10_000):
        key = (bytes(digest), source, external_id)
        if paper not in least or key < least[paper]:
            least[paper] = key
    return sorted(least, key=lambda paper: least[paper])


def _lines(papers: Sequence[int]) -> Iterator[str]:
    cards = dict(Card.objects.filter(pk__in=papers).values_list("pk", "json"))
    winners = dict(Paper.objects.filter(pk__in=papers).values_list("pk", "winners"))
    names, listings, records = _by_paper(papers)
    for paper in papers:
        card = json.loads(cards[paper])
        fields = {k: v for k, v in card.items() if k not in {"id", "listings", "identifiers"}}
        line = {
            "identifiers": sorted(names[paper]),
            "title_key": title_key(card["title"]),
            "fields": fields,
            "winners": winners[paper],
            "listings": sorted(listings[paper]),
            "records": sorted(records[paper]),
        }
        yield json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


Rows = dict[int, list[Any]]


def _by_paper(papers: Sequence[int]) -> tuple[Rows, Rows, Rows]:
    names: Rows = defaultdict(list)
    for paper, *name in Identifier.objects.filter(paper_id__in=papers).values_list(
        "paper_id", "scheme", "value", "owned"
    ):
        names[paper].append(name)
    listings: Rows = defaultdict(list)
    stood = Listing.objects.filter(paper_id__in=papers).select_related("page")
    for row in stood:
        page = row.page
        counts = [-1 if count is None else count for count in (row.comments, row.upvotes)]
        listings[row.paper_id].append([page.source, page.key, page.day.isoformat(), row.position, *counts])
    records: Rows = defaultdict(list)
    said = Record.objects.filter(paper_id__in=papers).values_list("paper_id", "source", "external_id", "digest")
    for paper, source, external_id, digest in said:
        records[paper].append([source, external_id, bytes(digest).hex()])
    return names, listings, records

"""Reads over the catalog. Every list goes through `cards`: ids in, ready cards out, one query."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from broadsheet.catalog.cards import CardData
from broadsheet.catalog.models import Paper


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


def cards(ids: Sequence[int]) -> list[CardData]:
    """The cards of these papers in this order, `pk` set; ids that are gone are left out. One query."""
    raise NotImplementedError


def find_paper(text: str) -> Paper | None:
    """The paper that any public id (old ones too), identifier, DOI or address of it names. ≤ 2 queries."""
    raise NotImplementedError


def latest_day() -> dt.date | None:
    """The newest day on which a source listed something."""
    raise NotImplementedError


def listed_between(first: dt.date, last: dt.date, *, offset: int = 0, limit: int = 50) -> DatedList:
    """The papers that sources listed in this span, one page of them. ≤ 4 queries at any length."""
    raise NotImplementedError


def paper_count() -> int:
    """How many papers the catalog holds."""
    raise NotImplementedError


def all_cards(*, batch: int = 500) -> Iterator[list[CardData]]:
    """Every paper's card, `pk` set, in order of `pk`, in batches; memory stays bounded. For rebuilding the index."""
    raise NotImplementedError

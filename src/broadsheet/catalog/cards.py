"""The card: one paper as ready JSON. Its keys are what lists, search hits, feeds and the API show."""

from __future__ import annotations

from typing import TypedDict


class CardListing(TypedDict):
    """Where and when a source listed the paper."""

    source: str
    day: str  # YYYY-MM-DD
    kind: str  # "saved search" or "daily"
    position: int
    comments: int | None
    upvotes: int | None


class Standing(TypedDict):
    """What a card owes to where the paper was listed."""

    comments: int | None  # at the latest listing that says
    upvotes: int | None
    listings: list[CardListing]  # newest day first


class StoredCard(Standing):
    """A paper as shown. Texts are cleaned, plain Unicode with formulas as `$…$` or `\\(…\\)`; nothing is HTML."""

    id: str  # public id
    title: str
    abstract: str
    authors: list[str]  # all names known, in order; may be empty while author_count is known
    author_count: int | None
    date: str | None  # publication: YYYY, YYYY-MM or YYYY-MM-DD, as exact as known
    categories: list[str]
    identifiers: list[list[str]]  # [scheme, value], sorted
    links: list[str]
    versions: list[list[str]]  # [label, YYYY-MM-DD], oldest first
    withdrawn: str  # in the source's words; "" when it is not
    sources: list[str]  # slugs, sorted


class CardData(StoredCard):
    """A card as read: with its paper's database key, which is never stored in it and never shown."""

    pk: int

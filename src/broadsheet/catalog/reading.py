"""Reading a source's record: from its stored words to cleaned fields, and from a paper's records to what the paper
shows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import cached_property

from broadsheet.catalog.identity import Facts, Key
from broadsheet.catalog.precedence import rank
from broadsheet.lib.ids import Identifier
from broadsheet.lib.text import clean, clean_url, family_name, find_urls, title_key
from broadsheet.lib.time import PartialDate, parse_date

MAX_AUTHOR = 300  # characters of one name; longer ones are cut
MAX_LINKS = 50


@dataclass(frozen=True)
class Reading:
    """One record, cleaned. `pk` is the stored Record's key, None for one that is just coming in."""

    source: str
    external_id: str
    digest: bytes
    payload: dict[str, Any] = field(repr=False)
    pk: int | None = None
    paper_pk: int | None = None
    same: set[Key] = field(default_factory=set, repr=False)
    apart: set[Key] = field(default_factory=set, repr=False)

    @cached_property
    def title(self) -> str:
        return clean(self.payload["title"])

    @cached_property
    def title_key(self) -> str:
        return title_key(self.title)

    @cached_property
    def abstract(self) -> str:
        return clean(self.payload.get("abstract", ""))

    @cached_property
    def authors(self) -> list[str]:
        return [name[:MAX_AUTHOR] for name in map(clean, self.payload.get("authors", ())) if name]

    @cached_property
    def date(self) -> PartialDate | None:
        return parse_date(self.payload.get("date", ""))

    @cached_property
    def identifiers(self) -> tuple[Identifier, ...]:
        return tuple(Identifier(scheme, value) for scheme, value in self.payload.get("identifiers", ()))

    @cached_property
    def links(self) -> list[str]:
        given = (clean_url(url) for url in self.payload.get("links", ()))
        return list(dict.fromkeys([*(u for u in given if u), *find_urls(self.payload.get("abstract", ""))]))

    @property
    def key(self) -> Key:
        return self.source, self.external_id, self.digest

    def facts(self) -> Facts:
        """What identity looks at."""
        return Facts(
            key=self.key,
            digest=self.digest,
            identifiers=self.identifiers,
            title_key=self.title_key,
            abstract=self.abstract,
            first_author=family_name(self.authors[0]) if self.authors else "",
            year=self.date.day.year if self.date else None,
            same=frozenset(self.same),
            apart=frozenset(self.apart),
        )

    def believed(self) -> tuple[int, int, bytes]:
        """The order of belief: source precedence, then the record's own update date (newest), then the smallest
        digest.
        """
        updated = self.payload.get("updated")
        return rank(self.source), -(dt.date.fromisoformat(updated).toordinal() if updated else 0), self.digest


@dataclass(frozen=True)
class Resolved:
    """What a paper shows, and which source's record won each field."""

    title: str
    title_key: str
    abstract: str
    authors: list[str]
    author_count: int | None
    date: PartialDate | None
    categories: list[str]
    links: list[str]
    versions: list[list[str]]
    withdrawn: str
    sources: list[str]
    winners: dict[str, str]


def resolve(readings: Sequence[Reading]) -> Resolved:
    """A paper's fields from all its records: each field from the most believed record that has it; links from all of
    them.
    """
    ordered = sorted(readings, key=Reading.believed) if len(readings) > 1 else readings
    winners: dict[str, str] = {}

    def first(name: str, values: Iterable[Any]) -> Any:
        for reading, value in zip(ordered, values, strict=False):
            if value not in (None, "", []):
                winners[name] = reading.source
                return value
        return None

    title = first("title", (r.title for r in ordered)) or ""
    authors = first("authors", (r.authors for r in ordered)) or []
    # A record that gives names may count more authors than it names: some asked not to be shown.
    counted = max((r.payload.get("author_count") or 0 for r in ordered if r.authors == authors), default=0)
    author_count = (
        max(len(authors), counted)
        if authors
        else first("author_count", (r.payload.get("author_count") for r in ordered))
    )
    return Resolved(
        title=title,
        title_key=next((r.title_key for r in ordered if r.title), ""),
        abstract=first("abstract", (r.abstract for r in ordered)) or "",
        authors=authors,
        author_count=author_count,
        date=first("date", (r.date for r in ordered)),
        categories=first("categories", (list(dict.fromkeys(r.payload.get("categories", []))) for r in ordered)) or [],
        links=list(dict.fromkeys(url for r in ordered for url in r.links))[:MAX_LINKS],
        versions=first("versions", (r.payload.get("versions") for r in ordered)) or [],
        withdrawn=first("withdrawn", (r.payload.get("withdrawn") for r in ordered)) or "",
        sources=sorted({r.source for r in ordered}),
        winners=winners,
    )

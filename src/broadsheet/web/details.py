"""What the paper page and the sources page print, beyond cards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from broadsheet.catalog.cards import CardData
from broadsheet.catalog.models import Paper
from broadsheet.catalog.queries import Change, Provenance
from broadsheet.ingest.models import Quarantined
from broadsheet.lib.formulas import calm, lead
from broadsheet.lib.ids import Identifier
from broadsheet.web.present import (
    WebLink,
    code_link,
    date_words,
    home_link,
    html,
    identifier_links,
    paper_path,
    plural,
    source_name,
    web_link,
)
from broadsheet.web.spans import around, short_day

TITLE_LIMIT = 2_000  # characters; what is longer is no title, and the source's record keeps all of it
ABSTRACT_LIMIT = 20_000
AUTHORS_OPEN = 12  # more names than these are folded
BYTES_SHOWN = 4_096
FIELD_NAMES = {"author_count": "number of authors", "date": "publication date"}


@dataclass(slots=True)
class ListingView:
    """A line of "Where it was listed"."""

    source: str
    kind: str
    day: str
    path: str
    position: int
    counts: str


@dataclass(slots=True)
class RecordView:
    """What one source said; `title` and `abstract` are empty where the page shows the same words already."""

    source: str
    name: str
    seen_at: dt.datetime
    updated: str
    title: SafeString
    abstract: SafeString


@dataclass(slots=True)
class ChangeView:
    """Papers that became one or two."""

    words: str  # "Joined with" or "Parted from"
    path: str
    id: str
    other: str
    other_path: str
    reason: str
    at: dt.datetime


@dataclass(slots=True)
class PaperView:
    """All that a paper's page prints."""

    id: str
    path: str
    title: SafeString
    plain_title: str
    authors: list[str]
    more_authors: list[str]
    author_count: int | None
    date: str | None
    date_words: str
    abstract: list[SafeString]
    description: str
    categories: list[str]
    identifiers: list[tuple[str, str, WebLink | None]]
    home: WebLink | None
    code: WebLink | None
    links: list[WebLink]
    dead_links: list[str]  # given with the paper, but no http address: shown, never linked
    listings: list[ListingView]
    winners: list[tuple[str, str]]
    first_seen: dt.datetime
    changed_at: dt.datetime
    records: list[RecordView]
    versions: list[tuple[str, str]]  # label, day in words
    withdrawn: str
    changes: list[ChangeView]
    meta: list[tuple[str, str]]


def paper_view(card: CardData, paper: Paper, said: Sequence[Provenance], changes: Sequence[Change]) -> PaperView:
    """Everything the page of this paper prints."""
    title, names = calm(card["title"]), [calm(name) for name in card["authors"]]
    links = [(url, web_link(url)) for url in card["links"]]
    return PaperView(
        id=card["id"],
        path=paper_path(card["id"]),
        title=html(title if len(title) <= TITLE_LIMIT else lead(title, TITLE_LIMIT)),
        plain_title=title[:300],
        authors=names[:AUTHORS_OPEN],
        more_authors=names[AUTHORS_OPEN:],
        author_count=card["author_count"],
        date=card["date"],
        date_words=date_words(card["date"]),
        abstract=[html(part) for part in lead(card["abstract"], ABSTRACT_LIMIT).split("\n\n") if part.strip()],
        description=lead(card["abstract"], 200),
        categories=card["categories"],
        identifiers=identifier_links(card),
        home=home_link(card),
        code=code_link(card["links"]),
        links=[link for _, link in links if link],
        dead_links=[calm(url)[:200] for url, link in links if not link],
        listings=_listings(card),
        winners=_winners(paper),
        first_seen=paper.first_seen,
        changed_at=paper.changed_at,
        records=[_record(card, one) for one in said],
        versions=[(calm(label)[:20], short_day(dt.date.fromisoformat(day))) for label, day in card["versions"]],
        withdrawn=calm(card["withdrawn"])[:500],
        changes=[change_view(one) for one in changes],
        meta=citation_meta(card, title, names),
    )


def _record(card: CardData, said: Provenance) -> RecordView:
    title = "" if said.title == card["title"] else lead(calm(said.title), TITLE_LIMIT)
    abstract = "" if said.abstract == card["abstract"] else lead(calm(said.abstract), ABSTRACT_LIMIT)
    return RecordView(
        source=source_name(said.source),
        name=calm(said.external_id)[:80],
        seen_at=said.seen_at,
        updated=said.updated or "",
        title=html(title),
        abstract=html(abstract),
    )


def change_view(change: Change) -> ChangeView:
    """A line of the log of identity."""
    return ChangeView(
        words="Joined with" if change.kind == "merged" else "Parted from",
        path=paper_path(change.id),
        id=change.id,
        other=change.other,
        other_path=paper_path(change.other),
        reason=change.reason,
        at=change.at,
    )


def _winners(paper: Paper) -> list[tuple[str, str]]:
    """(field, source whose word counts for it)."""
    fields = sorted(paper.winners.items())
    return [(FIELD_NAMES.get(name, name.replace("_", " ")), source_name(source)) for name, source in fields]


def _listings(card: CardData) -> list[ListingView]:
    rows = []
    for one in card["listings"]:
        day = dt.date.fromisoformat(one["day"])
        counts = [plural(one["comments"], "comment"), plural(one["upvotes"], "upvote")]
        rows.append(
            ListingView(
                source=source_name(one["source"]),
                kind=one["kind"],
                day=short_day(day),
                path=around(day, "day").path,
                position=one["position"],
                counts=", ".join(filter(None, counts)),
            )
        )
    return rows


def citation_meta(card: CardData, title: str, names: list[str]) -> list[tuple[str, str]]:
    """The `citation_*` tags that reference managers read (source: Google Scholar's inclusion guidelines)."""
    named = dict(reversed([(scheme, value) for scheme, value in card["identifiers"]]))
    tags = [("citation_title", title[:TITLE_LIMIT]), *(("citation_author", name) for name in names[:200])]
    if card["date"]:
        tags.append(("citation_publication_date", card["date"].replace("-", "/")))
    if "doi" in named:
        tags.append(("citation_doi", named["doi"]))
    if "arxiv" in named:
        tags += [("citation_arxiv_id", named["arxiv"]), ("citation_pdf_url", f"https://arxiv.org/pdf/{named['arxiv']}")]
    return tags


def bibtex_fields(card: CardData) -> dict[str, Any]:
    """The arguments of `lib.bibtex.entry` for this paper."""
    home = home_link(card)
    first = next((link for url in card["links"] if (link := web_link(url))), None)
    return {
        "public_id": card["id"],
        "title": card["title"],
        "authors": card["authors"],
        "date": card["date"],
        "identifiers": [Identifier(*pair) for pair in card["identifiers"]],
        "categories": card["categories"],
        "url": (home or first or WebLink("", "")).url or None,
    }


@dataclass(slots=True)
class QuarantinedView:
    """A piece of an input that could not be read."""

    file: str
    offset: int
    length: int
    reason: str
    seen_at: dt.datetime
    digest: str
    content: str  # what the owner sees; empty for others
    cut: bool


def quarantined_view(piece: Quarantined, *, open_bytes: bool) -> QuarantinedView:
    """The piece; its bytes only with `open_bytes`: as text where they are text, else in hexadecimal."""
    head = bytes(piece.head[: BYTES_SHOWN + 1]) if open_bytes else b""
    return QuarantinedView(
        file=calm(piece.input.name),
        offset=piece.offset,
        length=piece.length,
        reason=calm(piece.reason),
        seen_at=piece.seen_at,
        digest=bytes(piece.sha256).hex(),
        content=show_bytes(head[:BYTES_SHOWN]),
        cut=open_bytes and piece.length > BYTES_SHOWN,
    )


def show_bytes(content: bytes) -> str:
    """UTF-8 text without what would disturb the page; anything else in hexadecimal, 16 bytes a line."""
    text = "\x00"
    # The cut may have gone through a character of up to four bytes.
    for end in range(len(content), max(len(content) - 4, 0), -1):
        try:
            text = content[:end].decode()
            break
        except UnicodeDecodeError:
            continue
    if "\x00" not in text:
        return calm(text)
    lines = range(0, len(content), 16)
    return "\n".join(f"{at:06x}  {content[at : at + 16].hex(' ')}" for at in lines)

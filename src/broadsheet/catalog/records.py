"""What a source says, before the catalog decides what it means. Parsers in `ingest` yield these; `catalog.services`
takes them in.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from broadsheet.lib.ids import Identifier
from broadsheet.lib.time import PartialDate

_ENCODE = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Listed:
    """The paper's place on a source's dated page: `position` counts from 1, `comments` is None where the page does
    not say.

    `page_key` names the page within its source; the page's day is decided apart (a saved page does not state its year).
    """

    page_key: str
    position: int
    comments: int | None = None
    upvotes: int | None = None
    # A page whose day is known by itself is opened with its first record; None: `services.open_page` was called for it.
    day: dt.date | None = None
    kind: str = "saved search"
    # When the counts were read off a page that goes on changing; None where they are part of what was saved.
    observed_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Observed:
    """A reading of a signal, such as 63 upvotes at some moment. Not part of the record: readings come and go, words
    stay.
    """

    signal: str
    value: float
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """One paper as one source gave it: texts are the source's own, uncleaned; cleaning happens when the catalog reads
    them.

    `(source, external_id, digest)` identifies it for ever. `author_count` may be known without names. `updated` is
    the source's
    own date of this record, used to choose between two records of one source; never the time of arrival.
    """

    source: str
    external_id: str
    title: str
    abstract: str = ""
    authors: tuple[str, ...] = ()
    author_count: int | None = None
    date: PartialDate | None = None
    updated: dt.date | None = None
    identifiers: tuple[Identifier, ...] = ()
    links: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    # (label, day), oldest first, as ("v1", 2012-04-17); `withdrawn` in the source's words.
    versions: tuple[tuple[str, dt.date], ...] = ()
    withdrawn: str = ""
    listed: Listed | None = None
    observed: tuple[Observed, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)
    # Both are asked for several times on a record's way in, and cost as much as parsing it.
    _payload: dict[str, Any] | None = field(default=None, init=False, compare=False, repr=False)
    _canonical: bytes | None = field(default=None, init=False, compare=False, repr=False)

    def payload(self) -> dict[str, Any]:
        """The record as plain JSON values without empty ones: what is stored as provenance and what the digest
        covers. Not to be changed by who asks.
        """
        if self._payload is None:
            object.__setattr__(self, "_payload", self._made_payload())
        assert self._payload is not None
        return self._payload

    def _made_payload(self) -> dict[str, Any]:
        values: dict[str, Any] = {
            "title": self.title,
            "abstract": self.abstract,
            "authors": list(self.authors),
            "author_count": self.author_count,
            "date": str(self.date) if self.date else None,
            "updated": self.updated.isoformat() if self.updated else None,
            "identifiers": [list(i) for i in self.identifiers],
            "links": list(self.links),
            "categories": list(self.categories),
            "versions": [[label, day.isoformat()] for label, day in self.versions],
            "withdrawn": self.withdrawn,
            "listed": self._listed(),
            "extra": self.extra,
        }
        return {key: value for key, value in values.items() if value not in (None, "", [], {})}

    def _listed(self) -> list[Any] | None:
        if self.listed is None:
            return None
        counts = [] if self.listed.observed_at else [self.listed.comments, self.listed.upvotes]
        return [self.listed.page_key, self.listed.position, *counts]

    def canonical(self) -> bytes:
        """The payload as canonical JSON: what is stored, and what is digested."""
        if self._canonical is None:
            object.__setattr__(self, "_canonical", _ENCODE(self.payload()).encode("utf-8", "surrogatepass"))
        assert self._canonical is not None
        return self._canonical

    def digest(self) -> bytes:
        """SHA-256 over the canonical payload (32 bytes)."""
        return hashlib.sha256(self.canonical()).digest()


@dataclass(frozen=True, slots=True)
class DatedPage:
    """Said before the records that stand on it: a source's page of one day, whose year may have to be worked out.

    `newest` is the newest paper date on the page: the page cannot have been saved before it.
    """

    source: str
    page_key: str
    month: int
    day: int
    year: int | None = None
    newest: dt.date | None = None
    kind: str = "saved search"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A piece of input that could not be read: where it stood (bytes from the start of the decompressed input), and
    why, in a sentence.

    `head` is the first 64 KiB of it at most; `length` and `sha256` cover all of it.
    """

    offset: int
    length: int
    sha256: bytes
    head: bytes
    reason: str


Item = SourceRecord | DatedPage | Unreadable

"""What a harvested source is: a service that is asked over HTTP, page by page.

A source says what to ask (`start`, `ask`) and reads what came back (`read`). It is pure: it neither fetches nor stores
nor looks at a clock. `ingest.harvesting` does those, the same way for all: it fetches a request, gives the answer to
`read`, and stores the page's records, the mark and what is to be asked next in one transaction. A run that is killed
goes on with the request that was stored last.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from broadsheet.catalog.records import Item

Notes = Mapping[str, Any]  # JSON values only: it is stored


class StartAgain(ValueError):
    """The walk can't go on from here (a token that ran out) and must begin again at the mark. A sentence."""


class TryAgain(ValueError):
    """The answer is one that sources give by mistake (an empty page that should not be). The same request is asked
    again, later. A sentence.
    """


class Refused(ValueError):
    """The source says in its own words that it will not answer this, now or later. A sentence that quotes it."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What may be done with a source's texts (abstracts; titles, names, dates and numbers are facts).

    The source that won a paper's abstract decides. `attribution` is the line that the source asks for, or "".
    """

    licence: str
    licence_url: str = ""
    attribution: str = ""
    shown: bool = True  # on pages
    mailed: bool = True  # in digests
    exported: bool = True  # in dumps, BibTeX, feeds
    served: bool = True  # by the API


CC0 = Rights(licence="CC0 1.0", licence_url="https://creativecommons.org/publicdomain/zero/1.0/")
SHOW_ONLY: dict[str, Any] = {"mailed": False, "exported": False, "served": False}  # Rights(licence=…, **SHOW_ONLY)


@dataclass(frozen=True, slots=True)
class About:
    """A source in words and figures, for the pages, the command line and the documents."""

    name: str  # the slug: `broadsheet harvest NAME`
    title: str
    help: str  # what it gives, one sentence
    records_as: str  # the `source` of its SourceRecords, by which precedence and rights are looked up
    base_url: str  # where it is asked; SOURCE_URLS may name a mirror instead
    gate: str  # sources with one gate share one pace and one connection, over all processes
    pause: float  # seconds from one answer at this gate to the next request
    every: dt.timedelta  # how often the worker harvests it
    rights: Rights
    settings: tuple[str, ...] = ()  # the settings it looks at
    needs: tuple[str, ...] = ()  # those of them without which it can't work
    calendar: str = ""  # names a file of working days; "" for a source without dated batches of new papers
    announces_only: bool = False  # its listings name papers that another source brings
    proven: bool = True  # False until a live answer was parsed: its shape is known from others' programs only
    # What it can be asked about, for a source that is asked about papers that are here ("arxiv", "doi", "github").
    asks_about: tuple[str, ...] = ()
    batch: int = 1  # targets in one request
    again_after: dt.timedelta = dt.timedelta(days=7)  # a target is not asked about again before
    fills: bool = False  # it is asked about what others announced and what is missing here, not about what is here


@dataclass(frozen=True, slots=True)
class Setup:
    """What the owner set: `settings` by name ("" where unset), and where the source is asked."""

    base_url: str
    settings: Mapping[str, str] = field(default_factory=dict)
    contact: str = ""  # of the owner, for sources that want it as a parameter

    def listed(self, name: str) -> list[str]:
        """A setting split at commas, blanks dropped."""
        return [part.strip() for part in self.settings.get(name, "").split(",") if part.strip()]


@dataclass(frozen=True, slots=True)
class Span:
    """The days that are asked for, both included; None means open."""

    first: dt.date | None = None
    until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A question to a source. `notes` come back with the answer; `secret` headers never follow to another host, and are
    neither stored nor shown.
    """

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    secret: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    body: bytes = b""
    notes: Notes = field(default_factory=dict)
    # Ask only for what changed since this address was last read (ETag, Last-Modified). Unchanged ends the stream.
    conditional: bool = False
    # Statuses beside 200 whose answer `read` understands (an error that is XML, a 404 that means "not there").
    expects: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the content decoded from its transfer coding, header names in lower case."""

    request: Request
    status: int
    content: bytes
    headers: Mapping[str, str]
    at: dt.datetime  # when it came (UTC); readings of numbers bear this moment


@dataclass(frozen=True, slots=True)
class Announced:
    """What a dated listing names as new on one day. `ids` are `str(Identifier)`: "2401.00001", "doi:10.1101/…".

    A listing in several pages is announced page by page; what they name is put together. `built` is when the source
    says it made the listing (its own words), and two listings with one `built` are one.
    """

    category: str  # "" for a source without categories
    day: dt.date
    ids: tuple[str, ...]
    built: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A reading of a signal of a target that is no record of its own: stars of a repository."""

    target: str
    signal: str
    value: float


@dataclass(frozen=True, slots=True)
class Page:
    """What an answer came to. `next` is asked next in this stream; None ends it. `mark` takes the place of the stream's
    mark in the same transaction as the records (None: it stays).
    """

    items: Sequence[Item] = ()
    next: Request | None = None
    mark: Notes | None = None
    announced: Sequence[Announced] = ()
    told: Sequence[Told] = ()
    notices: Sequence[str] = ()  # sentences for the person


@dataclass(frozen=True, slots=True)
class Target:
    """Something here that a source can be asked about: `scheme` is one of its `asks_about`, `key` is what `Told` and
    the memory of who was asked when name it by ("arxiv:2401.00001", "github:owner/name").
    """

    scheme: str
    value: str

    @property
    def key(self) -> str:
        return f"{self.scheme}:{self.value}"


class Source(ABC):
    """A harvested source. To add one: a folder with a subclass, and its line in `sources.HARVESTED`.

    A source that walks a listing has `start`; one that is asked about papers that are here (`about.asks_about`) has
    `ask`. Both have `read`.
    """

    about: ClassVar[About]

    def pause(self, setup: Setup) -> float:
        """Seconds from an answer to the next request, where a key or a token changes it."""
        return self.about.pause

    def streams(self, setup: Setup) -> list[str]:
        """The parts that are walked each with a mark of its own: sets, addresses, libraries. `--set` names them."""
        return [""]

    def start(self, stream: str, mark: Notes, *, setup: Setup, span: Span, now: dt.datetime) -> Request | None:
        """The first request of a walk: from where `mark` says, or over the days of `span`. None: nothing to ask.

        Raises Refused when `stream` or `span` can't be asked for.
        """
        raise NotImplementedError

    def ask(self, targets: Sequence[Target], *, setup: Setup) -> Request:
        """The request about these targets, `about.batch` at most."""
        raise NotImplementedError

    def usable(self, request: Request, *, asked: dt.datetime, now: dt.datetime) -> bool:
        """Whether a request that was stored at `asked` can still be asked, or the walk begins again at the mark."""
        return True

    def with_secrets(self, request: Request, *, setup: Setup) -> Request:
        """The stored request with its keys and tokens, which are never stored."""
        return request

    @abstractmethod
    def read(self, answer: Answer, *, stream: str, mark: Notes, setup: Setup) -> Page:
        """What the answer holds. Pure. A piece that can't be read is an Unreadable among the items.

        Raises NotReadable (the whole answer is not what it should be), StartAgain, TryAgain, Refused.
        """

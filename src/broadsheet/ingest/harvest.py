"""Harvesting a source: fetch, read, store, go on, the same way for all of them.

One process harvests a source at a time, by a lock on this machine and a lease between machines. Whoever is killed has
lost at most the page at hand; the next run asks for it again.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import secrets
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from django.conf import settings

from broadsheet.ingest import queries, states
from broadsheet.ingest.fetcher import Fetcher, FetchError
from broadsheet.ingest.gates import Clock, Sleep
from broadsheet.ingest.harvest_store import (
    GivenWay,
    Tally,
    asked_about,
    from_json,
    known_state,
    open_cursor,
    restart,
    store_page,
    unchanged,
)
from broadsheet.ingest.models import Cursor
from broadsheet.ingest.sources.format import NotReadable
from broadsheet.ingest.sources.harvest import (
    About,
    Answer,
    Page,
    Refused,
    Request,
    Setup,
    Source,
    Span,
    StartAgain,
    Target,
    TryAgain,
)
from broadsheet.leases import services as leases

LEASE_SECONDS = 90.0
READINGS = 4  # times that an answer that can't be read is asked for
REFUSALS = 5  # requests about targets that may go wrong for good in one run
RESTARTS = 3  # times that a walk begins again in one run

Stop = Callable[[], bool]


class HarvestBusy(Exception):
    """Another process harvests this source at the moment; a sentence."""


class _Lost(Exception):
    """The lease went to another machine."""


@dataclass
class HarvestReport:
    """What a run came to. `done`: all of it was read; otherwise `error` says why not, or there was no time for more."""

    source: str
    tally: Tally = field(default_factory=Tally)
    done: bool = False
    error: str = ""
    kind: str = ""  # of the error: those of FetchError, and unreadable, refused
    retry_at: dt.datetime | None = None
    notices: list[str] = field(default_factory=list)
    targets: int = 0  # asked about


class Progress:
    """Told of every page that was stored; to be overridden by who shows it."""

    def page(self, report: HarvestReport, stream: str) -> None:
        """After each page."""


@dataclass
class Limits:
    """How far a run goes. `seconds` and `stop` end it after the page at hand; `pages` are per stream."""

    pages: int | None = None
    seconds: float | None = None
    stop: Stop = lambda: False


def setup_of(about: About) -> Setup:
    """What the owner set for this source: the settings that it names, and where it is asked."""
    return Setup(
        base_url=settings.SOURCE_URLS.get(about.name, about.base_url),
        settings={name: settings.HARVEST.get(name, "") for name in about.settings},
        contact=settings.CONTACT,
    )


def lacks(about: About) -> str:
    """Which setting the source can't do without, as a sentence; "" when none is missing."""
    missing = [name for name in about.needs if not settings.HARVEST.get(name)]
    return f"{about.title} needs the setting {' and '.join(missing)}." if missing else ""


def new_fetcher(clock: Clock, *, sleep: Sleep = time.sleep, patience: float = 300.0) -> Fetcher:
    """A fetcher as the settings say."""
    return Fetcher(clock=clock, sleep=sleep, allowed=settings.FETCH_ALLOW, contact=settings.CONTACT, patience=patience)


def harvest(
    source: Source,
    *,
    clock: Clock,
    fetcher: Fetcher,
    span: Span | None = None,
    streams: Sequence[str] = (),
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> HarvestReport:
    """Harvest a source as far as `limits` let it, from where it stands; with `span`, the days named, beside that.

    Failures are in the report and on the source's state. Raises HarvestBusy, and Refused for streams or days that the
    source can't be asked for.
    """
    with _turn(source.about, clock) as keep:
        run = _Run(source, clock, fetcher, span, limits or Limits(), keep, progress or Progress())
        states.begins(about=source.about, now=clock())
        run.all(list(streams))
        if run.span is None and not streams:
            states.ends(about=source.about, now=clock(), report=run.report)
        return run.report


class _Run:
    """One run over a source's streams and targets."""

    def __init__(
        self,
        source: Source,
        clock: Clock,
        fetcher: Fetcher,
        span: Span | None,
        limits: Limits,
        keep: Callable[[], None],
        progress: Progress,
    ) -> None:
        self.source, self.about, self.clock, self.fetcher, self.limits = source, source.about, clock, fetcher, limits
        self.keep, self.progress = keep, progress
        self.span = span if span and (span.first or span.until) else None
        self.setup = setup_of(source.about)
        self.report = HarvestReport(source.about.name)
        self.ends = time.monotonic() + limits.seconds if limits.seconds is not None else None
        self.failed: list[tuple[str, str]] = []

    @property
    def over(self) -> bool:
        return self.limits.stop() or (self.ends is not None and time.monotonic() >= self.ends)

    def all(self, named: Sequence[str]) -> None:
        report = self.report
        if sentence := lacks(self.about):
            report.error, report.kind = sentence, "settings"
            return
        finished = True
        try:
            for stream in self._streams(named):
                try:
                    finished = self._stream(stream) and finished
                except Refused as error:  # before anything was asked
                    if named or self.span:
                        raise
                    self.failed.append((str(error), "refused"))
            if self.about.asks_about and not named and not self.over:
                finished = self._targets() and finished
        except FetchError as error:
            report.error, report.kind, report.retry_at = str(error), error.kind, error.retry_at
            return
        except (GivenWay, _Lost) as error:
            report.error, report.kind = str(error), "busy"
            return
        if self.failed:
            report.error = " ".join(sentence for sentence, _ in self.failed[:5])
            report.kind = self.failed[0][1]
        report.done = finished and not self.failed

    def _streams(self, named: Sequence[str]) -> list[str]:
        if type(self.source).start is Source.start:
            return []
        return list(named) or self.source.streams(self.setup)

    # Walking a stream

    def _stream(self, stream: str) -> bool:
        """Walk a stream to its end; False when there was no time for all of it."""
        cursor = open_cursor(source=self.about.name, stream=stream[:400], span=span_key(self.span))
        request = self._pending(cursor) or self._first(stream, cursor)
        restarts = pages = 0
        while request:
            if self.over or (self.limits.pages is not None and pages >= self.limits.pages):
                return False
            try:
                request = self._page(request, stream, cursor)
            except StartAgain as error:
                restarts += 1
                if restarts > RESTARTS:
                    raise FetchError("unreadable", str(error), temporary=True) from error
                restart(cursor=cursor)
                request = self._first(stream, cursor)
            except (Refused, NotReadable) as error:
                self._fail(stream, cursor, str(error), "refused" if isinstance(error, Refused) else "unreadable")
                return True
            except FetchError as error:
                if error.temporary or error.kind in ("tls", "address"):
                    raise
                self._fail(stream, cursor, str(error), error.kind)
                return True
            pages += 1
        return True

    def _pending(self, cursor: Cursor) -> Request | None:
        if not cursor.pending or not cursor.pending_at:
            return None
        request = from_json(cursor.pending)
        return request if self.source.usable(request, asked=cursor.pending_at, now=self.clock()) else None

    def _first(self, stream: str, cursor: Cursor) -> Request | None:
        span = self.span
        if span is None:
            back = dt.timedelta(days=settings.FIRST_HARVEST_DAYS)
            span = Span(first=None if cursor.mark else (self.clock() - back).date())
        return self.source.start(stream, cursor.mark, setup=self.setup, span=span, now=self.clock())

    def _fail(self, stream: str, cursor: Cursor, sentence: str, kind: str) -> None:
        """This stream is given up for now; the others go on. The next run begins at its mark."""
        restart(cursor=cursor)
        named = f"{stream}: " if stream and stream not in sentence else ""
        self.failed.append((f"{named}{sentence}", kind))

    def _page(self, request: Request, stream: str, cursor: Cursor) -> Request | None:
        conditional = request.conditional and self.span is None
        request = replace(request, conditional=conditional)
        state = known_state(self.about, request) if conditional else {}
        answer, page = self._read(request, state, stream, cursor.mark)
        if page is None:
            unchanged(about=self.about, stream=stream, cursor=cursor, at=answer.at)
            return None
        self._store(page, answer, cursor, {}, stream)
        return page.next

    def _read(
        self, request: Request, state: Mapping[str, str], stream: str, mark: Mapping[str, object]
    ) -> tuple[Answer, Page | None]:
        """Ask and read, several times where an answer is one that should not be; no page where nothing has changed."""
        for reading in range(1, READINGS + 1):
            answer = self._fetch(request, state)
            if answer.status == 304:
                return answer, None
            try:
                return answer, self.source.read(answer, stream=stream, mark=mark, setup=self.setup)
            except (NotReadable, TryAgain) as error:
                if reading < READINGS:
                    continue
                if isinstance(error, TryAgain):
                    raise FetchError("unreadable", str(error), temporary=True) from error
                raise
        raise AssertionError("the last reading raises")

    def _fetch(self, request: Request, state: Mapping[str, str]) -> Answer:
        full = self.source.with_secrets(request, setup=self.setup)
        full = replace(full, headers={**full.headers, **state})
        answer = self.fetcher.fetch(full, gate=self.about.gate, pause=self._pause(full.url), before=self.keep)
        return replace(answer, request=request)

    def _pause(self, url: str) -> float:
        """As the source asks; what the owner set may be shorter only where they allowed the host."""
        own = self.source.pause(self.setup)
        if settings.FETCH_PAUSE is None:
            return own
        netloc = url.partition("://")[2].partition("/")[0]
        inside = {netloc, netloc.rpartition(":")[0]} & set(settings.FETCH_ALLOW)
        return float(settings.FETCH_PAUSE if inside else max(own, settings.FETCH_PAUSE))

    def _store(
        self,
        page: Page,
        answer: Answer,
        cursor: Cursor | None,
        targets: Mapping[Target, Sequence[int]],
        stream: str,
    ) -> None:
        tally = store_page(about=self.about, page=page, answer=answer, cursor=cursor, targets=targets, beat=self.keep)
        self.report.tally.add(tally)
        self.report.notices += [notice for notice in page.notices if notice not in self.report.notices]
        states.answered(about=self.about, now=answer.at, records=tally.read)
        self.progress.page(self.report, stream)

    # Asking about what is here

    def _targets(self) -> bool:
        """Ask about what is due; False when there was no time for all of it."""
        pages = 0
        while found := queries.targets(self.about, now=self.clock()):
            if self.over or (self.limits.pages is not None and pages >= self.limits.pages):
                return False
            request = self.source.ask(list(found), setup=self.setup)
            state = known_state(self.about, request) if request.conditional else {}
            try:
                answer, page = self._read(request, state, "", {})
            except (Refused, NotReadable) as error:
                self.failed.append((str(error), "refused" if isinstance(error, Refused) else "unreadable"))
                if len(self.failed) >= REFUSALS:
                    return False
                asked_about(about=self.about, targets=found, at=self.clock())  # the others get their turn
                continue
            self._store(page or Page(), answer, None, found, "")
            self.report.targets += len(found)
            pages += 1
        return True


def span_key(span: Span | None) -> str:
    """How a cursor names a span of days; "" for the walk that goes on."""
    return f"{span.first or ''}..{span.until or ''}" if span else ""


@contextmanager
def _turn(about: About, clock: Clock) -> Iterator[Callable[[], None]]:
    """The right to harvest this source. Gives what renews it. Raises HarvestBusy."""
    holder = f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(6)}"
    name = f"harvest {about.name}"[:60]
    folder = Path(settings.HOME) / "gates"
    folder.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(folder / f"source-{about.name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    busy = HarvestBusy(f"Another process harvests {about.name} at the moment.")
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise busy from None
        # Whoever on this machine has the lease without the lock was killed.
        other = leases.holder_of(name=name)
        gone = other if other and other.partition(":")[0] == holder.partition(":")[0] else None
        if not leases.acquire(name=name, holder=holder, seconds=LEASE_SECONDS, now=clock(), instead_of=gone):
            raise busy
        renewed = time.monotonic()

        def keep() -> None:
            nonlocal renewed
            if time.monotonic() - renewed < LEASE_SECONDS / 3:
                return
            if not leases.renew(name=name, holder=holder, seconds=LEASE_SECONDS, now=clock()):
                raise _Lost(str(busy))
            renewed = time.monotonic()

        try:
            yield keep
        finally:
            leases.release(name=name, holder=holder)
    finally:
        os.close(descriptor)

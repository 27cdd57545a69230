"""The one way out to other servers: polite, bounded, and closed to what is inside.

Every request waits for its turn at the source's gate; what fails for the moment is tried again after a longer and
longer time; what a host asks for by Retry-After it gets. Failures come out as one class with a kind and a sentence.
"""

from __future__ import annotations

import datetime as dt
import random
import ssl
import time
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from email.utils import parsedate_to_datetime
from functools import cache
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlunsplit

import httpx

from broadsheet import __version__
from broadsheet.ingest import guard
from broadsheet.ingest.gates import Clock, Gate, Resting, Sleep
from broadsheet.ingest.sources.harvest import Answer, Request

LARGEST = 64 * 2**20  # bytes of a decoded answer
DEADLINE = 120.0  # seconds from the first byte asked to the last that came, redirects apart
TIMEOUT = httpx.Timeout(connect=10, read=30, write=10, pool=10)
REDIRECTS = 5
ATTEMPTS = 5
LONGEST_REST = dt.timedelta(days=1)  # that a Retry-After is believed
BUSY = frozenset({429, 503})
TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
# Without a network nothing is gained by waiting: whoever sits before the screen is told at once.
_FEWER = {"name": 1, "connection": 2}
_REDIRECT = frozenset({301, 302, 303, 307, 308})


class FetchError(Exception):
    """Why there is no answer, as a sentence. `kind` is one of: address, name, connection, timeout, cut, tls, large,
    redirect, coding, status, busy, resting. `retry_at` is set where asking again later may help, and when.
    """

    def __init__(
        self, kind: str, sentence: str, *, retry_at: dt.datetime | None = None, temporary: bool = False
    ) -> None:
        super().__init__(sentence)
        self.kind, self.retry_at, self.temporary = kind, retry_at, temporary or retry_at is not None


class Fetcher:
    """Asks. One for each thread; close it when done.

    `allowed` names hosts of the inside that the owner lets be asked, `contact` is how a source reaches the owner.
    `patience` is the longest wait in seconds that a host may ask for; beyond it FetchError says when to ask again.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        sleep: Sleep = time.sleep,
        chance: random.Random | None = None,
        allowed: Collection[str] = (),
        contact: str = "",
        patience: float = 300.0,
        largest: int = LARGEST,
        deadline: float = DEADLINE,
        attempts: int = ATTEMPTS,
        resolver: guard.Resolve = guard.resolve,
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._chance = chance or random.Random()  # noqa: S311  # jitter is no secret
        self._allowed, self._patience, self._resolver = frozenset(allowed), patience, resolver
        self._largest, self._deadline, self._attempts = largest, deadline, attempts
        self._clients: dict[tuple[str, str, int], httpx.Client] = {}
        self.user_agent = f"Broadsheet/{__version__} (a self-hosted reader of papers; {contact or 'no contact given'})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        for client in self._clients.values():
            client.close()
        self._clients.clear()

    def fetch(self, request: Request, *, gate: str, pause: float, before: Callable[[], None] | None = None) -> Answer:
        """Ask, and again where that may help. `before` is called before each attempt, outside of the gate's turn.

        Raises FetchError.
        """
        passage = Gate(gate, clock=self._clock, sleep=self._sleep)
        for attempt in range(1, self._attempts + 1):
            if before:
                before()
            try:
                with passage.turn(pause=pause, patience=self._patience) as turn:
                    try:
                        answer = self._ask(request, pause)
                    except FetchError as error:
                        again = self._again_at(error, attempt, pause)
                        if error.temporary:
                            turn.failed(rest_until=again)
                        else:
                            turn.answered()
                        if not error.temporary or attempt >= min(self._attempts, _FEWER.get(error.kind, ATTEMPTS)):
                            raise
                        if (again - self._clock()).total_seconds() > self._patience:
                            error.retry_at = again
                            raise
                        continue
                    turn.answered()
                    return answer
            except Resting as rest:
                until = f"{rest.until:%Y-%m-%d %H:%M} UTC"
                sentence = f"{gate} is left alone until {until}: it asked for that, or failed again and again."
                raise FetchError("resting", sentence, retry_at=rest.until) from rest
        raise AssertionError("the last attempt raises")

    def _again_at(self, error: FetchError, attempt: int, pause: float) -> dt.datetime:
        """When to ask again: as the host says, else after a time that doubles with each attempt, with jitter."""
        if error.retry_at:
            return error.retry_at
        seconds = max(pause, 0.2) * 2**attempt * self._chance.uniform(0.5, 1.0)
        return self._clock() + dt.timedelta(seconds=seconds)

    def _ask(self, request: Request, pause: float) -> Answer:
        """One attempt, its redirects followed by hand: each address is looked at."""
        url, method, secret = request.url, request.method, dict(request.secret)
        home: tuple[str, str, int] | None = None
        for hop in range(REDIRECTS + 1):
            place = self._checked(url)
            if home and place.origin != home:
                secret = {}
            if home and home[0] == "https" and place.parts.scheme != "https":
                raise FetchError("redirect", f"{home[1]} leads from https to http, which is not followed.")
            home = home or place.origin
            if hop:
                self._sleep(pause)  # a redirect is a request like any other
            try:
                response = self._exchange(place, method, request, secret)
            except httpx.HTTPError as error:
                raise _classified(error, place.host) from error
            if isinstance(response, Answer):
                return response
            url, method = urljoin(url, response), method
        raise FetchError("redirect", f"{request.url[:200]} leads on more than {REDIRECTS} times.")

    def _checked(self, url: str) -> guard.Place:
        try:
            return guard.check(url, allowed=self._allowed, resolver=self._resolver)
        except guard.AddressRefused as error:
            raise FetchError("address", str(error)) from error
        except OSError as error:
            host = urlhost(url)
            raise FetchError(
                "name",
                f"The name {host} could not be looked up. Is there a connection to the internet?",
                temporary=True,
            ) from error

    def _exchange(self, place: guard.Place, method: str, request: Request, secret: Mapping[str, str]) -> Answer | str:
        """The answer, or the address that it leads on to. Raises httpx.HTTPError and FetchError."""
        headers = {"Accept-Encoding": "gzip", "User-Agent": self.user_agent, **request.headers, **secret}
        headers["Host"] = place.parts.netloc.rpartition("@")[2]
        failed: httpx.HTTPError | None = None
        for address in place.addresses:
            netloc = f"[{address}]:{place.port}" if ":" in address else f"{address}:{place.port}"
            target = urlunsplit((place.parts.scheme, netloc, place.parts.path or "/", place.parts.query, ""))
            if place.origin not in self._clients:
                self._clients[place.origin] = _client()
            stream = self._clients[place.origin].stream(
                method, target, headers=headers, content=request.body or None, extensions={"sni_hostname": place.host}
            )
            try:
                with stream as response:
                    return self._received(response, request, place.host)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failed = error  # the next address may do
        raise failed or httpx.ConnectError(f"{place.host} has no address")

    def _received(self, response: httpx.Response, request: Request, host: str) -> Answer | str:
        status = response.status_code
        if status in _REDIRECT and response.headers.get("location"):
            if request.method != "GET" and status not in (307, 308):
                raise FetchError(
                    "redirect", f"{host} leads a {request.method} request elsewhere, which is not followed."
                )
            return str(response.headers["location"])
        expected = status == 200 or status == 304 or status in request.expects
        if not expected:
            raise self._refusal(response, host)
        content = b"" if status == 304 else b"".join(self._body(response, host))
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(request, status, content, headers, self._clock())

    def _refusal(self, response: httpx.Response, host: str) -> FetchError:
        status = response.status_code
        retry_at = self._retry_after(response.headers.get("retry-after", ""))
        if status in BUSY:
            return FetchError(
                "busy", f"{host} asks for fewer requests (HTTP {status}).", retry_at=retry_at, temporary=True
            )
        if status in TRANSIENT:
            return FetchError("status", f"{host} has a fault (HTTP {status}).", retry_at=retry_at, temporary=True)
        if status in (401, 403):
            return FetchError("status", f"{host} does not let us in (HTTP {status}). Is the key or the address right?")
        if status in (404, 410):
            return FetchError("status", f"{host} has nothing at this address (HTTP {status}).")
        return FetchError("status", f"{host} does not answer this request (HTTP {status}).")

    def _retry_after(self, text: str) -> dt.datetime | None:
        """Seconds or an HTTP date (RFC 9110, 10.2.3); None for anything else. A date that is over means now."""
        now, text = self._clock(), text.strip()
        at: dt.datetime | None = None
        if text.isascii() and text.isdigit():
            at = now + min(dt.timedelta(seconds=int(text[:9])), LONGEST_REST)
        else:
            with suppress(ValueError, TypeError, OverflowError):
                at = parsedate_to_datetime(text)
                at = at.replace(tzinfo=dt.UTC) if at.tzinfo is None else at.astimezone(dt.UTC)
        return min(max(at, now), now + LONGEST_REST) if at else None

    def _body(self, response: httpx.Response, host: str) -> Iterator[bytes]:
        """The decoded content, in bounded steps: a small answer that unpacks to a huge one is stopped on the way."""
        coding = response.headers.get("content-encoding", "identity").strip().lower()
        if coding not in ("", "identity", "gzip", "x-gzip"):
            raise FetchError("coding", f"{host} answers in a coding that was not asked for ({coding[:40]}).")
        zipped = "gzip" in coding
        unpack = zlib.decompressobj(wbits=31)
        ends = time.monotonic() + self._deadline
        size = packed = 0
        for chunk in response.iter_raw():
            packed += len(chunk)
            while True:
                try:
                    part = unpack.decompress(chunk, self._largest - size + 1) if zipped else chunk
                except zlib.error as error:
                    raise FetchError("cut", f"The answer of {host} came in damaged.", temporary=True) from error
                size += len(part)
                if size > self._largest:
                    raise FetchError("large", f"The answer of {host} is larger than {self._largest:,} bytes.")
                yield part
                if not (zipped and unpack.eof and unpack.unused_data):
                    break
                chunk, unpack = unpack.unused_data, zlib.decompressobj(wbits=31)  # gzip may come in several members
            if time.monotonic() > ends:
                raise FetchError("timeout", f"{host} answered too slowly.", temporary=True)
        if zipped and packed and not unpack.eof:
            raise FetchError("cut", f"The answer of {host} was cut off.", temporary=True)


def _client() -> httpx.Client:
    """A client without settings from the environment: a proxy would look names up itself, behind the guard."""
    return httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False, verify=_certificates())


@cache
def _certificates() -> ssl.SSLContext:
    """Whom to believe; reading the list takes a tenth of a second."""
    return httpx.create_ssl_context()


def urlhost(url: str) -> str:
    """The host in an address, for sentences."""
    return url.partition("://")[2].partition("/")[0].rpartition("@")[2][:80]


def _classified(error: httpx.HTTPError, host: str) -> FetchError:
    """The error as ours."""
    if isinstance(error, httpx.ConnectError) and _is_tls(error):
        return FetchError("tls", f"The certificate of {host} could not be checked, so nothing was asked.")
    if isinstance(error, httpx.TimeoutException):
        return FetchError("timeout", f"{host} did not answer in time.", temporary=True)
    if isinstance(error, httpx.ConnectError):
        return FetchError(
            "connection", f"{host} could not be reached. Is there a connection to the internet?", temporary=True
        )
    if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError | httpx.WriteError | httpx.CloseError):
        return FetchError("cut", f"{host} cut the connection.", temporary=True)
    return FetchError("connection", f"{host} could not be asked.", temporary=True)


def _is_tls(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause:
        if isinstance(cause, ssl.SSLError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False

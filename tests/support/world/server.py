"""A local HTTP server: routes that answer, a log of who asked when, and a plan of what goes wrong."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%s;" % (b"%d" % (n - 1) if n else b"") * 10) for n in range(9))
    + b"]><b>&a8;</b>"
)


@dataclass(frozen=True)
class Asked:
    """A request as it came in. `at` is in seconds of a clock that only moves forward."""

    at: float
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Reply:
    """What the server says."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False  # the connection ends half-way
    drip: float = 0.0  # seconds between the parts of the body


Route = Callable[[Asked], Reply]
# A fault takes the reply that would have been given, and gives another.
FAULTS: dict[str, Callable[[Reply], Reply]] = {
    "busy": lambda reply: Reply(b"slow down", 429),
    "wait": lambda reply: Reply(b"slow down", 429, {"Retry-After": "0"}),
    "wait until": lambda reply: Reply(b"slow down", 503, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}),
    "down": lambda reply: Reply(b"<html>down</html>", 503),
    "fault": lambda reply: Reply(b"oops", 500),
    "cut": lambda reply: Reply(reply.body, reply.status, reply.headers, cut=True),
    "drip": lambda reply: Reply(reply.body, reply.status, reply.headers, drip=0.01),
    "half": lambda reply: Reply(reply.body[: len(reply.body) // 2], reply.status, reply.headers),
    "bomb": lambda reply: Reply(BOMB, reply.status, reply.headers),
    "empty": lambda reply: Reply(b"", reply.status, reply.headers),
}


class World:
    """A server on a port of its own while the `with` lasts.

    `plan(number, asked)` names the fault of the request of that number (from 0), or says None.
    """

    def __init__(self, plan: Callable[[int, Asked], str | None] | None = None) -> None:
        self.log: list[tuple[Asked, int]] = []
        self.plan = plan
        self._routes: dict[str, Route] = {}
        self._lock = threading.Lock()
        self._count = 0
        handler = type("Handler", (_Handler,), {"world": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def route(self, prefix: str, answer: Route) -> None:
        """Let `answer` speak for all paths that begin with `prefix`; the longest prefix counts."""
        self._routes[prefix] = answer

    def reply(self, asked: Asked) -> Reply:
        """What is said to a request, its fault included."""
        prefix = max((one for one in self._routes if asked.path.startswith(one)), key=len, default=None)
        reply = self._routes[prefix](asked) if prefix is not None else Reply(b"nothing here", 404)
        with self._lock:
            number, self._count = self._count, self._count + 1
            fault = self.plan(number, asked) if self.plan else None
            if fault:
                reply = FAULTS[fault](reply)
            self.log.append((asked, reply.status))
        return reply

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def chance_of(seed: int, faults: Sequence[str], *, share: float) -> Callable[[int, Asked], str | None]:
    """A plan in which `share` of the requests meets one of these faults, never more than two in a row."""
    chance = random.Random(seed)
    row = 0

    def plan(number: int, asked: Asked) -> str | None:
        nonlocal row
        fault = chance.choice(faults) if row < 2 and chance.random() < share else None
        row = row + 1 if fault and fault != "drip" else 0
        return fault

    return plan


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: whoever asked was killed, and the test knows."""


class _Handler(BaseHTTPRequestHandler):
    world: World
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        at = time.monotonic()
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        asked = Asked(
            at,
            self.command,
            parts.path,
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(length),
        )
        self._send(self.world.reply(asked))

    do_POST = do_GET  # noqa: N815  # the name that the library looks for

    def _send(self, reply: Reply) -> None:
        try:
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.status != 304:
                self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            if reply.cut:
                self.wfile.write(reply.body[: len(reply.body) // 2])
                self.close_connection = True
            elif reply.drip:
                size = max(1, len(reply.body) // 8)
                for start in range(0, len(reply.body), size):
                    self.wfile.write(reply.body[start : start + size])
                    self.wfile.flush()
                    time.sleep(reply.drip)
            elif reply.status != 304:
                self.wfile.write(reply.body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # whoever asked was killed

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing: the log is `World.log`."""

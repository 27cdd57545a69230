"""One way out: polite, bounded, closed to what is inside, and clear about what went wrong."""

from __future__ import annotations

import ast
import datetime as dt
import gzip
import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import format_datetime
from pathlib import Path

import pytest
from django.db import connections

import broadsheet
from broadsheet.ingest.fetcher import Fetcher, FetchError
from broadsheet.ingest.models import HostGate
from broadsheet.ingest.sources.harvest import Request
from tests.support.world.server import Asked, Reply, World

pytestmark = pytest.mark.django_db
START = dt.datetime(2026, 9, 18, 12, 0, tzinfo=dt.UTC)


@dataclass
class Time:
    """A clock that moves only when somebody sleeps."""

    now: dt.datetime = START
    slept: list[float] = field(default_factory=list)

    def clock(self) -> dt.datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += dt.timedelta(seconds=seconds)

    @property
    def passed(self) -> float:
        return (self.now - START).total_seconds()


@pytest.fixture
def world() -> Iterator[World]:
    with World() as found:
        found.route("/", lambda asked: Reply(b"hello"))
        yield found


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def fetcher(world: World, time: Time) -> Iterator[Fetcher]:
    with Fetcher(
        clock=time.clock, sleep=time.sleep, chance=random.Random(1), allowed=[world.host], contact="me@example.org"
    ) as found:
        yield found


def planned(*faults: str | None) -> Callable[[int, Asked], str | None]:
    return lambda number, asked: faults[number] if number < len(faults) else None


def get(fetcher: Fetcher, world: World, path: str = "/", *, pause: float = 3, **more: object) -> bytes:
    return fetcher.fetch(Request(world.url + path, **more), gate="world", pause=pause).content  # type: ignore[arg-type]


def failure(fetcher: Fetcher, world: World, path: str = "/", **more: object) -> FetchError:
    with pytest.raises(FetchError) as caught:
        get(fetcher, world, path, **more)
    assert str(caught.value).endswith((".", "?", "."))
    return caught.value


def test_nobody_else_asks_the_network() -> None:
    package = Path(broadsheet.__file__).parent
    askers = {"httpx", "httpcore", "requests", "urllib.request", "http.client", "urllib3", "aiohttp"}
    found = set()
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name == one or name.startswith(f"{one}.") for name in names for one in askers):
                found.add(path.relative_to(package).as_posix())
    assert found == {"ingest/fetcher.py"}


def test_it_says_who_it_is_and_how_to_reach_the_owner(fetcher: Fetcher, world: World) -> None:
    assert get(fetcher, world) == b"hello"
    agent = world.log[0][0].headers["user-agent"]
    assert agent.startswith(f"Broadsheet/{broadsheet.__version__}")
    assert "me@example.org" in agent


def test_it_leaves_the_pause_between_two_requests(fetcher: Fetcher, world: World, time: Time) -> None:
    for _ in range(4):
        get(fetcher, world, pause=3)
    assert time.passed == pytest.approx(9)


def test_the_pace_holds_over_fetchers(world: World, time: Time) -> None:
    for _ in range(3):
        with Fetcher(clock=time.clock, sleep=time.sleep, allowed=[world.host]) as one:
            get(one, world, pause=3)
    assert time.passed == pytest.approx(6)


def test_another_gate_does_not_wait(fetcher: Fetcher, world: World, time: Time) -> None:
    get(fetcher, world)
    fetcher.fetch(Request(world.url), gate="another", pause=3)
    assert time.passed == 0


@pytest.mark.django_db(transaction=True)
def test_only_one_asks_at_a_time(world: World) -> None:
    inside, most, lock = 0, 0, threading.Lock()

    def slowly(asked: Asked) -> Reply:
        nonlocal inside, most
        with lock:
            inside, most = inside + 1, max(most, inside + 1)
        threading.Event().wait(0.05)
        with lock:
            inside -= 1
        return Reply(b"x")

    world.route("/slow", slowly)

    def ask() -> None:
        with Fetcher(clock=lambda: dt.datetime.now(dt.UTC), allowed=[world.host]) as one:
            for _ in range(3):
                get(one, world, "/slow", pause=0.02)
        connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(world.log) == 9
    assert most == 1


@pytest.mark.parametrize("fault", ["busy", "down", "fault", "cut", "wait", "wait until"])
def test_it_asks_again_after_a_fault(fetcher: Fetcher, world: World, time: Time, fault: str) -> None:
    world.plan = planned(fault, fault)
    assert get(fetcher, world) == b"hello"
    assert len(world.log) == 3
    assert time.passed >= 6


def test_it_waits_longer_each_time_and_not_always_the_same(world: World, time: Time) -> None:
    waits = set()
    for seed in (1, 2):
        world.log.clear()
        world._count = 0
        world.plan = planned("busy", "busy", "busy")
        time.slept.clear()
        with Fetcher(clock=time.clock, sleep=time.sleep, chance=random.Random(seed), allowed=[world.host]) as one:
            one.fetch(Request(world.url), gate=f"gate {seed}", pause=1)
        total = sum(time.slept)
        assert 1 + 2 + 4 <= total <= 2 + 4 + 8 + 1
        waits.add(total)
    assert len(waits) == 2


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_it_waits_as_long_as_the_host_asks(fetcher: Fetcher, world: World, time: Time, form: str) -> None:
    at = START + dt.timedelta(seconds=90)
    text = "90" if form == "seconds" else format_datetime(at, usegmt=True)
    replies = iter([Reply(b"", 429, {"Retry-After": text}), Reply(b"well")])
    world.route("/busy", lambda asked: next(replies))
    assert get(fetcher, world, "/busy") == b"well"
    assert 90 <= time.passed < 95


def test_everybody_at_the_gate_waits_as_long_as_the_host_asks(fetcher: Fetcher, world: World, time: Time) -> None:
    world.route("/busy", lambda asked: Reply(b"", 503, {"Retry-After": "7200"}))
    error = failure(fetcher, world, "/busy")
    assert (error.kind, error.retry_at) == ("busy", START + dt.timedelta(hours=2))
    assert failure(fetcher, world).kind == "resting"
    assert len(world.log) == 1
    time.now += dt.timedelta(hours=2)
    assert get(fetcher, world) == b"hello"


@pytest.mark.parametrize("text", ["soon", "-5", "1e9", "", "99999999999999", "Mon, 99 Foo 2020"])
def test_a_retry_after_that_says_nothing_sensible_does_no_harm(fetcher: Fetcher, world: World, text: str) -> None:
    world.route("/busy", lambda asked: Reply(b"", 429, {"Retry-After": text}))
    error = failure(fetcher, world, "/busy")
    assert error.kind in {"busy", "resting"}
    assert error.retry_at is None or error.retry_at <= START + dt.timedelta(days=1, minutes=5)


def test_it_gives_up_after_five_attempts(fetcher: Fetcher, world: World) -> None:
    world.route("/down", lambda asked: Reply(b"", 502))
    assert failure(fetcher, world, "/down").kind == "status"
    assert len(world.log) == 5


@pytest.mark.parametrize(("status", "word"), [(404, "nothing at this address"), (403, "key"), (400, "HTTP 400")])
def test_what_will_not_change_is_asked_once(fetcher: Fetcher, world: World, status: int, word: str) -> None:
    world.route("/no", lambda asked: Reply(b"", status))
    error = failure(fetcher, world, "/no")
    assert word in str(error)
    assert (error.temporary, len(world.log)) == (False, 1)


def test_an_expected_error_is_an_answer(fetcher: Fetcher, world: World) -> None:
    world.route("/no", lambda asked: Reply(b"<error/>", 400))
    answer = fetcher.fetch(Request(world.url + "/no", expects=frozenset({400})), gate="world", pause=0)
    assert (answer.status, answer.content) == (400, b"<error/>")


def test_a_host_that_fails_again_and_again_is_left_alone_for_a_while(
    fetcher: Fetcher, world: World, time: Time
) -> None:
    world.plan = lambda number, asked: "down"
    assert failure(fetcher, world).kind == "busy"
    assert failure(fetcher, world).kind == "resting"
    asked = len(world.log)
    assert asked == 8
    assert failure(fetcher, world).kind == "resting"
    assert len(world.log) == asked
    time.now += dt.timedelta(minutes=11)
    assert failure(fetcher, world).kind == "resting"  # it was asked once, and rests for longer now
    assert len(world.log) == asked + 1
    time.now += dt.timedelta(minutes=21)
    world.plan = None
    assert get(fetcher, world) == b"hello"
    assert HostGate.objects.get(pk="world").failures == 0


def test_what_has_not_changed_is_said_in_a_status(fetcher: Fetcher, world: World) -> None:
    world.route("/", lambda asked: Reply(b"", 304) if asked.headers.get("if-none-match") == '"1"' else Reply(b"x"))
    request = Request(world.url, headers={"If-None-Match": '"1"'})
    assert fetcher.fetch(request, gate="world", pause=0).status == 304


def test_it_follows_redirects_and_counts_them(fetcher: Fetcher, world: World, time: Time) -> None:
    world.route("/from", lambda asked: Reply(b"", 302, {"Location": "/to?a=b"}))
    world.route("/to", lambda asked: Reply(asked.query["a"].encode()))
    world.route("/round", lambda asked: Reply(b"", 302, {"Location": "/round"}))
    assert get(fetcher, world, "/from") == b"b"
    assert time.passed == 3  # the second request waits like any other
    assert failure(fetcher, world, "/round").kind == "redirect"


@pytest.mark.parametrize("inner", ["http://169.254.169.254/latest/", "http://localhost:1/", "file:///etc/passwd"])
def test_a_redirect_is_looked_at_like_any_address(fetcher: Fetcher, world: World, inner: str) -> None:
    world.route("/from", lambda asked: Reply(b"", 302, {"Location": inner}))
    assert failure(fetcher, world, "/from").kind == "address"


def test_keys_stay_with_the_host_they_were_meant_for(world: World, time: Time) -> None:
    with World() as other:
        other.route("/", lambda asked: Reply(b"other"))
        world.route("/away", lambda asked: Reply(b"", 307, {"Location": other.url}))
        world.route("/home", lambda asked: Reply(b"", 307, {"Location": "/"}))
        with Fetcher(clock=time.clock, sleep=time.sleep, allowed=[world.host, other.host]) as one:
            for path in ("/away", "/home"):
                one.fetch(Request(world.url + path, secret={"x-api-key": "k"}), gate="world", pause=0)
        assert "x-api-key" not in other.log[0][0].headers
    assert [asked.headers.get("x-api-key") for asked, _ in world.log] == ["k", "k", "k"]


def test_a_name_that_leads_elsewhere_a_moment_later_changes_nothing(world: World, time: Time) -> None:
    """The name is looked up once; the connection goes to the address that was looked at."""
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    with Fetcher(
        clock=time.clock, sleep=time.sleep, allowed=["papers.test"], resolver=lambda host, port: next(answers)
    ) as one:
        request = Request(f"http://papers.test:{world.port}/")
        assert one.fetch(request, gate="world", pause=0).content == b"hello"
    assert world.log[0][0].headers["host"] == f"papers.test:{world.port}"
    assert next(answers) == ["10.0.0.1"]


def test_this_machine_is_not_asked_unless_the_owner_says_so(world: World, time: Time) -> None:
    with Fetcher(clock=time.clock, sleep=time.sleep) as one, pytest.raises(FetchError, match="FETCH_ALLOW") as caught:
        get(one, world)
    assert caught.value.kind == "address"
    assert world.log == []


def test_an_answer_has_a_greatest_size(world: World, time: Time) -> None:
    zipped = {"Content-Encoding": "gzip"}
    world.route("/long", lambda asked: Reply(b"x" * 5_000))
    world.route("/bomb", lambda asked: Reply(gzip.compress(b"\0" * 50_000_000), 200, zipped))
    world.route("/zip", lambda asked: Reply(gzip.compress(b"a" * 400) + gzip.compress(b"b" * 400), 200, zipped))
    world.route("/torn", lambda asked: Reply(gzip.compress(b"a" * 400)[:-9], 200, zipped))
    world.route("/odd", lambda asked: Reply(b"?", 200, {"Content-Encoding": "br"}))
    with Fetcher(clock=time.clock, sleep=time.sleep, allowed=[world.host], largest=1_000) as one:
        assert failure(one, world, "/long").kind == "large"
        assert failure(one, world, "/bomb").kind == "large"
        assert get(one, world, "/zip") == b"a" * 400 + b"b" * 400
        assert failure(one, world, "/torn").kind == "cut"
        assert failure(one, world, "/odd").kind == "coding"


def test_a_body_that_drips_is_cut_off(world: World, time: Time) -> None:
    world.route("/drip", lambda asked: Reply(b"x" * 80, drip=0.05))
    with Fetcher(clock=time.clock, sleep=time.sleep, allowed=[world.host], deadline=0.1, attempts=1) as one:
        assert failure(one, world, "/drip").kind == "timeout"


def test_nobody_there_is_said_in_a_sentence(time: Time) -> None:
    def nowhere(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    with Fetcher(clock=time.clock, sleep=time.sleep, resolver=nowhere) as one:
        error = failure(one, World(), "")
    assert error.kind == "name"
    assert "connection to the internet" in str(error)


def test_a_closed_port_is_said_in_a_sentence(world: World, time: Time) -> None:
    with Fetcher(clock=time.clock, sleep=time.sleep, allowed=["127.0.0.1"]) as one, pytest.raises(FetchError) as caught:
        one.fetch(Request("http://127.0.0.1:1/"), gate="world", pause=0)
    assert caught.value.kind == "connection"

"""While a large file is taken in, the site goes on: 20 readers load pages and a writer writes a row a second.

`make soak DURATION=…`: half a minute gives steady figures; 15 seconds are enough to see a writer that does not get its
turn. The bounds are those of issue 3: no error, the writer's p99 ≤ 200 ms, the pages' p99 ≤ 500 ms.
"""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest

from tests.soak.heaps import write_heap

COMMAND = [sys.executable, "-c", "from broadsheet.cli.main import main; main()"]
READERS = 20
THINK = 1.0  # seconds a reader looks at a page, on average
PAGE_P99, WRITER_P99 = 0.500, 0.200  # seconds

# One paper a second by the catalog's door, and one session by the site's: what a reader's click comes to.
WRITER = """
import json, sys, time
from broadsheet.cli.boot import boot
boot(None, migrate=False)
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from broadsheet.catalog.records import SourceRecord
from broadsheet.catalog.services import take_in
took, errors, ends, n = [], [], time.monotonic() + float(sys.argv[1]), 0
while time.monotonic() < ends:
    n += 1
    record = SourceRecord("jsonl", f"writer-{n}", f"Row {n} of the patient writer", f"It is row r{n}r.")
    start = time.perf_counter()
    try:
        take_in(records=[record], now=timezone.now())
        session = SessionStore()
        session["n"] = n
        session.save()
    except Exception as error:
        errors.append(repr(error))
    took.append(time.perf_counter() - start)
    time.sleep(max(0.0, 1.0 - took[-1]))
print(json.dumps({"took": took, "errors": errors}))
"""


class Reader(threading.Thread):
    """Somebody who looks at the front page, searches and opens a paper, again and again."""

    def __init__(self, url: str, papers: list[str], seed: int) -> None:
        super().__init__(daemon=True)
        self.url, self.papers, self.chance = url, papers, random.Random(seed)
        self.stopped, self.took, self.failures = threading.Event(), list[float](), list[str]()

    def run(self) -> None:
        while not self.stopped.wait(self.chance.uniform(0, 2 * THINK)):
            search = f"/search?q=w{self.chance.randrange(5_000)}+model"
            path = self.chance.choice(["/", search, f"/papers/{self.chance.choice(self.papers)}"])
            start = time.perf_counter()
            try:
                with urllib.request.urlopen(self.url + path, timeout=30) as answer:
                    answer.read()
            except OSError as error:
                self.failures.append(f"{path}: {error}")
            self.took.append(time.perf_counter() - start)


def p99(values: list[float]) -> float:
    """The value that 99 of 100 do not exceed (nearest rank: with fewer than 100 values, the greatest)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]


def spread(values: list[float]) -> str:
    """Median, p99 and the greatest, in milliseconds."""
    ordered = sorted(values)
    median, last = ordered[len(ordered) // 2] * 1e3, ordered[-1] * 1e3
    return f"median {median:.0f} ms, p99 {p99(values) * 1e3:.0f} ms, most {last:.0f} ms"


def found_papers(process_env: dict[str, str]) -> list[str]:
    done = subprocess.run(
        [*COMMAND, "search", "--json", "--limit", "50", "learning"],
        env=process_env,
        capture_output=True,
        text=True,
        check=True,
    )
    return [hit["id"] for hit in json.loads(done.stdout)["hits"]]


@pytest.mark.soak
def test_nobody_waits_for_an_ingest(
    server: str, process_env: dict[str, str], tmp_path: Path, seed: int, duration: float
) -> None:
    heap = write_heap(tmp_path / "heap.jsonl", int(duration * 1_500))  # more than can be taken in meanwhile
    readers = [Reader(server, found_papers(process_env), seed + n) for n in range(READERS)]
    with subprocess.Popen(
        [*COMMAND, "ingest", str(heap)], env=process_env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as ingest:
        time.sleep(1.5)  # until it writes
        for reader in readers:
            reader.start()
        writer = subprocess.run(
            [sys.executable, "-c", WRITER, str(duration)], env=process_env, capture_output=True, text=True, check=False
        )
        for reader in readers:
            reader.stopped.set()
        for reader in readers:
            reader.join(timeout=60)
        busy = ingest.poll() is None
        ingest.send_signal(signal.SIGINT)
        ingest.wait(timeout=60)
    assert writer.returncode == 0, writer.stderr
    wrote = json.loads(writer.stdout)
    pages = [took for reader in readers for took in reader.took]
    doctor = subprocess.run(
        [*COMMAND, "doctor", "--json"], env=process_env, capture_output=True, text=True, check=False
    )
    state = {check["name"]: check["detail"] for check in json.loads(doctor.stdout)["checks"]}
    figures = f"{len(pages)} pages: {spread(pages)}; {len(wrote['took'])} writes: {spread(wrote['took'])}"
    print(f"\nseed {seed}: {figures}; {state['records']}")
    assert busy, "the ingest was over before the readers were"
    assert not wrote["errors"]
    assert [failure for reader in readers for failure in reader.failures] == []
    assert p99(wrote["took"]) <= WRITER_P99
    assert p99(pages) <= PAGE_P99

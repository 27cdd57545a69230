"""Killed with -9 at random moments, ingest and rebuild lose nothing and double nothing, and searches go on.

`make soak SEED=… DURATION=…`: kills until the time is up, but 30 times at the most (KILLS= changes that).
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-c", "from broadsheet.cli.main import main; main()"]
PAPERS = 3000


@pytest.fixture
def heap(tmp_path: Path) -> Path:
    """A file of papers that takes a few seconds to read."""
    path = tmp_path / "heap.jsonl"
    with path.open("w") as file:
        for n in range(PAPERS):
            abstract = f"Abstract of number {n}: " + " ".join(f"w{(n * 31 + k * 17) % 997}" for k in range(80))
            paper = {
                "title": f"Paper number {n} on w{n % 997}",
                "abstract": abstract,
                "id": f"24{n % 12 + 1:02}.{n:05}",
            }
            file.write(json.dumps(paper) + "\n")
    return path


class Searcher(threading.Thread):
    """A reader who searches all the time, and remembers every answer that was not one."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.url, self.stopped, self.answers, self.failures = url, threading.Event(), 0, list[str]()

    def run(self) -> None:
        while not self.stopped.is_set():
            try:
                with urllib.request.urlopen(f"{self.url}/search?q=procedure+cloning", timeout=20) as answer:
                    body = answer.read().decode()
                if "Chain of Thought Imitation with Procedure Cloning" not in body:
                    self.failures.append("the paper was not found")
                self.answers += 1
            except OSError as error:
                self.failures.append(str(error))
            self.stopped.wait(0.05)


@pytest.mark.soak
def test_it_survives_kill_9_at_random_moments(
    heap: Path, server: str, process_env: dict[str, str], seed: int, duration: float
) -> None:
    chance = random.Random(seed)
    most = int(os.environ.get("KILLS") or 30)
    searcher = Searcher(server)
    searcher.start()
    ends = time.monotonic() + duration
    killed = finished = 0
    while killed < most and time.monotonic() < ends:
        words = chance.choice([["ingest", str(heap)], ["index", "--rebuild"]])
        with subprocess.Popen(
            [*COMMAND, *words], env=process_env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            try:
                process.wait(timeout=chance.uniform(0.3, 4.0))
                finished += 1
            except subprocess.TimeoutExpired:
                process.kill()
                killed += 1
    done = subprocess.run(
        [*COMMAND, "ingest", "--json", str(heap)], env=process_env, capture_output=True, text=True, check=False
    )
    searcher.stopped.set()
    searcher.join(timeout=30)
    print(f"\nseed {seed}: {killed} kills, {finished} runs to the end, {searcher.answers} searches answered")
    assert killed > 0
    assert done.returncode == 0, done.stderr
    totals = json.loads(done.stdout)["totals"]
    assert (totals["read"], totals["quarantined"], totals["merged"]) == (PAPERS, 0, 0)
    checks = subprocess.run(
        [*COMMAND, "doctor", "--json"], env=process_env, capture_output=True, text=True, check=False
    )
    assert checks.returncode == 0, checks.stdout
    assert f"{PAPERS + 323:,} indexed" in checks.stdout
    again = subprocess.run(
        [*COMMAND, "ingest", "--json", str(heap)], env=process_env, capture_output=True, text=True, check=True
    )
    assert json.loads(again.stdout)["totals"]["unchanged"] == PAPERS
    assert searcher.answers > 0
    assert not searcher.failures

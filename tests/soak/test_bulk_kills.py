"""Killed with -9 at random moments, bulk ingest, worker and rebuild end where an undisturbed run ends, byte for byte.

`make soak SEED=… DURATION=…`: kills for six tenths of the time, but 50 times at the most (KILLS= changes that).
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.soak.heaps import write_heap

COMMAND = [sys.executable, "-c", "from broadsheet.cli.main import main; main()"]
ENQUEUE = """
from broadsheet.cli.boot import boot
boot(None)
from broadsheet.jobs.tasks import run_soon
for name in ("prune sessions", "prune cache"):
    run_soon.enqueue(name)
"""


def run(words: list[str], env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([*COMMAND, *words], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    return done


def write_echo(heap: Path, path: Path) -> Path:
    """Every third paper of the heap once more without its id, so that records join by title and abstract; and every
    fifth with other words under the same id, so that papers are updated.
    """
    with heap.open() as read, path.open("w") as file:
        for n, line in enumerate(read):
            paper = json.loads(line)
            if n % 3 == 0:
                echo = {key: paper[key] for key in ("title", "abstract")}
                file.write(json.dumps({**echo, "url": f"https://example.org/{n}"}) + "\n")
            if n % 5 == 0:
                file.write(json.dumps({**paper, "abstract": paper["abstract"] + " revised"}) + "\n")
    return path


def own_home(env: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The environment of the undisturbed run: SQLite in a home of its own, since a dump is the same on both."""
    undisturbed = {key: value for key, value in env.items() if key != "DATABASE_URL"}
    return {**undisturbed, "BROADSHEET_HOME": str(tmp_path / "undisturbed")}


@pytest.mark.soak
def test_the_end_state_is_that_of_an_undisturbed_run(
    process_env: dict[str, str], tmp_path: Path, seed: int, duration: float
) -> None:
    chance = random.Random(seed)
    papers = int(max(2_500, min(20_000, duration * 100)))
    heap = write_heap(tmp_path / "heap.jsonl", papers)
    echo = write_echo(heap, tmp_path / "echo.jsonl")
    calm = own_home(process_env, tmp_path)
    run(["ingest", str(heap), str(echo)], calm)
    run(["dump", "--out", str(tmp_path / "calm.jsonl")], calm)

    choices = [["ingest", str(heap)], ["ingest", str(echo)], ["worker"], ["worker", "--once"], ["index", "--rebuild"]]
    most = int(os.environ.get("KILLS") or 50)
    ends = time.monotonic() + duration * 0.6
    killed: Counter[str] = Counter()
    while killed.total() < most and time.monotonic() < ends:
        if chance.random() < 0.15:
            subprocess.run([sys.executable, "-c", ENQUEUE], env=process_env, check=True)
        words = chance.choice(choices)
        with subprocess.Popen(
            [*COMMAND, *words], env=process_env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            try:
                process.wait(timeout=chance.uniform(0.4, 2.5))
            except subprocess.TimeoutExpired:
                process.kill()
                killed[" ".join(words[:1] + [word for word in words[1:] if word.startswith("--")])] += 1
    run(["ingest", str(heap), str(echo)], process_env)
    run(["worker", "--once"], process_env)
    run(["dump", "--out", str(tmp_path / "killed.jsonl")], process_env)
    checks = subprocess.run(
        [*COMMAND, "doctor", "--json"], env=process_env, capture_output=True, text=True, check=False
    )
    print(f"\nseed {seed}: {papers:,} papers, {killed.total()} kills ({dict(killed)})")
    assert killed.total() > 0
    assert (tmp_path / "killed.jsonl").read_bytes() == (tmp_path / "calm.jsonl").read_bytes()
    assert checks.returncode == 0, checks.stdout
    totals = json.loads(run(["ingest", "--json", str(heap), str(echo)], process_env).stdout)["totals"]
    assert (totals["new"], totals["updated"], totals["merged"]) == (0, 0, 0)

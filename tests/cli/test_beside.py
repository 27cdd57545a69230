"""The process that indexes beside a long ingest: it ends with its work, and with its parent."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

COMMAND = [sys.executable, "-c", "from broadsheet.cli.main import main; main()"]
PAPERS = 6_000


@pytest.fixture
def heap(tmp_path: Path) -> Path:
    """A file long enough for a second process."""
    path = tmp_path / "heap.jsonl"
    lines = ({"title": f"Paper w{n}x of many", "abstract": f"It says v{n}y.", "id": f"x-{n}"} for n in range(PAPERS))
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def children_of(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def wait_for(found: Callable[[], Any]) -> Any:
    for _ in range(600):
        if value := found():
            return value
        time.sleep(0.05)
    raise AssertionError("it did not come about")


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are looked up in /proc")
def test_it_ends_when_its_parent_is_killed(heap: Path, process_env: dict[str, str]) -> None:
    with subprocess.Popen([*COMMAND, "ingest", str(heap)], env=process_env) as process:
        [child] = wait_for(lambda: children_of(process.pid))
        os.kill(process.pid, signal.SIGKILL)
    wait_for(lambda: not Path(f"/proc/{child}").exists())


def test_everything_is_indexed_when_the_command_returns(heap: Path, process_env: dict[str, str]) -> None:
    subprocess.run([*COMMAND, "ingest", str(heap)], env=process_env, check=True, capture_output=True)
    done = subprocess.run([*COMMAND, "doctor", "--json"], env=process_env, capture_output=True, text=True, check=False)
    assert f"{PAPERS:,} indexed, {PAPERS:,} papers, 0 changes waiting" in done.stdout
    assert done.returncode == 0

"""The worker as a process of its own: it does what waits, stops when asked, and is killed without loss."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

COMMAND = [sys.executable, "-c", "from broadsheet.cli.main import main; main()"]
ENQUEUE = """
from broadsheet.cli.boot import boot
boot(None)
from broadsheet.jobs.tasks import run_soon
for _ in range(3):
    run_soon.enqueue("prune sessions")
"""
# A worker that stops for ever in the middle of a job and of a task, and says so.
STUCK = """
from broadsheet.cli.boot import boot
boot(None)
import time
from django.utils import timezone
from broadsheet.jobs import schedule
from broadsheet.jobs.worker import Worker
def stick(*_, **__):
    print("stuck", flush=True)
    time.sleep(60)
schedule.{point} = stick
Worker(timezone.now).run_once()
"""


@pytest.fixture
def once(process_env: dict[str, str]) -> Callable[[], Any]:
    """Runs `worker --once` and gives what it printed."""

    def call() -> Any:
        done = subprocess.run(
            [*COMMAND, "worker", "--once", "--json"], env=process_env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return call


def run(script: str, env: dict[str, str]) -> None:
    subprocess.run([sys.executable, "-c", script], env=env, check=True)


def test_it_does_what_waits_and_ends(process_env: dict[str, str], once: Callable[[], Any], tmp_path: Path) -> None:
    run(ENQUEUE, process_env)
    report = once()
    assert report["tasks"] == 3
    assert "prune sessions" in report["jobs"]
    again = once()
    assert (again["tasks"], again["indexed"]) == (0, 0)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_asked(process_env: dict[str, str], number: signal.Signals) -> None:
    with subprocess.Popen([*COMMAND, "worker"], env=process_env, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        assert "at work" in process.stderr.readline()
        process.send_signal(number)
        assert process.wait(timeout=30) == 0
        assert "Traceback" not in process.stderr.read()


@pytest.mark.parametrize(("point", "tasks"), [("make_due", 2), ("run_job", 0)])
def test_killed_in_the_middle_it_loses_nothing(
    process_env: dict[str, str], once: Callable[[], Any], point: str, tasks: int
) -> None:
    """A task that was cut off is never run again by itself; the job that it nudged is found without it."""
    run(ENQUEUE, process_env)
    with subprocess.Popen(
        [sys.executable, "-c", STUCK.format(point=point)], env=process_env, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "stuck\n"
        process.kill()
    report = once()
    assert report["tasks"] == tasks
    ends = time.monotonic() + 60
    jobs = report["jobs"]
    while not jobs and time.monotonic() < ends:  # the dead scheduler's lease has to run out
        time.sleep(1)
        jobs = once()["jobs"]
    assert "prune sessions" in jobs

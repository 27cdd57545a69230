"""Indexing and rebuilding killed with -9 at random moments: nothing is missing or stale, and searches go on."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
START = "import django; django.setup(); from tests.search.killable import main; main()"


def command(mode: str, seed: int) -> list[str]:
    return [sys.executable, "-c", START, mode, str(seed)]


def run(mode: str, seed: int, env: dict[str, str]) -> str:
    done = subprocess.run(command(mode, seed), env=env, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def kill_once(seed: int, env: dict[str, str], wait: float) -> None:
    with subprocess.Popen(command("churn", seed), env=env, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "go\n"
        time.sleep(wait)
        assert process.poll() is None, "it ended before it was killed"
        process.kill()


def assert_in_step(seed: int, env: dict[str, str]) -> None:
    report = json.loads(run("check", seed, env))
    assert report["papers"] > 100
    assert (report["queued"], report["differing"], report["stale"]) == (0, 0, []), report


def survive(seed: int, env: dict[str, str], *, kills: int, seconds: float) -> int:
    """Kill until `kills` or `seconds` are used up, searching throughout; returns the number of kills."""
    chance = random.Random(seed)
    run("prepare", seed, env)
    searcher = subprocess.Popen(
        command("search", seed), env=env, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert searcher.stdout
    assert searcher.stdout.readline() == "go\n"
    ends = time.monotonic() + seconds
    done = 0
    try:
        while done < kills and time.monotonic() < ends:
            kill_once(chance.randrange(10**9), env, chance.uniform(0.0, 0.6))
            done += 1
            if done % 5 == 0:
                assert_in_step(seed, env)
    finally:
        output, _ = searcher.communicate("", timeout=60)
    assert_in_step(seed, env)
    report = json.loads(output)
    assert report["wrong"] == []
    assert report["answers"] > 0
    return done


@pytest.fixture
def env(process_env: dict[str, str]) -> dict[str, str]:
    return {**process_env, "DJANGO_SETTINGS_MODULE": "broadsheet.config.settings"}


def test_it_survives_a_few_kills(env: dict[str, str]) -> None:
    assert survive(2, env, kills=4, seconds=15)


@pytest.mark.soak
def test_it_survives_many_kills(env: dict[str, str], seed: int, duration: float) -> None:
    print(survive(seed, env, kills=1_000, seconds=duration), "kills of the indexer, seed", seed)

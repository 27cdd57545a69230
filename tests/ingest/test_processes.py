"""Several processes at once: the pace of a host holds over all of them, and no record comes in twice."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import time
from itertools import pairwise

import pytest

from tests.support.world.arxiv import Archive, papers
from tests.support.world.server import World

COMMAND = [sys.executable, "-c", "from broadsheet.cli.main import main; main()"]
PAUSE = 0.15


@pytest.fixture
def world() -> World:
    return World()


def environment(process_env: dict[str, str], world: World, archive: Archive) -> dict[str, str]:
    return {
        **process_env,
        "SOURCE_URLS": ",".join(f"{name}={url}" for name, url in archive.urls(world).items()),
        "FETCH_ALLOW": world.host,
        "FETCH_PAUSE": str(PAUSE),
        "SOURCES": "arxiv-oai,arxiv-raw,arxiv-feed,arxiv-api",
        "EMBEDDER": "none",
    }


def all_well(env: dict[str, str]) -> bool:
    told = subprocess.run([*COMMAND, "sources", "--json"], env=env, check=True, capture_output=True, text=True).stdout
    return all(one["succeeded_at"] for one in json.loads(told)["sources"] if one["on"])


def test_two_workers_keep_one_pace_and_double_nothing(process_env: dict[str, str], world: World) -> None:
    today = dt.datetime.now(dt.UTC).date()
    archive = Archive(papers(160, first=today - dt.timedelta(days=5), days=5), today=today, page=20)
    archive.serve(world)
    with world:
        env = environment(process_env, world, archive)
        subprocess.run([*COMMAND, "sources"], env=env, check=True, capture_output=True)  # makes the home
        workers = [subprocess.Popen([*COMMAND, "worker"], env=env, stderr=subprocess.PIPE) for _ in range(2)]
        ends = time.monotonic() + 120
        while time.monotonic() < ends and not all_well(env):
            time.sleep(0.5)
        for worker in workers:
            worker.terminate()
        words = [worker.communicate(timeout=60)[1].decode() for worker in workers]
        assert all_well(env), words
    asked = [one.at for one, _ in world.log]
    assert len(asked) > 12
    assert min(later - earlier for earlier, later in pairwise(asked)) >= PAUSE
    wanted = {p.id for p in archive.papers if any(one.startswith("cs.") for one in p.categories.split())}
    out = subprocess.run([*COMMAND, "dump"], env=env, check=True, capture_output=True, text=True).stdout
    lines = [json.loads(line) for line in out.splitlines()]
    names = [value for line in lines for scheme, value, owned in line["identifiers"] if scheme == "arxiv" and owned]
    assert sorted(names) == sorted(wanted)
    # Each of the two formats says its own of a paper, once.
    assert {len(line["records"]) for line in lines} == {2}
    checks = subprocess.run([*COMMAND, "doctor", "--json"], env=env, check=False, capture_output=True, text=True)
    assert checks.returncode == 0, checks.stdout

"""Killed with -9 at random moments, with every fault a server can have, harvests end where an undisturbed run ends: the
same catalog and the same ledger.

`make soak SEED=… DURATION=…`: kills for six tenths of the time, but 100 times at the most (KILLS= changes that).
Commands that end by themselves before they are killed do not count.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.support.world.arxiv import Archive, papers
from tests.support.world.others import NAMES, Others
from tests.support.world.server import World, chance_of

COMMAND = [sys.executable, "-c", "from broadsheet.cli.main import main; main()"]
SOURCES = ["arxiv-oai", "arxiv-raw", "arxiv-feed", "arxiv-api", *NAMES, "feed"]
FAULTS = ["busy", "wait", "wait until", "down", "fault", "cut", "drip", "half", "bomb", "empty"]
LEDGER = """
import json
from broadsheet.cli.boot import boot
boot(None)
from broadsheet.ingest.models import AnnouncedId, Alert, Batch, Quarantined
names = ("source", "category", "day", "built", "newest", "stale", "announced", "harvested", "extra", "quarantined")
print(json.dumps({
    "batches": sorted(Batch.objects.values_list(*names)),
    "ids": sorted(AnnouncedId.objects.values_list("batch__source", "batch__category", "batch__day", "value")),
    "quarantine": sorted(Quarantined.objects.values_list("reason", flat=True)),
}, default=str))
"""


def archive_of(count: int, today: dt.date) -> Archive:
    """The same papers for the same count: a few late ones are missing from OAI-PMH and are filled by the API."""
    made = Archive(papers(count, first=today - dt.timedelta(days=20), days=20), today=today, page=40)
    made.shuffle = 3
    return made


def environment(env: dict[str, str], world: World, archive: Archive) -> dict[str, str]:
    """Everything there is, at this server."""
    others = Others(today=archive.today)
    archive.serve(world)
    others.serve(world)
    urls = {**archive.urls(world), **others.urls(world)}
    return {
        **env,
        "SOURCE_URLS": ",".join(f"{name}={url}" for name, url in urls.items()),
        "FEEDS": f"{world.url}/feed",
        "CROSSREF_FILTERS": "issn:0028-0836",
        "OPENALEX_FILTERS": "topics.id:T1",
        "ZOTERO_LIBRARIES": "users/1",
        "SEMANTIC_SCHOLAR_KEY": "secret-key",
        "FETCH_ALLOW": world.host,
        "FETCH_PAUSE": "0",
        "FIRST_HARVEST_DAYS": "22",
        "ARXIV_CATEGORIES": "cs,math.GT,hep-th",
        "ARXIV_QUERIES": "cat:cs.CV",
        "EMBEDDER": "none",
    }


def run(words: list[str], env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([*COMMAND, *words], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    return done


def finish(env: dict[str, str], sources: list[str]) -> None:
    """Harvest everything to the end; faults may need several runs."""
    for _ in range(2):  # the second overlaps the first and fills what the feeds announced
        for name in sources:
            for _ in range(8):
                done = subprocess.run(
                    [*COMMAND, "harvest", name, "--json"], env=env, capture_output=True, text=True, check=False
                )
                if done.returncode == 0 and json.loads(done.stdout)["done"]:
                    break
            else:
                raise AssertionError(f"{name}: {done.stdout}{done.stderr}")


def state_of(env: dict[str, str], folder: Path, name: str) -> tuple[bytes, Any]:
    """The dump and the ledger."""
    out = folder / f"{name}.jsonl"
    run(["dump", "--out", str(out)], env)
    told = subprocess.run([sys.executable, "-c", LEDGER], env=env, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    return out.read_bytes(), json.loads(told.stdout)


def _kill_one(
    env: dict[str, str], archive: Archive, chance: random.Random, killed: Counter[str], sources: list[str]
) -> None:
    archive.expire, archive.lie = chance.choice([0, 0, 1]), chance.choice([0, 0, 1])
    name = chance.choice(sources)
    words = ["harvest", name, *(["--once"] if chance.random() < 0.1 else [])]
    with subprocess.Popen([*COMMAND, *words], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            process.wait(timeout=chance.uniform(0.5, 4.0) * chance.random())  # most end within two seconds
        except subprocess.TimeoutExpired:
            process.kill()
            killed[name] += 1


@pytest.mark.soak
def test_killed_harvests_end_where_an_undisturbed_one_ends(
    process_env: dict[str, str], tmp_path: Path, seed: int, duration: float
) -> None:
    chance = random.Random(seed)
    today = dt.datetime.now(dt.UTC).date()
    # A command takes a second to start, so a short run has time for three sources only, and for few papers.
    long = duration >= 60
    sources = SOURCES if long else ["arxiv-oai", "arxiv-feed", chance.choice(NAMES)]
    count = int(max(150, min(400, duration / 2))) if long else 60  # one source asks for each of them by itself
    calm = {key: value for key, value in process_env.items() if key != "DATABASE_URL"}
    calm["BROADSHEET_HOME"] = str(tmp_path / "undisturbed")
    killed: Counter[str] = Counter()
    with World() as world:  # one for both: a feed's papers are known by its address
        env = environment(calm, world, archive_of(count, today))
        finish(env, sources)
        wanted = state_of(env, tmp_path, "calm")

        world.plan, world.log = chance_of(seed, FAULTS, share=0.25), []
        archive = archive_of(count, today)
        env = environment(process_env, world, archive)
        run(["sources"], env)
        most = int(os.environ.get("KILLS") or 100)
        ends = time.monotonic() + duration * 0.6
        while not killed or (killed.total() < most and time.monotonic() < ends):
            _kill_one(env, archive, chance, killed, sources)
        archive.expire = archive.lie = 0
        finish(env, sources)
        dump, ledger = state_of(env, tmp_path, "killed")
        faults = sum(1 for _, status in world.log if status >= 400)
        checks = subprocess.run([*COMMAND, "doctor", "--json"], env=env, capture_output=True, text=True, check=False)
    print(
        f"\nseed {seed}: {count:,} papers, {killed.total()} kills ({dict(killed)}), {faults} answers that were errors"
    )
    assert killed.total() > 0
    assert dump == wanted[0]
    assert ledger == wanted[1]
    assert len(ledger["ids"]) > 0
    assert checks.returncode == 0, checks.stdout

"""The same catalog comes out whatever went in first: dumps of all orders of the sources, byte for byte.

The records are the captures, papers of three public archives (where `../shared/data` or SHARED_DATA is; made-up rows
stand in elsewhere), and fifty made-up collisions. `make soak` runs as many orders as DURATION allows, all 24 if it can;
ORDERS_FULL=1 runs two orders of captures, the whole snapshot and all of HF daily instead.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import secrets
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
import zstandard

from broadsheet.catalog.records import Item, SourceRecord
from broadsheet.ingest.sources.saved_page import parse
from broadsheet.lib.text import clean, title_key
from tests.support.collisions import collisions

COMMAND = [sys.executable, "-c", "from broadsheet.cli.main import main; main()"]
DATA = Path(os.environ.get("SHARED_DATA") or Path(__file__).parents[3] / "shared" / "data")
SAMPLE, SHORT_SAMPLE = 5_000, 900  # records; the short one where a run has less than a minute


def rows(name: str) -> Iterator[dict[str, Any]]:
    """The rows of a file of the shared data; none where it is absent."""
    path = DATA / name
    if path.exists():
        with zstandard.open(path, "rt", encoding="utf-8") as file:
            yield from map(json.loads, file)


def key_of(title: str) -> str:
    return title_key(clean(title))


def saved_page(path: Path) -> Iterator[Item]:
    with path.open("rb") as file:
        yield from parse(file, key=path.stem)


def write(path: Path, items: Iterable[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(item) + "\n" for item in items))
    return path


@pytest.fixture
def sources(tmp_path: Path, captures: list[Path], seed: int, duration: float) -> list[list[Path]]:
    """Four sources; together some 5,000 records that hold every captured title found in the newest archive."""
    chance = random.Random(seed)
    titles = {key_of(item.title) for path in captures for item in saved_page(path) if isinstance(item, SourceRecord)}
    snapshot, plain = collisions()
    modern = list(rows("papers-2023-2026.jsonl.zst"))
    captured = [row for row in modern if key_of(row["title"]) in titles]
    daily = list(rows("hf-daily-2024-2026.jsonl.zst"))
    old = list(itertools.islice(rows("arxiv-snapshot-250k.jsonl.zst"), 20_000))
    wanted = SAMPLE if duration >= 60 else SHORT_SAMPLE
    size = max(100, (wanted - len(captured) - len(snapshot) - len(plain) - 381) // 3)
    print(f"\nseed {seed}: {len(captured)} captured titles in the archive, {len(snapshot) + len(plain)} colliding rows")
    parts = [
        [*plain, *captured, *chance.sample(modern, min(size, len(modern)))],
        [*snapshot, *chance.sample(old, min(size, len(old)))],
        chance.sample(daily, min(size, len(daily))),
    ]
    for part in parts:
        chance.shuffle(part)
    files = [
        [write(tmp_path / f"{name}.jsonl", part)]
        for name, part in zip(("plain", "arxiv", "daily"), parts, strict=True)
        if part
    ]
    return [captures, *files]


def run(env: dict[str, str], *words: str | Path) -> str:
    done = subprocess.run([*COMMAND, *map(str, words)], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextmanager
def fresh_env(home: Path) -> Iterator[dict[str, str]]:
    """The environment of a command with an empty home, and an empty database of the suite's kind."""
    home.mkdir(mode=0o700)
    base = {k: v for k, v in os.environ.items() if k not in {"DJANGO_SETTINGS_MODULE", "DATABASE_URL"}}
    environment = {**base, "BROADSHEET_HOME": str(home)}
    url = os.environ.get("DATABASE_URL")
    if not url:
        yield environment
        return
    name = f"orders_{secrets.token_hex(6)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield {**environment, "DATABASE_URL": f"{url.rpartition('/')[0]}/{name}"}
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def digest(tmp_path: Path, order: Iterable[list[Path]], number: int, *, again: bool = False) -> str:
    """The SHA-256 of the dump after these sources, taken in one after the other into an empty home."""
    with fresh_env(tmp_path / f"home-{number}") as env:
        groups = list(order)
        for group in groups:
            run(env, "ingest", *group)
        if again:
            for group in groups:
                totals = json.loads(run(env, "ingest", "--json", *group))["totals"]
                assert (totals["new"], totals["updated"], totals["merged"]) == (0, 0, 0), totals
        report = json.loads(run(env, "dump", "--json", "--out", tmp_path / f"dump-{number}.jsonl"))
        return str(report["sha256"])


@pytest.mark.soak
def test_it_comes_to_the_same_dump_in_every_order(
    tmp_path: Path, sources: list[list[Path]], seed: int, duration: float
) -> None:
    orders = list(itertools.permutations(sources))
    random.Random(seed).shuffle(orders)
    ends = time.monotonic() + duration
    found: dict[str, int] = {}
    done = 0
    for number, order in enumerate(orders):
        if done >= 2 and time.monotonic() > ends:
            break
        value = digest(tmp_path, order, number, again=number == 0)
        found[value] = found.get(value, 0) + 1
        done += 1
    print(f"seed {seed}: {done} of {len(orders)} orders, dumps {found}")
    assert len(found) == 1


@pytest.mark.soak
@pytest.mark.skipif(not os.environ.get("ORDERS_FULL"), reason="ORDERS_FULL=1 asks for it: it takes half an hour")
def test_it_comes_to_the_same_dump_of_everything_in_two_orders(tmp_path: Path, captures: list[Path]) -> None:
    groups = [captures, [DATA / "arxiv-snapshot-250k.jsonl.zst"], [DATA / "hf-daily-2024-2026.jsonl.zst"]]
    first = digest(tmp_path, groups, 0, again=True)
    second = digest(tmp_path, groups[::-1], 1)
    print(f"both orders of everything: {first}")
    assert first == second
    titles = [json.loads(line) for line in (tmp_path / "dump-0.jsonl").open()]
    ids = [[value for scheme, value, owned in paper["identifiers"] if scheme == "arxiv" and owned] for paper in titles]
    assert max(map(len, ids)) == 1

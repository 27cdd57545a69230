"""`broadsheet harvest` and `broadsheet sources` as a person meets them."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.world.arxiv import Archive, papers
from tests.support.world.server import World

COMMAND = [sys.executable, "-c", "from broadsheet.cli.main import main; main()"]
Ask = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def archive() -> Archive:
    today = dt.datetime.now(dt.UTC).date()
    return Archive(papers(60, first=today - dt.timedelta(days=5), days=5), today=today, page=20)


@pytest.fixture
def ask(process_env: dict[str, str], archive: Archive) -> Iterator[Ask]:
    with World() as world:
        archive.serve(world)
        urls = ",".join(f"{name}={url}" for name, url in archive.urls(world).items())
        own = {"SOURCE_URLS": urls, "FETCH_ALLOW": world.host, "FETCH_PAUSE": "0", "EMBEDDER": "none"}

        def run(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
            env = {**process_env, **own, **more}
            return subprocess.run([*COMMAND, *words], env=env, capture_output=True, text=True, check=False)

        yield run


def test_it_brings_papers_that_can_be_searched_at_once(ask: Ask) -> None:
    done = ask("harvest", "arxiv-oai")
    assert done.returncode == 0, done.stderr
    assert "new" in done.stdout
    found: Any = json.loads(ask("search", "--json", "made-up paper").stdout)
    assert found["total"] > 20
    listed = ask("sources").stdout
    assert "well" in next(line for line in listed.splitlines() if line.startswith("arxiv-oai"))


def test_it_says_it_to_programs_too(ask: Ask) -> None:
    told = json.loads(ask("harvest", "arxiv-oai", "--set", "math.GT", "--json").stdout)
    assert (told["done"], told["error"], told["quarantined"]) == (True, None, 0)
    assert told["read"] == told["new"] > 0
    sources = json.loads(ask("sources", "--json", SOURCES="arxiv-feed").stdout)["sources"]
    assert [one["name"] for one in sources if one["on"]] == ["arxiv-feed"]


def test_one_page_is_enough_to_see_whether_it_works(ask: Ask) -> None:
    told = json.loads(ask("harvest", "arxiv-oai", "--once", "--json").stdout)
    assert (told["pages"], told["done"]) == (1, False)


def test_without_a_network_it_says_so_plainly(ask: Ask) -> None:
    done = ask("harvest", "arxiv-oai", SOURCE_URLS="arxiv-oai=https://oaipmh.arxiv.invalid/oai")
    assert done.returncode == 1
    assert "Is there a connection to the internet?" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_address_inside_is_not_asked(ask: Ask) -> None:
    done = ask("harvest", "arxiv-oai", FETCH_ALLOW="")
    assert done.returncode == 1
    assert "FETCH_ALLOW=127.0.0.1:" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("arxive",), "There is no source named 'arxive'. There are arxiv-oai"),
        (("arxiv-oai", "--from", "yesterday"), "--from is 'yesterday'; write the day as YYYY-MM-DD."),
        (("arxiv-oai", "--set", "cs2"), "no archive or category 'cs2'"),
    ],
)
def test_what_can_not_be_meant_is_said(ask: Ask, words: tuple[str, ...], said: str) -> None:
    done = ask("harvest", *words)
    assert done.returncode == 2
    assert said in done.stderr


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("FETCH_PAUSE", "-1"),
        ("SOURCE_URLS", "x"),
        ("EMAIL_URL", "ftp://me:hush@host"),
        ("FIRST_HARVEST_DAYS", "many"),
    ],
)
def test_a_setting_that_can_not_be_used_is_refused(ask: Ask, setting: str, value: str) -> None:
    done = ask("sources", **{setting: value})
    assert done.returncode == 2
    assert setting in done.stderr
    assert "hush" not in done.stderr

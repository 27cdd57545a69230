"""Background writers make room exactly while the site is served on SQLite."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from broadsheet.leases import pacing
from broadsheet.leases import services as leases

SERVE = """
import sys, types
from django.conf import settings
settings.configure(HOME=sys.argv[1])
from broadsheet.leases import pacing
pacing.serving_begins()
print("serving", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def served(settings: Any, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A home that another process serves."""
    settings.HOME = tmp_path
    assert not pacing.is_served()
    with subprocess.Popen(
        [sys.executable, "-c", SERVE, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "serving\n"
        yield process
        process.kill()


def test_it_is_seen_and_forgotten_at_once(served: subprocess.Popen[str]) -> None:
    assert pacing.is_served()
    assert pacing.is_served()  # looking takes nothing away
    served.kill()
    served.wait()
    assert not pacing.is_served()


@pytest.mark.django_db
def test_transactions_are_shorter_while_it_lasts(served: subprocess.Popen[str]) -> None:
    sqlite = connection.vendor == "sqlite"
    assert pacing.papers_at_once() == (pacing.WHILE_SERVED if sqlite else pacing.WHILE_ALONE)
    served.kill()
    served.wait()
    assert pacing.papers_at_once() == pacing.WHILE_ALONE
    assert pacing.WHILE_SERVED <= 100
    assert pacing.PAUSE >= 0.020


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="only SQLite keeps such a log")
def test_a_long_log_is_emptied_while_nobody_waits(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, now: dt.datetime
) -> None:
    settings.HOME = tmp_path
    log = Path(f"{connection.settings_dict['NAME']}-wal")
    leases.acquire(name="a test", holder="me", seconds=1, now=now)
    pacing.make_room()
    assert log.stat().st_size > 0  # a short one is left alone
    monkeypatch.setattr(pacing, "LONG_LOG", 0)
    pacing.make_room()
    assert log.stat().st_size == 0

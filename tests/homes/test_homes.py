"""Homes of earlier versions open and read as they did."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
COMMAND = [sys.executable, "-c", "from broadsheet.cli.main import main; main()"]
Run = Callable[..., Any]


@pytest.fixture(params=sorted(path.name.removesuffix(".tar.gz") for path in HERE.glob("*.tar.gz")))
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    """A home of an earlier version, unpacked, and what must be found in it."""
    home = tmp_path / "kept"
    home.mkdir(mode=0o700)
    with tarfile.open(HERE / f"{request.param}.tar.gz") as packed:
        packed.extractall(home, filter="data")
    return home, json.loads((HERE / f"{request.param}.json").read_text())


@pytest.fixture
def run(kept: tuple[Path, dict[str, Any]]) -> Run:
    """A command in that home (which is SQLite, whatever the suite runs on), giving the JSON it prints."""

    def call(*words: str | Path, status: int = 0) -> Any:
        environment = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}}
        done = subprocess.run(
            [*COMMAND, *map(str, words), "--json"],
            env={**environment, "BROADSHEET_HOME": str(kept[0])},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return json.loads(done.stdout)

    return call


def test_it_opens_and_everything_is_there(kept: tuple[Path, dict[str, Any]], run: Run) -> None:
    home, expected = kept
    key = (home / "secret.key").read_text()
    run("index", "--rebuild")  # whatever the index's stamp says: it is derived
    report = run("doctor")
    assert report["ok"], report
    for public_id, title in expected["show"].items():
        assert run("show", public_id)["title"] == title
    assert {hit["title"] for hit in run("search", "paper reading identifiers")["hits"]} <= set(
        expected["show"].values()
    )
    assert (home / "secret.key").read_text() == key


def test_it_knows_again_what_came_in_before(kept: tuple[Path, dict[str, Any]], run: Run) -> None:
    _, expected = kept
    totals = run("ingest", *(HERE / name for name in expected["inputs"]), status=3)["totals"]
    assert (totals["new"], totals["updated"], totals["merged"], totals["unchanged"]) == (0, 0, 0, expected["unchanged"])

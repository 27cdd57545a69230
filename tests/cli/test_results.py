"""`broadsheet results`, and what other commands leave to it."""

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
SENTENCE = "We present Sys{0}, a system. Sys{0} achieves a {1}x speedup over Old."


def lines(count: int) -> str:
    """So many papers, a line each, every one with a name and a claim."""
    return "".join(
        json.dumps({"title": f"Sys{n}: System Number {n}", "abstract": SENTENCE.format(n, n % 7 + 2)}) + "\n"
        for n in range(count)
    )


@pytest.mark.django_db(transaction=True)
def test_an_ingest_ends_with_its_systems(run_json: Callable[..., Any], tmp_path: Path, captures: list[Path]) -> None:
    run_json("ingest", *captures)
    found = run_json("results")
    assert found["read"] == found["waiting"] == 0
    assert found["papers"] == 323
    assert found["systems"] > 200
    assert found["claims"] > 350
    assert run_json("results", "--again")["read"] == 323
    assert run_json("search", "has:results claim:speedup>2", "--limit", "5")["total"] > 20


def test_a_reading_killed_anywhere_ends_where_an_undisturbed_one_ends(
    process_env: dict[str, str], tmp_path: Path
) -> None:
    """Also the processes that read for it are gone when it is killed."""
    count = 2_200  # enough for processes of their own, and few enough for the ingest to read them
    file = tmp_path / "papers.jsonl"
    file.write_text(lines(count))
    environment = {**process_env, "EMBEDDER": "none"}
    subprocess.run([*COMMAND, "ingest", str(file)], env=environment, check=True, capture_output=True)
    again = [*COMMAND, "results", "--again"]
    process = subprocess.Popen(again, env=environment, stdout=subprocess.DEVNULL, start_new_session=True)
    time.sleep(2.5)
    process.send_signal(signal.SIGKILL)
    process.wait()
    ends = time.monotonic() + 20
    while time.monotonic() < ends and alive(process.pid):
        time.sleep(0.1)
    assert not alive(process.pid)
    done = subprocess.run([*COMMAND, "results", "--json"], env=environment, check=True, capture_output=True, text=True)
    found = json.loads(done.stdout)
    assert (found["waiting"], found["papers"], found["systems"]) == (0, count, count)
    assert found["claims"] == count


def alive(group: int) -> bool:
    """Whether any process of this group still runs."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True

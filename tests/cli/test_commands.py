"""The other commands: what they print, for people and for programs, and how they fail."""

from __future__ import annotations

import json
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from broadsheet.accounts.models import User
from broadsheet.catalog.models import Card
from broadsheet.ingest.models import Input

Run = Callable[..., Result]
COMMAND = [sys.executable, "-c", "from broadsheet.cli.main import main; main()"]


@pytest.fixture
def paper(run: Run, tmp_path: Path) -> dict[str, Any]:
    """One paper that is in and indexed."""
    given = {
        "title": "Sparse Reading of Dense Papers",
        "abstract": "We read few words of many papers and lose little.",
        "id": "hep-th/9901001v2",
        "authors": "Ada Lovelace and Charles Babbage",
        "date": "1999-01-04",
        "url": "https://github.com/ada/reading",
    }
    (tmp_path / "paper.jsonl").write_text(json.dumps(given) + "\n")
    assert run("ingest", tmp_path / "paper.jsonl").exit_code == 0
    return given


def test_search_prints_what_was_promised(run_json: Any, paper: dict[str, Any]) -> None:
    answer = run_json("search", "sparse reading")
    assert set(answer) == {"query", "total", "took_ms", "hits", "notices"}
    (hit,) = answer["hits"]
    assert set(hit) == {"id", "title", "date", "score", "why", "identifiers"}
    assert (hit["id"], hit["date"], answer["total"]) == ("hep-th/9901001", "1999-01-04", 1)
    assert hit["identifiers"] == [["arxiv", "hep-th/9901001"]]


def test_search_reads_for_people(run: Run, paper: dict[str, Any]) -> None:
    result = run("search", "sparse reading year:1999")
    assert "Sparse Reading of Dense Papers" in result.stdout
    nothing = run("search", "zebra")
    assert (nothing.exit_code, "No paper matches." in nothing.stdout) == (0, True)


def test_search_takes_anything_a_person_types(run: Run, paper: dict[str, Any]) -> None:
    for query in ('"', "-", "a:b:c", "year:never", "((", "\x00", "title:", "🦆" * 500, "-sparse"):
        result = run("search", "--", query)
        assert result.exit_code == 0, (query, result.output)


def test_show_knows_a_paper_by_any_of_its_names(run_json: Any, paper: dict[str, Any]) -> None:
    names = ["hep-th/9901001", "arXiv:hep-th/9901001v1", "https://arxiv.org/abs/hep-th/9901001", "hep-th/9901001v2"]
    shown = [run_json("show", name) for name in names]
    assert all(s == shown[0] for s in shown)
    assert shown[0]["authors"] == ["Ada Lovelace", "Charles Babbage"]
    assert shown[0]["links"] == ["https://github.com/ada/reading"]
    assert shown[0]["winners"]["title"] == "jsonl"
    assert [r["source"] for r in shown[0]["records"]] == ["jsonl"]


def test_show_says_when_it_knows_no_such_paper(run: Run, paper: dict[str, Any]) -> None:
    result = run("show", "math/9901001")
    assert result.exit_code == 1
    assert "No paper is known as 'math/9901001'" in result.stderr


def test_owner_create_makes_an_owner_once(run: Run) -> None:
    made = run("owner", "create", "--email", "Ada@Example.ORG ", "--password-stdin", input="a long enough secret\n")
    assert made.exit_code == 0, made.output
    user = User.objects.get()
    assert (user.email, user.is_superuser, user.check_password("a long enough secret")) == (
        "ada@example.org",
        True,
        True,
    )
    again = run("owner", "create", "--email", "ada@example.org", "--password-stdin", input="a long enough secret\n")
    assert again.exit_code == 2
    assert "has an account already" in again.stderr


@pytest.mark.parametrize(("email", "password"), [("nobody", "a long enough secret"), ("a@example.org", "short")])
def test_owner_create_says_what_is_wrong(run: Run, email: str, password: str) -> None:
    result = run("owner", "create", "--email", email, "--password-stdin", input=password + "\n")
    assert result.exit_code == 2
    assert result.stderr.strip().endswith(".")
    assert not User.objects.exists()


def test_doctor_finds_all_well(run_json: Any, paper: dict[str, Any], settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["localhost"]  # pytest-django adds a host that others could reach
    report = run_json("doctor")
    assert report["ok"]
    assert {"secret key", "tables", "cards", "records", "listings", "index", "index agrees"} <= {
        c["name"] for c in report["checks"]
    }


def test_doctor_finds_what_is_missing(run_json: Any, paper: dict[str, Any]) -> None:
    Card.objects.all().delete()
    Input.objects.update(complete=False)
    report = run_json("doctor", status=1)
    assert {c["name"] for c in report["checks"] if not c["ok"]} >= {"cards", "inputs", "index agrees"}


def test_index_rebuilds_from_the_database(run_json: Any, paper: dict[str, Any]) -> None:
    before = run_json("index")
    after = run_json("index", "--rebuild")
    assert (before["indexed"], after["indexed"], after["queued"]) == (1, 1, 0)
    assert before["generation"] != after["generation"]


def test_a_setting_that_cannot_be_used_is_a_sentence(process_env: dict[str, str]) -> None:
    for name, value in (("TIME_ZONE", "Mars/Olympus"), ("DEBUG", "perhaps"), ("DATABASE_URL", "mysql://x/y")):
        done = subprocess.run(
            [*COMMAND, "doctor"], env={**process_env, name: value}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
        assert name in done.stderr


def test_serve_answers_and_stops(process_env: dict[str, str], home: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with subprocess.Popen(
        [*COMMAND, "serve", "--port", str(port)], env=process_env, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            for _ in range(400):
                try:
                    answer = urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10)
                    break
                except urllib.error.HTTPError:
                    raise
                except OSError:
                    time.sleep(0.05)
            assert answer.status == 200
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert stat.S_IMODE((home / "secret.key").stat().st_mode) == 0o600
            foreign = urllib.request.Request(f"http://127.0.0.1:{port}/", headers={"Host": "evil.example"})
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(foreign, timeout=10)
            assert refused.value.code == 400
            taken = subprocess.run(
                [*COMMAND, "serve", "--port", str(port)], env=process_env, capture_output=True, text=True, check=False
            )
            assert (taken.returncode, "--port" in taken.stderr) == (1, True)
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=20) in (0, 130)


def test_identity_joins_parts_and_forgets(run: Run, run_json: Any, tmp_path: Path) -> None:
    lines = [{"title": "Early Name", "abstract": "It reads."}, {"title": "Late Name", "id": "2401.00001"}]
    (tmp_path / "two.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    run("ingest", tmp_path / "two.jsonl")
    early = run_json("search", "early")["hits"][0]["id"]
    assert run_json("identity", "same", early, "2401.00001") == {"ids": ["2401.00001"] * 2, "same": True}
    records = [f"{r['source']}:{r['external_id']}" for r in run_json("show", early)["records"]]
    assert not run_json("identity", "apart", *records)["same"]
    assert run_json("identity", "forget", *records) == {"ids": [early, "2401.00001"], "same": False}
    assert run("identity", "forget", *records).exit_code == 1
    assert run("identity", "same", early, "nobody").exit_code == 1
    assert run("identity", "same", early, early).exit_code == 2
    assert [c["kind"] for c in run_json("identity", "log")] == ["parted", "parted", "merged"]
    assert run_json("doctor", status=1)["checks"][-1]["ok"]


def test_dump_writes_a_whole_file_or_none(run_json: Any, run: Run, paper: dict[str, Any], tmp_path: Path) -> None:
    target = tmp_path / "dump.jsonl"
    report = run_json("dump", "--out", target)
    assert report["papers"] == 1
    assert json.loads(target.read_text())["identifiers"] == [["arxiv", "hep-th/9901001", True]]
    assert run("dump").stdout == target.read_text()
    assert run("dump", "--out", tmp_path / "no" / "dump.jsonl").exit_code == 1


def test_ingest_stops_at_ctrl_c_and_goes_on_the_next_time(process_env: dict[str, str], tmp_path: Path) -> None:
    heap = tmp_path / "heap.jsonl"
    with heap.open("w") as file:
        for n in range(4000):
            file.write(json.dumps({"title": f"Paper {n} of a heap", "abstract": f"w{n} " * 40}) + "\n")
    with subprocess.Popen(
        [*COMMAND, "ingest", str(heap)], env=process_env, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        time.sleep(2)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    if process.returncode != 0:  # a fast machine may have been through already
        assert (process.returncode, said) == (130, "Stopped. Nothing is lost; run the command again to go on.\n")
    done = subprocess.run(
        [*COMMAND, "ingest", "--json", str(heap)], env=process_env, capture_output=True, text=True, check=True
    )
    totals = json.loads(done.stdout)["totals"]
    assert totals["new"] + totals["unchanged"] == totals["read"] == 4000

"""`broadsheet ingest`: the captures' counts, twelve kinds of bad file, and days that are kept."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard
from click.testing import Result

from broadsheet.catalog.models import ListedPage, Listing, Paper, Record
from broadsheet.catalog.queries import cards
from broadsheet.ingest.models import Input, Quarantined

Run = Callable[..., Result]
GOOD = [{"title": f"Good paper number {n} of these", "abstract": f"What number {n} says."} for n in range(3)]
LINES = "".join(json.dumps(g) + "\n" for g in GOOD).encode()
HEADER = "new\n\nGet trending papers in your email inbox!\n\nSubscribe\n\nbyAK and the research community\n\nMar 17\n"


def counts(totals: dict[str, int]) -> tuple[int, ...]:
    return tuple(totals[k] for k in ("read", "new", "updated", "unchanged", "merged", "quarantined"))


def test_it_takes_the_captures_in_and_knows_them_again(run_json: Any, captures: list[Path]) -> None:
    folder = captures[0].parent
    assert counts(run_json("ingest", folder)["totals"]) == (381, 323, 58, 0, 0, 0)
    assert counts(run_json("ingest", folder)["totals"]) == (381, 0, 0, 381, 0, 0)
    assert (Paper.objects.count(), Record.objects.count(), Listing.objects.count()) == (323, 381, 381)


@pytest.mark.parametrize("order", [(4, 3, 2, 1, 0), (2, 0, 4, 1, 3)])
def test_it_counts_the_same_whatever_file_comes_first(
    run_json: Any, captures: list[Path], order: tuple[int, ...]
) -> None:
    assert counts(run_json("ingest", *(captures[i] for i in order))["totals"]) == (381, 323, 58, 0, 0, 0)


def test_it_reads_what_layout_two_states_of_44_papers(run_json: Any, captures: list[Path]) -> None:
    run_json("ingest", captures[4])
    shown = cards(list(Listing.objects.order_by("position").values_list("paper_id", flat=True)))
    assert len(shown) == 45
    silent = [c for c in shown if c["author_count"] is None]
    assert [c["title"].split(":")[0] for c in silent] == ["Beyond Accuracy"]
    assert silent[0]["date"] is None
    assert silent[0]["comments"] is None
    assert shown.index(silent[0]) == 34
    stated = {c["title"]: (c["author_count"], c["date"], c["comments"]) for c in shown[:3]}
    assert list(stated.values()) == [(5, "2023-06-02", 0), (6, "2025-04-18", 3), (5, "2025-04-30", 1)]
    assert all(c["date"] and c["comments"] is not None for c in shown if c is not silent[0])


def zst(data: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(data)


BAD: dict[str, tuple[bytes, int, int]] = {
    # name: content, exit status, papers that are in afterwards
    "empty": (b"", 4, 0),
    "truncated zst with nothing readable": (zst(LINES)[:20], 4, 0),
    "truncated zst of many lines": (
        zst(
            LINES
            + b"".join(
                json.dumps({"title": f"Filler paper {n} {os.urandom(24).hex()}"}).encode() + b"\n" for n in range(20000)
            )
        )[:-5000],
        3,
        -1,
    ),
    "truncated gzip": (gzip.compress(LINES)[:-6], 3, 3),
    "binary": (bytes(range(256)) * 40, 4, 0),
    "wrong JSON": (b'{"title": "half of', 4, 0),
    "JSON that lists no papers": (b'{"a": 1}\n{"a": 2}\n', 4, 0),
    "half a line": (LINES + b'{"title": "cut o', 3, 3),
    "NUL bytes": (LINES + b'{"title": "nul\x00 inside"}\n', 3, 3),
    "50 MB line": (LINES + b'{"title": "' + b"x" * 50_000_000 + b'"}\n', 3, 3),
    "Latin-1": ('{"title": "Caf\u00e9 society of papers"}\n'.encode("latin-1"), 4, 0),
    "missing title": (LINES + b'{"abstract": "no title"}\n', 3, 3),
    "a page with a header and no papers": (HEADER.encode(), 4, 0),
    "plain prose": (b"Dear all,\nplease find nothing attached.\n", 4, 0),
}


@pytest.mark.parametrize("kind", BAD)
def test_it_says_what_is_wrong_with_a_bad_file_in_a_sentence(run: Run, tmp_path: Path, kind: str) -> None:
    content, status, papers = BAD[kind]
    path = tmp_path / "given.txt"
    path.write_bytes(content)
    result = run("ingest", path)
    assert result.exit_code == status, result.output
    assert "Traceback" not in result.output
    said = result.stderr.strip()
    assert said
    assert len(said.splitlines()) == 1, said
    assert said.endswith((".", ")"))
    assert Paper.objects.count() == papers if papers >= 0 else Paper.objects.count() > 3
    if status == 4:
        assert not Input.objects.exists()
        assert not Quarantined.objects.exists()
    else:
        piece = Quarantined.objects.get()
        assert len(piece.head) <= 64 * 1024
        assert piece.reason
    again = run("ingest", path)
    assert again.exit_code == status
    assert Quarantined.objects.count() == (1 if status == 3 else 0)


def test_it_keeps_the_place_size_and_digest_of_a_50_mb_line(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "given.jsonl"
    path.write_bytes(BAD["50 MB line"][0])
    run("ingest", path)
    piece = Quarantined.objects.get()
    assert (piece.offset, len(piece.head)) == (len(LINES), 64 * 1024)
    assert piece.length in (50_000_013, 50_000_014)


def test_it_refuses_an_empty_directory_and_a_missing_path(run: Run, tmp_path: Path) -> None:
    assert run("ingest", tmp_path).exit_code == 4
    missing = run("ingest", tmp_path / "missing.txt")
    assert missing.exit_code == 2
    assert "does not exist" in missing.stderr


def test_it_refuses_a_file_it_may_not_read(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "given.jsonl"
    path.write_bytes(LINES)
    path.chmod(0)
    if os.access(path, os.R_OK):  # the superuser may read everything
        os.seteuid(65534)
    try:
        result = run("ingest", path)
    finally:
        if os.getuid() == 0:
            os.seteuid(0)
    assert result.exit_code == 2, result.output
    assert "can't be read" in result.stderr
    assert not Paper.objects.exists()


def test_it_takes_the_good_files_beside_a_bad_one(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(LINES)
    (tmp_path / "b.jsonl").write_bytes(b"")
    (tmp_path / ".hidden").write_bytes(b"junk")
    assert run("ingest", tmp_path).exit_code == 4
    assert Paper.objects.count() == 3


def test_it_decides_the_year_once_and_lets_the_owner_override(
    run_json: Any, captures: list[Path], tmp_path: Path
) -> None:
    page = captures[2]
    (file,) = run_json("ingest", page)["files"]
    assert file["captured_on"].endswith("-08-11")
    (file,) = run_json("ingest", page, "--captured-on", "2025-08-11")["files"]
    assert (file["captured_on"], file["updated"], file["unchanged"]) == ("2025-08-11", 92, 0)
    copy = shutil.copy(page, tmp_path / "another-name.bin")
    (file,) = run_json("ingest", copy)["files"]
    assert (file["captured_on"], file["unchanged"]) == ("2025-08-11", 92)
    assert [str(p.day) for p in ListedPage.objects.all()] == ["2025-08-11"]


def test_it_refuses_a_day_that_is_none(run: Run, captures: list[Path]) -> None:
    result = run("ingest", captures[0], "--captured-on", "17 March")
    assert result.exit_code == 2
    assert "YYYY-MM-DD" in result.stderr


def test_it_reads_packed_files_whatever_their_name(run_json: Any, captures: list[Path], tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(gzip.compress(captures[0].read_bytes()))
    (tmp_path / "two.pdf").write_bytes(zst(LINES))
    report = run_json("ingest", tmp_path)
    assert [f["format"] for f in report["files"]] == ["saved-page", "jsonl"]
    assert report["totals"]["quarantined"] == 0

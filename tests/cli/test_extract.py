"""`broadsheet extract`: papers in, answers out, or a sentence and nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from broadsheet.cli.main import app

PAPER = {
    "id": 7,
    "title": "Kestrel: Fast Sorting",
    "abstract": "We propose Kestrel, a training-free method. It is 2.4\\times faster. See https://github.com/k/k.",
}


def run(*words: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["extract", *map(str, words)])
    return done.exit_code, done.output


def test_it_answers_each_paper_in_the_form_of_the_labels(tmp_path: Path) -> None:
    papers, out = tmp_path / "papers.jsonl", tmp_path / "out.jsonl"
    papers.write_text(json.dumps(PAPER) + "\n\n" + json.dumps({**PAPER, "id": "b", "abstract": ""}) + "\n")
    status, said = run(papers, "--out", out, "--json")
    assert status == 0
    assert json.loads(said) == {"papers": 2, "claims": 1, "out": str(out)}
    first, second = map(json.loads, out.read_text().splitlines())
    assert (first["id"], first["names"], first["kind"]) == (7, ["Kestrel"], "method")
    assert first["links"] == [{"url": "https://github.com/k/k", "kind": "code"}]
    [claim] = first["claims"]
    assert claim["quote"] == PAPER["abstract"][claim["start"] : claim["end"]]  # type: ignore[index]
    assert {"value": 2.4, "unit": "x", "from": None, "to": None, "form": "ratio"}.items() <= claim.items()
    assert second["claims"] == []


@pytest.mark.parametrize("line", ["{", "[]", '{"id": 1, "title": "x"}', '{"id": 1, "title": "x", "abstract": null}'])
def test_a_line_that_is_no_paper_is_named_and_nothing_is_written(tmp_path: Path, line: str) -> None:
    papers, out = tmp_path / "papers.jsonl", tmp_path / "out.jsonl"
    papers.write_text(json.dumps(PAPER) + "\n" + line + "\n")
    status, said = run(papers, "--out", out)
    assert status == 2
    assert f"Line 2 of {papers}".replace("\n", "") in said.replace("\n", "")
    assert list(tmp_path.iterdir()) == [papers]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    status, said = run(tmp_path / "none.jsonl", "--out", tmp_path / "out.jsonl")
    assert status == 1
    assert "No such file" in said
    assert list(tmp_path.iterdir()) == []

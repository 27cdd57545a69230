"""`broadsheet embedder`, as its owner runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from django.conf import settings
from django.test import override_settings
from typer.testing import CliRunner

from broadsheet.cli.commands.embedder import _put as put
from broadsheet.cli.main import app
from broadsheet.search.embedder import load
from broadsheet.search.embedder.making import Made
from broadsheet.search.embedder.static import SHIPPED, StaticEmbedder

from .conftest import Papers

pytestmark = pytest.mark.django_db


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["embedder", *(str(word) for word in words)])


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without a table."""
    monkeypatch.setattr(settings, "HOME", tmp_path)
    return tmp_path


@pytest.fixture
def file(field: Papers, tmp_path: Path) -> Path:
    path = tmp_path / "field.jsonl"
    path.write_text("".join(json.dumps({"title": title, "abstract": text}) + "\n" for title, text in field))
    return path


def used() -> StaticEmbedder:
    embedder = load()
    assert isinstance(embedder, StaticEmbedder)
    return embedder


def test_a_field_is_learnt_and_used_from_then_on(file: Path, own_home: Path) -> None:
    stamp = used().stamp
    done = run("train", file, "--epochs", "2", "--force", "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert said["papers"] + said["held_out"] == 600
    assert set(said["after"]) == set(said["before"]) == {"title → abstract", "sentence → paper"}
    assert all(0.5 < measure <= 1 for measure in said["after"].values())
    assert used().stamp != stamp
    assert str(used().folder) == said["table"]
    assert used().card["trained on"][0]["file"] == "field.jsonl"


def test_a_worse_table_is_not_used(made: Made, own_home: Path) -> None:
    worse = {"before": {"title → abstract": 0.5}, "after": {"title → abstract": 0.4}}
    where, verdict = put(made, {}, worse, None, force=False)
    assert where is None
    assert "that one stays" in verdict
    assert used().folder == SHIPPED
    where, verdict = put(made, {}, worse, None, force=True)
    assert str(used().folder) == where


def test_a_table_can_be_written_elsewhere(file: Path, own_home: Path, tmp_path: Path) -> None:
    done = run("train", file, "--epochs", "1", "--write-to", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "out" / "card.json").exists()
    assert used().folder == SHIPPED


def test_a_cut_table_is_mended_by_training(file: Path, own_home: Path) -> None:
    run("train", file, "--epochs", "1", "--force")
    folder = used().folder
    assert folder
    (folder / "table.npy").write_bytes(b"")
    shown = run("show")
    # The process has the old one open; a new process is told.
    assert shown.exit_code == 0
    (folder / "card.json").unlink()
    from broadsheet.search.embedder import static

    static._open.clear()
    assert run("show").exit_code == 1
    done = run("train", file, "--epochs", "1")
    assert done.exit_code == 0, done.output
    assert "can't be used" in done.stderr
    assert run("show").exit_code == 0


def test_too_little_to_learn_from_ends_in_a_sentence(own_home: Path) -> None:
    done = run("train", "--from", "catalog")
    assert done.exit_code == 1
    assert "to learn from" in done.stderr


@pytest.mark.parametrize("words", [["train"], ["train", "--from", "moon"], ["train", "no-such-file.jsonl"]])
def test_a_wrong_call_ends_in_a_sentence(words: list[str], own_home: Path) -> None:
    done = run(*words)
    assert done.exit_code == 2
    assert done.stderr.strip().endswith(".")


def test_a_file_that_holds_no_papers_is_refused(own_home: Path, tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(b"%PDF-1.4 and so on")
    done = run("train", tmp_path / "x.bin")
    assert done.exit_code == 2
    assert "PDF" in done.stderr


def test_it_shows_what_is_used(own_home: Path) -> None:
    shown = json.loads(run("show", "--json").stdout)
    assert shown["stamp"] == used().stamp
    assert "table.npy" in run("show").stdout
    with override_settings(EMBEDDER="none"):
        assert "by words only" in run("show").stdout

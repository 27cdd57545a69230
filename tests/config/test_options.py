"""Settings: what an environment variable may say, where a secret may stand, and that a bad value ends in a sentence."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from broadsheet.config.options import OPTIONS, Option, SettingError

OPTION = Option("PAPER_SIZE", "A4", "The size of the paper.")


def test_an_unset_or_empty_variable_means_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PAPER_SIZE", raising=False)
    assert OPTION.text() == "A4"
    monkeypatch.setenv("PAPER_SIZE", "")
    assert OPTION.text() == "A4"
    monkeypatch.setenv("PAPER_SIZE", "A5")
    assert OPTION.text() == "A5"


def test_a_secret_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "size").write_text("A3\n")
    monkeypatch.setenv("PAPER_SIZE", "A5")
    monkeypatch.setenv("PAPER_SIZE_FILE", str(tmp_path / "size"))
    assert OPTION.text() == "A3"
    monkeypatch.setenv("PAPER_SIZE_FILE", str(tmp_path / "none"))
    with pytest.raises(SettingError, match="PAPER_SIZE_FILE names"):
        OPTION.text()


@pytest.mark.parametrize(("text", "meant"), [("1", True), ("True", True), ("on", True), ("0", False), ("No", False)])
def test_a_flag_is_read(monkeypatch: pytest.MonkeyPatch, text: str, meant: bool) -> None:
    monkeypatch.setenv("PAPER_SIZE", text)
    assert OPTION.flag() is meant


def test_a_flag_that_is_neither_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAPER_SIZE", "maybe")
    with pytest.raises(SettingError, match="PAPER_SIZE is 'maybe'; it can be 1 or 0"):
        OPTION.flag()


def test_a_list_is_parted_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAPER_SIZE", " A4 , A5,,")
    assert OPTION.listed() == ["A4", "A5"]


def test_every_setting_has_a_sentence() -> None:
    assert all(option.help.endswith(".") and len(option.help) > 15 for option in OPTIONS.values())


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("TIME_ZONE", "Mars/Olympus", "TIME_ZONE is 'Mars/Olympus', which is no time zone"),
        ("DATABASE_URL", "mysql://localhost/x", "DATABASE_URL must begin with postgres://"),
        ("DATABASE_URL", "not a url", "DATABASE_URL can't be read"),
        ("DATABASE_URL", "postgres://me:word@host:port/x", "DATABASE_URL can't be read"),
        ("HTTPS", "perhaps", "HTTPS is 'perhaps'; it can be 1 or 0"),
    ],
)
def test_a_bad_setting_ends_the_command_with_a_sentence(
    process_env: dict[str, str], name: str, value: str, sentence: str
) -> None:
    command = [Path(sys.executable).parent / "broadsheet", "doctor"]
    done = subprocess.run(command, env={**process_env, name: value}, capture_output=True, text=True)
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == 2

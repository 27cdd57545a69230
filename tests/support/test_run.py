"""`make test` says what it skips, fails for it under CI, and always stops the PostgreSQL it made."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from tests.support import chromium, postgres, run

PROGRAMS = postgres.find_programs()
needs_postgres = pytest.mark.skipif(PROGRAMS is None, reason="PostgreSQL is not installed (apt install postgresql)")


@needs_postgres
def test_the_server_answers_and_is_gone_afterwards_even_after_a_failure() -> None:
    assert PROGRAMS
    with suppress(ZeroDivisionError), postgres.server(PROGRAMS) as url:
        with psycopg.connect(url) as connection:
            folder = Path(str(connection.execute("SHOW data_directory").fetchone()[0])).parent  # type: ignore[index]
            assert connection.execute("SELECT lower('Ä'), current_setting('server_encoding')").fetchone() == (
                "ä",
                "UTF8",
            )
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert folder.exists()
        1 / 0  # noqa: B018
    assert not folder.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


@needs_postgres
def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "initdb").write_text("#!/bin/sh\necho no room on the disk; exit 1\n")
    (tmp_path / "initdb").chmod(0o755)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid() and folder.stat().st_mode & 0o005 != 0o005:
            folder.chmod(0o755)  # the server's user must get there
    with pytest.raises(postgres.PostgresFailed, match="no room on the disk"), postgres.server(tmp_path):
        pass


@pytest.mark.parametrize(
    ("module", "name", "package"), [(postgres, "find_programs", "postgresql"), (chromium, "find_chromium", "chromium")]
)
def test_under_ci_a_missing_program_is_a_failure_that_names_its_package(
    module: object, name: str, package: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, name, lambda: None)
    monkeypatch.setattr(run, "browser_missing", chromium.browser_missing.__wrapped__)
    monkeypatch.setenv("CI", "true")
    assert run.main([]) == 1
    assert f"apt install {package}" in capsys.readouterr().out


def test_without_ci_the_rest_is_run_and_its_status_counts(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(postgres, "find_programs", lambda: None)
    monkeypatch.delenv("CI", raising=False)
    (tmp_path / "test_it.py").write_text("def test_it():\n    assert False\n")
    assert run.main([str(tmp_path), "--rootdir", str(tmp_path), "-c", "/dev/null", "-p", "no:django"]) == 1
    printed = capfd.readouterr().out
    assert "apt install postgresql" in printed
    assert "1 failed" in printed.strip().splitlines()[-1]


def test_the_browser_is_found_where_the_path_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert chromium.find_chromium() is None
    (tmp_path / "chromium").write_text("#!/bin/sh\n")
    (tmp_path / "chromium").chmod(0o755)
    assert chromium.find_chromium() == str(tmp_path / "chromium")

"""Commands run in this process, on the test database and an index of their own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner


@pytest.fixture
def run(db: None, index_home: Path) -> Callable[..., Result]:
    """`run("search", "words")` runs a command and gives its Result (`exit_code`, `stdout`, `stderr`)."""
    from broadsheet.cli.main import app

    def call(*words: str | Path, input: str | None = None) -> Result:  # noqa: A002 -- click's own name for it
        return CliRunner().invoke(app, [str(w) for w in words], input=input)

    return call


@pytest.fixture
def run_json(run: Callable[..., Result]) -> Callable[..., Any]:
    """Like `run` with --json, giving the value printed; the exit status must be `status`."""

    def call(*words: str | Path, status: int = 0) -> Any:
        result = run(*words, "--json")
        assert result.exit_code == status, result.output
        return json.loads(result.stdout)

    return call

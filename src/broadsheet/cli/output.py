"""How commands speak: results on standard output (text, or one JSON value), everything else on standard error."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

Home = Annotated[
    Path | None,
    typer.Option(
        "--home", envvar="BROADSHEET_HOME", help="The folder with the data, the index and the key.", show_default=False
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value for programs instead of text for people.")]

# Exit statuses, the same for every command (docs/user/cli.md).
FAILED, USAGE, QUARANTINED, NOTHING_READABLE, INTERRUPTED = 1, 2, 3, 4, 130

# In a file or a pipe nothing is cut or wrapped to an imagined screen.
out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 200)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """One JSON value on standard output."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def say(text: str) -> None:
    """A line for the person at the terminal, on standard error; never read as markup."""
    err.print(text, markup=False)


def fail(text: str, status: int = FAILED) -> NoReturn:
    """Say why in a sentence and leave with this status."""
    say(text)
    raise typer.Exit(status)


def progress_bar(things: str) -> Progress:
    """A bar with a count of `things` and the time left, on a terminal; silent elsewhere."""
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(things),
        TimeRemainingColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )

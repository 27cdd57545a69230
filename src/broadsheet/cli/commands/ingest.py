"""`broadsheet ingest`: take files in."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Table

from broadsheet.cli.beside import Beside
from broadsheet.cli.boot import boot
from broadsheet.cli.indexing import index_what_changed, read_what_came
from broadsheet.cli.output import NOTHING_READABLE, QUARANTINED, USAGE, AsJson, Home, err, fail, out, print_json, say

if TYPE_CHECKING:
    from broadsheet.ingest.services import FileReport

COUNTS = ("read", "new", "updated", "unchanged", "merged", "quarantined")


def ingest(
    paths: Annotated[
        list[Path], typer.Argument(help="Files, or directories whose files are meant.", show_default=False)
    ],
    captured_on: Annotated[
        str | None,
        typer.Option(
            help="The day saved pages were saved (YYYY-MM-DD), when their header does not tell the year.",
            show_default=False,
        ),
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Take papers in from files: saved pages, and JSON lines, plain or packed (.gz, .zst).

    The format is told by looking inside, never by the name. Taking the same file in twice changes nothing.

    Exit status: 0 all in; 2 a path is missing or can't be read; 3 some pieces went to quarantine; 4 a file held
    nothing readable.

    Examples:

        broadsheet ingest papers.jsonl

        broadsheet ingest --captured-on 2024-03-17 saved-page.txt

        broadsheet ingest --json downloads/ | jq .totals
    """
    day = _day(captured_on)
    boot(home)
    from django.utils import timezone

    from broadsheet.ingest.services import PathRefused, files_of, ingest_file

    try:
        files = files_of(paths)
    except PathRefused as error:
        fail(str(error), USAGE)
    if not files:
        fail(f"{paths[0]} holds no files.", NOTHING_READABLE)
    reports: list[FileReport] = []
    with _progress() as progress, Beside() as beside:
        for file in files:
            task = progress.add_task(file.name, total=None, records=0)

            def tell(*, name: str, done: int, size: int, records: int, task: Any = task) -> None:
                progress.update(task, completed=done, total=max(size, 1), records=records)
                beside.tell(name, records)

            reports.append(ingest_file(file, now=timezone.now(), captured_on=day, progress=tell))
            progress.remove_task(task)
        beside.finish()
    left, notice = read_what_came(), index_what_changed()
    totals = {name: sum(_row(r)[name] for r in reports) for name in COUNTS}
    if as_json:
        notices = [*filter(None, (left, notice))]
        print_json({"files": [_as_json(r) for r in reports], "totals": totals, "notices": notices})
    else:
        _print_table(reports, totals, left)
    for report in reports:
        if report.refused:
            say(f"{report.name}: {report.refused}")
        for reason in report.reasons if not report.refused else []:
            say(f"{report.name}, {reason}")
    if notice:
        say(notice)
    if any(r.refused for r in reports):
        raise typer.Exit(NOTHING_READABLE)
    if totals["quarantined"]:
        raise typer.Exit(QUARANTINED)


def _day(text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        fail(f"--captured-on is {text!r}; write the day as YYYY-MM-DD.", USAGE)


def _progress() -> Progress:
    """A bar with rate and time left on a terminal; silent elsewhere."""
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TextColumn("{task.fields[records]} records"),
        TimeRemainingColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )


def _row(report: FileReport) -> dict[str, int]:
    return {"read": report.read, **asdict(report.counts), "quarantined": report.quarantined}


def _as_json(report: FileReport) -> dict[str, Any]:
    return {
        "name": report.name,
        "format": report.format,
        **_row(report),
        "captured_on": report.captured_on.isoformat() if report.captured_on else None,
        "refused": report.refused or None,
        "reasons": report.reasons,
    }


def _print_table(reports: list[FileReport], totals: dict[str, int], left: str) -> None:
    table = Table(box=None, pad_edge=False)
    # In a narrow terminal the names give way, never the counts.
    table.add_column("file", overflow="ellipsis")
    table.add_column("format", overflow="ellipsis")
    table.add_column("day", no_wrap=True)
    for name in COUNTS:
        table.add_column(name, justify="right", no_wrap=True)
    for report in reports:
        row = _row(report)
        table.add_row(
            report.name, report.format or "–", str(report.captured_on or ""), *(f"{row[name]:,}" for name in COUNTS)
        )
    if len(reports) > 1:
        table.add_section()
        table.add_row("all", "", "", *(f"{totals[name]:,}" for name in COUNTS))
    out.print(table)
    if left:
        out.print(left, markup=False)

"""`broadsheet harvest`: fetch papers from a source."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import Progress as Bar
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

from broadsheet.cli.beside import Beside
from broadsheet.cli.boot import boot
from broadsheet.cli.indexing import index_what_changed, read_what_came
from broadsheet.cli.output import FAILED, QUARANTINED, USAGE, AsJson, Home, err, fail, out, print_json, say

if TYPE_CHECKING:
    from broadsheet.ingest.harvest import HarvestReport, Progress


def harvest(
    source: Annotated[str, typer.Argument(help="The source, as `broadsheet sources` lists them.", show_default=False)],
    first: Annotated[
        str | None, typer.Option("--from", help="Ask for these days only, from this one on.", show_default=False)
    ] = None,
    until: Annotated[str | None, typer.Option(help="The last of the days.", show_default=False)] = None,
    sets: Annotated[
        list[str] | None,
        typer.Option(
            "--set", help="Only this part of the source, such as cs.CL; may be given again.", show_default=False
        ),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="One page of each part, to see whether it works.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Fetch what is new from a source, all of it, at the pace that the source asks for.

    It goes on where the last harvest ended, however that ended. The first one begins a week back (FIRST_HARVEST_DAYS);
    for more, name the days.

    Exit status: 0 all in; 1 the source could not be harvested to the end; 3 some pieces went to quarantine.

    Examples:

        broadsheet harvest arxiv-oai

        broadsheet harvest arxiv-oai --set cs.CL --from 2026-01-01

        broadsheet harvest arxiv-api --set "cat:cs.CL AND abs:parsing" --once
    """
    days = _day("--from", first), _day("--until", until)
    boot(home)
    from django.utils import timezone

    from broadsheet.ingest.harvest import HarvestBusy, Limits, new_fetcher
    from broadsheet.ingest.harvest import harvest as run
    from broadsheet.ingest.queries import NoSuchSource, source_named
    from broadsheet.ingest.sources.harvest import Refused, Span
    from broadsheet.jobs.harvests import watch

    with _bar() as bar, Beside() as beside, new_fetcher(timezone.now) as fetcher:
        progress = _shown(bar, beside, source)
        try:
            report = run(
                source_named(source),
                clock=timezone.now,
                fetcher=fetcher,
                span=Span(*days),
                streams=sets or (),
                limits=Limits(pages=1 if once else None),
                progress=progress,
            )
        except (NoSuchSource, Refused) as error:
            fail(str(error), USAGE)
        except HarvestBusy as error:
            fail(str(error))
        beside.finish()
    watch(timezone.now())
    _tell(report, read_what_came(), index_what_changed(), once=once, as_json=as_json)


def _shown(bar: Bar, beside: Beside, source: str) -> Progress:
    """What shows the pages as they come, and tells the indexing process beside."""
    from broadsheet.ingest.harvest import Progress

    task = bar.add_task(source, records=0)

    class Shown(Progress):
        def page(self, report: HarvestReport, stream: str) -> None:
            bar.update(task, description=f"{source} {stream}"[:60], records=f"{report.tally.read:,}")
            beside.tell(source, report.tally.read)

    return Shown()


def _tell(report: HarvestReport, *said: str, once: bool, as_json: bool) -> None:
    notices = [*report.notices, *filter(None, said)]
    tally = report.tally
    counts = {"pages": tally.pages, "read": tally.read, **asdict(tally.counts), "quarantined": tally.quarantined}
    if as_json:
        shown: dict[str, Any] = {"source": report.source, "done": report.done, **counts, "asked_about": report.targets}
        retry = report.retry_at.isoformat() if report.retry_at else None
        print_json({**shown, "error": report.error or None, "retry_at": retry, "notices": notices})
    else:
        out.print(f"{report.source}: " + ", ".join(f"{number:,} {name}" for name, number in counts.items()) + ".")
    for sentence in [*tally.reasons, *notices]:
        say(sentence)
    if report.error:
        again = f" Ask again after {report.retry_at:%Y-%m-%d %H:%M} UTC." if report.retry_at else ""
        say(f"{report.error}{again} What came before is kept; the next harvest goes on there.")
        raise typer.Exit(FAILED)
    if not report.done and not once:
        say("It was stopped before the end; the next harvest goes on there.")
    if tally.quarantined:
        raise typer.Exit(QUARANTINED)


def _day(option: str, text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        fail(f"{option} is {text!r}; write the day as YYYY-MM-DD.", USAGE)


def _bar() -> Bar:
    """What has come in so far, on a terminal; silent elsewhere."""
    return Bar(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TextColumn("{task.fields[records]} records"),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )

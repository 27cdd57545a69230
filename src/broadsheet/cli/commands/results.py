"""`broadsheet results`: read what papers made and claim, and say how much is known."""

from __future__ import annotations

from typing import Annotated

import typer

from broadsheet.cli.boot import boot
from broadsheet.cli.indexing import index_what_changed
from broadsheet.cli.output import AsJson, Home, fail, out, print_json, progress_bar, say


def results(
    again: Annotated[
        bool, typer.Option("--again", help="Read every paper anew; what readers corrected is kept.")
    ] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Read the names, kind, links and claims of all papers that wait for it.

    A worker does so by itself, and so do `ingest` and `harvest` for a few thousand papers. It may be stopped at any
    time and goes on where it was.

    Examples:

        broadsheet results

        broadsheet results --again
    """
    boot(home)
    from django.utils import timezone

    from broadsheet.results import queries, services
    from broadsheet.search.services import holder_name

    try:
        if again:
            services.read_again()
        waiting = queries.waiting()
        with progress_bar("papers") as bar:
            task = bar.add_task("read", total=waiting)
            read = services.read_waiting(
                now=timezone.now(),
                holder=holder_name(),
                processes=services.processes_for(waiting),
                progress=lambda done: bar.update(task, completed=done),
            )
    except services.ReadingBusy as error:
        fail(f"{error} It will come to these papers too.")
    notice = index_what_changed()
    known = queries.totals()
    if as_json:
        print_json({"read": read, "waiting": queries.waiting(), **known})
    else:
        counted = ", ".join(f"{number:,} {name}" for name, number in known.items())
        out.print(f"{read:,} papers were read. Known are {counted}.")
    if notice:
        say(notice)

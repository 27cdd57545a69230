"""`broadsheet index`: bring the search index up to date, or make it anew."""

from __future__ import annotations

from typing import Annotated

import typer

from broadsheet.cli.boot import boot
from broadsheet.cli.output import AsJson, Home, fail, out, print_json


def index(
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Make the whole index anew; searches go on meanwhile.")
    ] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Index what changed since the last time, or everything with --rebuild.

    The index is made from the database and can be made again at any time; nothing is lost with it.

    Examples:

        broadsheet index

        broadsheet index --rebuild
    """
    boot(home)
    from django.utils import timezone

    from broadsheet.search.queries import index_state
    from broadsheet.search.services import IndexerBusy, bring_index_up_to_date, rebuild_index

    try:
        notice = rebuild_index(now=timezone.now()) if rebuild else bring_index_up_to_date(now=timezone.now())
    except IndexerBusy as error:
        fail(str(error))
    state = index_state()
    if as_json:
        print_json(
            {
                "indexed": state.documents,
                "queued": state.queued,
                "generation": state.generation,
                "notices": [notice] if notice else [],
            }
        )
        return
    if notice:
        out.print(notice, markup=False)
    out.print(f"{state.documents:,} papers are indexed, {state.queued:,} changes wait.")

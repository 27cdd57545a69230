"""`broadsheet index`: bring the search index up to date, or make it anew."""

from __future__ import annotations

from typing import Annotated

import typer

from broadsheet.cli.boot import boot
from broadsheet.cli.indexing import index_what_changed
from broadsheet.cli.output import AsJson, Home, fail, out, print_json, progress_bar


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
    from broadsheet.search.queries import index_state

    if rebuild:
        _rebuild()
    elif notice := index_what_changed():
        fail(notice)
    state = index_state()
    if as_json:
        print_json({"indexed": state.documents, "queued": state.queued, "generation": state.generation})
    else:
        out.print(f"{state.documents:,} papers are indexed, {state.queued:,} changes wait.")


def _rebuild() -> None:
    from django.utils import timezone

    from broadsheet.catalog.queries import paper_count
    from broadsheet.search.services import IndexerBusy, RebuildFailed, holder_name
    from broadsheet.search.services import rebuild as rebuild_index

    with progress_bar("papers") as bar:
        task = bar.add_task("index", total=paper_count())
        try:
            rebuild_index(
                now=timezone.now(), holder=holder_name(), progress=lambda count: bar.update(task, completed=count)
            )
        except (IndexerBusy, RebuildFailed) as error:
            fail(str(error))

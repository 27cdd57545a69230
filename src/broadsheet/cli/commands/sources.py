"""`broadsheet sources`: where papers can be harvested from, and how each source is doing."""

from __future__ import annotations

import datetime as dt
from typing import Any

from rich.table import Table

from broadsheet.cli.boot import boot
from broadsheet.cli.output import AsJson, Home, fail, out, print_json, say


def sources(home: Home = None, as_json: AsJson = False) -> None:
    """List the sources that can be harvested: which are switched on, how they are doing, when they are due.

    Examples:

        broadsheet sources

        broadsheet sources --json | jq '.sources[] | select(.on)'
    """
    boot(home)
    from django.utils import timezone

    from broadsheet.ingest.overview import source_rows
    from broadsheet.ingest.queries import NoSuchSource, open_alerts

    try:
        rows = source_rows(now=timezone.now())
    except NoSuchSource as error:
        fail(f"SOURCES can't be used. {error}")
    alerts = [alert.detail for alert in open_alerts()]
    if as_json:
        print_json({"sources": [row.as_json() for row in rows], "alerts": alerts})
        return
    table = Table(box=None, pad_edge=False)
    for name in ("source", "on", "how it is", "last success", "next due"):
        table.add_column(name, overflow="fold")
    for row in rows:
        on = "on" if row.on else "off"
        table.add_row(row.about.name, on, row.words, _time(row.succeeded_at), _time(row.due_at) if row.on else "")
    out.print(table)
    for sentence in alerts:
        say(sentence)


def _time(moment: dt.datetime | None) -> Any:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else ""

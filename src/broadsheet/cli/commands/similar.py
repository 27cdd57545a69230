"""`broadsheet similar`: papers like a paper."""

from __future__ import annotations

from typing import Annotated

import typer

from broadsheet.cli.boot import boot
from broadsheet.cli.output import FAILED, AsJson, Home, fail, out, print_json, say


def similar(
    reference: Annotated[
        str, typer.Argument(help="A public id, an arXiv id, a DOI, or an address of the paper.", show_default=False)
    ],
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many papers at most.")] = 10,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """List the papers most like one, by meaning and by the rare words they share.

    Exit status: 0 the list, which may be empty; 1 no paper is known by that name.

    Examples:

        broadsheet similar 2311.09277

        broadsheet similar 10.1145/3292500.3330701 --limit 5 --json
    """
    boot(home)
    from broadsheet.catalog.queries import find_paper
    from broadsheet.search.queries import similar as find

    paper = find_paper(reference)
    if paper is None:
        fail(f"No paper here is known as “{reference[:200]}”.", FAILED)
    results = find(paper.pk, limit=limit)
    if as_json:
        hits = [
            {
                "id": hit.card["id"],
                "title": hit.card["title"],
                "date": hit.card["date"],
                "score": round(hit.score, 4),
                "why": hit.why.as_json(),
                "identifiers": hit.card["identifiers"],
            }
            for hit in results.hits
        ]
        print_json({"id": paper.public_id, "took_ms": results.took_ms, "hits": hits, "notices": results.notices})
        return
    for notice in results.notices:
        say(notice)
    if not results.hits:
        out.print("No paper is like it.")
    for number, hit in enumerate(results.hits, start=1):
        out.print(f"{number:>3}. {hit.card['title']}", markup=False)
        out.print(f"     {hit.card['id']} · {hit.card['date'] or 'date unknown'} · {hit.why.sentence()}", markup=False)

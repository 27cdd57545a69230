"""`broadsheet show`: one paper."""

from __future__ import annotations

from typing import Annotated

import typer

from broadsheet.cli.boot import boot
from broadsheet.cli.output import AsJson, Home, fail, out, print_json


def show(
    paper_id: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="Any id of the paper: arXiv id, DOI, address, or our own.", show_default=False
        ),
    ],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Show one paper, whatever it is called by.

    Examples:

        broadsheet show 2310.11453

        broadsheet show https://doi.org/10.1000/example --json
    """
    boot(home)
    from broadsheet.catalog.queries import cards, find_paper, provenance

    paper = find_paper(paper_id)
    if paper is None:
        fail(f'No paper is known as {paper_id!r}. Look for it with: broadsheet search "words of its title"')
    card = cards([paper.pk])[0]
    said = provenance(paper.pk)
    if as_json:
        shown = {key: value for key, value in card.items() if key != "pk"}
        print_json({**shown, "winners": paper.winners, "records": [p.as_json() for p in said]})
        return
    authors = ", ".join(card["authors"]) or (
        f"{card['author_count']} authors" if card["author_count"] else "authors unknown"
    )
    lines = [card["title"], authors, f"{card['id']} · {card['date'] or 'date unknown'} · {', '.join(card['sources'])}"]
    lines += [f"{scheme}: {value}" for scheme, value in card["identifiers"]]
    lines += card["links"]
    lines += [f"listed {x['day']} by {x['source']}, place {x['position']}" for x in card["listings"]]
    for line in lines:
        out.print(line, markup=False)
    if card["abstract"]:
        out.print(f"\n{card['abstract']}", markup=False)

"""`broadsheet search`: find papers."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from broadsheet.cli.boot import boot
from broadsheet.cli.output import AsJson, Home, out, print_json, say


def search(
    query: Annotated[
        str,
        typer.Argument(
            help='What to look for, such as `"sparse attention" author:tri year:2022..`', show_default=False
        ),
    ],
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many papers at most.")] = 10,
    mode: Annotated[
        Literal["hybrid", "lexical", "semantic"],
        typer.Option(help="By words and meaning, by words alone, or by meaning alone."),
    ] = "hybrid",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Find papers by words and meaning, "phrases", -exclusions and operators.

    The operators are title: author: year: after: before: source: cat:.

    Examples:

        broadsheet search "speculative decoding"

        broadsheet search 'title:"chain of thought" year:2022..2024 -survey' --limit 5

        broadsheet search --json quantization | jq -r .hits[].title
    """
    boot(home)
    from broadsheet.search.language import parse
    from broadsheet.search.queries import search as find

    results = find(parse(query), limit=limit, mode=mode)
    hits = [(hit, hit.card) for hit in results.hits]
    if as_json:
        print_json(
            {
                "query": query,
                "total": results.total,
                "took_ms": results.took_ms,
                "hits": [
                    {
                        "id": card["id"],
                        "title": card["title"],
                        "date": card["date"],
                        "score": round(hit.score, 4),
                        "why": hit.why.as_json(),
                        "identifiers": card["identifiers"],
                    }
                    for hit, card in hits
                ],
                "notices": results.notices,
            }
        )
        return
    for notice in results.notices:
        say(notice)
    if not hits:
        out.print("No paper matches.")
    for number, (hit, card) in enumerate(hits, start=1):
        out.print(f"{number:>3}. {card['title']}", markup=False)
        out.print(f"     {card['id']} · {card['date'] or 'date unknown'} · {hit.why.sentence()}", markup=False)
    if results.total > len(hits):
        say(f"{results.total:,} papers match; --limit shows more.")

"""`broadsheet rank`: the ranking, over any collection."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Literal

import typer

from broadsheet.cli.boot import boot
from broadsheet.cli.output import USAGE, AsJson, Home, fail, print_json, progress_bar, say


def rank(
    corpus: Annotated[Path, typer.Option(help='Papers: a line each, {"_id", "title", "text"}.', show_default=False)],
    queries: Annotated[
        Path,
        typer.Option(
            help='Queries: a line each, {"_id"} and one of "text", "paper", "library"; "candidates" if wanted.',
            show_default=False,
        ),
    ],
    out: Annotated[Path, typer.Option(help="Where the ranking goes, in TREC's form.", show_default=False)],
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many papers a query at most.")] = 100,
    mode: Annotated[
        Literal["hybrid", "lexical", "semantic"],
        typer.Option(help="By words and meaning, by words alone, or by meaning alone."),
    ] = "hybrid",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Rank the papers of a collection for queries, by the very code that ranks the catalog.

    A query asks with a "text", with a "paper" of the corpus (others like it) or with a "library" (papers for whoever
    has these). Each line of the result is: query, Q0, paper, rank, score, broadsheet. The catalog is not touched.

    Exit status: 0 the ranking is written; 2 a file is not of this form, and nothing is written.

    Examples:

        broadsheet rank --corpus corpus.jsonl --queries queries.jsonl --out run.trec
    """
    boot(home, migrate=False)
    from django.utils import timezone

    from broadsheet.search.collection import Collection, NotRankable, write_run

    try:
        with tempfile.TemporaryDirectory(prefix="broadsheet-") as folder:
            collection = Collection(corpus, Path(folder), now=timezone.now())
            asked = collection.asked(queries)
            draft = out.with_name(f".{out.name}.draft")
            with progress_bar("queries") as bar, draft.open("w", encoding="utf-8") as file:
                task = bar.add_task("rank", total=len(asked))
                for one in asked:
                    write_run(file, one.name, collection.rank(one, limit=limit, mode=mode))
                    bar.advance(task)
            draft.replace(out)
    except NotRankable as problem:
        fail(str(problem), USAGE)
    except OSError as error:
        fail(f"The ranking can't be written to {out}: {error.strerror}.")
    if as_json:
        print_json({"queries": len(asked), "papers": len(collection.ids), "out": str(out)})
        return
    say(f"{len(asked):,} queries over {len(collection.ids):,} papers are ranked in {out}.")

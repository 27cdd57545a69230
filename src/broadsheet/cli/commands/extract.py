"""`broadsheet extract`: names, kind, links and claims of any abstracts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from broadsheet.cli.output import USAGE, AsJson, Home, fail, print_json, progress_bar, say


def extract(
    papers: Annotated[
        Path, typer.Argument(help='Papers: a line each, {"id", "title", "abstract"}.', show_default=False)
    ],
    out: Annotated[Path, typer.Option(help="Where the answers go, a line each.", show_default=False)],
    home: Home = None,  # every command takes it; this one needs none
    as_json: AsJson = False,
) -> None:
    """Read out of titles and abstracts what was made and what its authors claim: names, kind, links, claims.

    Each line of the answer is {"id", "names", "kind", "links", "claims"}; `docs/dev/claims.md` says what counts. Quotes
    are pieces of the abstract as given. The catalog is not touched, and nothing is fetched.

    Exit status: 0 the answers are written; 2 a line is not of this form, and nothing is written.

    Examples:

        broadsheet extract papers.jsonl --out claims.jsonl
    """
    from broadsheet.results.extraction import extract as read_out

    draft = out.with_name(f".{out.name}.draft")
    count = claims = 0
    try:
        with progress_bar("papers") as bar, draft.open("w", encoding="utf-8") as file:
            task = bar.add_task("extract", total=None)
            for row in _rows(papers):
                answer = read_out(row["title"], row["abstract"]).as_json()
                file.write(json.dumps({"id": row["id"], **answer}, ensure_ascii=False) + "\n")
                count, claims = count + 1, claims + len(answer["claims"])
                bar.advance(task)
        draft.replace(out)
    except ValueError as problem:
        draft.unlink(missing_ok=True)
        fail(str(problem), USAGE)
    except OSError as error:
        draft.unlink(missing_ok=True)
        fail(f"{error.filename or out} can't be used: {error.strerror}.")
    if as_json:
        print_json({"papers": count, "claims": claims, "out": str(out)})
        return
    say(f"{count:,} papers are read, with {claims:,} claims; the answers stand in {out}.")


def _rows(papers: Path) -> Iterator[dict[str, Any]]:
    """The papers of a file. Raises ValueError, with a sentence, at the first line that is none."""
    with papers.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError:
                row = None
            if (
                not isinstance(row, dict)
                or "id" not in row
                or not all(isinstance(row.get(key), str) for key in ("title", "abstract"))
            ):
                raise ValueError(
                    f'Line {number} of {papers} is no paper: it takes an object {{"id", "title", "abstract"}} '
                    f"with both as text."
                )
            yield row

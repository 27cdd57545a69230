"""`broadsheet embedder`: the table that turns texts into vectors: what it is, and training one on your own field."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from broadsheet.cli.boot import boot
from broadsheet.cli.output import USAGE, AsJson, Home, fail, out, print_json, progress_bar, say

if TYPE_CHECKING:
    from broadsheet.search.embedder.making import Made
    from broadsheet.search.embedder.static import StaticEmbedder
    from broadsheet.search.embedder.training import Recipe

app = typer.Typer(help="See what finds papers by meaning, or train it on your own field.", no_args_is_help=True)

Files = Annotated[list[Path] | None, typer.Argument(metavar="FILE…", help="Papers to learn from, as `ingest` reads.")]


@app.command("show")
def show(home: Home = None, as_json: AsJson = False) -> None:
    """Say which embedder is used, and what it was made from.

    Examples:

        broadsheet embedder show
    """
    boot(home, migrate=False)
    from broadsheet.search.embedder import ModelMissing, load
    from broadsheet.search.embedder.static import StaticEmbedder

    try:
        embedder = load()
    except ModelMissing as error:
        fail(str(error))
    if embedder is None:
        said: dict[str, Any] = {"name": "none"}
    else:
        said = {"name": embedder.name, "dimensions": embedder.dimensions, "stamp": embedder.stamp}
        if isinstance(embedder, StaticEmbedder):
            said |= {"where": str(embedder.folder), "card": embedder.card}
    if as_json:
        print_json(said)
    elif embedder is None:
        out.print("No embedder is used (EMBEDDER=none): papers are found by words only.")
    else:
        for key, value in said.items():
            out.print(
                f"{key}: {json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value}", markup=False
            )


@app.command("train")
def train(
    files: Files = None,
    source: Annotated[
        str | None, typer.Option("--from", metavar="SOURCE", help="`catalog`: learn from the papers of this home.")
    ] = None,
    exclude: Annotated[
        list[Path] | None,
        typer.Option("--exclude", metavar="FILE", help="Papers never to learn from, by their titles. May be repeated."),
    ] = None,
    scratch: Annotated[
        bool, typer.Option("--scratch", help="Begin with random numbers, not with the table that is used now.")
    ] = False,
    epochs: Annotated[int, typer.Option("--epochs", min=1, help="How often every paper is looked at.")] = 3,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Equal seeds give equal tables.")] = 1,
    write_to: Annotated[
        Path | None, typer.Option("--write-to", metavar="DIR", help="Write the table there; the home stays as it is.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Use the new table also if it is measured worse.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Train the embedder on the papers of this home or of files, measure it, and use it from then on.

    One paper in fifty is not learnt from but measured on. It needs scipy: install `broadsheet[train]`.

    Examples:

        broadsheet embedder train --from catalog

        broadsheet embedder train papers.jsonl.zst --epochs 5
    """
    if source not in {None, "catalog"}:
        fail(f"--from {source} is not known; it can be catalog.", USAGE)
    if not files and not source:
        fail("Say what to learn from: --from catalog, or files of papers.", USAGE)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", str(os.cpu_count() or 1))  # large products gain by every core
    boot(home)
    from broadsheet.ingest.services import PathRefused, files_of
    from broadsheet.search.embedder import EmbedderProblem

    try:
        files, exclude = files_of(files or []), files_of(exclude or [])
    except PathRefused as error:
        fail(str(error), USAGE)
    before = _in_use()
    try:
        made, held = _train(files, source, exclude, _recipe(epochs, seed), None if scratch else before)
    except EmbedderProblem as error:
        fail(str(error))
    measures = _measures(before, made, held)
    about = {
        "command": _command(files, source, exclude, scratch, epochs, seed),
        "trained on": _prints(files),
        "never learnt from": _prints(exclude),
        "measured on held-out papers": {"papers": len(held), **measures["after"]},
    }
    where, verdict = _put(made, about, measures, write_to, force)
    if as_json:
        print_json({"papers": made.papers, "held_out": len(held), **measures, "table": where})
        return
    _tell(made, len(held), measures)
    say(verdict)


def _in_use() -> StaticEmbedder | None:
    """The table in use; None, with a line that says why, when it can't be read: training is what mends it."""
    from django.conf import settings

    from broadsheet.search.embedder import ModelMissing
    from broadsheet.search.embedder.static import current

    try:
        return current(Path(str(settings.HOME)))
    except ModelMissing as error:
        say(str(error))
        return None


def _measures(before: StaticEmbedder | None, made: Made, held: list[tuple[str, str]]) -> dict[str, dict[str, float]]:
    from broadsheet.search.embedder.making import measure

    after = measure(made.embedder(), held)
    return {"before": measure(before, held) if before else dict.fromkeys(after, 0.0), "after": after}


def _prints(files: list[Path]) -> list[dict[str, Any]]:
    """Name, size and SHA-256 of files, for the card."""
    from broadsheet.search.embedder.static import fingerprint

    return [{"file": path.name, **fingerprint(path)} for path in files]


def _put(
    made: Made, about: dict[str, Any], measures: dict[str, dict[str, float]], write_to: Path | None, force: bool
) -> tuple[str | None, str]:
    """Put the table where it belongs; where that is, and a sentence."""
    from django.conf import settings

    from broadsheet.search.embedder.making import install, write

    if write_to:
        write(write_to, made, name="static", about=about)
        return str(write_to), f"The table is in {write_to}; the home is as it was."
    if sum(measures["after"].values()) < sum(measures["before"].values()) and not force:
        return None, (
            "The new table finds held-out papers worse than the one in use, so that one stays; --force overrules this."
        )
    folder = install(Path(str(settings.HOME)), made, name="own", about=about)
    return str(folder), (
        "The new table is used from now on. Run broadsheet index --rebuild, and restart the server if one runs."
    )


def _recipe(epochs: int, seed: int) -> Recipe:
    from dataclasses import replace

    from broadsheet.search.embedder.training import Recipe

    return replace(Recipe(), epochs=epochs, seed=seed)


def _train(
    files: list[Path], source: str | None, exclude: list[Path], recipe: Recipe, start: StaticEmbedder | None
) -> tuple[Made, list[tuple[str, str]]]:
    """Gather and train, with a bar; the table, and what was held out."""
    from broadsheet.search.embedder.making import gather, make

    with progress_bar("") as bar:
        reading = bar.add_task("reading papers", total=None)

        def papers() -> Iterator[tuple[str, str]]:
            for number, paper in enumerate(_papers(files, source), 1):
                if number % 500 == 0:
                    bar.update(reading, completed=number)
                yield paper

        titles = [title for path in exclude for title, _ in _of_file(path)]
        gathering = gather(papers(), exclude=titles)
        corpus = gathering.corpus()
        bar.update(reading, total=len(corpus), completed=len(corpus))
        learning = bar.add_task("training", total=None)
        made = make(
            corpus,
            recipe,
            start=start,
            progress=lambda done, total, loss: bar.update(
                learning, completed=done, total=total, description=f"training, loss {loss:.3f}"
            ),
        )
    return made, gathering.held


def _papers(files: list[Path], source: str | None) -> Iterator[tuple[str, str]]:
    if source:
        from broadsheet.catalog.queries import all_cards

        for cards in all_cards():
            yield from ((card["title"], card["abstract"]) for card in cards)
    for path in files:
        yield from _of_file(path)


def _of_file(path: Path) -> Iterator[tuple[str, str]]:
    """Clean title and abstract of each paper that a file holds; what can't be read in it is passed over."""
    from broadsheet.catalog.records import SourceRecord
    from broadsheet.ingest.inputs import BrokenCompression, NotReadable, detect, open_input
    from broadsheet.lib.text import clean

    try:
        with open_input(path) as opened:
            for item in detect(opened.head).parse(opened.stream, key=opened.sha256):
                if isinstance(item, SourceRecord):
                    yield clean(item.title), clean(item.abstract)
    except (OSError, NotReadable, BrokenCompression) as error:
        fail(f"{path} can't be read: {error}", USAGE)


def _command(files: list[Path], source: str | None, exclude: list[Path], scratch: bool, epochs: int, seed: int) -> str:
    """The command that makes the same table again; files by their names alone."""
    words = ["broadsheet embedder train", *(path.name for path in files)]
    words += ["--from catalog"] if source else []
    words += [f"--exclude {path.name}" for path in exclude]
    words += ["--scratch"] if scratch else []
    return " ".join([*words, f"--epochs {epochs} --seed {seed}"])


def _tell(made: Made, held: int, measures: dict[str, dict[str, float]]) -> None:
    from rich.table import Table

    out.print(f"Learnt from {made.papers:,} papers; measured on {held:,} others (mean reciprocal rank):")
    table = Table(box=None, pad_edge=False)
    for head in ("", "before", "after"):
        table.add_column(head, justify="left" if not head else "right")
    for name, value in measures["after"].items():
        table.add_row(name, f"{measures['before'][name]:.3f}", f"{value:.3f}")
    out.print(table)

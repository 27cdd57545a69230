"""The `broadsheet` command."""

from __future__ import annotations

import os
import sys

import typer

from broadsheet import __version__
from broadsheet.cli.commands import (
    doctor,
    dump,
    embedder,
    extract,
    harvest,
    identity,
    index,
    ingest,
    owner,
    rank,
    results,
    search,
    serve,
    show,
    similar,
    sources,
    worker,
)
from broadsheet.cli.output import FAILED, INTERRUPTED, USAGE, out, say
from broadsheet.config.options import SettingError

app = typer.Typer(
    name="broadsheet",
    help="The daily papers of your field, on your own machine.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("ingest")(ingest.ingest)
app.command("harvest")(harvest.harvest)
app.command("sources")(sources.sources)
app.command("index")(index.index)
app.command("search")(search.search)
app.command("similar")(similar.similar)
app.command("rank")(rank.rank)
app.command("results")(results.results)
app.command("extract")(extract.extract)
app.command("show")(show.show)
app.command("serve")(serve.serve)
app.command("worker")(worker.worker)
app.command("doctor")(doctor.doctor)
app.command("dump")(dump.dump)
app.add_typer(embedder.app, name="embedder")
app.add_typer(identity.app, name="identity")
app.add_typer(owner.app, name="owner")


def _version(asked: bool) -> None:
    if asked:
        out.print(__version__)
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version and stop."
    ),
) -> None:
    pass


def main() -> None:
    """Run the command line; every failure a person can cause or mend ends in a sentence and a status, not in a
    traceback.
    """
    from django.core.exceptions import ImproperlyConfigured
    from django.db import Error as DatabaseError

    try:
        app()
    except SettingError as error:
        say(str(error))
        sys.exit(USAGE)
    except ImproperlyConfigured as error:
        say(f"The settings can't be used: {error}")
        sys.exit(USAGE)
    except DatabaseError as error:
        if os.environ.get("DEBUG") == "1":
            raise
        say(
            f"The database did not do what was asked: {str(error).strip()} "
            "What was committed before is safe; run the command again."
        )
        sys.exit(FAILED)
    except (KeyboardInterrupt, SystemExit) as stopped:
        # typer turns Ctrl-C into this exit status; only the status tells the two apart here.
        if isinstance(stopped, SystemExit) and stopped.code != INTERRUPTED:
            raise
        say("Stopped. Nothing is lost; run the command again to go on.")
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output (head, less) has gone: not an error. Keep Python from complaining at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)

"""`broadsheet dump`: the catalog in canonical form."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from broadsheet.cli.boot import boot
from broadsheet.cli.output import FAILED, AsJson, Home, fail, print_json


def dump(
    out: Annotated[
        Path | None, typer.Option(help="Write to this file instead of standard output.", show_default=False)
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Write the catalog out, one JSON object a paper and line: equal catalogs give equal bytes on every database.

    The lines are JSON already; --json (with --out) reports the number of papers and the SHA-256 of what was written.

    Examples:

        broadsheet dump | sha256sum

        broadsheet dump --out catalog.jsonl
    """
    boot(home)
    import hashlib

    from broadsheet.catalog.dump import dump as lines

    if out is None:
        for line in lines():
            sys.stdout.write(line + "\n")
        return
    draft = out.with_name(f".{out.name}.{os.getpid()}")
    digest, count = hashlib.sha256(), 0
    try:
        with draft.open("wb") as file:
            for line in lines():
                data = line.encode() + b"\n"
                file.write(data)
                digest.update(data)
                count += 1
            file.flush()
            os.fsync(file.fileno())
        draft.replace(out)
    except OSError as error:
        draft.unlink(missing_ok=True)
        fail(f"{out} can't be written: {error.strerror}.", FAILED)
    if as_json:
        print_json({"papers": count, "sha256": digest.hexdigest()})

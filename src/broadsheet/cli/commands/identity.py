"""`broadsheet identity`: the owner's word about what is one paper and what is two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from broadsheet.cli.boot import boot
from broadsheet.cli.indexing import index_what_changed
from broadsheet.cli.output import USAGE, AsJson, Home, fail, out, print_json, say

if TYPE_CHECKING:
    from broadsheet.catalog.models import Record

app = typer.Typer(help="Say what is one paper and what is two; see what was joined and parted.", no_args_is_help=True)

One = Annotated[str, typer.Argument(metavar="ONE", help="A paper's id, or a record as SOURCE:EXTERNAL-ID.")]
Other = Annotated[str, typer.Argument(metavar="OTHER", help="The other one.")]


@app.command("same")
def same(one: One, other: Other, home: Home = None, as_json: AsJson = False) -> None:
    """Say that two are one paper. This holds whatever else comes in.

    Examples:

        broadsheet identity same 2401.00001 b-abcdefghijkl
    """
    _rule(one, other, True, home, as_json)


@app.command("apart")
def apart(one: One, other: Other, home: Home = None, as_json: AsJson = False) -> None:
    """Say that two are not one paper. `broadsheet show ID --json` lists the records of a paper.

    Examples:

        broadsheet identity apart 2401.00001 "saved-page:66d717fdb40b1c14#7"
    """
    _rule(one, other, False, home, as_json)


@app.command("forget")
def forget(one: One, other: Other, home: Home = None, as_json: AsJson = False) -> None:
    """Take back what was said of two; the rules decide again.

    Examples:

        broadsheet identity forget 2401.00001 b-abcdefghijkl
    """
    boot(home)
    from django.utils import timezone

    from broadsheet.catalog.services import withdraw_ruling

    if not withdraw_ruling(one=_record(one), other=_record(other), now=timezone.now()):
        fail("Nothing was said of these two.")
    _tell(one, other, as_json)


@app.command("log")
def log(
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """List papers that became one or two, newest first, with the reason.

    Examples:

        broadsheet identity log --limit 10
    """
    boot(home)
    from dataclasses import asdict

    from broadsheet.catalog.queries import identity_changes

    changes = identity_changes(limit=limit)
    if as_json:
        print_json([asdict(change) for change in changes])
        return
    for change in changes:
        out.print(
            f"{change.at:%Y-%m-%d %H:%M} {change.kind} {change.id} and {change.other}: {change.reason}", markup=False
        )


def _rule(one: str, other: str, same: bool, home: Home, as_json: bool) -> None:
    boot(home)
    from django.utils import timezone

    from broadsheet.catalog.services import VerdictRefused, rule

    try:
        rule(one=_record(one), other=_record(other), same=same, now=timezone.now())
    except VerdictRefused as error:
        fail(str(error), USAGE)
    _tell(one, other, as_json)


def _record(text: str) -> Record:
    from broadsheet.catalog.queries import find_record

    record = find_record(text)
    if record is None:
        fail(f"Nothing is known as {text!r}. Give a paper's id, or a record as SOURCE:EXTERNAL-ID.")
    return record


def _tell(one: str, other: str, as_json: bool) -> None:
    """Index what changed, and say where the two stand now."""
    if notice := index_what_changed():
        say(notice)
    ids = [_record(text).paper.public_id for text in (one, other)]
    if as_json:
        print_json({"ids": ids, "same": ids[0] == ids[1]})
    elif ids[0] == ids[1]:
        out.print(f"They are one paper: {ids[0]}", markup=False)
    else:
        out.print(f"They are two papers: {ids[0]} and {ids[1]}", markup=False)

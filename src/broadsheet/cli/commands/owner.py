"""`broadsheet owner`: the person this Broadsheet belongs to."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from broadsheet.cli.boot import boot
from broadsheet.cli.output import USAGE, AsJson, Home, fail, out, print_json

app = typer.Typer(help="The person this Broadsheet belongs to.", no_args_is_help=True)


@app.command("create")
def create(
    email: Annotated[str, typer.Option(prompt="E-mail", help="The address to log in with.", show_default=False)],
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Make an owner's account; asks for the password, or reads it from standard input.

    Examples:

        broadsheet owner create --email you@example.org

        pass show broadsheet | broadsheet owner create --email you@example.org --password-stdin
    """
    boot(home)
    from broadsheet.accounts.services import AccountRefused, create_owner

    password = (
        sys.stdin.readline().rstrip("\r\n")
        if password_stdin
        else typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    )
    try:
        user = create_owner(email=email, password=password)
    except AccountRefused as error:
        fail(str(error), USAGE)
    if as_json:
        print_json({"email": user.email})
    else:
        out.print(f"{user.email} is an owner now and can log in at /login.", markup=False)


@app.callback()
def _group() -> None:
    """Keeps `create` a command of its own while it is the only one."""

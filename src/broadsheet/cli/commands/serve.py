"""`broadsheet serve`: the pages, and the indexer beside them."""

from __future__ import annotations

import socket
from typing import Annotated

import typer

from broadsheet.cli.boot import boot
from broadsheet.cli.output import AsJson, Home, fail, print_json, say


def serve(
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8000,
    host: Annotated[
        str, typer.Option(help="The address to listen on; the default is reached from this machine only.")
    ] = "127.0.0.1",
    threads: Annotated[int, typer.Option(min=1, max=256, help="How many requests are answered at once.")] = 8,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Serve the pages until Ctrl-C; index what changes meanwhile.

    Examples:

        broadsheet serve

        broadsheet serve --port 9000 --home ~/papers
    """
    boot(home)
    from broadsheet.cli.server import Server

    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    if reason := _taken(host, port):
        fail(f"Can't listen on {address}: {reason} Choose another port with --port.")
    if as_json:
        print_json({"url": f"http://{address}/"})
    else:
        say(f"Broadsheet is at http://{address}/ (Ctrl-C stops it)")
    Server(bind=address, threads=threads).run()


def _taken(host: str, port: int) -> str:
    """Why this address can't be listened on, in a sentence; empty when it can."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return f"{error.strerror}."
    return ""

"""A PostgreSQL of the tests' own: made in a temporary folder, reached by a socket there, gone afterwards.

It needs only the server's programs, not its service, and no root. Run by root it takes another user, since PostgreSQL
refuses root.
"""

from __future__ import annotations

import locale
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

# Nothing in it outlives the tests, so nothing need reach the disk.
_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "64MB",
}


class PostgresFailed(RuntimeError):
    """PostgreSQL's programs are there and could not make a server; the text holds what they said."""


def find_programs() -> Path | None:
    """The folder with initdb and pg_ctl: from PATH, else the newest of Debian's; None where there is none."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    by_version = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True)
    for folder in [*folders, *by_version]:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    return None


@contextmanager
def server(programs: Path) -> Iterator[str]:
    """A running server: gives its DATABASE_URL, and is stopped and removed at the end whatever happened.

    Raises PostgresFailed where it cannot be made.
    """
    # A socket's path may be about 100 characters long, so the folder's name is short.
    folder = Path(tempfile.mkdtemp(prefix="bs-pg-"))
    user = _unprivileged_user() if os.geteuid() == 0 else None
    if user:
        os.chown(folder, user.pw_uid, user.pw_gid)
    data, log = folder / "data", folder / "log"

    def run(program: str, *arguments: str) -> None:
        _run([str(programs / program), *arguments], user=user, cwd=folder, log=log)

    try:
        run("initdb", "-D", str(data), "-U", "broadsheet", "-A", "trust", "-N", "-E", "UTF8", f"--locale={_locale()}")
        options = " ".join(f"-c {name}={value or repr('')}" for name, value in _FAST.items())
        run("pg_ctl", "start", "-w", "-t", "60", "-D", str(data), "-l", str(log), "-o", f"{options} -k {folder}")
        try:
            yield f"postgres://broadsheet@{quote(str(folder), safe='')}/postgres"
        finally:
            run("pg_ctl", "stop", "-m", "immediate", "-D", str(data))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: list[str], *, user: pwd.struct_passwd | None, cwd: Path, log: Path) -> None:
    """One of PostgreSQL's programs, as `user` when given."""
    identity: dict[str, Any] = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    # Its output goes to a file: the server would inherit a pipe and hold it open.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **identity)
        if done.returncode:
            output.seek(0)
            said = output.read().decode(errors="replace") + (log.read_text(errors="replace") if log.exists() else "")
            raise PostgresFailed(f"{command[0]} ended with status {done.returncode}:\n{said}")


def _unprivileged_user() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise PostgresFailed("PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody` to run it as.")


def _locale() -> str:
    """C.UTF-8 where the system has it, so that upper and lower case work beyond ASCII; else C."""
    before = locale.setlocale(locale.LC_ALL)
    try:
        locale.setlocale(locale.LC_ALL, "C.UTF-8")
    except locale.Error:
        return "C"
    finally:
        locale.setlocale(locale.LC_ALL, before)
    return "C.UTF-8"

"""What is wrong with the settings together, though each alone is allowed. Django runs these at start and with `check`.

Every finding has an id, a sentence and a hint; `docs/user/settings.md` explains each id.
"""

from __future__ import annotations

import ipaddress
import stat
from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution
from django.db import DatabaseError, connections

_LOCAL_NAMES = {"localhost", ".localhost"}


def _is_local(host: str) -> bool:
    """Whether only this machine can be meant by a host name in ALLOWED_HOSTS."""
    if host in _LOCAL_NAMES or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _other_hosts() -> list[str]:
    return [host for host in settings.ALLOWED_HOSTS if not _is_local(host)]


@register(Tags.security)
def check_debug(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """DEBUG shows source code and settings to whoever meets an error; that must never be somebody else."""
    if settings.DEBUG and (hosts := _other_hosts()):
        text = (
            f"DEBUG is on while others can reach the server as {', '.join(hosts)}: errors would show them its inside."
        )
        return [Error(text, hint="Set DEBUG=0, or take those names out of ALLOWED_HOSTS.", id="broadsheet.E001")]
    return []


@register(Tags.security)
def check_any_host(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A server that answers to any name can be made to send links that lead elsewhere."""
    if "*" in settings.ALLOWED_HOSTS:
        text = "ALLOWED_HOSTS is *: the server answers to any name, also to names that others choose."
        return [Caution(text, hint="List the names readers use, such as papers.example.org.", id="broadsheet.W002")]
    return []


@register(Tags.security)
def check_https(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Logging in over plain HTTP sends the password where the network can read it."""
    if not settings.HTTPS and (hosts := _other_hosts()):
        text = f"Others can reach the server as {', '.join(hosts)}, and HTTPS is off: passwords would travel readable."
        return [Caution(text, hint="Put it behind an HTTPS proxy and set HTTPS=1.", id="broadsheet.W003")]
    return []


@register(Tags.security)
def check_secret_key_file(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Whoever reads the key can sign in as anybody."""
    path = settings.HOME / "secret.key"
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return []  # the settings could not have been read without it; it went away since, and the next start says so
    if mode & 0o077:
        text = f"{path} can be read by other users of this machine (mode {mode:04o})."
        return [Error(text, hint=f"Run: chmod 600 {path}", id="broadsheet.E004")]
    return []


@register(Tags.database)
def check_database(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Whether the database answers. Runs only where a command asks for the database (`doctor`, `check --database`)."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        try:
            connection.ensure_connection()
        except DatabaseError as error:
            first_line = str(error).strip().partition("\n")[0]
            if connection.vendor == "postgresql":
                hint = "Is PostgreSQL running, and are host, name, user and password in DATABASE_URL right?"
            else:
                hint = f"Can this user read and write {settings.HOME}, and is there room on the disk?"
            text = f"The database can't be reached: {first_line}"
            found.append(Error(text, hint=hint, id="broadsheet.E005"))
    return found

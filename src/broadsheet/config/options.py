"""Every setting an owner can make, in one table: name, default, what it does. Settings are environment variables.

`docs/user/settings.md` lists the same names; a test compares the two.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


class SettingError(ValueError):
    """A setting has a value Broadsheet cannot use; the text says which, and what is allowed."""


@dataclass(frozen=True, slots=True)
class Option:
    """One setting: the environment variable `name`, the text it has when unset, and what it means."""

    name: str
    default: str
    help: str

    def text(self) -> str:
        """The value given, or the default. A secret may also come from the file that `<NAME>_FILE` names."""
        if path := os.environ.get(f"{self.name}_FILE"):
            try:
                return Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise SettingError(f"{self.name}_FILE names {path}, which can't be read: {error.strerror}.") from error
        return os.environ.get(self.name) or self.default

    def flag(self) -> bool:
        """True for 1, true, yes, on; False for 0, false, no, off; anything else is refused."""
        value = self.text().lower()
        if value in {"1", "true", "yes", "on"}:
            return True
        if value in {"0", "false", "no", "off"}:
            return False
        raise SettingError(f"{self.name} is {value!r}; it can be 1 or 0.")

    def listed(self) -> list[str]:
        """The value split at commas, blanks dropped."""
        return [part.strip() for part in self.text().split(",") if part.strip()]


OPTIONS = {
    option.name: option
    for option in (
        Option(
            "BROADSHEET_HOME",
            "~/.local/share/broadsheet",
            "The folder that holds the data, the index and the secret key.",
        ),
        Option(
            "DATABASE_URL",
            "",
            "Where the data is kept; empty means SQLite in the home. For example `postgres://user:password@host/broadsheet`.",
        ),
        Option("TIME_ZONE", "UTC", "The time zone whose days the pages are dated by, such as `Europe/Berlin`."),
        Option("SITE_NAME", "Broadsheet", "The name in the masthead."),
        Option("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]", "Host names the server answers to, parted by commas."),
        Option(
            "CSRF_TRUSTED_ORIGINS",
            "",
            "Addresses (with https://) that forms may come from when a proxy stands in front, parted by commas.",
        ),
        Option("HTTPS", "0", "1 when readers reach the server by HTTPS: cookies are then sent over HTTPS only."),
        Option(
            "EMBEDDER",
            "static",
            "What turns texts into vectors: `static`, our own table; `sentence-transformers:NAME`; or `none`.",
        ),
        Option("DEBUG", "0", "1 shows error details in the browser. Never on a server that others reach."),
    )
}

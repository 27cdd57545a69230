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

    def number(self) -> float | None:
        """A number that is not negative; None where nothing is set. Anything else is refused."""
        text = self.text()
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            value = -1.0
        if not 0 <= value < 1e9:
            raise SettingError(f"{self.name} is {text!r}; it should be a number that is not negative.")
        return value

    def pairs(self) -> dict[str, str]:
        """`name=value` pairs parted by commas. Anything else is refused."""
        found = {}
        for part in self.listed():
            name, sign, value = part.partition("=")
            if not (name.strip() and sign and value.strip()):
                raise SettingError(f"{self.name} holds {part!r}; write name=value, parted by commas.")
            found[name.strip()] = value.strip()
        return found

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
        Option(
            "SOURCES", "", "The sources that the worker harvests by itself, parted by commas: `arxiv-oai,arxiv-feed`."
        ),
        Option(
            "ARXIV_CATEGORIES",
            "cs",
            "The archives and categories of arXiv that are harvested, parted by commas: `cs`, `math.AG`, or `all`.",
        ),
        Option(
            "ARXIV_QUERIES",
            "",
            "Searches of arXiv's API that are harvested, parted by `;`: `all:electron AND cat:cs.CL`.",
        ),
        Option("FEEDS", "", "Addresses of RSS, Atom or JSON feeds of papers that are harvested, parted by blanks."),
        Option(
            "CROSSREF_FILTERS", "", "Filters of Crossref whose works are harvested, parted by blanks: `issn:0028-0836`."
        ),
        Option(
            "OPENALEX_FILTERS",
            "",
            "Filters of OpenAlex whose works are harvested, parted by blanks: `topics.id:T10077`.",
        ),
        Option("OPENALEX_KEY", "", "Your key of OpenAlex, which is free."),
        Option("SEMANTIC_SCHOLAR_KEY", "", "Your key of Semantic Scholar, if you have one."),
        Option("GITHUB_TOKEN", "", "A token of GitHub without any rights, to ask for stars more often."),
        Option(
            "ZOTERO_LIBRARIES", "", "Libraries of Zotero that are harvested, parted by commas: `users/123,groups/456`."
        ),
        Option("ZOTERO_KEY", "", "Your key of Zotero, for libraries that are not public."),
        Option("FIRST_HARVEST_DAYS", "7", "How many days back a source's first harvest begins, where none are named."),
        Option("OWNER_EMAIL", "", "Where alerts go: a day that is short, a source that fails. Empty: to nobody."),
        Option("CONTACT", "", "An address or a page by which a source can reach you; it is sent with every request."),
        Option(
            "EMAIL_URL", "console:", "How mail is sent: `smtp://user:password@host:587?tls=1`; `console:` prints it."
        ),
        Option("EMAIL_FROM", "broadsheet@localhost", "The address that mail is sent from."),
        Option(
            "FETCH_ALLOW",
            "",
            "Hosts of your own network that may be asked, parted by commas, such as `localhost:23119`.",
        ),
        Option(
            "FETCH_PAUSE",
            "",
            "Seconds between two requests to a source; fewer than it asks for only towards hosts in `FETCH_ALLOW`.",
        ),
        Option(
            "SOURCE_URLS",
            "",
            "Other addresses of sources (mirrors), parted by commas, such as `arxiv-oai=https://host/oai`.",
        ),
        Option("DEBUG", "0", "1 shows error details in the browser. Never on a server that others reach."),
    )
}

"""Stars of the code that papers name, from GitHub.

Source: the REST API's documentation (docs.github.com/rest/repos/repos#get-a-repository, "Rate limits for the REST
API"). Asked is `GET /repos/{owner}/{name}` with the ETag of the last answer; an unchanged repository costs nothing of
the allowance, which is 60 requests an hour without a token. Of the answer only `stargazers_count` is read.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace

from broadsheet.ingest.sources import fields
from broadsheet.ingest.sources.answers import NotPapers, object_of
from broadsheet.ingest.sources.harvest import (
    About,
    Answer,
    Notes,
    Page,
    Request,
    Rights,
    Setup,
    Source,
    Target,
    Told,
    TryAgain,
)
from broadsheet.ingest.sources.rows import BadLine

SOURCE = "github-stars"
SIGNAL = "github_stars"
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._/-]", re.ASCII)
_GONE = frozenset({403, 404, 410, 429, 451})


def stars(content: bytes) -> int:
    """How many people gave the repository a star. Raises NotReadable."""
    value = object_of(content, what="a repository")
    try:
        count = fields.count_of(value, "stargazers_count")
    except BadLine as error:
        raise NotPapers(f"The answer is no repository: {error}") from error
    if count is None:
        raise NotPapers("The answer is no repository: it does not say how many stars it has.")
    return count


class GitHubStars(Source):
    """Asks about the repositories that papers here name, the newest and hottest papers' first."""

    about = About(
        name=SOURCE,
        title="GitHub stars",
        help="How many stars the code of a paper has, over time.",
        records_as=SOURCE,
        base_url="https://api.github.com",
        gate=SOURCE,
        pause=72.0,  # 50 an hour
        every=dt.timedelta(hours=1),
        rights=Rights(licence="facts", attribution="Stars counted by GitHub."),
        settings=("GITHUB_TOKEN",),
        asks_about=("github",),
        again_after=dt.timedelta(days=1),
    )

    def pause(self, setup: Setup) -> float:
        """A token allows 5,000 an hour."""
        return 1.0 if setup.settings.get("GITHUB_TOKEN") else self.about.pause

    def ask(self, targets: Sequence[Target], *, setup: Setup) -> Request:
        """One repository. Of a name that is none, what could lead elsewhere is taken out: there is nothing there."""
        name = _NOT_IN_NAMES.sub("", targets[0].value).replace("..", "")[:200]
        return Request(
            url=f"{setup.base_url}/repos/{name}",
            headers={"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"},
            notes={"target": targets[0].key},
            conditional=True,
            expects=_GONE,
        )

    def with_secrets(self, request: Request, *, setup: Setup) -> Request:
        """The token goes into a header."""
        token = setup.settings.get("GITHUB_TOKEN", "")
        return replace(request, secret={"Authorization": f"Bearer {token}"}) if token else request

    def read(self, answer: Answer, *, stream: str, mark: Notes, setup: Setup) -> Page:
        """The reading; nothing for a repository that is gone. Raises TryAgain when the hour's allowance is used up."""
        limited = answer.headers.get("x-ratelimit-remaining") == "0" or "retry-after" in answer.headers
        if answer.status in (403, 429) and limited:
            raise TryAgain(
                "GitHub's allowance of this hour is used up. With a token (GITHUB_TOKEN) it is 5,000, not 60."
            )
        if answer.status in _GONE:
            return Page()
        return Page(told=[Told(answer.request.notes["target"], SIGNAL, float(stars(answer.content)))])

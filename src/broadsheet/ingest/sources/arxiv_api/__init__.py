"""arXiv by its API: papers by id, which fills what the feeds announced and OAI-PMH has not brought; and searches.

Quirks: a page may come empty although there are papers on it, which is asked again; a query has 30,000 results at most,
in pages of 2,000; an id that can't be is an error for all ids asked with it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from urllib.parse import urlencode

from broadsheet.ingest.sources.arxiv_api.parser import parse
from broadsheet.ingest.sources.arxiv_oai import ARXIV_RIGHTS, GATE, PAUSE
from broadsheet.ingest.sources.harvest import (
    About,
    Answer,
    Notes,
    Page,
    Refused,
    Request,
    Setup,
    Source,
    Span,
    Target,
    TryAgain,
)

PAGE = 500  # papers; arXiv allows 2,000 and asks for modesty
MOST = 30_000  # results of one query
OVERLAP = dt.timedelta(days=3)  # a paper may be held back by moderation and bear the day of its submission
_EXPECTS = frozenset({400})  # errors come as feeds


class ArxivApi(Source):
    """arXiv's API."""

    about = About(
        name="arxiv-api",
        title="arXiv (API)",
        help="Papers that were announced and are missing, by id; and the papers of your searches.",
        records_as="arxiv",
        base_url="https://export.arxiv.org/api/query",
        gate=GATE,
        pause=PAUSE,
        every=dt.timedelta(hours=6),
        rights=ARXIV_RIGHTS,
        settings=("ARXIV_QUERIES",),
        asks_about=("arxiv",),
        fills=True,
        batch=100,
        again_after=dt.timedelta(hours=5),
    )

    def streams(self, setup: Setup) -> list[str]:
        return [part.strip() for part in setup.settings.get("ARXIV_QUERIES", "").split(";") if part.strip()]

    def start(self, stream: str, mark: Notes, *, setup: Setup, span: Span, now: dt.datetime) -> Request | None:
        if not stream:
            raise Refused("Say what to search arXiv for, as in --set 'cat:cs.CL AND abs:parsing'.")
        first = span.first
        if "day" in mark:
            first = dt.date.fromisoformat(mark["day"]) - OVERLAP
        until = span.until or now.date() + dt.timedelta(days=1)
        query = stream
        if first or span.until:
            days = f"[{first or dt.date(1991, 1, 1):%Y%m%d}0000 TO {until:%Y%m%d}2359]"
            query = f"({stream}) AND submittedDate:{days}"
        return self._page(setup, query, 0, now.date().isoformat())

    def _page(self, setup: Setup, query: str, start: int, began: str) -> Request:
        words = {
            "search_query": query,
            "sortBy": "submittedDate",
            "sortOrder": "ascending",
            "start": start,
            "max_results": PAGE,
        }
        notes = {"query": query, "start": start, "began": began}
        return Request(f"{setup.base_url}?{urlencode(words)}", notes=notes, expects=_EXPECTS)

    def ask(self, targets: Sequence[Target], *, setup: Setup) -> Request:
        words = {"id_list": ",".join(target.value for target in targets), "max_results": len(targets)}
        return Request(f"{setup.base_url}?{urlencode(words)}", expects=_EXPECTS)

    def read(self, answer: Answer, *, stream: str, mark: Notes, setup: Setup) -> Page:
        found = parse(answer.content)
        if found.error:
            raise Refused(f"arXiv says {found.error[:300]!r}.")
        notes = answer.request.notes
        if "query" not in notes:
            if found.total and not found.items:
                raise TryAgain("arXiv counts papers under these ids and lists none of them.")
            return Page(found.items)
        start = int(notes["start"])
        if found.total > MOST:
            raise Refused(
                f"The search finds {found.total:,} papers, and arXiv lists {MOST:,} at most. Name fewer days."
            )
        if not found.items and found.total > start:
            raise TryAgain(f"arXiv counts {found.total:,} papers and lists none from number {start + 1:,} on.")
        after = start + len(found.items)
        if found.items and after < found.total:
            return Page(found.items, next=self._page(setup, notes["query"], after, notes["began"]))
        return Page(found.items, mark={"day": notes["began"]})

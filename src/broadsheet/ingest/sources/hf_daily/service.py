"""Daily Papers as it is asked: `/api/daily_papers` day by day (or by week or month), and `/api/papers/{id}`.

Source: `huggingface_hub` (hf_api.py: list_daily_papers, paper_info), the Hub's API documentation and answers on record.
`date`, `week` (2026-W10) and `month` (2026-03) name a batch, `limit` is at most 100, `Link: <…>; rel="next"` leads to
the next page, the archive begins on 4 May 2023. A paper's own page gives `numTotalModels`, `numTotalDatasets`,
`numTotalSpaces` too, and HTTP 404 for a paper that is not known there.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote

from broadsheet.catalog.records import Observed, SourceRecord, Unreadable
from broadsheet.ingest.sources import fields
from broadsheet.ingest.sources.answers import NotPapers, Piece, each, json_of, object_of
from broadsheet.ingest.sources.format import read_at
from broadsheet.ingest.sources.harvest import (
    About,
    Announced,
    Answer,
    Notes,
    Page,
    Refused,
    Request,
    Rights,
    Setup,
    Source,
    Span,
    Target,
    TryAgain,
)
from broadsheet.ingest.sources.hf_daily import SOURCE, api, page_day
from broadsheet.ingest.sources.links import next_link
from broadsheet.ingest.sources.rows import kind_of

FIRST_DAY = dt.date(2023, 5, 4)
_LOOK_BACK = dt.timedelta(days=7)  # votes go on for days; once a day all of these days are read again
_NEWEST = dt.timedelta(days=1)
_PAGE = 100
_PERIODS = {"": "date", "week": "week", "month": "month"}
_COUNTS = {"hf_models": "numTotalModels", "hf_datasets": "numTotalDatasets", "hf_spaces": "numTotalSpaces"}
_RIGHTS = Rights(
    licence="arXiv's metadata (CC0); votes and numbers are facts",
    licence_url="https://creativecommons.org/publicdomain/zero/1.0/",
    attribution="Votes, listings and links from Daily Papers of Hugging Face, which does not endorse this site.",
)


def listing(content: bytes, *, at: dt.datetime) -> list[Piece]:
    """The papers of a batch, their numbers read at `at`. Raises NotReadable, and Refused for an error."""
    value = json_of(content)
    if isinstance(value, dict) and isinstance(value.get("error"), str):
        raise Refused(f"Hugging Face says: {value['error'][:300]}")
    if not isinstance(value, list):
        raise NotPapers(f"The answer is {kind_of(value)}, not a list of papers.")
    if not value:
        return []
    found: list[Piece] = []
    for item in api.parse(io.BytesIO(content), key=""):
        if isinstance(item, SourceRecord):
            found.append(read_at(item, at))
        elif isinstance(item, Unreadable):
            found.append(item)
    return found


def paper_page(content: bytes, *, at: dt.datetime) -> list[Piece]:
    """The paper of a paper's page, with how many models, datasets and spaces name it. Raises NotReadable."""
    value = object_of(content, what="a paper's page")
    if "id" not in value:
        raise NotPapers("The answer is an object without a paper.")

    def one(paper: dict[str, object]) -> SourceRecord:
        found = read_at(api.element({"paper": paper}), at)
        counted = {signal: fields.count_of(value, key) for signal, key in _COUNTS.items()}
        more = [Observed(signal, count, at) for signal, count in counted.items() if count is not None]
        # A page says nothing about a day's listing, and the listing's own record has that.
        return replace(found, listed=None, observed=(*found.observed, *more))

    return list(each(content, [value], one, path=("",)))


class HfDaily(Source):
    """Walks the days. `--set week` and `--set month` read whole weeks or months at a time, to fill up the past."""

    about = About(
        name=SOURCE,
        title="Daily Papers of Hugging Face",
        help="The papers that readers chose each day, with votes, comments, stars, code and project pages.",
        records_as=SOURCE,
        base_url="https://huggingface.co/api",
        gate="huggingface",
        pause=1.0,  # 500 in five minutes are allowed
        every=dt.timedelta(hours=3),
        rights=_RIGHTS,
    )

    def start(self, stream: str, mark: Notes, *, setup: Setup, span: Span, now: dt.datetime) -> Request | None:
        """From the day before the newest that was read, once a day from a week before, up to today's page."""
        if stream not in _PERIODS:
            raise Refused(f"{stream[:80]!r} is no period of Daily Papers; write week, month or nothing.")
        last = min(span.until or page_day(now), page_day(now))
        first = span.first or last
        if not span.first and mark.get("day"):
            full = mark.get("full") != now.date().isoformat()
            first = dt.date.fromisoformat(mark["day"]) - (_LOOK_BACK if full else _NEWEST)
        first = max(first, FIRST_DAY)
        return self._period(setup, stream, first, last, now.date()) if first <= last else None

    def read(self, answer: Answer, *, stream: str, mark: Notes, setup: Setup) -> Page:
        """A page of a batch; the mark moves with the batch."""
        notes = answer.request.notes
        items = listing(answer.content, at=answer.at)
        if not items and notes["page"]:
            raise TryAgain("Hugging Face led on to a page that is empty.")
        day, last = dt.date.fromisoformat(notes["day"]), dt.date.fromisoformat(notes["last"])
        announced = [_announced(day, items)] if not stream else []
        if items and (url := next_link(answer, within=setup.base_url)):
            following = Request(url=url, notes={**notes, "page": notes["page"] + 1})
            return Page(items=items, next=following, announced=announced)
        beyond = _next_period(stream, day)
        walked = dt.date.fromisoformat(notes["started"])
        upcoming = self._period(setup, stream, beyond, last, walked) if beyond <= last else None
        moved = {"day": max(mark.get("day", ""), day.isoformat()), "full": mark.get("full", "")}
        if upcoming is None:
            moved["full"] = notes["started"]
        return Page(items=items, next=upcoming, mark=moved, announced=announced)

    def _period(self, setup: Setup, stream: str, first: dt.date, last: dt.date, started: dt.date) -> Request:
        year, week, _ = first.isocalendar()
        named = {"": first.isoformat(), "week": f"{year}-W{week:02}", "month": f"{first:%Y-%m}"}[stream]
        notes = {"day": first.isoformat(), "last": last.isoformat(), "page": 0, "started": started.isoformat()}
        return Request(url=f"{setup.base_url}/daily_papers?{_PERIODS[stream]}={named}&limit={_PAGE}", notes=notes)


def _next_period(stream: str, day: dt.date) -> dt.date:
    if stream == "week":
        return day + dt.timedelta(days=8 - day.isoweekday())
    if stream == "month":
        return (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    return day + dt.timedelta(days=1)


def _announced(day: dt.date, items: Sequence[Piece]) -> Announced:
    """What the day's listing names. A paper that says it stands on another day's page is not of this one: asked for a
    day without papers, the site's pages show the day before.
    """
    ids = [
        str(item.identifiers[0])
        for item in items
        if isinstance(item, SourceRecord) and (item.listed is None or item.listed.day == day)
    ]
    return Announced(category="", day=day, ids=tuple(dict.fromkeys(ids)))


class HfPapers(Source):
    """Asks about papers that are here by their arXiv ids, one at a time."""

    about = About(
        name="hf-papers",
        title="Hugging Face paper pages",
        help="How many models, datasets and spaces name a paper that is here, and its votes.",
        records_as=SOURCE,
        base_url="https://huggingface.co/api",
        gate="huggingface",
        pause=1.0,
        every=dt.timedelta(hours=6),
        rights=_RIGHTS,
        asks_about=("arxiv",),
        again_after=dt.timedelta(days=7),
    )

    def ask(self, targets: Sequence[Target], *, setup: Setup) -> Request:
        """Old-style ids are not known there and are answered with HTTP 404 too."""
        return Request(url=f"{setup.base_url}/papers/{quote(targets[0].value, safe='')}", expects=frozenset({400, 404}))

    def read(self, answer: Answer, *, stream: str, mark: Notes, setup: Setup) -> Page:
        """The paper; nothing where it is not known."""
        return Page() if answer.status != 200 else Page(items=paper_page(answer.content, at=answer.at))

"""arXiv by OAI-PMH: all of its metadata, by the day of their last change.

The walk: `from` = the mark less a day, no `until`, then token after token. A token is good until midnight (UTC); behind
it the walk begins again at the day it had reached. Records may come twice or have changed between two pages, and both
does no harm: they are known by their id and their words.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise
from urllib.parse import urlencode

from broadsheet.ingest.sources.arxiv_oai.parser import OaiAnswer, days_of, parse
from broadsheet.ingest.sources.harvest import (
    CC0,
    About,
    Answer,
    Notes,
    Page,
    Refused,
    Request,
    Rights,
    Setup,
    Source,
    Span,
    StartAgain,
    TryAgain,
)

GATE = "arxiv.org"
PAUSE = 3.0  # seconds; arXiv's terms: one request every three seconds over API, OAI-PMH and feeds together
OVERLAP = dt.timedelta(days=1)
ARXIV_RIGHTS = Rights(
    licence=CC0.licence,
    licence_url=CC0.licence_url,
    attribution="Thank you to arXiv for use of its open access interoperability.",
)
_PHYSICS = frozenset(
    "astro-ph cond-mat gr-qc hep-ex hep-lat hep-ph hep-th math-ph nlin nucl-ex nucl-th physics quant-ph".split()  # noqa: SIM905
)
_OTHERS = frozenset("cs econ eess math q-bio q-fin stat".split())  # noqa: SIM905


def set_of(category: str) -> str:
    """The OAI set of an archive or category: `cs` is cs, `cs.CL` cs:cs:CL, `hep-th` physics:hep-th; `all` is "" (no
    set). A set is itself. Raises Refused.
    """
    if category in ("", "all"):
        return ""
    if ":" in category:
        return category
    archive, _, code = category.partition(".")
    if archive not in _PHYSICS | _OTHERS or (code and not code.replace("-", "").isalnum()):
        raise Refused(f"arXiv has no archive or category {category[:40]!r}; write it as cs, cs.CL, hep-th, or all.")
    if archive in _OTHERS and not code:
        return archive
    group = "physics" if archive in _PHYSICS else archive
    return ":".join(filter(None, (group, archive, code)))


class ArxivOai(Source):
    """One metadata format of arXiv's OAI-PMH."""

    prefix = "arXiv"
    about = About(
        name="arxiv-oai",
        title="arXiv (OAI-PMH)",
        help="All papers of arXiv's categories with authors, abstracts, licences and DOIs, by the day of their change.",
        records_as="arxiv",
        base_url="https://oaipmh.arxiv.org/oai",
        gate=GATE,
        pause=PAUSE,
        every=dt.timedelta(hours=6),
        rights=ARXIV_RIGHTS,
        settings=("ARXIV_CATEGORIES",),
    )

    def streams(self, setup: Setup) -> list[str]:
        return setup.listed("ARXIV_CATEGORIES")

    def start(self, stream: str, mark: Notes, *, setup: Setup, span: Span, now: dt.datetime) -> Request | None:
        first = span.first
        for key in ("from", "reached"):
            if key in mark:
                day = dt.date.fromisoformat(mark[key]) - OVERLAP
                first = max(day, span.first) if span.first else day
        words = {"verb": "ListRecords", "metadataPrefix": self.prefix}
        if name := set_of(stream):
            words["set"] = name
        if first:
            words["from"] = first.isoformat()
        if span.until:
            words["until"] = span.until.isoformat()
        return _request(setup, words, {"spanned": bool(span.until) or not ("from" in mark or span.first is None)})

    def usable(self, request: Request, *, asked: dt.datetime, now: dt.datetime) -> bool:
        return "resumptionToken" not in request.url or asked.astimezone(dt.UTC).date() == now.astimezone(dt.UTC).date()

    def read(self, answer: Answer, *, stream: str, mark: Notes, setup: Setup) -> Page:
        found = parse(answer.content)
        codes = {code for code, _ in found.errors}
        began = (
            answer.request.notes.get("began") or found.said_at[:10] or answer.at.astimezone(dt.UTC).date().isoformat()
        )
        if "badResumptionToken" in codes:
            raise StartAgain("arXiv's resumption token has run out.")
        if codes - {"noRecordsMatch"}:
            said = "; ".join(f"{code}: {text}" for code, text in found.errors)
            raise Refused(f"arXiv says {said[:300]!r}.")
        if not found.items and not codes and not found.token:
            raise TryAgain("arXiv answered with an empty list, where it says noRecordsMatch when there is nothing.")
        if found.token:
            notes = {"began": began}
            request = _request(setup, {"verb": "ListRecords", "resumptionToken": found.token}, notes)
            return Page(found.items, next=request, mark=_reached(found, mark))
        return Page(found.items, mark={"from": began})


class ArxivRaw(ArxivOai):
    """The format with versions."""

    prefix = "arXivRaw"
    about = About(
        name="arxiv-raw",
        title="arXiv (OAI-PMH, with versions)",
        help="The same papers with the day of every version and the submitter, and authors as one line of text.",
        records_as="arxiv",
        base_url="https://oaipmh.arxiv.org/oai",
        gate=GATE,
        pause=PAUSE,
        every=dt.timedelta(hours=6),
        rights=ARXIV_RIGHTS,
        settings=("ARXIV_CATEGORIES",),
    )


def _reached(found: OaiAnswer, mark: Notes) -> Notes | None:
    """The mark with the day that the walk has reached; the same where this page is not in the order of days."""
    days: Sequence[dt.date] = list(days_of(found))
    if not days or any(later < earlier for earlier, later in pairwise(days)):
        return None
    return {**mark, "reached": max(days[-1].isoformat(), mark.get("reached", ""))}


def _request(setup: Setup, words: dict[str, str], notes: Notes) -> Request:
    return Request(f"{setup.base_url}?{urlencode(words)}", notes=notes)

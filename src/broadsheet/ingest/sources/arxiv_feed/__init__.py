"""arXiv's daily feeds: the ids that were announced in each category, by which the ledger sees whether any is missing.

The papers themselves come by OAI-PMH, and those that did not by the API. A feed may go on being that of the day before
without a sign; its date and its newest id tell.
"""

from __future__ import annotations

import datetime as dt

from broadsheet.ingest.sources.arxiv_feed.parser import FULL, parse
from broadsheet.ingest.sources.arxiv_oai import ARXIV_RIGHTS, GATE, PAUSE, set_of
from broadsheet.ingest.sources.format import NotReadable
from broadsheet.ingest.sources.harvest import (
    About,
    Announced,
    Answer,
    Notes,
    Page,
    Refused,
    Request,
    Setup,
    Source,
    Span,
)

ARCHIVES = (  # noqa: SIM905
    "astro-ph cond-mat cs econ eess gr-qc hep-ex hep-lat hep-ph hep-th math math-ph nlin nucl-ex nucl-th physics q-bio"
    " q-fin quant-ph stat"
).split()


class ArxivFeed(Source):
    """arXiv's RSS."""

    about = About(
        name="arxiv-feed",
        title="arXiv (daily feeds)",
        help="What arXiv announced each day in each category, which the ledger compares with what is here.",
        records_as="arxiv",
        base_url="https://rss.arxiv.org/rss",
        gate=GATE,
        pause=PAUSE,
        every=dt.timedelta(hours=2),
        rights=ARXIV_RIGHTS,
        settings=("ARXIV_CATEGORIES",),
        calendar="arxiv",
        announces_only=True,
    )

    def streams(self, setup: Setup) -> list[str]:
        names = setup.listed("ARXIV_CATEGORIES")
        return list(dict.fromkeys(name for one in names for name in (ARCHIVES if one == "all" else [one])))

    def start(self, stream: str, mark: Notes, *, setup: Setup, span: Span, now: dt.datetime) -> Request | None:
        if not stream or ":" in stream or not set_of(stream):
            raise Refused("Name an archive or a category of arXiv, as in --set cs.CL; its feeds are for one at a time.")
        return Request(f"{setup.base_url}/{stream}", conditional=True, expects=frozenset({400}))

    def read(self, answer: Answer, *, stream: str, mark: Notes, setup: Setup) -> Page:
        found = parse(answer.content)
        if found.error:
            raise Refused(f"arXiv says {' '.join(found.error.split())[:300]!r}.")
        if found.day is None:
            raise NotReadable("The feed does not say of which day it is.")
        listing = Announced(stream, found.day, found.announced(), built=found.built)
        full = (
            f"The feed of {stream} is full ({FULL:,} items): arXiv may have left some out. Harvest its parts instead."
        )
        return Page(found.unreadable, announced=[listing], notices=[full] if len(found.ids) >= FULL else [])

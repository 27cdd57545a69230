"""A small catalog for the pages: two listed pages, a paper with everything, and papers that mean harm."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from broadsheet.catalog.records import Listed, SourceRecord
from broadsheet.catalog.services import open_page, take_in
from broadsheet.lib.ids import Identifier
from broadsheet.lib.time import PartialDate

NOW = dt.datetime(2026, 9, 1, 12, 0, tzinfo=dt.UTC)
DAY = dt.date(2026, 8, 11)
HOSTILE = '<script>alert("x")</script>'


@pytest.fixture
def page_of() -> Callable[..., None]:
    """Lists `count` papers on a saved page of a day."""

    def make(count: int, day: dt.date = DAY, key: str = "page") -> None:
        open_page(source="saved-page", key=key, day=day, kind="saved search")
        take_in(
            records=[
                SourceRecord(
                    "saved-page",
                    f"{key}:{n}",
                    f"On the {key} matter number {n} of many",
                    f"Abstract {n} of {key}, which says what was done, how, and with what success.",
                    author_count=n % 7 or None,
                    listed=Listed(key, n, comments=n % 3 or None),
                )
                for n in range(1, count + 1)
            ],
            now=NOW,
        )

    return make


@pytest.fixture
def full_paper() -> str:
    """A paper that has everything; its public id."""
    record = SourceRecord(
        "jsonl",
        "full",
        "Attention with $O(n^2)$ cost is all you need",
        "Cost \\(O(n^2 d)\\), broken $\\frac{1}{$ stays.",
        authors=tuple(f"Ada{n} Lovelace{n}" for n in range(30)),
        date=PartialDate(dt.date(2017, 6, 1), "month"),
        identifiers=(Identifier("arxiv", "1706.03762"), Identifier("doi", "10.1000/xyz_(1)")),
        categories=("cs.CL", "cs.LG"),
        links=("https://github.com/tensorflow/tensor2tensor",),
    )
    take_in(records=[record], now=NOW)
    return "1706.03762"


@pytest.fixture
def hostile_paper() -> str:
    """A paper whose every field means harm; its address."""
    open_page(source="saved-page", key="evil", day=DAY, kind="saved search")
    record = SourceRecord(
        "saved-page",
        "evil",
        f'{HOSTILE}"><img src=x onerror=alert(1)> \u202egnp.exe Z' + "\u0301\u0316" * 25_000,
        f"{HOSTILE} $\\href{{javascript:alert(1)}}{{x}}$ $\\text{{<script>alert(2)</script>}}$ $\\frac{{"
        + " a"
        + "\u0316\u0317" * 50_000
        + " "
        + "W" * 3_000,
        authors=(HOSTILE, "\u202elive"),
        identifiers=(Identifier("doi", '10.1234/<script>"x"?#%'),),
        links=(
            "javascript:alert(1)",
            "data:text/html,<script>alert(1)</script>",
            'https://example.org/"onmouseover=alert(1)',
        ),
        listed=Listed("evil", 1),
    )
    take_in(records=[record], now=NOW)
    return "/papers/doi:10.1234/%3Cscript%3E%22x%22%3F%23%25"

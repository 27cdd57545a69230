"""Records as a source would give them, with sensible values for whatever a test does not care about."""

from __future__ import annotations

import hashlib
from typing import Any

from broadsheet.catalog.records import SourceRecord

_ABSTRACT = (
    "We study how readers find papers that matter to them. A small catalogue of dated pages is enough for most, "
    "and a plain index answers the rest. Our experiments cover five fields and show the same result in each."
)


def make_record(**values: Any) -> SourceRecord:
    """A valid SourceRecord. What is given is kept; `external_id` follows from the title: equal calls, equal records.

    An abstract is part of the defaults; pass `abstract=""` for a record without one.
    """
    title = values.setdefault("title", "On the Reading of Papers in the Morning")
    values.setdefault("source", "jsonl")
    values.setdefault("external_id", "t-" + hashlib.sha256(str(title).encode()).hexdigest()[:16])
    values.setdefault("abstract", _ABSTRACT)
    values.setdefault("authors", ("Ada Lovelace", "Charles Babbage"))
    return SourceRecord(**values)


def make_records(count: int, **values: Any) -> list[SourceRecord]:
    """`count` records of different papers: titles and abstracts carry a number, in words that no two share."""
    return [
        make_record(
            **{
                "title": f"Paper w{number}x of a Long Series on Reading",
                "abstract": f"Abstract w{number}x says what v{number}y found. It is u{number}z and nothing else.",
                **values,
            }
        )
        for number in range(count)
    ]

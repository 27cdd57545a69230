"""Daily Papers of Hugging Face: the answer of its API (one JSON array), and rows of one flat JSON object a line.

A row has `id` (an arXiv id), `title`, `abstract`, `authors` (names), `published` and `submitted_on_daily` (ISO times),
`upvotes`, `num_comments`, `github_repo`, `github_stars`, `project_page`, `organization`, and `observed_at`, the time at
which the numbers were read. The API's array is described in `hf_daily.api`.

Who submitted a paper, readers' names and pictures, and texts written by machines (`ai_summary`, `ai_keywords`) are
never taken over.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import Any
from zoneinfo import ZoneInfo

from broadsheet.catalog.records import Listed, Observed, SourceRecord
from broadsheet.ingest.sources.format import WHEN_TAKEN_IN
from broadsheet.ingest.sources.rows import BadLine, RowKind, kind_of, names_of, text_of, title_of
from broadsheet.lib.ids import Identifier, parse_identifier
from broadsheet.lib.text import clean_url
from broadsheet.lib.time import PartialDate

SOURCE = "hf-daily"
_NEW_YORK = ZoneInfo("America/New_York")
# The page of a day opens at 21:30 in New York the evening before.
_OPENS_BEFORE_MIDNIGHT = dt.timedelta(hours=2, minutes=30)
_LONGEST_DAY = 25 * 60 * 60  # seconds: of the day on which the clocks are put back
_MAX_COUNT = 2**31 - 1  # what the column of a count holds
_BEGINS = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{.*"submitted_on_daily"\s*:', re.DOTALL)


def matches(value: dict[str, Any]) -> bool:
    """Whether a row is a flat one of Daily Papers."""
    return "submitted_on_daily" in value


def record(value: dict[str, Any]) -> SourceRecord:
    """One paper out of one flat row. Raises BadLine."""
    observed_at = time_of(value, "observed_at") or WHEN_TAKEN_IN
    readings = {
        "upvotes": count_of(value, "upvotes"),
        "comments": count_of(value, "num_comments"),
        "github_stars": count_of(value, "github_stars"),
    }
    links, extra = _links(value, ("github_repo", "project_page"))
    if organization := text_of(value, "organization").strip():
        extra["organization"] = organization
    published = time_of(value, "published")
    submitted = time_of(value, "submitted_on_daily")
    identifier = arxiv_id(value)
    return SourceRecord(
        source=SOURCE,
        external_id=identifier.value,
        title=title_of(value),
        abstract=text_of(value, "abstract"),
        authors=names_of(value, "authors"),
        date=PartialDate(published.date()) if published else None,
        identifiers=(identifier,),
        links=links,
        listed=place(submitted, readings, observed_at) if submitted else None,
        observed=tuple(Observed(name, count, observed_at) for name, count in readings.items() if count is not None),
        extra=extra,
    )


def page_day(submitted: dt.datetime) -> dt.date:
    """The day on whose page a paper stands that was submitted at this moment: a day begins at 21:30 in New York."""
    return (submitted + _OPENS_BEFORE_MIDNIGHT).astimezone(_NEW_YORK).date()


def place(submitted: dt.datetime, readings: dict[str, int | None], observed_at: dt.datetime) -> Listed:
    """The place on the page: by seconds since the page opened, because a record does not know its neighbours."""
    day = page_day(submitted)
    midnight = dt.datetime.combine(day, dt.time(), _NEW_YORK)
    opened = midnight.astimezone(dt.UTC) - _OPENS_BEFORE_MIDNIGHT
    seconds = int((submitted - opened).total_seconds())
    return Listed(
        page_key=day.isoformat(),
        position=min(seconds, _LONGEST_DAY) + 1,
        comments=readings["comments"],
        upvotes=readings["upvotes"],
        day=day,
        kind="daily",
        observed_at=observed_at,
    )


def arxiv_id(value: dict[str, Any]) -> Identifier:
    """The arXiv id under `id`, which every paper there has. Raises BadLine."""
    text = text_of(value, "id").strip()
    found = parse_identifier(text)
    if found is None or found.scheme != "arxiv":
        raise BadLine(f'"id" is {text[:60]!r}, which is no arXiv id.')
    return found


def time_of(value: dict[str, Any], key: str) -> dt.datetime | None:
    """The moment under `key` (UTC where it does not say its zone); None where there is none. Raises BadLine."""
    text = text_of(value, key).strip()
    if not text:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment
        in_utc = moment.astimezone(dt.UTC)
    except (ValueError, OverflowError) as error:
        raise BadLine(f'"{key}" is {text[:60]!r}, which is no time; write it as 2026-08-21T04:05:06Z.') from error
    if not 1990 < in_utc.year < 9999:  # room for a day more or less, and no sentinel
        raise BadLine(f'"{key}" is {text[:60]!r}, when no paper was listed.')
    return in_utc


def count_of(value: dict[str, Any], key: str) -> int | None:
    """The count under `key`; None where there is none. Raises BadLine."""
    found = value.get(key)
    if found is None:
        return None
    if isinstance(found, float) and math.isfinite(found) and found.is_integer():  # 3.0, from a table with gaps
        found = int(found)
    if isinstance(found, bool) or not isinstance(found, int):
        raise BadLine(f'"{key}" is {kind_of(found)}; it should be a whole number.')
    if not 0 <= found <= _MAX_COUNT:
        raise BadLine(f'"{key}" is {found}, which counts nothing; it should be 0 or more.')
    return found


def _links(value: dict[str, Any], keys: tuple[str, ...]) -> tuple[tuple[str, ...], dict[str, Any]]:
    """The addresses under these keys; what is no address is kept aside under its key."""
    links: list[str] = []
    others: dict[str, Any] = {}
    for key in keys:
        text = text_of(value, key).strip()
        if not text:
            continue
        if link := clean_url(text):
            if link not in links:
                links.append(link)
        else:
            others[key] = text
    return tuple(links), others


ROW = RowKind(
    name="hf-daily",
    label="Daily Papers rows",
    help="Daily Papers of Hugging Face as one flat JSON object a line, with upvotes and the time they were read.",
    matches=matches,
    record=record,
    begins=_BEGINS,
)

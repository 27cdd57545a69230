"""Fields of a JSON object that a service sent: of the right type and of a bounded size, or the element is refused.

A key that is missing, null or empty is no mistake. A value of another type is: taking in the rest would lose what the
source said without a word.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from broadsheet.catalog.records import SourceRecord
from broadsheet.ingest.sources.hf_daily import count_of
from broadsheet.ingest.sources.markup import plain
from broadsheet.ingest.sources.rows import BadLine, kind_of, sound, text_of
from broadsheet.lib.ids import Identifier, parse_identifier
from broadsheet.lib.text import clean_url
from broadsheet.lib.time import PartialDate, parse_date

__all__ = [
    "count_of",
    "date",
    "date_of_parts",
    "identifier",
    "link",
    "listed",
    "marked_up",
    "names",
    "number",
    "objects",
    "page_token",
    "part",
    "sized",
    "title",
    "words",
]

MAX_TITLE = 5_000  # characters; the longest title in arXiv has 400
MAX_ABSTRACT = 100_000
MAX_NAME = 300
MAX_AUTHORS = 20_000  # the longest list of authors in print has some 15,000 names
MAX_LIST = 20_000
MAX_EXTRA = 5_000  # characters of one text beside the paper's own, such as a journal's name
MAX_KEPT = 300  # characters of what is put aside because it could not be used


def words(value: dict[str, Any], key: str, *, limit: int = MAX_KEPT * 10) -> str:
    """The text under `key` in one line, markup untouched; empty where there is none. Raises BadLine."""
    text = text_of(value, key).strip()
    if len(text) > limit:
        raise BadLine(f'"{key}" is {len(text):,} characters long; the longest that is read has {limit:,}.')
    return text


def marked_up(value: dict[str, Any], key: str, *, limit: int) -> str:
    """The text under `key` without its HTML, JATS or MathML; empty where there is none. Raises BadLine."""
    return plain(words(value, key, limit=limit))


def title(value: dict[str, Any], key: str = "title") -> str:
    """The title without markup. Raises BadLine when it is missing or blank."""
    found = marked_up(value, key, limit=MAX_TITLE)
    if not found:
        raise BadLine("The title is missing or blank.")
    return found


def part(value: dict[str, Any], key: str) -> dict[str, Any]:
    """The object under `key`; an empty one where there is none. Raises BadLine."""
    found = value.get(key)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise BadLine(f'"{key}" is {kind_of(found)}; it should be an object.')
    return found


def listed(value: dict[str, Any], key: str, *, limit: int = MAX_LIST) -> list[Any]:
    """The list under `key`; an empty one where there is none. Raises BadLine."""
    found = value.get(key)
    if found is None:
        return []
    if not isinstance(found, list):
        raise BadLine(f'"{key}" is {kind_of(found)}; it should be a list.')
    if len(found) > limit:
        raise BadLine(f'"{key}" has {len(found):,} elements; the longest list that is read has {limit:,}.')
    return found


def objects(value: dict[str, Any], key: str, *, limit: int = MAX_LIST) -> list[dict[str, Any]]:
    """The objects in the list under `key`. Raises BadLine for anything else in it."""
    found = listed(value, key, limit=limit)
    for one in found:
        if not isinstance(one, dict):
            raise BadLine(f'"{key}" holds {kind_of(one)}; everything in it should be an object.')
    return found


def names(found: Sequence[str]) -> tuple[str, ...]:
    """Names with their blanks collapsed and markup gone, empty ones left out, each of at most `MAX_NAME` characters."""
    tidy = (plain(sound(name, "authors"))[:MAX_NAME].strip() for name in found)
    return tuple(name for name in tidy if name)


def sized(record: SourceRecord) -> SourceRecord:
    """The record, if its texts are as long as a paper's may be; names and what is beside are cut. Raises BadLine."""
    for what, text, limit in (("title", record.title, MAX_TITLE), ("abstract", record.abstract, MAX_ABSTRACT)):
        if len(text) > limit:
            raise BadLine(f"The {what} is {len(text):,} characters long; the longest that is read has {limit:,}.")
    if len(record.authors) > MAX_AUTHORS:
        raise BadLine(f"There are {len(record.authors):,} authors; at most {MAX_AUTHORS:,} are read.")
    extra = {key: kept[:MAX_EXTRA] if isinstance(kept, str) else kept for key, kept in record.extra.items()}
    names = tuple(name[:MAX_NAME] for name in record.authors)
    return record if (names, extra) == (record.authors, record.extra) else replace(record, authors=names, extra=extra)


def link(text: str) -> tuple[str, ...]:
    """The http(s) address in `text`, as a tuple of one or none: `javascript:` and the like lead nowhere."""
    found = clean_url(text) if text else None
    return (found,) if found else ()


def identifier(text: str, *, scheme: str = "") -> tuple[Identifier, ...]:
    """The identifier in `text`, as a tuple of one or none; of another scheme than `scheme`, none. arXiv's own DOIs are
    arXiv ids, so they pass as DOIs too.
    """
    found = parse_identifier(text) if text else None
    if found is None or (scheme and found.scheme != scheme and (scheme, found.scheme) != ("doi", "arxiv")):
        return ()
    return (found,)


def number(value: dict[str, Any], key: str) -> int | None:
    """The whole number under `key`, which some services send as text; None where there is none. Raises BadLine."""
    found = value.get(key)
    if isinstance(found, str) and found.strip().isascii() and found.strip().isdigit() and len(found) < 12:
        return int(found)
    return count_of(value, key)


def date(text: str) -> PartialDate | None:
    """The date that is written in `text`; None for anything else, and for years in which nothing was printed."""
    found = parse_date(text)
    return found if found and 1000 <= found.day.year <= 9998 else None


def page_token(value: object) -> str:
    """What an answer gives to ask for the next page with; "" for what is no such thing."""
    return value if isinstance(value, str) and value.isascii() and value.isprintable() and len(value) < 4000 else ""


def date_of_parts(parts: Sequence[Any]) -> PartialDate | None:
    """The date that [year], [year, month] or [year, month, day] mean; None for anything else, also for no day.

    The numbers may be text. Of a day or month that does not exist, what is left of it counts.
    """
    numbers: list[int] = []
    for one in parts[:3]:
        if isinstance(one, str) and one.isascii() and one.isdigit() and len(one) <= 4:
            one = int(one)
        if isinstance(one, bool) or not isinstance(one, int) or one < 1:
            break
        numbers.append(one)
    if not numbers or not 1000 <= numbers[0] <= 9998:
        return None
    for length in range(len(numbers), 0, -1):
        try:
            day = dt.date(*[*numbers[:length], 1, 1][:3])
        except (ValueError, OverflowError):
            continue
        return PartialDate(day, ("year", "month", "day")[length - 1])
    return None

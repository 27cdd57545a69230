"""The operators, sort orders and facets that search has from the start."""

from __future__ import annotations

import datetime as dt
import re

from django.db.models import Q

from broadsheet.lib.time import PartialDate, parse_date
from broadsheet.search.registry import Facet, Operator, SortKey, register

_KEYWORD = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._+-]*[A-Za-z0-9])?")
_YEARS = re.compile(r"([1-9]\d{3})|([1-9]\d{3})?(?:\.\.|-)([1-9]\d{3})?", re.ASCII)
FIRST_YEAR, LAST_YEAR = 1000, 9999


def trim(text: str) -> str:
    """The text without what is neither letter nor digit at its ends. Linear in its length."""
    start, end = 0, len(text)
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    return text[start:end]


def read_text(value: str) -> str | None:
    """Words with single blanks between them."""
    return trim(" ".join(value.split())) or None


def read_keyword(value: str) -> str | None:
    """A short name of ASCII letters, digits and `.` `_` `+` `-`, as written; comparing ignores case."""
    value = value.strip().rstrip(".,;)")
    return value if _KEYWORD.fullmatch(value) else None


def read_years(value: str) -> str | None:
    """`2021`, `2020..2023`, `2020..` or `..2023`; `2020-2023` is read too, and the smaller year comes first."""
    match = _YEARS.fullmatch(value.strip().rstrip(",;)"))
    if not match or not any(match.groups()):
        return None
    year, first, last = match.groups()
    if year:
        return year
    if first and last and first > last:
        first, last = last, first
    return f"{first or ''}..{last or ''}"


def read_date(value: str) -> str | None:
    """`2021`, `2021-05` or `2021-05-30`."""
    date = parse_date(value.strip().rstrip(".,;)"))
    return str(date) if date and date.day.year >= FIRST_YEAR else None


def year_span(value: str) -> tuple[int, int]:
    """The first and last year of a canonical `year:` value, both included; open ends reach 1000 and 9999."""
    first, dots, last = value.partition("..")
    low = int(first) if first else FIRST_YEAR
    return low, (int(last) if last else LAST_YEAR if dots else low)


def date_of(value: str) -> PartialDate:
    """The date of a canonical `after:` or `before:` value."""
    date = parse_date(value)
    if date is None:
        raise ValueError(f"{value!r} is no canonical date.")
    return date


def _year_where(value: str) -> Q:
    first, last = year_span(value)
    return Q(date__gte=dt.date(first, 1, 1), date__lte=dt.date(last, 12, 31))


_TEXT = "one word, or several in quotes"
_DATE = "a year, a month or a day, such as 2021, 2021-05 or 2021-05-30"
_KEY = "one short name without blanks"

for _entry in (
    Operator(
        "title",
        "text",
        "Words that stand in the title, in this order.",
        'title:"sparse attention"',
        _TEXT,
        "title",
        read_text,
    ),
    Operator(
        "author",
        "text",
        "An author's name or part of it; accents don't matter.",
        'author:"van der Maaten"',
        _TEXT,
        "authors",
        read_text,
        where=lambda value: Q(authors__name__icontains=value),
    ),
    Operator(
        "year",
        "year range",
        "The year of publication, or a range of years with either end open.",
        "year:2020..2023",
        "a year or a range, such as 2021, 2020..2023 or 2020..",
        "day",
        read_years,
        where=_year_where,
    ),
    Operator(
        "after",
        "date from",
        "Published on this day or later; a month or year counts from its first day.",
        "after:2021-05",
        _DATE,
        "day",
        read_date,
        where=lambda value: Q(date__gte=date_of(value).day),
    ),
    Operator(
        "before",
        "date before",
        "Published before this day; a month or year counts from its first day.",
        "before:2021-05-30",
        _DATE,
        "day",
        read_date,
        where=lambda value: Q(date__lt=date_of(value).day),
    ),
    Operator(
        "source",
        "keyword",
        "A source that gave or listed the paper.",
        "source:saved-page",
        _KEY,
        "source",
        read_keyword,
        where=lambda value: Q(records__source__iexact=value),
    ),
    Operator(
        "cat",
        "keyword",
        "A subject category; an archive such as `cs` stands for all of its categories.",
        "cat:cs.CL",
        _KEY,
        "cat",
        read_keyword,
        where=lambda value: Q(categories__code__iexact=value) | Q(categories__code__istartswith=f"{value}."),
    ),
    SortKey("relevance", "Best match first."),
    SortKey("newest", "Newest publication first; papers of unknown date come last.", field="day"),
    SortKey("oldest", "Oldest publication first; papers of unknown date come last.", field="day_up", descending=False),
    Facet("year", "Year of publication.", field="year", operator="year"),
    Facet("source", "Where the paper came from.", field="source", operator="source"),
    Facet("category", "Subject category.", field="cat", operator="cat"),
):
    register(_entry)

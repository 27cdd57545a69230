"""The small form beside the search box: it writes operators into the query, so that the query says everything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.http import urlencode

from broadsheet.search import registry
from broadsheet.search.language import SearchQuery, parse

FIELDS = ("year", "source", "cat")
MODES = {"hybrid": "words and meaning", "lexical": "words only", "semantic": "meaning only"}  # the first is the default
EXAMPLES = [
    ("sparse attention", "Papers with one of the words; those with both stand first."),
    ('"chain of thought"', "The words one after the other."),
    ("diffusion -image", "Papers on diffusion that don’t speak of images."),
    ("2401.00001", "An arXiv id, a DOI or an address leads to the paper."),
]


@dataclass(slots=True)
class Chip:
    """An operator that stands in the query, and where its removal leads."""

    text: str
    without: str


def search_path(text: str, sort: str = "", mode: str = "") -> str:
    """The address of a search; "" stands for the default order and mode."""
    given = {"sort": sort, "mode": mode}
    return f"{reverse('search')}?{urlencode({'q': text} | {name: value for name, value in given.items() if value})}"


def narrowed(text: str, given: Mapping[str, str]) -> str:
    """The query with the form's values as operators behind it, in place of older ones for the same field."""
    for name in FIELDS:
        value = " ".join(given.get(name, "").replace('"', " ").replace("\x00", " ").split())[:60]
        if value:
            written = f'{name}:"{value}"' if " " in value else f"{name}:{value}"
            text = f"{parse(text).without(name)} {written}".strip()
    return text


def chips(query: SearchQuery, sort: str, mode: str = "") -> list[Chip]:
    """The operators in a query, each with the address of the query without it."""
    return [
        Chip(
            str(one),
            search_path(str(replace(query, parts=tuple(part for part in query.parts if part is not one))), sort, mode),
        )
        for one in query.filters
    ]


def examples() -> list[tuple[str, str]]:
    """What can be asked: a query, and what it means. Operators that packages add appear by themselves."""
    return [*EXAMPLES, *((operator.example, operator.help) for operator in registry.operators())]

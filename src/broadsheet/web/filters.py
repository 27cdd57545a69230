"""The small form beside the search box: it writes operators into the query, so that the query says everything."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode

FIELDS = ("year", "source", "cat")
_OPERATOR = re.compile(r'(?<!\S)-?(?:year|source|cat|author|title|after|before):(?:"[^"]*"|\S+)')
EXAMPLES = [
    ("sparse attention", "Both words, best match first; words of one stem count."),
    ('"chain of thought"', "The words side by side."),
    ("diffusion -image", "Papers on diffusion that don’t speak of images."),
    ("title:retrieval", "The word in the title. An author: author:vaswani."),
    ("agents year:2023..2024", "Published in these years. A day: after:2024-05-01, before:2024-06-01."),
    ("2401.00001", "An arXiv id, a DOI or the address of a paper."),
]


@dataclass(slots=True)
class Chip:
    """An operator that stands in the query, and where its removal leads."""

    text: str
    without: str


def narrowed(text: str, given: Mapping[str, str]) -> str:
    """The query with the form's values as operators behind it, in place of older ones for the same field."""
    for name in FIELDS:
        value = re.sub(r'[\s"]+', " ", given.get(name, "")[:60].replace("\x00", "")).strip()
        if value:
            text = re.sub(rf'(?<!\S){name}:(?:"[^"]*"|\S+)\s*', "", text).strip()
            operator = f'{name}:"{value}"' if " " in value else f"{name}:{value}"
            text = f"{text} {operator}".strip()
    return text


def chips(text: str) -> list[Chip]:
    """The operators in a query, each with the address of the query without it."""
    found = []
    for match in _OPERATOR.finditer(text):
        rest = " ".join((text[: match.start()] + text[match.end() :]).split())
        found.append(Chip(match[0], f"{reverse('search')}?{urlencode({'q': rest})}"))
    return found

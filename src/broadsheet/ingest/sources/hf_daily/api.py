"""The answer of Hugging Face's `/api/daily_papers`: a JSON array of {"paper": {…}, "publishedAt", "numComments", …}.

Source: `huggingface_hub` (hf_api.py) and answers on record. In `paper`: `id`, `title`, `summary`, `authors` ([{"name",
"hidden", …}]), `publishedAt` (arXiv's), `submittedOnDailyAt`, `upvotes`, `githubRepo`, `githubStars`, `projectPage`,
`organization`, `withdrawnAt`; answers of 2024 have no `submittedOnDailyAt`, and their outer `publishedAt` is the time
of listing. Keys may stand at either level. The answer does not say when it was given: its numbers count as read when
the file was first taken in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, BinaryIO

from broadsheet.catalog.records import Item, SourceRecord, Unreadable
from broadsheet.ingest.sources import fields
from broadsheet.ingest.sources.format import BrokenCompression, Format, NotReadable, not_utf8, unreadable
from broadsheet.ingest.sources.hf_daily import record
from broadsheet.ingest.sources.rows import BOM, BadLine, kind_of

MAX_SIZE = 16 * 1024 * 1024  # bytes; an answer of the most papers a page may have (100) takes less than one
_CHUNK = 256 * 1024
_BEGINS = re.compile(rb"""\s*\[\s*(?:\{|"\{)""")
_GAP = re.compile(r"[\s,]*")
_NEXT_ITEM = re.compile(r"\}\s*,\s*(?=\{\s*\"(?:paper|title|publishedAt)\")")
# Nobody's name or picture is kept, in quarantine neither.
_PERSONAL = frozenset({"user", "submittedBy", "submittedOnDailyBy", "lastAuthor"})
_PERSONAL_TEXT = re.compile(
    rb"""(["'](?:user|fullname|name|avatarUrl|avatar|_id)["']\s*:\s*)(["'])(?:\\.|(?!\2).)*(?:\2|\Z)"""
)


def sniff(head: bytes) -> bool:
    """Whether `head` begins an array of objects with a `paper` in them."""
    head = head.removeprefix(BOM)
    return _BEGINS.match(head) is not None and (b'"paper"' in head or b"'paper'" in head)


def parse(stream: BinaryIO, *, key: str) -> Iterator[Item]:
    """The papers of an answer in order; an Unreadable for each of its elements that is none. `key` is not used.

    Of an answer that is cut off, all before the cut is read. Raises NotReadable when it is too long or no UTF-8.
    """
    data, broken = _read(stream)
    shift = len(BOM) if data.startswith(BOM) else 0
    try:
        text = data[shift:].decode("utf-8", "ignore" if broken else "strict")
    except UnicodeDecodeError as error:
        raise NotReadable(not_utf8(error, offset=shift)) from error
    offset, counted = shift, 0  # bytes and characters that lie behind
    for place, value, reason in _elements(text, broken):
        offset, counted = offset + len(text[counted : place.start].encode()), place.start
        if not reason:
            try:
                yield element(value)
                continue
            except BadLine as error:
                reason = str(error)
        yield _without_people(unreadable(text[place].encode(), offset=offset, reason=reason), value)


def element(value: object) -> SourceRecord:
    """One paper out of one element of the array. Raises BadLine."""
    if not isinstance(value, dict):
        raise BadLine(f'The element is {kind_of(value)}, not an object with a "paper".')
    paper = value.get("paper")
    if not isinstance(paper, dict):
        raise BadLine(f'"paper" is {kind_of(paper)}; it should be an object.')

    def either(name: str) -> Any:
        return paper[name] if paper.get(name) is not None else value.get(name)

    names, count = _authors(paper.get("authors"))
    flat = {
        "id": paper.get("id"),
        "title": either("title"),
        "abstract": either("summary"),
        "authors": names,
        "published": paper.get("publishedAt"),
        "submitted_on_daily": either("submittedOnDailyAt") or value.get("publishedAt"),
        "upvotes": either("upvotes"),
        "num_comments": either("numComments"),
        "github_repo": either("githubRepo"),
        "github_stars": either("githubStars"),
        "project_page": either("projectPage"),
        "organization": _organization(either("organization")),
    }
    found = fields.sized(record(flat))
    withdrawn = paper.get("withdrawnAt")
    return replace(
        found,
        author_count=count if count > len(found.authors) else None,
        withdrawn=f"Withdrawn on {withdrawn[:10]}." if isinstance(withdrawn, str) and withdrawn else "",
    )


def _authors(found: object) -> tuple[list[Any], int]:
    """The names of the authors who are not hidden, and how many authors there are in all."""
    if found is None:
        return [], 0
    if not isinstance(found, list):
        raise BadLine(f'"authors" is {kind_of(found)}; it should be a list.')
    for one in found:
        if not isinstance(one, dict):
            raise BadLine(f'"authors" holds {kind_of(one)}; every author should be an object with a "name".')
    return [one.get("name") or "" for one in found if not one.get("hidden")], len(found)


def _organization(found: object) -> object:
    """The name of an organisation that is given as an object: the short one, which flat rows have too."""
    return (found.get("name") or found.get("fullname")) if isinstance(found, dict) else found


def _read(stream: BinaryIO) -> tuple[bytes, str]:
    """All of the content, and why it is not whole, if so. Raises NotReadable when it is too long."""
    parts: list[bytes] = []
    size = 0
    try:
        while chunk := stream.read(_CHUNK):
            parts.append(chunk)
            size += len(chunk)
            if size > MAX_SIZE:
                raise NotReadable(
                    f"The JSON array is longer than {MAX_SIZE:,} bytes, and an array is read as a whole. "
                    "Write its papers one a line instead."
                )
    except BrokenCompression as error:
        return b"".join(parts), str(error)
    return b"".join(parts), ""


def _elements(text: str, broken: str) -> Iterator[tuple[slice, Any, str]]:
    """Where each element stands, its value, and, where it cannot be read, the reason.

    Behind an element that is no JSON, reading goes on at the next that looks like the beginning of one.
    """
    decoder = json.JSONDecoder()
    at = _GAP.match(text, text.index("[") + 1).end()  # type: ignore[union-attr]  # the pattern matches nothing too
    while at < len(text) and text[at] != "]":
        try:
            value, end = decoder.raw_decode(text, at)
            yield slice(at, end), value, ""
        except (ValueError, RecursionError) as error:
            resume = _NEXT_ITEM.search(text, at)
            end = resume.start() + 1 if resume else len(text)
            cut = broken or "The array seems to be cut off here." if not resume else ""
            said = error.msg if isinstance(error, json.JSONDecodeError) else "its JSON cannot be read"
            yield slice(at, end), None, f"The element is not JSON: {said}. {cut}".strip()
        at = max(_GAP.match(text, end).end(), at + 1)  # type: ignore[union-attr]
    if at >= len(text) and broken:
        yield slice(len(text), len(text)), None, broken


def _without_people(piece: Unreadable, value: object) -> Unreadable:
    """The piece with nobody's name or picture in the bytes that are kept; length and digest stay those of the whole."""
    if isinstance(value, dict):
        kept = json.dumps(_stripped(value), ensure_ascii=False).encode("utf-8", "replace")
        return replace(piece, head=kept[: len(piece.head)])
    return replace(piece, head=_PERSONAL_TEXT.sub(rb"\1\2-\2", piece.head))


def _stripped(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _stripped(one) for key, one in value.items() if key not in _PERSONAL}
    return [_stripped(one) for one in value] if isinstance(value, list) else value


FORMAT = Format(
    name="hf-daily-api",
    label="Daily Papers of Hugging Face",
    help="The answer of /api/daily_papers as it came: one JSON array.",
    sniff=sniff,
    parse=parse,
)

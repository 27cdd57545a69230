"""Entries of a JSON Feed. Source: jsonfeed.org, versions 1 and 1.1."""

from __future__ import annotations

import json
from typing import Any

from broadsheet.ingest.sources import fields
from broadsheet.ingest.sources.answers import NotPapers, object_of
from broadsheet.ingest.sources.feed import MAX_ENTRIES, Entry
from broadsheet.ingest.sources.feed.xml_feed import date_of
from broadsheet.ingest.sources.rows import BadLine


def json_entries(content: bytes) -> list[Entry]:
    """The entries of a feed in order; one that can't be read comes without a title. Raises NotReadable."""
    value = object_of(content, what="a JSON feed")
    version, items = value.get("version"), value.get("items")
    if not isinstance(version, str) or "jsonfeed.org" not in version or not isinstance(items, list):
        raise NotPapers("This is JSON, but no feed: a feed says that it is one of jsonfeed.org and has items.")
    return [_entry(one) for one in items[:MAX_ENTRIES]]


def _entry(value: Any) -> Entry:
    raw = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
    if not isinstance(value, dict):
        return Entry(raw=raw)
    try:
        return _read(value, raw)
    except BadLine:
        return Entry(raw=raw)


def _read(value: dict[str, Any], raw: bytes) -> Entry:
    own = value.get("id")
    single = [value["author"]] if isinstance(value.get("author"), dict) else []
    people = fields.objects(value, "authors", limit=fields.MAX_AUTHORS) or single
    updated = date_of(fields.words(value, "date_modified"))
    url, elsewhere = fields.words(value, "url"), fields.words(value, "external_url")
    return Entry(
        title=fields.words(value, "title", limit=fields.MAX_TITLE),
        url=url or elsewhere,
        guid=str(own) if isinstance(own, int) else fields.words(value, "id"),
        summary=next((text for key in ("summary", "content_html", "content_text") if (text := _long(value, key))), ""),
        authors=tuple(fields.words(one, "name") for one in people),
        identifiers=(elsewhere, url),
        published=date_of(fields.words(value, "date_published")),
        updated=updated.day if updated and updated.precision == "day" else None,
        raw=raw,
    )


def _long(value: dict[str, Any], key: str) -> str:
    return fields.words(value, key, limit=2_000_000)

"""Crossref: what publishers say of their works; retractions, and which preprint became which article.

Sources: the REST API's documentation (api.crossref.org, `rest-api-doc/api_format.md`), Crossref's page on Retraction
Watch data, and answers on record. An answer is {"message-type": "work", "message": {…}} or {"message-type":
"work-list", "message": {"items": […], "next-cursor"}}. A work has `DOI`, `title` (a list), `abstract` (JATS), `author`
([{"given", "family", "suffix", "name"}]), dates such as `issued` {"date-parts": [[2018, 4]]}, `type`,
`container-title`, `is-referenced-by-count`, `relation` {"is-preprint-of": [{"id-type", "id", "asserted-by"}]},
`update-to` (on a notice: what it is about) and `updated-by` (on a work: its notices), each [{"type", "DOI",
"updated"}].
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from broadsheet.catalog.records import Observed, SourceRecord
from broadsheet.ingest.sources import fields
from broadsheet.ingest.sources.answers import NotPapers, Piece, each, object_of
from broadsheet.ingest.sources.harvest import Refused
from broadsheet.ingest.sources.rows import BadLine, kind_of
from broadsheet.lib.ids import Identifier
from broadsheet.lib.time import PartialDate

SOURCE = "crossref"
# Kinds of which each is no paper but what papers stand in, or a part of one.
NO_PAPERS = frozenset(
    (  # noqa: SIM905
        "component journal journal-issue journal-volume book-series book-set proceedings-series report-series grant "
        "database peer-review standard-series"
    ).split()
)
_DATES = ("issued", "published", "published-online", "published-print", "posted", "published-other")
_RETRACTIONS = frozenset({"retraction", "withdrawal", "removal", "partial_retraction"})
_PREFIXES = ("RETRACTED:", "RETRACTED ARTICLE:", "RETRACTED PAPER:", "WITHDRAWN:", "[RETRACTED]", "RETRACTED CHAPTER:")
_SAME_WORK = ("is-preprint-of", "has-preprint")


def works(content: bytes, *, at: dt.datetime) -> tuple[list[Piece], str, int]:
    """The works of an answer, the cursor of the next page ("" behind the last), and how many were left out because
    they are journals, components, grants and the like. Raises NotReadable, and Refused for an error.
    """
    value = object_of(content, what="an answer of Crossref")
    message = value.get("message")
    if value.get("status") in ("failed", "error"):
        raise Refused(f"Crossref says: {_said(message)}")
    if not isinstance(message, dict):
        raise NotPapers(f"The answer's message is {kind_of(message)}, not works.")
    path: tuple[str, ...]
    if value.get("message-type") == "work-list":
        found, path, cursor = message.get("items"), ("message", "items"), message.get("next-cursor")
    elif value.get("message-type") == "work" or "DOI" in message:
        found, path, cursor = [message], ("message", ""), ""
    else:
        raise NotPapers(f"The answer is a {str(value.get('message-type'))[:60]}, not works.")
    if not isinstance(found, list):
        raise NotPapers(f"The answer's items are {kind_of(found)}, not a list of works.")
    items = list(each(content, found, lambda one: work(one, at=at), path=path))
    wanted = [
        item
        for item, one in zip(items, found, strict=True)
        if not (isinstance(one, dict) and str(one.get("type")) in NO_PAPERS)
    ]
    return wanted, fields.page_token(cursor) if found else "", len(items) - len(wanted)


def _said(message: object) -> str:
    first = message[0] if isinstance(message, list) and message else message
    said = first.get("message") if isinstance(first, dict) else first
    return str(said)[:300]


def work(value: dict[str, Any], *, at: dt.datetime) -> SourceRecord:
    """One work. Raises BadLine."""
    own = fields.identifier(fields.words(value, "DOI"), scheme="doi")
    if not own:
        raise BadLine('"DOI" is missing or no DOI.')
    titles = [one for one in fields.listed(value, "title") if one]
    title = fields.title({"title": titles[0] if titles else None})
    citations = fields.count_of(value, "is-referenced-by-count")
    deposited = _date(value, "deposited")
    return SourceRecord(
        source=SOURCE,
        external_id=str(own[0]),
        title=title,
        abstract=fields.marked_up(value, "abstract", limit=fields.MAX_ABSTRACT),
        authors=_authors(value),
        date=next((date for key in _DATES if (date := _date(value, key))), None),
        updated=deposited.day if deposited else None,
        identifiers=tuple(dict.fromkeys((*own, *_same_work(value, own[0])))),
        withdrawn=_withdrawn(value, title),
        observed=(Observed("citations", citations, at),) if citations is not None else (),
        extra=_extra(value),
    )


def _authors(value: dict[str, Any]) -> tuple[str, ...]:
    """Persons as "Given Family Suffix", groups by their name."""
    names = []
    for one in fields.objects(value, "author", limit=fields.MAX_AUTHORS):
        parts = [fields.words(one, key) for key in ("given", "family", "suffix")]
        names.append(" ".join(filter(None, parts)) or fields.words(one, "name"))
    return fields.names(names)


def _date(value: dict[str, Any], key: str) -> PartialDate | None:
    """The date under `key`: {"date-parts": [[year, month, day]]}, of which any may be missing or null."""
    parts = fields.listed(fields.part(value, key), "date-parts")
    return fields.date_of_parts(parts[0]) if parts and isinstance(parts[0], list) else None


def _same_work(value: dict[str, Any], own: Identifier) -> list[Identifier]:
    """The preprint of an article and the article of a preprint, where this work's own publisher says so of one only:
    what others assert, and lists of several, join what belongs apart.
    """
    relation = fields.part(value, "relation")
    found: list[Identifier] = []
    for kind in _SAME_WORK:
        named = {
            identifier
            for one in fields.objects(relation, kind)
            if one.get("asserted-by") != "object"
            for identifier in fields.identifier(fields.words(one, "id"), scheme="doi")
        }
        found += list(named - {own}) if len(named - {own}) == 1 else []
    return found


def _withdrawn(value: dict[str, Any], title: str) -> str:
    """Whether the work was retracted: by its latest notice, a relation, or the publisher's words before the title."""
    notices = []
    for one in fields.objects(value, "updated-by"):
        kind = fields.words(one, "type").lower()
        day = _date(one, "updated")
        if kind in _RETRACTIONS or kind == "reinstatement":
            notices.append((day.day if day else dt.date.max, kind, day, fields.words(one, "DOI")))
    if notices:
        _, kind, day, doi = max(notices, key=lambda notice: notice[:2])
        if kind == "reinstatement":
            return ""
        said = "Withdrawn" if kind == "withdrawal" else "Removed" if kind == "removal" else "Retracted"
        on, by = f" on {day}" if day else "", f" (notice: doi:{doi})" if doi else ""
        return f"{said}{on}, says Crossref{by}."
    if fields.objects(fields.part(value, "relation"), "is-retracted-by"):
        return "Retracted, says Crossref."
    # Notices bear such titles too, and say what they are about.
    if not fields.objects(value, "update-to") and title.upper().startswith(_PREFIXES):
        return "The publisher's title says so."
    return ""


def _extra(value: dict[str, Any]) -> dict[str, Any]:
    """What else is worth keeping: kind, journal, licence, and what a notice is about."""
    journal = [one for one in fields.listed(value, "container-title") if one]
    licences = [fields.words(one, "URL") for one in fields.objects(value, "license")]
    about = [
        [fields.words(one, "type"), fields.words(one, "DOI").lower()]
        for one in fields.objects(value, "update-to", limit=100)
    ]
    extra: dict[str, Any] = {
        "type": fields.words(value, "type"),
        "journal": fields.marked_up({"journal": journal[0]}, "journal", limit=2000) if journal else "",
        "license": next(filter(None, licences), ""),
        "updates": about,
    }
    return {key: kept for key, kept in extra.items() if kept}

"""arXiv's metadata snapshot: one paper a line, in the form in which it is published on Kaggle.

Keys, as its readers use them: `id`, `submitter`, `authors` (one string), `title`, `comments`, `journal-ref`, `doi`
(sometimes several, parted by blanks or `;`), `report-no`, `categories` (parted by blanks, the primary one first),
`license`, `abstract` (with leading blanks and hard line breaks), `versions` ([{"version": "v1", "created": RFC 822
date}, …]), `update_date` (YYYY-MM-DD), `authors_parsed` ([[family, given, suffix, affiliation, …], …]). Any but `id`
and `title` may be missing or null. Titles, names and abstracts keep their LaTeX; the catalog cleans them.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import Any

from broadsheet.catalog.records import SourceRecord
from broadsheet.ingest.sources.arxiv_snapshot.withdrawal import withdrawal
from broadsheet.ingest.sources.rows import BadLine, RowKind, kind_of, sound, text_of, title_of
from broadsheet.lib.ids import Identifier, parse_identifier
from broadsheet.lib.names import split_byline
from broadsheet.lib.time import PartialDate

# Not named for the snapshot: whoever asks arXiv itself gets the same words about the same ids, and what one of them
# brought must count as known when the other brings it.
SOURCE = "arxiv"
_EXTRA = ("comments", "journal-ref", "report-no", "license", "submitter")
_PLAIN_ID = re.compile(r"\d{4}\.\d{4,5}", re.ASCII)
_VERSION = re.compile(r"v[1-9][0-9]{0,2}\Z")
# A semicolon may be part of a DOI: 10.1002/1521-3889(200108)10:8<707::aid-andp707>3.0.co;2-r
_DOI_ENDS = re.compile(r"[;,]?\s+(?:and\s+)?|[;,](?=10\.|doi|http|\Z)", re.IGNORECASE)
_RFC_822 = re.compile(r"(?:[A-Za-z]{3}, *)?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4})(?: |\Z)", re.ASCII)
_MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = {name: at for at, name in enumerate(_MONTH_NAMES, start=1)}
_BEGINS = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"id"\s*:\s*"[^"]{1,40}"\s*,\s*"submitter"\s*:')


def matches(value: dict[str, Any]) -> bool:
    """Whether a row has the keys of a snapshot: beside those of any paper, the dates of its versions or the like."""
    return (
        isinstance(value.get("categories"), str)
        and "id" in value
        and ("versions" in value or "update_date" in value or "authors_parsed" in value)
    )


def record(value: dict[str, Any], *, authors: tuple[str, ...] | None = None) -> SourceRecord:
    """One paper out of one row; `authors` are given by who has their names ready. Raises BadLine."""
    identifier, version = _own_id(value)
    title, abstract = title_of(value), text_of(value, "abstract")
    versions = _versions(value.get("versions"))
    extra = {key: text for key in _EXTRA if value.get(key) and (text := text_of(value, key).strip())}
    if version and version not in dict(versions):
        extra["version"] = version
    dois, no_dois = _dois(value, identifier)
    if no_dois:
        extra["doi"] = no_dois
    return SourceRecord(
        source=SOURCE,
        external_id=identifier.value,
        title=title,
        abstract=abstract,
        authors=_authors(value) if authors is None else authors,
        date=_first_day(value, versions),
        updated=_day_of(value, "update_date"),
        identifiers=(identifier, *dois),
        categories=tuple(text_of(value, "categories").split()),
        versions=versions,
        withdrawn=withdrawal(extra.get("comments", ""), abstract),
        extra=extra,
    )


def _own_id(value: dict[str, Any]) -> tuple[Identifier, str]:
    """The arXiv id, and the version that stood behind it, as "v2" or empty."""
    text = text_of(value, "id").strip()
    if _PLAIN_ID.fullmatch(text) is None or text < "07":
        found = parse_identifier(text)
        if found is None or found.scheme != "arxiv":
            raise BadLine(f'"id" is {text[:60]!r}, which is no arXiv id.')
        version = _VERSION.search(text)
        return found, version[0] if version else ""
    return Identifier("arxiv", text), ""


def _dois(value: dict[str, Any], own: Identifier) -> tuple[list[Identifier], str]:
    """The DOIs in the field, normalised, in order; and what in it is no DOI."""
    given = value.get("doi")
    if not given:
        return [], ""
    found: list[Identifier] = []
    others: list[str] = []
    for part in _DOI_ENDS.split(text_of(value, "doi").strip()):
        if not part:
            continue
        name = parse_identifier(part)
        if name is None or name.scheme != "doi":
            if name != own:  # arXiv's own DOI of the same paper says nothing new
                others.append(part)
        elif name not in found:
            found.append(name)
    return found, " ".join(others)


def _authors(value: dict[str, Any]) -> tuple[str, ...]:
    """The names out of `authors_parsed`; where it is missing or not of its form, those in the string `authors`."""
    parsed = value.get("authors_parsed")
    if isinstance(parsed, list) and parsed:
        names = [_name(parts) for parts in parsed]
        if all(names):
            return tuple(filter(None, names))
    return split_byline(text_of(value, "authors"))


def _name(parts: object) -> str | None:
    """ "Given Family Suffix" of [family, given, suffix, affiliation, …]; None where it is no such list."""
    if not isinstance(parts, list) or not parts or not all(isinstance(part, str) for part in parts[:3]):
        return None
    family, given, suffix, *_ = [*parts, "", ""]
    return " ".join(sound(f"{given} {family} {suffix}", "authors_parsed").split()) or None


def _versions(given: object) -> tuple[tuple[str, dt.date], ...]:
    """(label, day in UTC) of every version, oldest first. Raises BadLine."""
    if given is None:
        return ()
    if not isinstance(given, list):
        raise BadLine(f'"versions" is {kind_of(given)}; it should be a list.')
    found: list[tuple[str, dt.date]] = []
    for one in given:
        label, created = (one.get("version"), one.get("created")) if isinstance(one, dict) else (None, None)
        if not isinstance(label, str) or not isinstance(created, str) or not _VERSION.fullmatch(label):
            raise BadLine('"versions" holds something without a "version" such as "v1" and a date "created".')
        day = _rfc_822_day(created)
        if day is None:
            raise BadLine(
                f'"versions" holds {created[:60]!r}, which is no date such as "Mon, 2 Apr 2007 19:18:42 GMT".'
            )
        found.append((label, day))
    return tuple(sorted(found, key=lambda version: int(version[0][1:]))) if len(found) > 1 else tuple(found)


@lru_cache(maxsize=20_000)  # most papers of a batch share their days, and every other parsing costs more than the JSON
def _rfc_822_day(text: str) -> dt.date | None:
    """The day of an RFC 822 date, as it is written (arXiv writes GMT); None for anything else."""
    match = _RFC_822.match(text)
    if match is None or match[2] not in _MONTHS:
        return None
    try:
        return dt.date(int(match[3]), _MONTHS[match[2]], int(match[1]))
    except ValueError:
        return None


def _first_day(value: dict[str, Any], versions: tuple[tuple[str, dt.date], ...]) -> PartialDate | None:
    """The day of the first version: by the versions, else by `created`, which OAI-PMH has in their place."""
    day = versions[0][1] if versions else _day_of(value, "created")
    return PartialDate(day) if day else None


def _day_of(value: dict[str, Any], key: str) -> dt.date | None:
    """The day under `key`; None where there is none. Raises BadLine."""
    if not value.get(key):
        return None
    text = text_of(value, key).strip()
    day = _iso_day(text)
    if day is None:
        raise BadLine(f'"{key}" is {text[:60]!r}, which is no date; it should be YYYY-MM-DD.')
    return day


@lru_cache(maxsize=20_000)
def _iso_day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


ROW = RowKind(
    name="arxiv-snapshot",
    label="arXiv metadata snapshot",
    help="arXiv's metadata as published on Kaggle: one JSON object a line, plain, .gz or .zst.",
    matches=matches,
    record=record,
    begins=_BEGINS,
)

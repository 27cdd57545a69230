"""OpenAlex: works of the journals, topics or institutions that the owner names, with citation counts.

Source: developers.openalex.org (works, paging, filters, authentication). The answer is {"meta": {"next_cursor", …},
"results": […]}, or a single work. A work has `id`, `doi`, `ids`, `title`, `publication_date`, `authorships`
([{"author": {"display_name"}, "raw_author_name"}]), `abstract_inverted_index` {word: [position, …]}, `primary_location`
and `locations` ([{"landing_page_url", "source"}]), `best_oa_location`, `cited_by_count`, `is_retracted`, `is_paratext`,
`type`, `updated_date`. Any but `id` may be null.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from broadsheet.catalog.records import Observed, SourceRecord
from broadsheet.ingest.sources import fields
from broadsheet.ingest.sources.answers import NotPapers, Piece, each, object_of
from broadsheet.ingest.sources.harvest import (
    CC0,
    About,
    Answer,
    Notes,
    Page,
    Refused,
    Request,
    Setup,
    Source,
    Span,
)
from broadsheet.ingest.sources.rows import BadLine, kind_of
from broadsheet.lib.ids import Identifier
from broadsheet.lib.time import PartialDate

SOURCE = "openalex"
MAX_WORDS = 30_000  # of an abstract; also the largest position that is believed
_SELECT = (
    "id,doi,ids,title,publication_date,authorships,abstract_inverted_index,primary_location,locations,best_oa_location,"
    "cited_by_count,is_retracted,is_paratext,type,updated_date"
)
_OTHERS = {"A": "authors", "S": "journals", "I": "institutions", "C": "concepts", "T": "topics", "P": "publishers"}
_OVERLAP = dt.timedelta(days=30)  # works turn up weeks after the day that they bear


def works(content: bytes, *, at: dt.datetime) -> tuple[list[Piece], str, int]:
    """The works of an answer, the cursor of the next page ("" behind the last), and how many were left out because
    they are covers, tables of contents and the like. Raises NotReadable, and Refused for an error.
    """
    value = object_of(content, what="an answer of OpenAlex")
    if isinstance(value.get("error"), str):
        raise Refused(f"OpenAlex says: {value['error'][:100]}: {str(value.get('message', ''))[:300]}")
    found, path = value.get("results"), ("results",)
    if found is None and "authorships" in value:
        found, path = [value], ("",)
    if not isinstance(found, list):
        raise NotPapers("The answer is an object without works.")
    for one in found:
        kind = str(one.get("id", "")).rpartition("/")[2][:1].upper() if isinstance(one, dict) else ""
        if kind in _OTHERS:
            raise NotPapers(f"The answer is a list of {_OTHERS[kind]}, not of papers.")
    items = list(each(content, found, lambda one: work(one, at=at), path=path))
    wanted = [
        item for item, one in zip(items, found, strict=True) if not (isinstance(one, dict) and one.get("is_paratext"))
    ]
    meta = value.get("meta")
    cursor = meta.get("next_cursor") if isinstance(meta, dict) else None
    return wanted, fields.page_token(cursor) if found else "", len(items) - len(wanted)


def work(value: dict[str, Any], *, at: dt.datetime) -> SourceRecord:
    """One work. Raises BadLine."""
    own = fields.identifier(fields.words(value, "id"), scheme="openalex")
    if not own:
        raise BadLine('"id" is missing or no id of a work in OpenAlex.')
    key = "title" if value.get("title") is not None else "display_name"
    citations = fields.count_of(value, "cited_by_count")
    place = fields.part(fields.part(value, "primary_location"), "source")
    extra = {"type": fields.words(value, "type"), "journal": fields.marked_up(place, "display_name", limit=2000)}
    return SourceRecord(
        source=SOURCE,
        external_id=own[0].value,
        title=fields.title(value, key),
        abstract=abstract_of(value.get("abstract_inverted_index")),
        authors=_authors(value),
        date=_date(fields.words(value, "publication_date")),
        updated=_updated(fields.words(value, "updated_date")),
        identifiers=_identifiers(value, own),
        links=fields.link(fields.words(fields.part(value, "best_oa_location"), "landing_page_url")),
        withdrawn="OpenAlex marks it as retracted." if value.get("is_retracted") is True else "",
        observed=(Observed("citations", citations, at),) if citations is not None else (),
        extra={name: text for name, text in extra.items() if text},
    )


def abstract_of(index: object) -> str:
    """The text of an inverted index {word: [position, …]}; "" for null. Raises BadLine.

    Positions may have gaps. Where two words claim one place, the smaller word stands first, so that the text does not
    depend on the order of the keys.
    """
    if index is None:
        return ""
    if not isinstance(index, dict):
        raise BadLine(f'"abstract_inverted_index" is {kind_of(index)}; it should be an object.')
    placed: list[tuple[int, str]] = []
    for word, places in index.items():
        if not isinstance(places, list):
            raise BadLine('"abstract_inverted_index" holds a word without a list of its places.')
        for place in places:
            if isinstance(place, bool) or not isinstance(place, int) or not 0 <= place < MAX_WORDS:
                raise BadLine('"abstract_inverted_index" holds a place that is none in an abstract.')
            placed.append((place, word))
        if len(placed) > MAX_WORDS:
            raise BadLine(f'"abstract_inverted_index" has more than {MAX_WORDS:,} words.')
    text = " ".join(word for _, word in sorted(placed))
    return fields.marked_up({"abstract": text}, "abstract", limit=fields.MAX_ABSTRACT)


def _authors(value: dict[str, Any]) -> tuple[str, ...]:
    names = []
    for one in fields.objects(value, "authorships", limit=fields.MAX_AUTHORS):
        # As printed on the paper: the other name is the service's guess at who it is.
        names.append(fields.words(one, "raw_author_name") or fields.words(fields.part(one, "author"), "display_name"))
    return fields.names(names)


def _date(text: str) -> PartialDate | None:
    found = fields.date(text)
    # The first of January stands for a year of which no more is known.
    return PartialDate(found.day, "year") if found and (found.day.month, found.day.day) == (1, 1) else found


def _updated(text: str) -> dt.date | None:
    """The month in which it changed last: it changes with every citation, and each day would be a record of its own."""
    found = fields.date(text)
    return found.day.replace(day=1) if found else None


def _identifiers(value: dict[str, Any], own: tuple[Identifier, ...]) -> tuple[Identifier, ...]:
    ids = fields.part(value, "ids")
    found = [*fields.identifier(fields.words(value, "doi") or fields.words(ids, "doi"), scheme="doi")]
    found += fields.identifier(fields.words(ids, "pmid"), scheme="pmid")
    found += fields.identifier(fields.words(ids, "pmcid"), scheme="pmcid")
    preprints = {
        name
        for place in fields.objects(value, "locations")
        for name in fields.identifier(fields.words(place, "landing_page_url"), scheme="arxiv")
    }
    # One: then the service says that the preprint is this work. Several are several papers that it took for one.
    return tuple(dict.fromkeys([*(preprints if len(preprints) == 1 else ()), *found, *own]))


class OpenAlex(Source):
    """Walks the works of each filter in OPENALEX_FILTERS by day of publication."""

    about = About(
        name=SOURCE,
        title="OpenAlex",
        help="New works of the journals, topics, institutions or authors that you name, from every field.",
        records_as=SOURCE,
        base_url="https://api.openalex.org",
        gate=SOURCE,
        pause=1.0,
        every=dt.timedelta(days=1),
        rights=replace(CC0, attribution="Data from OpenAlex (CC0)."),
        settings=("OPENALEX_FILTERS", "OPENALEX_KEY"),
        needs=("OPENALEX_FILTERS",),
    )

    def streams(self, setup: Setup) -> list[str]:
        """The filters, which are parted by blanks: commas are part of a filter."""
        return setup.settings.get("OPENALEX_FILTERS", "").split()

    def start(self, stream: str, mark: Notes, *, setup: Setup, span: Span, now: dt.datetime) -> Request | None:
        """From 30 days before the last walk, because works turn up late."""
        if ":" not in stream or len(stream) > 2000:
            raise Refused(f"{stream[:80]!r} is no filter of OpenAlex; write one such as topics.id:T10077.")
        first = span.first or (dt.date.fromisoformat(mark["day"]) - _OVERLAP if mark.get("day") else None)
        until = span.until or now.date()
        days = [f"from_publication_date:{first}"] if first else []
        chosen = ",".join([stream, *days, f"to_publication_date:{until}"])
        return _request(setup, chosen, "*", {"filter": chosen, "until": until.isoformat()})

    def with_secrets(self, request: Request, *, setup: Setup) -> Request:
        """The key goes into the address: the service takes it nowhere else."""
        key = setup.settings.get("OPENALEX_KEY", "")
        return replace(request, url=f"{request.url}&api_key={quote(key, safe='')}") if key else request

    def read(self, answer: Answer, *, stream: str, mark: Notes, setup: Setup) -> Page:
        """A page of works; the mark moves with the last one."""
        items, cursor, left_out = works(answer.content, at=answer.at)
        notes = answer.request.notes
        notices = [f"{left_out} were left out: covers, tables of contents and the like."] if left_out else []
        if cursor:
            return Page(items=items, next=_request(setup, notes["filter"], cursor, notes), notices=notices)
        newest = max(mark.get("day", ""), notes["until"])
        return Page(items=items, mark={"day": newest}, notices=notices)


def _request(setup: Setup, chosen: str, cursor: str, notes: Notes) -> Request:
    asked = {"filter": chosen, "per-page": 100, "cursor": cursor, "select": _SELECT}
    return Request(url=f"{setup.base_url}/works?{urlencode(asked, safe=':,|*')}", notes=notes)

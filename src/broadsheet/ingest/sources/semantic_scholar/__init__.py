"""Semantic Scholar's Graph API: citation counts, and what it knows of papers that are here.

Source: the API's documentation (api.semanticscholar.org/api-docs/graph) and the client `danielnsilva/semanticscholar`.
Asked is `POST /graph/v1/paper/batch` with at most 500 ids; the answer is an array in their order, null where an id is
not known. Read are also `{"data": […]}` (search, bulk search), `{"recommendedPapers": […]}` and a single paper.
A paper has `paperId`, `externalIds` {"ArXiv", "DOI", "PubMed", "PubMedCentral", "ACL", "CorpusId"}, `title`,
`abstract`, `authors` ([{"name"}]), `year`, `publicationDate`, `venue`, `citationCount`, `influentialCitationCount`,
`openAccessPdf` {"url"}; any but the first may be missing or null. Its machine-written `tldr` is not asked for.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from broadsheet.catalog.records import Observed, SourceRecord
from broadsheet.ingest.sources import fields
from broadsheet.ingest.sources.answers import NotPapers, Piece, each, json_of
from broadsheet.ingest.sources.harvest import (
    SHOW_ONLY,
    About,
    Answer,
    Notes,
    Page,
    Refused,
    Request,
    Rights,
    Setup,
    Source,
    Target,
)
from broadsheet.ingest.sources.rows import BadLine, kind_of
from broadsheet.lib.ids import Identifier
from broadsheet.lib.time import PartialDate

SOURCE = "semantic-scholar"
_FIELDS = (
    "externalIds,title,abstract,authors.name,year,publicationDate,venue,citationCount,influentialCitationCount,"
    "openAccessPdf"
)
_LISTS = ("data", "recommendedPapers")
_IDS = (("ArXiv", "arxiv", "arXiv:"), ("DOI", "doi", ""), ("ACL", "acl", "acl:"), ("PubMed", "pmid", "pmid:"))
_ASKED_AS = {"arxiv": "ARXIV", "doi": "DOI"}


def papers(content: bytes, *, at: dt.datetime) -> list[Piece]:
    """The papers of an answer, with their citations as readings at `at`. Raises NotReadable, and Refused for an error.

    Ids that the service does not know (null) are left out: that is an answer too.
    """
    value = json_of(content)
    path: tuple[str, ...] = ()
    if isinstance(value, dict):
        name = next((name for name in _LISTS if isinstance(value.get(name), list)), "")
        if name:
            value, path = value[name], (name,)
        elif "paperId" in value:
            return list(each(content, [value], lambda one: paper(one, at=at), path=("",)))
        else:
            value = _none(value)
    if not isinstance(value, list):
        raise NotPapers(f"The answer is {kind_of(value)}, not a list of papers.")
    if value and all(isinstance(one, dict) and "authorId" in one and "paperId" not in one for one in value):
        raise NotPapers("The answer is a list of authors, not of papers.")
    # Nulls keep their places, because the place of an element that can't be read is told by its number.
    found = each(content, value, lambda one: paper(one, at=at), path=path)
    return [item for item, one in zip(found, value, strict=True) if one is not None]


def _none(value: dict[str, Any]) -> list[Any]:
    """An answer without papers: an empty search; or why it is none."""
    if "authorId" in value:
        raise NotPapers("The answer is an author, not a paper.")
    said = value.get("error") or value.get("message")
    if isinstance(said, str):
        raise Refused(f"Semantic Scholar says: {said[:300]}")
    if value.get("total") == 0:
        return []
    raise NotPapers("The answer is an object without papers.")


def paper(value: dict[str, Any], *, at: dt.datetime) -> SourceRecord:
    """One paper. Raises BadLine."""
    key = fields.identifier(f"s2:{fields.words(value, 'paperId')}", scheme="s2")
    if not key:
        raise BadLine('"paperId" is missing or no id of Semantic Scholar.')
    title = fields.title(value)
    readings = {
        "citations": fields.count_of(value, "citationCount"),
        "influential_citations": fields.count_of(value, "influentialCitationCount"),
    }
    venue = fields.marked_up(value, "venue", limit=fields.MAX_TITLE)
    authors = [fields.words(one, "name") for one in fields.objects(value, "authors", limit=fields.MAX_AUTHORS)]
    return SourceRecord(
        source=SOURCE,
        external_id=key[0].value,
        title=title,
        abstract=fields.marked_up(value, "abstract", limit=fields.MAX_ABSTRACT),
        authors=fields.names(authors),
        date=_date(value),
        identifiers=tuple(dict.fromkeys((*_identifiers(fields.part(value, "externalIds")), *key))),
        links=fields.link(fields.words(fields.part(value, "openAccessPdf"), "url")),
        observed=tuple(Observed(name, count, at) for name, count in readings.items() if count is not None),
        extra={"venue": venue} if venue else {},
    )


def _date(value: dict[str, Any]) -> PartialDate | None:
    year = fields.number(value, "year")
    return fields.date(fields.words(value, "publicationDate")) or fields.date_of_parts([year] if year else [])


def _identifiers(ids: dict[str, Any]) -> list[Identifier]:
    found: list[Identifier] = []
    for name, scheme, prefix in _IDS:
        found += fields.identifier(prefix + _text(ids, name), scheme=scheme)
    if number := _text(ids, "PubMedCentral"):
        found += fields.identifier(f"pmcid:PMC{number.upper().removeprefix('PMC')}", scheme="pmcid")
    if number := _text(ids, "CorpusId"):
        found += fields.identifier(f"s2:{number}", scheme="s2")
    return found


def _text(ids: dict[str, Any], name: str) -> str:
    """An id, which may be a number: CorpusId is one, others are so now and then."""
    found = ids.get(name)
    return str(found) if isinstance(found, int) and not isinstance(found, bool) else fields.words(ids, name)


class SemanticScholar(Source):
    """Asks about papers that are here by their arXiv ids and DOIs, 500 at a time."""

    about = About(
        name=SOURCE,
        title="Semantic Scholar",
        help="Citation counts, venues and further identifiers of papers that are here.",
        records_as=SOURCE,
        base_url="https://api.semanticscholar.org/graph/v1",
        gate=SOURCE,
        pause=3.0,  # without a key all the world shares one allowance
        every=dt.timedelta(hours=6),
        rights=Rights(
            licence="Semantic Scholar API licence",
            licence_url="https://www.semanticscholar.org/product/api/license",
            attribution="Data from Semantic Scholar.",
            **SHOW_ONLY,
        ),
        settings=("SEMANTIC_SCHOLAR_KEY",),
        asks_about=("arxiv", "doi"),
        batch=500,
        again_after=dt.timedelta(days=7),
    )

    def pause(self, setup: Setup) -> float:
        """A key allows one request a second."""
        return 1.1 if setup.settings.get("SEMANTIC_SCHOLAR_KEY") else self.about.pause

    def ask(self, targets: Sequence[Target], *, setup: Setup) -> Request:
        """One batch. A batch of ids that are all unknown to the service is answered with HTTP 400."""
        ids = [f"{_ASKED_AS[target.scheme]}:{target.value}" for target in targets]
        return Request(
            url=f"{setup.base_url}/paper/batch?fields={_FIELDS}",
            method="POST",
            headers={"Content-Type": "application/json"},
            body=json.dumps({"ids": ids}).encode(),
            expects=frozenset({400}),
        )

    def with_secrets(self, request: Request, *, setup: Setup) -> Request:
        """The key goes into a header."""
        key = setup.settings.get("SEMANTIC_SCHOLAR_KEY", "")
        return replace(request, secret={"x-api-key": key}) if key else request

    def read(self, answer: Answer, *, stream: str, mark: Notes, setup: Setup) -> Page:
        """The papers that it knows."""
        if answer.status == 400 and b"No valid paper ids given" in answer.content:
            return Page()
        return Page(items=papers(answer.content, at=answer.at))

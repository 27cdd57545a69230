"""Small answers of our own in the documented forms of each service, and how to ask a source for them."""

from __future__ import annotations

import copy
import datetime as dt
import json
from typing import Any

from broadsheet.catalog.records import SourceRecord
from broadsheet.ingest.sources import HARVESTED
from broadsheet.ingest.sources.harvest import Answer, Page, Request, Setup, Source, Span, Target

NOW = dt.datetime(2026, 3, 10, 12, 0, tzinfo=dt.UTC)

S2_PAPER: dict[str, Any] = {
    "paperId": "2d5673caa9e6af3a7b82a43f19ee920992db07ad",
    "externalIds": {"ArXiv": "2603.00001", "DOI": "10.1000/XYZ.1", "CorpusId": 42, "PubMed": "17", "ACL": "P19-1001"},
    "title": "Weaving Algebraic Patterns",
    "abstract": "We weave.",
    "authors": [{"authorId": "1", "name": "Ada Lovelace"}, {"authorId": None, "name": "Charles Babbage"}],
    "year": 2026,
    "publicationDate": "2026-03-01",
    "venue": "Proceedings of the Engine",
    "citationCount": 12,
    "influentialCitationCount": 3,
    "openAccessPdf": {"url": "https://example.org/weaving.pdf", "status": "GREEN"},
}
OPENALEX_WORK: dict[str, Any] = {
    "id": "https://openalex.org/W123",
    "doi": "https://doi.org/10.1000/xyz.1",
    "ids": {"openalex": "https://openalex.org/W123", "pmid": "https://pubmed.ncbi.nlm.nih.gov/17"},
    "title": "Weaving <i>Algebraic</i> Patterns",
    "publication_date": "2026-03-01",
    "authorships": [
        {"author": {"display_name": "Ada King"}, "raw_author_name": "Ada Lovelace"},
        {"author": {"display_name": "Charles Babbage"}, "raw_author_name": None},
    ],
    "abstract_inverted_index": {"We": [0], "weave": [1, 3], "and": [2], "again.": [4]},
    "primary_location": {"landing_page_url": "https://doi.org/10.1000/xyz.1", "source": {"display_name": "The Loom"}},
    "locations": [{"landing_page_url": "http://arxiv.org/abs/2603.00001"}],
    "best_oa_location": {"landing_page_url": "https://example.org/weaving"},
    "cited_by_count": 12,
    "is_retracted": False,
    "is_paratext": False,
    "type": "article",
    "updated_date": "2026-03-09T01:02:03.000004",
}
OPENALEX: dict[str, Any] = {"meta": {"count": 1, "next_cursor": "abc=="}, "results": [OPENALEX_WORK]}
CROSSREF_WORK: dict[str, Any] = {
    "DOI": "10.1000/XYZ.1",
    "type": "journal-article",
    "title": ["Weaving <i>Algebraic</i> Patterns"],
    "abstract": "<jats:title>Abstract</jats:title><jats:p>We weave.</jats:p>",
    "author": [
        {"given": "Ada", "family": "Lovelace", "sequence": "first", "affiliation": []},
        {"name": "The Engine Group"},
        {"family": "Babbage", "given": "Charles", "suffix": "Jr"},
    ],
    "issued": {"date-parts": [[2026, 3]]},
    "deposited": {"date-parts": [[2026, 3, 9]], "date-time": "2026-03-09T00:00:00Z", "timestamp": 1773014400000},
    "container-title": ["The Loom"],
    "is-referenced-by-count": 12,
    "relation": {"has-preprint": [{"id-type": "doi", "id": "10.48550/arXiv.2603.00001", "asserted-by": "subject"}]},
    "license": [{"URL": "https://creativecommons.org/licenses/by/4.0/", "content-version": "vor"}],
    "URL": "https://doi.org/10.1000/xyz.1",
}
CROSSREF: dict[str, Any] = {
    "status": "ok",
    "message-type": "work-list",
    "message": {"items": [CROSSREF_WORK], "next-cursor": "AoJ", "total-results": 1},
}
BIORXIV_VERSION: dict[str, Any] = {
    "doi": "10.1101/2026.03.01.123456",
    "title": "Looms of the Cell",
    "authors": "Lovelace, A.; Babbage, C.",
    "author_corresponding": "Ada Lovelace",
    "author_corresponding_institution": "Difference Institute",
    "date": "2026-03-09",
    "version": "2",
    "type": "new results",
    "license": "cc_by",
    "category": "Cell Biology",
    "abstract": "Cells weave.",
    "published": "10.1000/cell.1",
    "server": "biorxiv",
}
BIORXIV: dict[str, Any] = {
    "messages": [{"status": "ok", "interval": "2026-03-09:2026-03-09", "cursor": 0, "count": 1, "total": "1"}],
    "collection": [BIORXIV_VERSION],
}
GITHUB: dict[str, Any] = {"full_name": "ada/engine", "stargazers_count": 77, "owner": {"login": "ada"}}
ZOTERO_ITEM: dict[str, Any] = {
    "key": "ABCD2345",
    "version": 9,
    "library": {"type": "user", "id": 123, "name": "Ada"},
    "meta": {"creatorSummary": "Lovelace", "parsedDate": "2026-03-00", "numChildren": 0},
    "data": {
        "key": "ABCD2345",
        "version": 9,
        "itemType": "journalArticle",
        "title": "Weaving Algebraic Patterns",
        "creators": [
            {"creatorType": "editor", "firstName": "Mary", "lastName": "Somerville"},
            {"creatorType": "author", "firstName": "Ada", "lastName": "Lovelace"},
            {"creatorType": "author", "name": "The Engine Group"},
        ],
        "abstractNote": "We weave.",
        "publicationTitle": "The Loom",
        "date": "March 2026",
        "DOI": "10.1000/XYZ.1",
        "url": "https://example.org/weaving",
        "extra": "arXiv: 2603.00001 [cs]\nPMID: 17",
        "dateModified": "2026-03-09T10:00:00Z",
        "tags": [{"tag": "private thought"}],
    },
}
HF_ITEM: dict[str, Any] = {
    "paper": {
        "id": "2603.00001",
        "authors": [{"_id": "1", "name": "Ada Lovelace", "hidden": False}],
        "publishedAt": "2026-03-08T10:00:00.000Z",
        "submittedOnDailyAt": "2026-03-10T04:00:00.000Z",
        "title": "Weaving Algebraic Patterns",
        "summary": "We weave.",
        "upvotes": 5,
        "githubRepo": "https://github.com/ada/engine",
        "githubStars": 77,
    },
    "publishedAt": "2026-03-10T00:00:00.000Z",
    "title": "Weaving Algebraic Patterns",
    "numComments": 2,
}
HF_PAPER: dict[str, Any] = {**HF_ITEM["paper"], "numTotalModels": 3, "numTotalDatasets": 1, "numTotalSpaces": 0}
JSON_FEED: dict[str, Any] = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "The Loom",
    "items": [
        {
            "id": "https://example.org/1",
            "url": "https://example.org/1",
            "external_url": "https://doi.org/10.1000/xyz.1",
            "title": "Weaving <b>Algebraic</b> Patterns",
            "content_html": "<p>We weave.</p>",
            "date_published": "2026-03-01T00:00:00Z",
            "date_modified": "2026-03-09T00:00:00Z",
            "authors": [{"name": "Ada Lovelace"}],
        }
    ],
}
RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/">
<channel><title>The Loom</title><link>https://example.org/</link>
<item>
  <title>Weaving &lt;i&gt;Algebraic&lt;/i&gt; Patterns</title>
  <link>https://example.org/1</link>
  <guid isPermaLink="false">loom-1</guid>
  <description><![CDATA[<p>We&nbsp;weave.</p>]]></description>
  <dc:creator>Ada Lovelace, Charles Babbage</dc:creator>
  <pubDate>Sun, 01 Mar 2026 00:00:00 GMT</pubDate>
  <prism:doi>10.1000/xyz.1</prism:doi>
  <prism:publicationName>The Loom</prism:publicationName>
</item>
<item><title></title><link>https://example.org/2</link></item>
</channel></rss>"""
ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>The Loom</title>
<entry>
  <title type="html">Weaving &amp;lt;b&amp;gt;Patterns</title>
  <id>tag:example.org,2026:1</id>
  <link rel="replies" href="https://example.org/1/comments"/>
  <link href="/1"/>
  <published>2026-03-01T00:00:00Z</published>
  <updated>2026-03-09T00:00:00Z</updated>
  <author><name>Ada Lovelace</name></author>
  <author><name>Charles Babbage</name></author>
  <summary type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">We <em>weave</em>.</div></summary>
</entry></feed>"""

# By source: what it may be set, what it is asked for, and a right answer to that.
SETTINGS = {
    "FEEDS": "https://example.org/feed.xml",
    "CROSSREF_FILTERS": "issn:0028-0836",
    "OPENALEX_FILTERS": "topics.id:T10077",
    "OPENALEX_KEY": "open-secret",
    "SEMANTIC_SCHOLAR_KEY": "scholar-secret",
    "GITHUB_TOKEN": "github-secret",
    "ZOTERO_LIBRARIES": "users/123",
    "ZOTERO_KEY": "zotero-secret",
}
ANSWERS: dict[str, Any] = {
    "hf-daily": [HF_ITEM],
    "hf-papers": HF_PAPER,
    "biorxiv": BIORXIV,
    "medrxiv": BIORXIV,
    "crossref": CROSSREF,
    "crossref-dois": {"status": "ok", "message-type": "work", "message": CROSSREF_WORK},
    "openalex": OPENALEX,
    "semantic-scholar": [S2_PAPER, None],
    "github-stars": GITHUB,
    "feed": JSON_FEED,
    "zotero": [ZOTERO_ITEM],
}


def setup(source: Source, **settings: str) -> Setup:
    """The source as an owner who set everything has it."""
    chosen = {**SETTINGS, **settings}
    return Setup(
        source.about.base_url, {name: chosen.get(name, "") for name in source.about.settings}, "owner@example.org"
    )


def first_request(source: Source, *, now: dt.datetime = NOW) -> Request:
    """What the source asks first."""
    own = setup(source)
    if source.about.asks_about:
        values = {"arxiv": "2603.00001", "doi": "10.1000/xyz.1", "github": "ada/engine"}
        return source.ask(
            [Target(scheme, values[scheme]) for scheme in source.about.asks_about][: source.about.batch], setup=own
        )
    request = source.start(source.streams(own)[0], {}, setup=own, span=Span(first=now.date()), now=now)
    assert request is not None
    return request


def answered(
    source: Source,
    content: Any,
    *,
    request: Request | None = None,
    status: int = 200,
    headers: dict[str, str] | None = None,
    mark: dict[str, Any] | None = None,
    at: dt.datetime = NOW,
) -> Page:
    """What the source reads in an answer; anything but bytes is sent as JSON."""
    own = setup(source)
    sent = content if isinstance(content, bytes) else json.dumps(content).encode()
    answer = Answer(request or first_request(source), status, sent, headers or {}, at)
    stream = "" if source.about.asks_about else source.streams(own)[0]
    return source.read(answer, stream=stream, mark=mark or {}, setup=own)


def changed(value: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A copy with other values under these keys."""
    return {**copy.deepcopy(value), **changes}


def source(name: str) -> Source:
    """The harvested source of this name."""
    return next(one for one in HARVESTED if one.about.name == name)


def only(name: str, content: Any) -> SourceRecord:
    """The one paper that a source reads in this."""
    [item] = answered(source(name), content).items
    assert isinstance(item, SourceRecord), item
    return item


def reason(name: str, content: Any) -> str:
    """Why the source can't read the one element in this."""
    [item] = answered(source(name), content).items
    assert not isinstance(item, SourceRecord)
    return item.reason


def cites(record: SourceRecord) -> dict[str, float]:
    """The readings that came with a record."""
    assert {one.at for one in record.observed} <= {NOW}
    return {one.signal: one.value for one in record.observed}

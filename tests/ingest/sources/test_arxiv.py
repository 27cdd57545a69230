"""arXiv's answers: OAI-PMH in two formats, the API and the daily feeds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from broadsheet.catalog.records import SourceRecord, Unreadable
from broadsheet.ingest.sources import arxiv_snapshot
from broadsheet.ingest.sources.arxiv_api import ArxivApi
from broadsheet.ingest.sources.arxiv_api import parser as api
from broadsheet.ingest.sources.arxiv_feed import ArxivFeed
from broadsheet.ingest.sources.arxiv_feed import parser as feed
from broadsheet.ingest.sources.arxiv_oai import ArxivOai, ArxivRaw, set_of
from broadsheet.ingest.sources.arxiv_oai import parser as oai
from broadsheet.ingest.sources.format import NotReadable
from broadsheet.ingest.sources.harvest import Answer, Refused, Request, Setup, Span, StartAgain, Target, TryAgain
from broadsheet.lib.ids import Identifier
from tests.support.world.arxiv import Paper, arxiv_format, atom_entry, raw_format, rss_item
from tests.support.world.server import BOMB

NOW = dt.datetime(2026, 9, 18, 12, tzinfo=dt.UTC)
DAY = dt.date(2026, 9, 16)
SETUP = Setup("https://example.org/oai", {"ARXIV_CATEGORIES": "cs", "ARXIV_QUERIES": "cat:cs.CL; all:x"})
PAPER = Paper(
    id="hep-th/9901001",
    title="On <tables>\n  & numbers",
    abstract="  We withdraw nothing.\n",
    authors=(("Ada", "Lovelace"), ("", "The ENGINE Collaboration"), ("Charles", "Babbage")),
    categories="hep-th math.QA",
    versions=(dt.date(1999, 1, 4), DAY),
    stamp=DAY,
    comments="12 pages",
    doi="10.1103/PhysRevD.76.013009; 10.9999/second",
)


def answer(content: bytes | str, **more: Any) -> Answer:
    request = Request("https://example.org/oai?verb=ListRecords", **more)
    return Answer(request, 200, content.encode() if isinstance(content, str) else content, {}, NOW)


def oai_xml(*records: str, ends: str = "") -> str:
    return (
        '<?xml version="1.0"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
        f"<responseDate>2026-09-18T01:02:03Z</responseDate><ListRecords>{''.join(records)}{ends}</ListRecords></OAI-PMH>"
    )


def record_xml(inside: str, stamp: object = DAY, status: str = "") -> str:
    return (
        f"<record><header{status}><identifier>oai:arXiv.org:x</identifier><datestamp>{stamp}</datestamp></header>"
        f"<metadata>{inside}</metadata></record>"
    )


def atom_xml(*entries: str, total: int | None = None) -> str:
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom" '
        'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">'
        f"<opensearch:totalResults>{len(entries) if total is None else total}</opensearch:totalResults>"
        f"{''.join(entries)}</feed>"
    )


def one(items: Any) -> SourceRecord:
    [item] = items
    assert isinstance(item, SourceRecord), item
    return item


# OAI-PMH


@pytest.mark.parametrize("form", [arxiv_format, raw_format])
def test_a_record_says_what_the_snapshot_says(form: Callable[[Paper], str]) -> None:
    found = one(oai.parse(oai_xml(record_xml(form(PAPER))).encode()).items)
    assert (found.source, found.external_id) == ("arxiv", "hep-th/9901001")
    assert found.title == "On <tables>\n  & numbers"
    assert found.authors == ("Ada Lovelace", "The ENGINE Collaboration", "Charles Babbage")
    assert str(found.date) == "1999-01-04"
    assert found.updated == DAY
    assert found.categories == ("hep-th", "math.QA")
    assert Identifier("doi", "10.9999/second") in found.identifiers
    assert found.extra["comments"] == "12 pages"


def test_the_raw_format_gives_the_very_record_of_the_snapshot() -> None:
    """So that what the file brought counts as known when OAI-PMH brings it."""
    row = {
        "id": "2401.00001", "submitter": "A. Person", "authors": "Ada Lovelace, Charles Babbage", "title": "A Title",
        "comments": "12 pages", "journal-ref": None, "doi": None, "report-no": None, "categories": "cs.CL",
        "license": None, "abstract": "  Words.\n",
        "versions": [{"version": "v1", "created": "Mon, 1 Jan 2024 12:00:00 GMT"}], "update_date": "2024-01-02",
        "authors_parsed": [["Lovelace", "Ada", ""], ["Babbage", "Charles", ""]],
    }  # fmt: skip
    paper = Paper(
        "2401.00001", "A Title", "  Words.\n", (("Ada", "Lovelace"), ("Charles", "Babbage")), "cs.CL",
        (dt.date(2024, 1, 1),), dt.date(2024, 1, 2), "12 pages",
    )  # fmt: skip
    found = one(oai.parse(oai_xml(record_xml(raw_format(paper), "2024-01-02")).encode()).items)
    assert found.digest() == arxiv_snapshot.record(row).digest()


def test_versions_come_with_the_raw_format() -> None:
    found = one(oai.parse(oai_xml(record_xml(raw_format(PAPER))).encode()).items)
    assert found.versions == (("v1", dt.date(1999, 1, 4)), ("v2", DAY))


def test_a_withdrawn_paper_is_marked() -> None:
    gone = replace(PAPER, comments="This paper has been withdrawn by the authors due to an error.")
    found = one(oai.parse(oai_xml(record_xml(arxiv_format(gone))).encode()).items)
    assert found.withdrawn.startswith("This paper has been withdrawn")


@pytest.mark.parametrize("name", ["2401.00001", "0704.0001", "math/0309136", "math.GT/0309136", "hep-th/9901001"])
def test_ids_of_every_style_are_read(name: str) -> None:
    found = one(oai.parse(oai_xml(record_xml(arxiv_format(replace(PAPER, id=name)))).encode()).items)
    assert found.external_id == name.replace("math.GT", "math")


@pytest.mark.parametrize(
    ("inside", "reason"),
    [
        ("<arXiv xmlns='http://arxiv.org/OAI/arXiv/'><id>2401.00001</id></arXiv>", "title is missing"),
        ("<arXiv xmlns='http://arxiv.org/OAI/arXiv/'><id>nonsense</id><title>x</title></arXiv>", "no arXiv id"),
        ("<dc xmlns='http://purl.org/dc/'><title>x</title></dc>", "format 'dc'"),
        (arxiv_format(PAPER).replace("1999-01-04", "someday"), "no date"),
        ("", "no header or no metadata"),
    ],
)
def test_a_record_that_cannot_be_read_is_told_with_its_place(inside: str, reason: str) -> None:
    text = oai_xml(record_xml(arxiv_format(PAPER)), "\n", record_xml(inside), record_xml(arxiv_format(PAPER)))
    good, bad, other = oai.parse(text.encode()).items
    assert bad.offset == text.encode().index(b"<record>", 300)  # type: ignore[union-attr]
    assert isinstance(bad, Unreadable)
    assert reason in bad.reason
    assert isinstance(good, SourceRecord)
    assert isinstance(other, SourceRecord)


def test_damage_inside_an_answer_costs_one_record_and_no_token() -> None:
    text = oai_xml(
        record_xml(arxiv_format(PAPER)),
        record_xml("<arXiv><id>2401.00001</id><title>a \x0b & b</arXiv>"),
        ends="<resumptionToken>a%26b&amp;c=1</resumptionToken>",
    )
    found = oai.parse(text.encode())
    assert [type(item) for item in found.items] == [SourceRecord, Unreadable]
    assert found.token == "a%26b&c=1"
    assert found.items[1].offset == text.encode().rindex(b"<record>")  # type: ignore[union-attr]
    assert found.said_at == "2026-09-18T01:02:03Z"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<",
        b"<html><body>Not found</body></html>",
        b"{}",
        BOMB,
        oai_xml(record_xml(""))[:-20].encode(),
        b"\xff\xfe",
    ],
)
def test_what_is_no_whole_answer_is_refused_in_a_sentence(content: bytes) -> None:
    for parse in (oai.parse, api.parse, feed.parse):
        with pytest.raises(NotReadable) as caught:
            parse(content)
        assert str(caught.value).endswith(".")


def test_errors_of_the_protocol_are_told_apart() -> None:
    def read(inside: str) -> Any:
        text = f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-09-18T00:00:00Z</responseDate>{inside}</OAI-PMH>'
        return ArxivOai().read(answer(text), stream="cs", mark={}, setup=SETUP)

    assert read('<error code="noRecordsMatch">x</error>').mark == {"from": "2026-09-18"}
    with pytest.raises(StartAgain):
        read('<error code="badResumptionToken">x</error>')
    with pytest.raises(Refused, match="badArgument: the date is odd"):
        read('<error code="badArgument">the date is odd</error>')
    with pytest.raises(TryAgain):
        read("<ListRecords></ListRecords>")


def test_a_walk_begins_a_day_before_the_mark_and_asks_for_no_end() -> None:
    source = ArxivOai()
    request = source.start("cs.CL", {"from": "2026-09-10"}, setup=SETUP, span=Span(), now=NOW)
    assert request
    assert "from=2026-09-09" in request.url
    assert "until" not in request.url
    assert "set=cs%3Acs%3ACL" in request.url
    request = source.start("all", {}, setup=SETUP, span=Span(), now=NOW)
    assert request
    assert request.url.endswith("verb=ListRecords&metadataPrefix=arXiv")


def test_with_a_token_nothing_else_is_sent() -> None:
    text = oai_xml(record_xml(raw_format(PAPER)), ends="<resumptionToken>a b&amp;c</resumptionToken>")
    page = ArxivRaw().read(answer(text), stream="cs", mark={"from": "2026-09-01"}, setup=SETUP)
    assert page.next
    assert page.next.url == "https://example.org/oai?verb=ListRecords&resumptionToken=a+b%26c"
    assert page.mark == {"from": "2026-09-01", "reached": DAY.isoformat()}
    assert page.next.notes["began"] == "2026-09-18"


def test_a_walk_goes_on_at_the_day_it_reached() -> None:
    request = ArxivOai().start("cs", {"from": "2026-09-01", "reached": "2026-09-12"}, setup=SETUP, span=Span(), now=NOW)
    assert request
    assert "from=2026-09-11" in request.url


def test_a_page_out_of_order_reaches_nothing() -> None:
    text = oai_xml(
        record_xml(raw_format(PAPER), "2026-09-16"), record_xml(raw_format(PAPER), "2026-09-10"),
        ends="<resumptionToken>x</resumptionToken>",
    )  # fmt: skip
    assert ArxivOai().read(answer(text), stream="cs", mark={}, setup=SETUP).mark is None


def test_a_token_is_good_until_midnight() -> None:
    source, request = ArxivOai(), Request("https://example.org/oai?verb=ListRecords&resumptionToken=x")
    late = dt.datetime(2026, 9, 18, 23, 59, tzinfo=dt.UTC)
    assert source.usable(request, asked=NOW, now=late)
    assert not source.usable(request, asked=NOW, now=late + dt.timedelta(minutes=1))


@pytest.mark.parametrize(
    ("category", "name"),
    [
        ("cs", "cs"), ("cs.CL", "cs:cs:CL"), ("hep-th", "physics:hep-th"), ("astro-ph.CO", "physics:astro-ph:CO"),
        ("math.AG", "math:math:AG"), ("q-bio", "q-bio"), ("physics.optics", "physics:physics:optics"), ("all", ""),
        ("cond-mat.dis-nn", "physics:cond-mat:dis-nn"), ("cs:cs:CL", "cs:cs:CL"),
    ],
)  # fmt: skip
def test_categories_are_written_as_arxiv_does(category: str, name: str) -> None:
    assert set_of(category) == name


# The API


def test_an_entry_is_a_paper() -> None:
    found = one(api.parse(atom_xml(atom_entry(PAPER)).encode()).items)
    assert (found.source, found.external_id) == ("arxiv", "hep-th/9901001")
    assert found.title == "On <tables> & numbers"
    assert found.categories == ("hep-th", "math.QA")  # and none of ACM's and MSC's
    assert found.authors == ("Ada Lovelace", "The ENGINE Collaboration", "Charles Babbage")
    assert str(found.date) == "1999-01-04"
    assert found.extra["version"] == "v2"


def test_an_error_is_never_a_paper() -> None:
    entry = "<entry><id>https://arxiv.org/api/errors#x</id><title>Error</title><summary>incorrect id</summary></entry>"
    found = api.parse(atom_xml(entry).encode())
    assert (found.items, found.error) == ([], "incorrect id")
    with pytest.raises(Refused, match="incorrect id"):
        ArxivApi().read(answer(atom_xml(entry)), stream="", mark={}, setup=SETUP)


def test_an_empty_page_that_should_not_be_is_asked_again() -> None:
    source = ArxivApi()
    request = source.start("cat:cs.CL", {}, setup=SETUP, span=Span(), now=NOW)
    assert request
    with pytest.raises(TryAgain):
        source.read(replace(answer(atom_xml(total=3)), request=request), stream="cat:cs.CL", mark={}, setup=SETUP)
    with pytest.raises(TryAgain):
        source.read(answer(atom_xml(total=3)), stream="", mark={}, setup=SETUP)
    assert source.read(answer(atom_xml(total=0)), stream="", mark={}, setup=SETUP).items == []


def test_a_search_goes_page_by_page_and_not_further_than_arxiv_lists() -> None:
    source = ArxivApi()
    request = source.start("cat:cs.CL", {"day": "2026-09-10"}, setup=SETUP, span=Span(), now=NOW)
    assert request
    assert "submittedDate%3A%5B202609070000" in request.url
    page = source.read(
        replace(answer(atom_xml(atom_entry(PAPER), total=2)), request=request), stream="", mark={}, setup=SETUP
    )
    assert page.next
    assert "start=1&" in page.next.url
    with pytest.raises(Refused, match="30,001"):
        source.read(
            replace(answer(atom_xml(atom_entry(PAPER), total=30_001)), request=request), stream="", mark={}, setup=SETUP
        )


def test_papers_are_asked_for_by_id() -> None:
    request = ArxivApi().ask([Target("arxiv", "2401.00001"), Target("arxiv", "hep-th/9901001")], setup=SETUP)
    assert "id_list=2401.00001%2Chep-th%2F9901001" in request.url


def test_a_search_needs_words() -> None:
    with pytest.raises(Refused):
        ArxivApi().start("", {}, setup=SETUP, span=Span(), now=NOW)
    assert ArxivApi().streams(SETUP) == ["cat:cs.CL", "all:x"]


# The feeds


def test_a_feed_names_what_is_new_and_of_which_day() -> None:
    items = "".join(
        rss_item(replace(PAPER, id=f"2609.0000{n}"), kind)
        for n, kind in enumerate(("new", "cross", "replace", "replace-cross", "absonly", "new"))
    )
    text = f"""<rss version="2.0" xmlns:arxiv="http://arxiv.org/schemas/atom"><channel><title>cs updates</title>
    <lastBuildDate>Thu, 17 Sep 2026 04:00:11 +0000</lastBuildDate><pubDate>Thu, 17 Sep 2026 00:00:00 -0400</pubDate>
    {items}{rss_item(replace(PAPER, id="2609.00000"), "new")}</channel></rss>"""
    found = feed.parse(text.encode())
    assert found.day == dt.date(2026, 9, 17)
    assert found.announced() == ("2609.00000", "2609.00001", "2609.00005")
    page = ArxivFeed().read(answer(text), stream="cs", mark={}, setup=SETUP)
    assert [(a.category, a.day, a.built) for a in page.announced] == [
        ("cs", dt.date(2026, 9, 17), "Thu, 17 Sep 2026 04:00:11 +0000")
    ]
    assert page.items == []


def test_the_atom_form_says_the_same() -> None:
    text = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom">
    <title>cs.AI updates on arXiv.org</title><updated>2026-09-17T04:00:19.866337+00:00</updated>
    <entry><id>oai:arXiv.org:2609.13426v1</id><title>x</title><link href="https://arxiv.org/abs/2609.13426"/>
    <published>2026-09-17T00:00:00-04:00</published><arxiv:announce_type>cross</arxiv:announce_type></entry>
    <entry><id>nonsense</id><title>x</title></entry></feed>"""
    found = feed.parse(text.encode())
    assert (found.day, found.announced()) == (dt.date(2026, 9, 17), ("2609.13426",))
    assert "no arXiv id" in found.unreadable[0].reason


def test_a_feed_may_be_an_error() -> None:
    text = (
        "<rss><channel><title>Feed error for query: x</title><description>Invalid archive</description></channel></rss>"
    )
    with pytest.raises(Refused, match="Invalid archive"):
        ArxivFeed().read(answer(text), stream="cs", mark={}, setup=SETUP)


def test_feeds_are_for_one_category_at_a_time() -> None:
    source = ArxivFeed()
    request = source.start("cs.CL", {}, setup=Setup("https://example.org/rss"), span=Span(), now=NOW)
    assert request
    assert (request.url, request.conditional) == ("https://example.org/rss/cs.CL", True)
    for odd in ("", "all", "cs:cs:CL", "nonsense"):
        with pytest.raises(Refused):
            source.start(odd, {}, setup=SETUP, span=Span(), now=NOW)
    assert len(source.streams(Setup("x", {"ARXIV_CATEGORIES": "all"}))) == 20

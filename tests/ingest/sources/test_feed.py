"""Feeds of every kind, right and not quite right."""

from __future__ import annotations

import random
from typing import Any

import pytest

from broadsheet.catalog.records import SourceRecord, Unreadable
from broadsheet.ingest.sources.answers import NotPapers
from broadsheet.ingest.sources.feed import Feed, papers
from broadsheet.ingest.sources.format import NotReadable
from broadsheet.ingest.sources.harvest import Page, Refused, Span
from broadsheet.lib.ids import Identifier

from .samples import ATOM, JSON_FEED, NOW, RSS, answered, first_request, setup
from .test_contract import check, told

ADDRESS = "https://example.org/feed.xml"


def read(text: str | bytes) -> list[Any]:
    return list(papers(text.encode() if isinstance(text, str) else text, feed=ADDRESS))


def item(inside: str) -> Any:
    [found] = read(f'<rss version="2.0"><channel><item>{inside}</item></channel></rss>')
    return found


def test_it_reads_rss_with_its_extensions() -> None:
    found, nameless = read(RSS)
    assert (found.title, found.abstract) == ("Weaving Algebraic Patterns", "We weave.")
    assert found.authors == ("Ada Lovelace", "Charles Babbage")
    assert found.identifiers == (Identifier("doi", "10.1000/xyz.1"),)
    assert (str(found.date), found.links) == ("2026-03-01", ("https://example.org/1",))
    assert found.extra == {"journal": "The Loom", "feed": ADDRESS}
    assert isinstance(nameless, Unreadable)
    assert b"https://example.org/2" in nameless.head


def test_it_reads_atom() -> None:
    [found] = read(ATOM)
    assert (found.title, found.abstract) == ("Weaving Patterns", "We weave.")
    assert found.authors == ("Ada Lovelace", "Charles Babbage")
    assert found.links == ("https://example.org/1",)
    assert (str(found.date), str(found.updated)) == ("2026-03-01", "2026-03-09")


def test_it_reads_a_json_feed() -> None:
    [found] = answered(Feed(), JSON_FEED).items
    assert isinstance(found, SourceRecord)
    assert (found.title, found.abstract) == ("Weaving Algebraic Patterns", "We weave.")
    assert found.identifiers == (Identifier("doi", "10.1000/xyz.1"),)


def test_it_reads_rdf_of_journals() -> None:
    text = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
      xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>J</title></channel>
      <item rdf:about="x1"><title>A paper</title><link>https://example.org/x1</link><dc:date>2026-03</dc:date>
      <dc:identifier>doi:10.1000/xyz.2</dc:identifier><dc:creator>Ada Lovelace</dc:creator></item></rdf:RDF>"""
    [found] = read(text)
    assert (str(found.date), found.identifiers) == ("2026-03", (Identifier("doi", "10.1000/xyz.2"),))


def test_an_entry_is_the_same_in_two_readings_and_another_in_another_feed() -> None:
    again = papers(RSS.replace("We&nbsp;weave", "We wove").encode(), feed=ADDRESS)[0]
    elsewhere = papers(RSS.encode(), feed="https://example.org/other.xml")[0]
    assert isinstance(again, SourceRecord)
    assert isinstance(elsewhere, SourceRecord)
    assert again.external_id == read(RSS)[0].external_id != elsewhere.external_id


@pytest.mark.parametrize(
    ("inside", "names"),
    [
        ("<author>jane@example.org (Jane Doe)</author>", ("Jane Doe",)), ("<author>jane@example.org</author>", ()),
        ("<author>Ada Lovelace and Charles Babbage</author>", ("Ada Lovelace", "Charles Babbage")),
    ],
)  # fmt: skip
def test_it_reads_names_and_no_mail_addresses(inside: str, names: tuple[str, ...]) -> None:
    assert item(f"<title>T</title>{inside}").authors == names


@pytest.mark.parametrize(
    "date", ["Sun, 01 Mar 2026 10:00:00 +0900", "2026-03-01T10:00:00+09:00", "2026-03-01", "1 Mar 2026"]
)
def test_it_reads_dates_of_every_form(date: str) -> None:
    assert str(item(f"<title>T</title><pubDate>{date}</pubDate>").date) == "2026-03-01"


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "https://[::1", "file:///etc/passwd"])
def test_no_other_address_than_of_the_web_gets_in(link: str) -> None:
    assert item(f"<title>T</title><link>{link}</link>").links == ()


def test_a_whole_article_is_cut_at_a_word() -> None:
    found = item(f"<title>T</title><description>{'word ' * 5000}</description>")
    assert len(found.abstract) < 8100
    assert found.abstract.endswith("word …")


def test_what_is_not_quite_well_formed_is_read_as_far_as_it_goes() -> None:
    broken = RSS.replace("<description>", "<description>a & b <br> ").replace("</channel></rss>", "</rss> <!-- x -->")
    assert read(broken)[0].title == "Weaving Algebraic Patterns"


def test_a_feed_that_is_cut_off_is_not_half_a_feed() -> None:
    for end in range(100, len(RSS) - 6, 50):
        with pytest.raises(NotReadable):
            read(RSS[:end])
    assert read(RSS.replace('encoding="UTF-8"', "").encode("utf-16"))[0].title == "Weaving Algebraic Patterns"


def test_declared_entities_are_refused() -> None:
    bomb = "<!DOCTYPE r [" + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9)) + "]>"
    with pytest.raises(NotReadable, match="entities"):
        read(f"{bomb}<rss><channel><item><title>&a8;</title></item></channel></rss>")


def test_a_web_page_is_told_from_a_feed() -> None:
    for text in ("<html><body>Hello</body></html>", "<OAI-PMH/>", '{"items": []}'):
        with pytest.raises(NotPapers):
            read(text)
    for text in ("", "no feed", "\x00\x01"):
        with pytest.raises(NotReadable):
            read(text)


@pytest.mark.parametrize("text", [RSS, ATOM], ids=["rss", "atom"])
def test_no_damage_breaks_the_reader(text: str) -> None:
    chance = random.Random(7)
    for _ in range(500):
        data = bytearray(text.encode())
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(data))
            if chance.random() < 0.4:
                del data[at : at + chance.randint(1, 60)]
            else:
                data[at:at] = chance.choice(
                    [b"<", b">", b"&", b"\x00", b"\xff", b"<item>", b"]]>", b"<a:b>", b"&#0;", b'"']
                )
        try:
            check(Page(items=read(bytes(data))))
        except NotReadable as error:
            told(error)


def test_only_addresses_of_the_web_are_asked_and_only_for_what_changed() -> None:
    assert first_request(Feed()).conditional
    for stream in ("file:///etc/passwd", "ftp://example.org", "feed"):
        with pytest.raises(Refused, match="no address"):
            Feed().start(stream, {}, setup=setup(Feed()), span=Span(), now=NOW)
    two = setup(Feed(), FEEDS="https://a.org/x,y https://b.org/z")
    assert Feed().streams(two) == ["https://a.org/x,y", "https://b.org/z"]

"""Saved pages: the five captures, every way in which a page may be saved, and every way in which it may be damaged."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from pathlib import Path

import pytest

from broadsheet.catalog.records import DatedPage, Item, SourceRecord, Unreadable
from broadsheet.ingest.sources import saved_page
from broadsheet.ingest.sources.format import BrokenCompression, NotReadable
from broadsheet.lib.text import title_key

KEY = "0123456789abcdef" * 4
HEADER = (
    "new\n\nGet trending papers in your email inbox!\n\nSubscribe\n\nDaily Papers\n\n"
    "byAK and the research community\n\nMar 17\n\n"
)
THIRD = "  • 5 authors\n·\nJun 2, 2023"


def parse(data: bytes | str, key: str = KEY) -> list[Item]:
    return list(saved_page.parse(io.BytesIO(data.encode() if isinstance(data, str) else data), key=key))


def papers(items: list[Item]) -> list[SourceRecord]:
    return [item for item in items if isinstance(item, SourceRecord)]


def damaged(items: list[Item]) -> list[Unreadable]:
    return [item for item in items if isinstance(item, Unreadable)]


def page(*blocks: str) -> str:
    return HEADER + "\n\n".join(blocks)


@pytest.mark.parametrize(
    ("index", "count", "month", "day"), [(0, 98, 3, 17), (1, 72, 3, 19), (2, 92, 8, 11), (3, 74, 3, 11), (4, 45, 4, 20)]
)
def test_it_reads_every_paper_of_a_capture(captures: list[Path], index: int, count: int, month: int, day: int) -> None:
    data = captures[index].read_bytes()
    key = hashlib.sha256(data).hexdigest()
    items = parse(data, key)
    assert isinstance(items[0], DatedPage)
    assert (items[0].month, items[0].day, items[0].year, items[0].page_key) == (month, day, None, key)
    assert len(papers(items)) == len(items) - 1 == count
    for position, record in enumerate(papers(items), start=1):
        assert record.source == "saved-page"
        assert record.external_id == f"{key[:16]}#{position}"
        assert record.listed is not None
        assert (record.listed.page_key, record.listed.position) == (key, position)
        assert record.title
        assert record.abstract


def test_the_captures_hold_381_listings_of_323_papers(captures: list[Path]) -> None:
    records = [record for path in captures for record in papers(parse(path.read_bytes()))]
    assert len(records) == 381
    assert len({title_key(record.title) for record in records}) == 323


def test_the_first_layout_says_nothing_of_authors_dates_and_comments(captures: list[Path]) -> None:
    for path in captures[:4]:
        items = parse(path.read_bytes())
        assert isinstance(items[0], DatedPage)
        assert items[0].newest is None
        for record in papers(items):
            assert record.author_count is None
            assert record.date is None
            assert record.listed
            assert record.listed.comments is None


def test_the_second_layout_gives_authors_dates_and_comments(captures: list[Path]) -> None:
    items = parse(captures[4].read_bytes())
    assert isinstance(items[0], DatedPage)
    assert items[0].newest == dt.date(2025, 11, 11)
    records = papers(items)
    told = [r for r in records if r.author_count is not None]
    assert len(told) == 44
    [without] = [r for r in records if r.author_count is None]
    assert without.title == "Beyond Accuracy: Unveiling Inefficiency Patterns in Tool-Integrated Reasoning"
    assert without.listed
    assert (without.listed.position, without.listed.comments, without.date) == (35, None, None)
    first = records[0]
    assert first.title == "Binary and Ternary Natural Language Generation"
    assert (first.author_count, str(first.date)) == (5, "2023-06-02")
    # Read off the pages by eye: what the fourteen counts behind a date are, and that nobody else has comments.
    comments = [r.listed.comments for r in told if r.listed]
    assert sorted(c for c in comments if c) == [1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 6]
    assert comments.count(0) == 30
    assert (records[-1].author_count, str(records[-1].date)) == (8, "2024-02-05")


def test_texts_are_kept_as_the_page_gives_them(captures: list[Path]) -> None:
    second = papers(parse(captures[4].read_bytes()))[1]
    assert "% With the increasing" in second.abstract


@pytest.mark.parametrize("change", ["crlf", "cr", "bom", "newline", "newlines", "blanks"])
def test_a_page_saved_in_another_way_says_the_same(captures: list[Path], change: str) -> None:
    data = captures[4].read_bytes()
    changed = {
        "crlf": data.replace(b"\n", b"\r\n"),
        "cr": data.replace(b"\n", b"\r"),
        "bom": b"\xef\xbb\xbf" + data,
        "newline": data + b"\n",
        "newlines": b"\n\n" + data.replace(b"\n\n", b"\n\n\n\n") + b"\n\n\n",
        "blanks": data.replace(b"\n", b" \n\t"),
    }[change]
    assert changed != data
    assert parse(changed) == parse(data)


def test_the_line_daily_papers_does_not_tell_the_layout() -> None:
    with_line = papers(parse(page("T", "A", "T2", "A2")))
    without_line = papers(parse(page("T", "A", "T2", "A2").replace("Daily Papers\n\n", "")))
    assert with_line == without_line
    assert all(record.author_count is None for record in with_line)


def test_titles_are_not_told_by_their_looks() -> None:
    long, short = "A title of many words. It has sentences? " * 20, "x"
    [record] = papers(parse(page(long, short)))
    assert (record.title, record.abstract) == (long.strip(), short)


def test_a_paper_without_third_block_keeps_the_others_in_step() -> None:
    items = parse(page("T1", "A1", THIRD, "T2", "A2", "T3", "A3", THIRD + " 1.2k", "T4", "A4"))
    assert [r.title for r in papers(items)] == ["T1", "T2", "T3", "T4"]
    assert [r.author_count for r in papers(items)] == [5, None, 5, None]
    assert [r.listed.comments for r in papers(items) if r.listed] == [0, None, 1200, None]
    assert not damaged(items)


@pytest.mark.parametrize(
    ("third", "authors", "date", "comments"),
    [
        ("  • 1 author\n·\nMay 4, 2025 3", 1, "2025-05-04", 3),
        ("• 1,024 authors\n·\nMay 4, 2025 1,204", 1024, "2025-05-04", 1204),
        ("• 2 authors\n\n·\n\nMay 4, 2025 2M", 2, "2025-05-04", 2_000_000),
        ("• 2 authors\n·\nMay 4, 2025 999999999k", 2, "2025-05-04", 2**31 - 1),
        ("• 2 authors\n·", 2, "None", None),
        ("• 2 authors", 2, "None", None),
        ("• 2 authors\n·\nFeb 30, 2025", 2, "None", 0),
    ],
)
def test_third_blocks_are_read_in_their_forms(third: str, authors: int, date: str, comments: int | None) -> None:
    items = parse(page("T", "A", third))
    [record] = papers(items)
    assert record.listed
    assert (record.author_count, str(record.date), record.listed.comments) == (authors, date, comments)
    assert not damaged(items)


def test_a_third_block_without_a_blank_line_before_it_is_one_all_the_same() -> None:
    [first, second] = papers(parse(page("T", f"A\n{THIRD}\nT2", "A2")))
    assert (first.abstract, first.author_count, second.title) == ("A", 5, "T2")


def test_an_odd_stretch_is_quarantined_and_the_next_third_block_brings_it_in_step() -> None:
    text = page("T1", "A1", THIRD, "T2", "A2 first half", "A2 second half", THIRD, "T3", "A3", THIRD)
    items = parse(text)
    assert [r.title for r in papers(items)] == ["T1", "T3"]
    assert [r.listed.position for r in papers(items) if r.listed] == [1, 4]
    [piece] = damaged(items)
    kept = text.encode()[piece.offset : piece.offset + piece.length]
    assert kept == piece.head
    assert kept.startswith(b"T2\n\nA2 first")
    assert kept.endswith(b"Jun 2, 2023")
    assert piece.sha256 == hashlib.sha256(kept).digest()


def test_a_third_block_with_no_text_before_it_is_quarantined() -> None:
    items = parse(page("T1", "A1", THIRD, THIRD, "T2", "A2"))
    assert len(papers(items)) == 2
    assert len(damaged(items)) == 1


def test_a_page_cut_after_a_title_gives_the_rest_and_says_so() -> None:
    items = parse(page("T1", "A1", "T2"))
    assert [r.title for r in papers(items)] == ["T1"]
    [piece] = damaged(items)
    assert piece.head == b"T2"
    assert "ends after a title" in piece.reason


def test_a_page_cut_in_the_middle_of_a_character_gives_the_rest_and_says_so() -> None:
    data = page("T1", "A naïve").encode()[:-3]
    items = parse(data)
    assert papers(items)[0].abstract == "A na"
    [piece] = damaged(items)
    assert piece.head == b"\xc3"
    assert piece.offset == len(data) - 1


@pytest.mark.parametrize("size", range(0, 4000, 37))
def test_a_page_cut_anywhere_never_gives_a_wrong_title(captures: list[Path], size: int) -> None:
    data = captures[4].read_bytes()
    titles = [record.title for record in papers(parse(data))]
    try:
        items = parse(data[:size])
    except NotReadable:
        return
    found = [record.title for record in papers(items)]
    assert found == titles[: len(found)]


def test_a_header_without_papers_is_not_readable() -> None:
    for text in (HEADER, HEADER.strip(), HEADER + "\n \n"):
        with pytest.raises(NotReadable, match="no papers"):
            parse(text)
        with pytest.raises(NotReadable, match="no papers"):
            saved_page.sniff(text.encode())


def test_a_stated_year_is_kept() -> None:
    [first, *_] = parse(page("T", "A").replace("Mar 17", "Mar 17, 2024"))
    assert isinstance(first, DatedPage)
    assert (first.year, first.month, first.day) == (2024, 3, 17)


def test_another_encoding_is_refused_with_its_byte() -> None:
    data = page("T", "naïve method").encode("latin-1")
    with pytest.raises(NotReadable, match=f"Byte 0xEF at offset {data.index(0xEF)} is not UTF-8"):
        parse(data)


def test_a_page_without_end_is_not_read_into_memory() -> None:
    class Endless(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            return b"x" * size

    with pytest.raises(NotReadable, match="longer than"):
        list(saved_page.parse(Endless(), key=KEY))  # type: ignore[arg-type]


def test_a_page_whose_compression_breaks_gives_what_came_before() -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            data = super().read(size)
            if not data:
                raise BrokenCompression("It ends early.")
            return data

    items = list(saved_page.parse(Broken(page("T", "A").encode()), key=KEY))
    assert len(papers(items)) == 1
    assert [piece.reason for piece in damaged(items)] == ["It ends early."]


@pytest.mark.parametrize(
    "text", ["", "T\n\nA", '{"title": "T"}', "the research community\n\nno day\n\nT", HEADER[40:60]]
)
def test_what_has_no_header_is_no_saved_page(text: str) -> None:
    assert not saved_page.sniff(text.encode())

"""JSONL: what a line may say, what goes to quarantine and why, and that the rest goes on."""

from __future__ import annotations

import hashlib
import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.catalog.records import SourceRecord, Unreadable
from broadsheet.ingest.sources import jsonl
from broadsheet.ingest.sources.format import HEAD_SIZE, BrokenCompression
from broadsheet.ingest.sources.lines import MAX_LINE
from broadsheet.lib.ids import Identifier


def parse(data: bytes) -> list[Any]:
    return list(jsonl.parse(io.BytesIO(data), key="0" * 64))


def one(**values: Any) -> Any:
    [item] = parse(json.dumps(values).encode())
    return item


def test_it_reads_all_that_a_line_may_say() -> None:
    record = one(
        title=" A  Title",
        abstract="62\\% of it",
        id="arXiv:2401.00001v2",
        authors=["Ada  Lovelace", "", "Alan Turing"],
        date="2024-01-01",
        url="github.com/a/b.",
        year=2024,
    )
    assert record == SourceRecord(
        source="jsonl",
        external_id="2401.00001",
        title=" A  Title",
        abstract="62\\% of it",
        authors=("Ada Lovelace", "Alan Turing"),
        date=record.date,
        identifiers=(Identifier("arxiv", "2401.00001"),),
        links=("https://github.com/a/b",),
    )
    assert str(record.date) == "2024-01-01"


def test_a_title_is_enough_and_null_is_nothing() -> None:
    record = one(title="T", abstract=None, id=None, authors=None, date=None, url="")
    assert (record.title, record.abstract, record.authors, record.date, record.identifiers) == ("T", "", (), None, ())
    assert record.external_id.startswith("t-")


@pytest.mark.parametrize(
    ("authors", "names"),
    [
        ("Ada Lovelace, Alan Turing and Kurt Gödel", ("Ada Lovelace", "Alan Turing", "Kurt Gödel")),
        ("Lovelace, Ada; Turing, Alan", ("Lovelace, Ada", "Turing, Alan")),
        ([f"Author {n}" for n in range(5000)], tuple(f"Author {n}" for n in range(5000))),
        ([], ()),
    ],
)
def test_authors_are_a_list_or_a_string(authors: Any, names: tuple[str, ...]) -> None:
    assert one(title="T", authors=authors).authors == names


def test_an_address_that_names_the_paper_is_an_identifier() -> None:
    record = one(title="T", id="10.1145/ABC", url="https://arxiv.org/abs/2401.00001")
    assert record.identifiers == (Identifier("doi", "10.1145/abc"), Identifier("arxiv", "2401.00001"))
    assert record.links == ()
    assert record.external_id == "2401.00001"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "no address", "https://user:word@a.io/"])
def test_an_address_that_is_none_is_kept_aside(url: str) -> None:
    record = one(title="T", url=url)
    assert (record.links, record.extra) == ((), {"url": url})


def test_own_ids_of_two_files_do_not_meet() -> None:
    first, second, again, number = (
        one(title="A", id="1"),
        one(title="B", id="1"),
        one(title="a!", id="1"),
        one(title="A", id=1),
    )
    assert first.external_id != second.external_id
    assert first.external_id == again.external_id == number.external_id
    assert first.external_id != one(title="A").external_id
    assert first.extra == {"id": "1"}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"abstract": "A"}, "title is missing"),
        ({"title": None}, "title is missing"),
        ({"title": " \n"}, "title is missing"),
        ({"title": 5}, '"title" is a number'),
        ({"title": "T\x00"}, "NUL"),
        ({"title": "T", "abstract": ["A"]}, '"abstract" is a list'),
        ({"title": "T", "id": 2401.1}, "decimal"),
        ({"title": "T", "id": True}, '"id" is true or false'),
        ({"title": "T", "id": {}}, '"id" is an object'),
        ({"title": "T", "authors": 3}, '"authors" is a number'),
        ({"title": "T", "authors": [{"name": "A"}]}, "holds an object"),
        ({"title": "T", "authors": [None]}, "holds null"),
        ({"title": "T", "date": "soon"}, "'soon'"),
        ({"title": "T", "date": 2024.5}, '"date" is a number'),
        ({"title": "T", "url": ["https://a.io"]}, '"url" is a list'),
    ],
)
def test_a_line_that_would_lose_something_is_quarantined_with_its_reason(values: dict[str, Any], said: str) -> None:
    item = one(**values)
    assert isinstance(item, Unreadable)
    assert said in item.reason


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"title": "half', "cut off"),
        (b"[1,2", "not JSON"),
        (b"[1,2]", "a list"),
        (b"null", "null"),
        (b'"T"', "text"),
        (b"\x00\x01\x02", "not JSON"),
        (b'{"title": "na\xefve"}', "Byte 0xEF at offset 13 is not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"title": "T", "n": ' + b"9" * 5000 + b"}", "not a paper"),
    ],
)
def test_a_bad_line_is_quarantined_with_its_place_and_the_rest_goes_on(line: bytes, said: str) -> None:
    good = b'{"title": "Good"}'
    [bad] = parse(line)
    assert said in bad.reason
    before, piece, after = parse(good + b"\n" + line + b"\n" + good)
    assert before.title == after.title == "Good"
    assert (piece.offset, piece.length) == (len(good) + 1, len(line))
    assert piece.sha256 == hashlib.sha256(line).digest()
    assert piece.head == line[:HEAD_SIZE]


def test_the_offset_of_a_bad_byte_is_that_in_the_file() -> None:
    good = b'\xef\xbb\xbf{"title": "Good"}\n'
    _, bad = parse(good + b'{"title": "na\xefve"}\n')
    assert f"offset {len(good) + 13}" in bad.reason
    [first] = parse(b'\xef\xbb\xbf{"title": "na\xefve"}\n')
    assert "offset 16 " in first.reason


def test_a_mark_at_the_beginning_blank_lines_and_other_line_ends_do_no_harm() -> None:
    items = parse(b'\xef\xbb\xbf\r\n{"title": "A"}\r\n\n   \n{"title": "B"}')
    assert [item.title for item in items] == ["A", "B"]


def test_half_a_surrogate_pair_becomes_a_replacement_character() -> None:
    [item] = parse(b'{"title": "A \\ud800 B \\ud83d\\ude00", "authors": ["\\udc00 C"]}')
    assert item.title == "A \ufffd B \U0001f600"
    assert item.authors == ("\ufffd C",)
    item.digest()


def test_a_line_longer_than_memory_should_hold_is_quarantined_by_its_head() -> None:
    line = b'{"title": "' + b"x" * 50_000_000 + b'"}'
    items = parse(b'{"title": "A"}\n' + line + b'\n{"title": "B"}\n')
    assert [item.title for item in items if isinstance(item, SourceRecord)] == ["A", "B"]
    piece = items[1]
    assert (piece.offset, piece.length, len(piece.head)) == (15, len(line), HEAD_SIZE)
    assert piece.sha256 == hashlib.sha256(line).digest()
    assert "50,000,013 bytes" in piece.reason


def test_a_line_just_short_enough_is_read() -> None:
    line = b'{"title": "' + b"x" * (MAX_LINE - 13) + b'"}'
    assert len(line) == MAX_LINE
    assert isinstance(parse(line)[0], SourceRecord)
    assert isinstance(parse(line + b" ")[0], Unreadable)


def test_a_broken_compression_gives_the_lines_before_it_and_one_piece() -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            data = super().read(10)
            if not data:
                raise BrokenCompression("It ends early.")
            return data

    items = list(jsonl.parse(Broken(b'{"title": "A"}\n{"title": "B"}\n{"title": "C'), key=""))
    assert [item.title for item in items[:2]] == ["A", "B"]
    assert [(i.offset, i.head, i.reason) for i in items[2:]] == [(30, b'{"title": "C', "It ends early.")]
    items = list(jsonl.parse(Broken(b'{"title": "A"}\n'), key=""))
    assert (items[1].offset, items[1].length) == (15, 0)


@given(
    st.lists(
        st.one_of(st.binary(max_size=40).map(lambda b: b.replace(b"\n", b"")), st.just(b'{"title": "T"}')), max_size=8
    )
)
@settings(max_examples=300, deadline=None)
def test_every_line_is_either_in_or_in_quarantine(lines: list[bytes]) -> None:
    items = parse(b"\n".join(lines))
    assert sum(isinstance(item, SourceRecord) for item in items) >= lines.count(b'{"title": "T"}')
    meant = [
        line for index, line in enumerate(lines) if (line.removeprefix(b"\xef\xbb\xbf") if not index else line).strip()
    ]
    assert len(items) == len(meant)


@given(
    st.dictionaries(
        st.sampled_from(["title", "abstract", "id", "authors", "date", "url", "other"]),
        st.recursive(
            st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
            lambda inner: st.one_of(
                st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=2)
            ),
            max_leaves=4,
        ),
    )
)
@settings(max_examples=500, deadline=None)
def test_no_json_object_breaks_the_parser(values: dict[str, Any]) -> None:
    item = one(**values)
    assert isinstance(item, SourceRecord | Unreadable)
    if isinstance(item, SourceRecord):
        assert len(item.digest()) == 32


@pytest.mark.parametrize(
    "head",
    [
        b'{"title": "T"}',
        b'\xef\xbb\xbf  {"abstract": "A"}\n',
        b'garbage\n[1]\n{"title": "T"}\nmore',
        b'{"authors": ["' + b"x" * HEAD_SIZE,
        b'{"title": "T"}\n' + b'{"abstract": "' + b"x" * HEAD_SIZE,
    ],
)
def test_it_knows_its_own(head: bytes) -> None:
    assert jsonl.sniff(head[:HEAD_SIZE])


@pytest.mark.parametrize(
    "head", [b"", b"[1,2", b'{"a": 1}', b'[{"title": "T"}]', b"title: T", b"{" * HEAD_SIZE, b'{"title']
)
def test_it_knows_what_is_not_its_own(head: bytes) -> None:
    assert not jsonl.sniff(head)

"""arXiv's snapshot: what a line says in its real form, what goes to quarantine, and who is withdrawn."""

from __future__ import annotations

import datetime as dt
import io
import json
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import zstandard

from broadsheet.catalog.records import SourceRecord, Unreadable
from broadsheet.ingest.inputs import detect
from broadsheet.ingest.sources.arxiv_snapshot.withdrawal import withdrawal
from broadsheet.lib.ids import Identifier

# A line in the published form: leading blanks, hard line breaks, names in pieces, an affiliation behind one of them.
FULL: dict[str, Any] = {
    "id": "0704.0001",
    "submitter": "Ada Example",
    "authors": "A. Lovelace, C. Babbage Jr. (Difference Inst.), Zden\\v{e}k Ryj{\\'a}\\v{c}ek",
    "title": "Calculation of prompt tables\n  by engines",
    "comments": "37 pages, 15 figures; published version",
    "journal-ref": "Phys.Rev.D76:013009,2007",
    "doi": "10.1103/PhysRevD.76.013009",
    "report-no": "EX-HEP-07-01",
    "categories": "hep-ph hep-th",
    "license": None,
    "abstract": "  A fully differential calculation of tables is\npresented; see https://example.org/tables.\n",
    "versions": [
        {"version": "v2", "created": "Tue, 24 Jul 2007 20:10:27 GMT"},
        {"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"},
    ],
    "update_date": "2008-11-26",
    "authors_parsed": [
        ["Lovelace", "A.", ""],
        ["Babbage", "C.", "Jr.", "Difference Inst."],
        ["Ryj{\\'a}\\v{c}ek", "Zden\\v{e}k", ""],
    ],
}


def parse(data: bytes) -> list[Any]:
    return list(detect(data).parse(io.BytesIO(data), key="0" * 64))


def lines(*values: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


def one(**changes: Any) -> Any:
    [item] = parse(lines({**FULL, **changes}))
    return item


def test_it_reads_all_that_a_line_says() -> None:
    assert detect(lines(FULL)).name == "arxiv-snapshot"
    assert one() == SourceRecord(
        source="arxiv",
        external_id="0704.0001",
        title="Calculation of prompt tables\n  by engines",
        abstract="  A fully differential calculation of tables is\npresented; see https://example.org/tables.\n",
        authors=("A. Lovelace", "C. Babbage Jr.", "Zden\\v{e}k Ryj{\\'a}\\v{c}ek"),
        date=one().date,
        updated=dt.date(2008, 11, 26),
        identifiers=(Identifier("arxiv", "0704.0001"), Identifier("doi", "10.1103/physrevd.76.013009")),
        categories=("hep-ph", "hep-th"),
        versions=(("v1", dt.date(2007, 4, 2)), ("v2", dt.date(2007, 7, 24))),
        extra={
            "comments": "37 pages, 15 figures; published version",
            "journal-ref": "Phys.Rev.D76:013009,2007",
            "report-no": "EX-HEP-07-01",
            "submitter": "Ada Example",
        },
    )
    assert str(one().date) == "2007-04-02"


def test_it_splits_the_byline_where_no_names_are_parsed() -> None:
    split = ("A. Lovelace", "C. Babbage Jr.", "Zden\\v{e}k Ryj{\\'a}\\v{c}ek")
    assert one(authors_parsed=None).authors == split
    assert one(authors_parsed=[["Lovelace"], 3]).authors == split
    assert one(authors_parsed=[["The X Collaboration", "", ""]]).authors == ("The X Collaboration",)


@pytest.mark.parametrize(
    ("given", "value", "version"),
    [
        ("hep-th/9901001", "hep-th/9901001", None),
        ("math.GT/0309136", "math/0309136", None),
        ("math/9901001", "math/9901001", None),
        ("2401.00001v3", "2401.00001", "v3"),
        ("0704.0001v2", "0704.0001", None),  # its versions say so already
    ],
)
def test_it_knows_ids_of_every_age(given: str, value: str, version: str | None) -> None:
    record = one(id=given, doi=None)
    assert (record.external_id, record.identifiers) == (value, (Identifier("arxiv", value),))
    assert record.extra.get("version") == version


@pytest.mark.parametrize(
    ("given", "names", "rest"),
    [
        ("10.1000/A 10.1000/b", ["10.1000/a", "10.1000/b"], None),
        ("10.1000/a;10.1000/B; 10.1000/c", ["10.1000/a", "10.1000/b", "10.1000/c"], None),
        ("10.1000/a, 10.1000/a", ["10.1000/a"], None),
        ("doi:10.1000/a and https://doi.org/10.1000/b", ["10.1000/a", "10.1000/b"], None),
        ("10.1002/1521(2001)10:8<7::AID-A7>3.0.CO;2-R", ["10.1002/1521(2001)10:8<7::aid-a7>3.0.co;2-r"], None),
        ("10.48550/arXiv.0704.0001", [], None),
        ("10.016/j.pep 10.1000/a", ["10.1000/a"], "10.016/j.pep"),
        ("10.48550/arXiv.0704.0002", [], "10.48550/arXiv.0704.0002"),  # another paper's: it must not join them
    ],
)
def test_it_takes_every_doi_out_of_the_field(given: str, names: list[str], rest: str | None) -> None:
    record = one(doi=given)
    assert [i.value for i in record.identifiers[1:]] == names
    assert record.extra.get("doi") == rest


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": "x"}, "\"id\" is 'x', which is no arXiv id."),
        ({"id": "doi:10.1000/a"}, "which is no arXiv id"),
        ({"id": 704.0001}, '"id" is a number; it should be text.'),
        ({"title": " \n"}, "The title is missing or blank."),
        ({"versions": "v1"}, '"versions" is text; it should be a list.'),
        ({"versions": [{"version": "v1"}]}, '"versions" holds something without'),
        ({"versions": [{"version": "v1", "created": "Mon, 31 Feb 2007 19:18:42 GMT"}]}, "which is no date"),
        ({"update_date": "2008-13-01"}, "\"update_date\" is '2008-13-01', which is no date"),
        ({"abstract": "a\x00b"}, '"abstract" holds a NUL character'),
        ({"authors": ["A"], "authors_parsed": None}, '"authors" is a list; it should be text.'),
    ],
)
def test_it_says_what_is_wrong_with_a_line_and_reads_on(changes: dict[str, Any], reason: str) -> None:
    data = lines(FULL, {**FULL, **changes}, {**FULL, "id": "0704.0002"})
    first, bad, last = parse(data)
    assert isinstance(bad, Unreadable)
    assert reason in bad.reason
    assert bad.offset == data.index(b"\n") + 1
    assert (first.external_id, last.external_id) == ("0704.0001", "0704.0002")


def test_it_reads_a_file_in_which_kinds_of_rows_are_mixed() -> None:
    daily = {"id": "2401.00002", "title": "D", "submitted_on_daily": "2024-01-05T12:00:00Z", "upvotes": 3}
    plain = {"title": "A Plain Paper", "id": "2401.00003"}
    items = parse(lines(FULL, plain, daily) + b"{broken\n" + lines({**FULL, "id": "0704.0009"})[:-20])
    assert [getattr(item, "source", "-") for item in items] == ["arxiv", "jsonl", "hf-daily", "-", "-"]
    assert "cut off" in items[-1].reason


def test_it_is_not_taken_for_plain_jsonl_nor_the_other_way() -> None:
    assert detect(lines({"title": "T", "id": "2401.00001", "categories": [], "date": None})).name == "jsonl"
    assert (
        detect(lines({"id": "0704.0001", "title": "T", "categories": "hep-ph", "versions": []})).name
        == "arxiv-snapshot"
    )
    thousands = {**FULL, "authors": "A. Lovelace, " * 10_000}
    assert detect(lines(thousands)[: 64 * 1024]).name == "arxiv-snapshot"


@pytest.mark.parametrize(
    "text",
    [
        "This paper has been withdrawn by the author due to an error in Lemma 2.4",
        "14 pages; This paper is withdrawn due to errors. See arXiv:1101.2798",
        "Withdrawn",
        "withdrawn by authors",
        "WITHDRAWN PENDING REVISION",
        "(withdrawn.) For every lambda we give a construction.",
        "11 pages. Paper withdrawn.",
        "Results questionable. Article withdrawn by authors.",
        "arXiv admin note: This submission has been withdrawn by arXiv administrators due to overlap",
        "%auto-ignore This paper has been withdrawn by the author, due to a crucial error.",
        "I, T. Author, withdrew this paper because the last sections are missing",
        "We decided to withdraw the paper.",
        "This article has been withdrown.",
        "The paper referred to in the title is withdrawn.",
        "A new idea. This paper has been\n  withdrawn by the\nauthors.",
    ],
)
def test_it_sees_that_a_paper_is_withdrawn(text: str) -> None:
    assert withdrawal(text, "")
    assert withdrawal("12 pages", text)


@pytest.mark.parametrize(
    "text",
    [
        "We study a plate being withdrawn from a liquid bath.",
        "In this paper a plate is withdrawn from a bath.",
        "Pricing guaranteed minimum withdrawal benefits in the paper of Milevsky.",
        "v3: Prop 3.1 is withdrawn, without affecting any other result in the paper",
        "The appendix has been made part of the main body of the paper and is therefore withdrawn",
        "Section 6 withdrawn",
        "v2: minor changes; v3: temporarily withdrawn; v4: total rewrite",
        "Corrected version of arXiv:1203.4520 (now withdrawn)",
        "The previous version was withdrawn; this one corrects Lemma 2",
        "We withdraw that claim. All other results are still valid",
        "accepted as conference paper but withdrawn from the proceedings",
        "Part III of the original paper have been withdrawn",
        'Geometry ("purely infinitesimal") was withdrawn by its author from physics.',
        "a magnet is withdrawn, the liquid recovers its shape",
        "the original paper and the Reply should be withdrawn.",
        "12 pages",
        "",
    ],
)
def test_it_does_not_take_talk_of_withdrawal_for_one(text: str) -> None:
    assert withdrawal(text, text) == ""


def test_it_keeps_the_sentence_that_says_so() -> None:
    record = one(abstract="We show much. This paper has been withdrawn by the author. See another one.")
    assert record.withdrawn == "This paper has been withdrawn by the author."


def test_it_reads_the_real_snapshot(shared_data: Path) -> None:
    with (shared_data / "arxiv-snapshot-250k.jsonl.zst").open("rb") as file:
        stream = zstandard.ZstdDecompressor().stream_reader(file)
        kind = detect(lines(FULL))
        items = list(islice(kind.parse(stream, key=""), 5_000))
    records = [item for item in items if isinstance(item, SourceRecord)]
    assert len(records) == len(items) == 5_000
    assert all(r.source == "arxiv" and r.authors and r.date and r.updated and r.versions for r in records)
    assert all(len(name) < 100 and "(" not in name for r in records for name in r.authors)
    assert 5 < sum(bool(r.withdrawn) for r in records) < 60

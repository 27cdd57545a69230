"""BibTeX, RIS and CSL-JSON: told by their content, read entry by entry, broken only where they are broken."""

from __future__ import annotations

import io
import json
import random
from typing import Any

import pytest

from broadsheet.catalog.records import SourceRecord, Unreadable
from broadsheet.ingest.inputs import NotReadable, detect
from broadsheet.ingest.sources import bibtex, csl_json, ris
from broadsheet.ingest.sources.harvest import Page
from broadsheet.lib.ids import Identifier

from .test_contract import check, told

BOTH = {Identifier("arxiv", "2603.00001"), Identifier("doi", "10.1000/xyz.1")}
BIB = r"""% a library
@string{loom = "The Loom"}
@Article{lovelace2026,
  title     = {Weaving {A}lgebraic Patterns in $\mathbb{R}^{n}$ \& {Poincar\'e} Spaces},
  author    = {Lovelace, Ada and {The Engine Group} and Babbage, Jr., Charles and others},
  abstract  = "We {weave}~and
               \emph{weave} -- 50\% again.",
  journal   = loom # " of " # {London},
  year      = 2026,
  month     = mar,
  doi       = {https://doi.org/10.1000/XYZ.1},
  eprint    = {2603.00001v2}, archivePrefix = {arXiv}, primaryClass = {cs.CL},
  url       = {https://example.org/a\_b},
}
"""
RIS = """Provider: Somebody

TY  - JOUR
TI  - Weaving Algebraic Patterns
   in the plane
AU  - Lovelace, Ada
AU  - Babbage, Charles, Jr.
AB  - We weave.
DA  - 2026/03//Spring
JO  - The Loom
DO  - 10.1000/XYZ.1
AN  - arXiv:2603.00001
UR  - https://example.org/a;https://example.org/b
ER  -

TY  - BOOK
T1  - Tables
PY  - 1843
ER  -
"""
CSL: list[dict[str, Any]] = [
    {
        "id": "http://zotero.org/items/1",
        "type": "article-journal",
        "title": "Weaving <i>Algebraic</i> Patterns",
        "abstract": "We weave.",
        "author": [{"family": "Lovelace", "given": "Ada"}, {"literal": "The Engine Group"}],
        "issued": {"date-parts": [["2026", 3]]},
        "container-title": "The Loom",
        "DOI": "10.1000/XYZ.1",
        "PMID": 17,
        "note": "arXiv: 2603.00001",
        "URL": "https://example.org/a",
    }
]


def parse(text: str | bytes) -> list[Any]:
    data = text if isinstance(text, bytes) else text.encode()
    return list(detect(data).parse(io.BytesIO(data), key="0" * 64))


def one(text: str | bytes) -> SourceRecord:
    [item] = parse(text)
    assert isinstance(item, SourceRecord), item.reason
    return item


def reasons(text: str | bytes) -> list[str]:
    return [item.reason for item in parse(text) if isinstance(item, Unreadable)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (BIB, "bibtex"),
        (RIS, "ris"),
        (json.dumps(CSL), "csl-json"),
        ("\ufeff" + BIB, "bibtex"),
        ("\ufeff" + RIS[19:], "ris"),
    ],
)
def test_each_is_told_by_its_content(text: str, name: str) -> None:
    assert detect(text.encode()).name == name
    assert isinstance(parse(text)[0], SourceRecord)


@pytest.mark.parametrize(
    "text", ['{"title": "@article{a,"}', "Dear all,\nmail me @home {today}\n", '[{"paper": {}}]', "TY - x"]
)
def test_other_texts_are_not_taken_for_one(text: str) -> None:
    assert not any(kind.sniff(text.encode()) for kind in (bibtex.FORMAT, ris.FORMAT, csl_json.FORMAT))


# BibTeX


def test_it_reads_all_that_an_entry_says() -> None:
    found = one(BIB)
    assert found.title == r"Weaving Algebraic Patterns in $\mathbb{R}^{n}$ & Poincaré Spaces"
    assert found.authors == ("Ada Lovelace", "The Engine Group", "Charles Babbage Jr.")
    assert found.abstract == "We weave and weave – 50% again."
    assert set(found.identifiers) == BOTH
    assert (str(found.date), found.links) == ("2026-03", ("https://example.org/a_b",))
    assert found.extra == {"type": "article", "journal": "The Loom of London"}
    assert found.external_id == "2603.00001"


@pytest.mark.parametrize(
    ("fields", "date"),
    [
        ("year=2020", "2020"), ("year={2020}, month={12}", "2020-12"), ('year="2020", month="December"', "2020-12"),
        ("date={2020-05-06/2020-06-01}", "2020-05-06"), ("year={in press}", "None"), ("year={c. 1950}", "None"),
        ("", "None"),
        ("year=2020, month={Smarch}", "2020"), ("year=99999", "None"),
    ],
)  # fmt: skip
def test_it_reads_dates_of_every_form(fields: str, date: str) -> None:
    assert str(one(f"@misc{{a, title={{T}}, {fields}}}").date) == date


@pytest.mark.parametrize(
    ("authors", "names"),
    [
        ("A. Lovelace and Babbage, C.", ("A. Lovelace", "C. Babbage")), ("{Barnes and Noble}", ("Barnes and Noble",)),
        ("A B AND C D", ("A B", "C D")), (r"{\'C}ulafi{\'c}, Dragana", ("Dragana Ćulafić",)), ("", ()),
        ("and and and", ()),
        ("van Dam, A. B.", ("A. B. van Dam",)), ("Ada {Lovelace and others", ("Ada Lovelace and others",)),
    ],
)  # fmt: skip
def test_it_parts_names(authors: str, names: tuple[str, ...]) -> None:
    if authors.count("{") == authors.count("}"):
        assert one(f"@misc{{a, title={{T}}, author={{{authors}}}}}").authors == names
    else:
        from broadsheet.ingest.sources.bibtex.values import authors_of

        assert tuple(authors_of(authors)) == names


def test_an_entry_inherits_the_year_of_the_one_it_names() -> None:
    text = "@inbook{a, title={A}, crossref={B}}\n@book{b, title={Bb}, crossref={c}}\n@book{c, title={C}, year=1999}"
    assert [str(item.date) for item in parse(text)] == ["1999", "1999", "1999"]
    assert str(one("@book{a, title={A}, crossref={a}}").date) == "None"


def test_a_broken_entry_goes_alone_and_is_told_by_its_place() -> None:
    broken = "@misc{b, title={never closed\n"
    text = "@misc{a, title={A}}\n" + broken + "@misc{c, title={C}} @misc{d} @misc{e, title={E} @misc{f, title={F}}"
    items = parse(text)
    assert [item.title for item in items if isinstance(item, SourceRecord)] == ["A", "C"]
    bad = next(item for item in items if isinstance(item, Unreadable))
    assert text.encode()[bad.offset : bad.offset + bad.length].decode() == broken
    assert "not closed" in bad.reason
    assert "title is missing" in reasons("@misc{b, author={X}}")[0]
    assert one("@misc{b, title={B} author={X}}").authors == ("X",)
    assert "sign =" in reasons("@misc{b, title={B}, author {X}}")[0]


def test_bytes_that_are_no_utf8_spoil_one_entry() -> None:
    text = "@misc{a, title={Á}}\n".encode() + b"@misc{b, title={\xe1}}\n" + b"@misc{c, title={C}}\n"
    assert [item.title for item in parse(text) if isinstance(item, SourceRecord)] == ["Á", "C"]
    assert "0xE1" in reasons(text)[0]


def test_abbreviations_of_abbreviations_cannot_grow_without_limit() -> None:
    strings = "@string{a0 = {0123456789}}\n" + "".join(
        f"@string{{a{n} = {' # '.join([f'a{n - 1}'] * 10)}}}\n" for n in range(1, 12)
    )
    assert len(parse(strings + "@misc{k, title=a3}")) == 1 or reasons(strings + "@misc{k, title=a3}")
    assert (
        reasons(strings + "@misc{k, title=a1 # a11}") == []
        or "characters" in reasons(strings + "@misc{k, title=a11}")[0]
    )


@pytest.mark.parametrize(
    "text",
    ["@misc{a, title={" + "{" * 100_000, "@misc{a, title={\n" * 20_000, '@misc{a, title="' + '"' * 100_000,
     "@misc{a, title={" + "{" * 30_000 + "x" + "}" * 30_000 + "}}", "@misc{a," + "x=1," * 50_000 + "}",
     "@misc(" * 20_000,
     "@misc{a, title={x}, author={" + " and ".join("{" * 3 + "a" for _ in range(20_000)) + "}}",
     "@misc{a, title={" + r"\'" * 50_000 + "}}", "@misc{a, title=" + "a # " * 50_000 + "b}"],
    ids=lambda text: text[:22],
)  # fmt: skip
def test_hostile_entries_come_to_an_end(text: str) -> None:
    check(Page(items=list(bibtex.parse(io.BytesIO(text.encode()), key=""))))


# RIS


def test_it_reads_all_that_a_reference_says() -> None:
    found, book = parse(RIS)
    assert found.title == "Weaving Algebraic Patterns in the plane"
    assert found.authors == ("Ada Lovelace", "Charles Babbage Jr.")
    assert set(found.identifiers) == BOTH
    assert str(found.date) == "2026-03"
    assert found.links == ("https://example.org/a", "https://example.org/b")
    assert found.extra == {"type": "JOUR", "journal": "The Loom"}
    assert (book.title, str(book.date)) == ("Tables", "1843")


def test_a_reference_without_an_end_does_not_take_the_next_along() -> None:
    text = "TY  - JOUR\nTI  - One\nTY  - JOUR\r\nTI  - Two\r\nER  - \r\nTY  - JOUR\nTI  - Three"
    assert [item.title for item in parse(text)] == ["One", "Two", "Three"]


def test_a_reference_that_can_t_be_read_is_told_by_its_place() -> None:
    text = b"TY  - JOUR\nTI  - One\nER  - \nTY  - JOUR\nTI  - \xe1\nER  - \nTY  - JOUR\nAU  - Nobody\nER  - \n"
    items = list(ris.parse(io.BytesIO(text), key=""))
    assert [type(item) for item in items] == [SourceRecord, Unreadable, Unreadable]
    assert [item.offset for item in items[1:]] == [28, 54]


# CSL-JSON


def test_it_reads_all_that_a_csl_reference_says() -> None:
    found = one(json.dumps(CSL))
    assert (found.title, found.authors) == ("Weaving Algebraic Patterns", ("Ada Lovelace", "The Engine Group"))
    assert set(found.identifiers) == {*BOTH, Identifier("pmid", "17")}
    assert str(found.date) == "2026-03"
    assert found.extra == {"type": "article-journal", "journal": "The Loom"}


def test_an_array_that_is_cut_off_is_refused_as_a_whole() -> None:
    with pytest.raises(NotReadable, match="cut off"):
        parse(json.dumps(CSL)[:-20])


# All three


@pytest.mark.parametrize("text", [BIB, RIS, json.dumps(CSL)], ids=["bibtex", "ris", "csl-json"])
def test_no_damage_breaks_the_reader(text: str) -> None:
    chance = random.Random(5)
    kind = detect(text.encode())
    for _ in range(400):
        data = bytearray(text.encode())
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(data))
            match chance.randrange(4):
                case 0:
                    del data[at : at + chance.randint(1, 40)]
                case 1:
                    data[at] = chance.randrange(256)
                case 2:
                    data[at:at] = bytes(data[at : at + chance.randint(1, 200)])
                case _:
                    data[at:at] = chance.choice(
                        [b"{", b"}", b'"', b"\x00", b"@a{", b"\n", b"#", b"\\", b"\xf0\x9f", b"$" * 9]
                    )
            if not data:
                break
        try:
            check(Page(items=list(kind.parse(io.BytesIO(bytes(data)), key=""))))
        except NotReadable as error:
            told(error)

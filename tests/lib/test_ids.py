"""Identifiers: every way people write them, and one way in which we do."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.lib.ids import Identifier, normalise_arxiv, normalise_doi, parse_identifier, public_id, title_id


@pytest.mark.parametrize(
    "text",
    [
        "2401.00001",
        " 2401.00001v12 ",
        "arXiv:2401.00001",
        "arxiv: 2401.00001v1",
        "arXiv:2401.00001v2 [cs.CL] 3 Jan 2024",
        "https://arxiv.org/abs/2401.00001",
        "http://www.arxiv.org/abs/2401.00001v3?context=cs.LG",
        "arxiv.org/pdf/2401.00001v2.pdf#page=3",
        "https:/arxiv.org/html/2401.00001v1/",
        "https://export.arxiv.org/abs/2401.00001.",
        "https://ar5iv.labs.arxiv.org/html/2401.00001",
        "https://www.alphaxiv.org/overview/2401.00001",
        "https://huggingface.co/papers/2401.00001",
        "10.48550/arXiv.2401.00001",
        "https://doi.org/10.48550/ARXIV.2401.00001v2",
    ],
)
def test_every_way_to_name_an_arxiv_paper_is_one(text: str) -> None:
    assert parse_identifier(text) == Identifier("arxiv", "2401.00001")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("hep-th/9901001", "hep-th/9901001"),
        ("HEP-TH/9901001v2", "hep-th/9901001"),
        ("math/9901001", "math/9901001"),
        ("math.GT/0309136", "math/0309136"),
        ("cond-mat.mes-hall/0309136", "cond-mat/0309136"),
        ("https://arxiv.org/pdf/hep-th/9901001v2.pdf", "hep-th/9901001"),
        ("https://arxiv.org/abs/cs.LG/0701001", "cs/0701001"),
        ("0704.0001", "0704.0001"),
    ],
)
def test_old_and_early_arxiv_ids_are_read(text: str, value: str) -> None:
    assert parse_identifier(text) == Identifier("arxiv", value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10.1145/3292500.3330701", "10.1145/3292500.3330701"),
        ("doi:10.1145/ABC.", "10.1145/abc"),
        ("DOI 10.1145/ABC,", "10.1145/abc"),
        ("https://doi.org/10.1145/ABC?x=y", "10.1145/abc"),
        ("http://dx.doi.org/10.1145%2FABC", "10.1145/abc"),
        ("https://dl.acm.org/doi/pdf/10.1145/ABC", "10.1145/abc"),
        ("10.1000.10/123", "10.1000.10/123"),
        ("10.1016/S0304(99)00012-3)", "10.1016/s0304(99)00012-3"),
        ("10.1016/S0304(99)", "10.1016/s0304(99)"),
        ("https://doi.org/10.1002/(SICI)1097%3C1661::AID%3E3.0.CO;2-2", "10.1002/(sici)1097<1661::aid>3.0.co;2-2"),
    ],
)
def test_dois_are_read(text: str, value: str) -> None:
    assert parse_identifier(text) == Identifier("doi", value)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("https://openreview.net/forum?id=AbC_d-12&noteId=x", "openreview:AbC_d-12"),
        ("https://aclanthology.org/2020.acl-main.1.pdf", "acl:2020.acl-main.1"),
        ("https://www.aclweb.org/anthology/p18-1001/", "acl:P18-1001"),
        ("https://openalex.org/w123", "openalex:W123"),
        ("https://www.semanticscholar.org/paper/Some-Title/" + "A1" * 20, "s2:" + "a1" * 20),
        ("https://pubmed.ncbi.nlm.nih.gov/0123/", "pmid:123"),
        ("https://pmc.ncbi.nlm.nih.gov/articles/PMC12/", "pmcid:PMC12"),
        ("openalex: W5", "openalex:W5"),
        ("acl:2020.acl-main.1", "acl:2020.acl-main.1"),
    ],
)
def test_other_schemes_are_read(text: str, wanted: str) -> None:
    assert str(parse_identifier(text)) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "1",
        "seed-4",
        "1234.5678",  # there is no month 34
        "2401.123",
        "2401.1234567",
        "and/1234567",
        "hep-th/9913001",
        "２４０１.００００１",
        "10.1234/)))",
        "10.1/x",
        "10.1234",
        "https://aclanthology.org/venues",
        "https://arxiv.org/list/cs.CL/new",
        "https://github.com/2401.00001",
        "javascript:alert(1)",
        "s2:zz",
        "pmid:abc",
        "b-abcdefghijkl",
        "10.1234/a\x00b",
        "10.1234/" + "x" * 300,
        "x" * 100_000,
    ],
)
def test_what_is_no_identifier_is_none(text: str) -> None:
    assert parse_identifier(text) is None


@given(
    st.one_of(
        st.text(max_size=60),
        st.from_regex(r"\A(arxiv:)?[0-9]{4}\.[0-9]{5}(v[0-9])?\Z"),
        st.from_regex(r"\A10\.[0-9]{4}/[!-~]{1,20}\Z"),
        st.from_regex(r"\A(acl|s2|pmid|openalex):[!-~]{1,12}\Z"),
    )
)
@settings(max_examples=800, deadline=None)
def test_what_is_written_reads_as_itself(text: str) -> None:
    found = parse_identifier(text)
    if found and "%" not in found.value:
        assert parse_identifier(str(found)) == found
        assert len(found.value) <= 300
        assert not re.search(r"\s", found.value)


@given(st.text(max_size=40))
def test_writing_a_doi_twice_changes_nothing_more(text: str) -> None:
    assert normalise_doi(normalise_doi(text)) == normalise_doi(text)


def test_an_arxiv_id_is_written_one_way() -> None:
    assert normalise_arxiv("Math.GT/0309136") == "math/0309136"
    assert normalise_arxiv("2401.00001") == "2401.00001"


def test_the_public_id_prefers_arxiv_then_doi_then_others() -> None:
    arxiv, doi, acl, pmid = (
        Identifier("arxiv", "hep-th/9901001"),
        Identifier("doi", "10.1/x"),
        Identifier("acl", "P18-1001"),
        Identifier("pmid", "1"),
    )
    assert public_id([pmid, doi, arxiv, acl], "t") == "hep-th/9901001"
    assert public_id([pmid, doi, acl], "t") == "doi:10.1/x"
    assert public_id([pmid, acl], "t") == "acl:P18-1001"
    assert public_id([Identifier("zz", "1"), pmid], "t") == "pmid:1"
    assert public_id([Identifier("arxiv", "2402.1"), Identifier("arxiv", "2401.1")], "t") == "2401.1"
    assert public_id([], "a title") == title_id("a title")


def test_a_title_id_is_twelve_base32_characters() -> None:
    assert re.fullmatch(r"b-[a-z2-7]{12}", title_id("a title"))
    assert len({title_id("a"), title_id("b"), title_id("a", "x"), title_id("a", "y")}) == 4

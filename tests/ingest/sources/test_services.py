"""Semantic Scholar, OpenAlex and Crossref: what their answers come to, and how they are walked."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from broadsheet.ingest.sources.answers import NotPapers
from broadsheet.ingest.sources.harvest import Refused, Span, Target
from broadsheet.lib.ids import Identifier

from .samples import (
    CROSSREF,
    CROSSREF_WORK,
    NOW,
    OPENALEX,
    OPENALEX_WORK,
    S2_PAPER,
    answered,
    changed,
    cites,
    only,
    reason,
    setup,
    source,
)

BOTH = (Identifier("arxiv", "2603.00001"), Identifier("doi", "10.1000/xyz.1"))


# Semantic Scholar


def test_it_reads_all_that_semantic_scholar_says() -> None:
    found = only("semantic-scholar", [S2_PAPER])
    assert found.external_id == S2_PAPER["paperId"]
    assert found.identifiers == (
        *BOTH, Identifier("acl", "P19-1001"), Identifier("pmid", "17"), Identifier("s2", "42"),
        Identifier("s2", S2_PAPER["paperId"]),
    )  # fmt: skip
    assert (str(found.date), found.authors) == ("2026-03-01", ("Ada Lovelace", "Charles Babbage"))
    assert found.links == ("https://example.org/weaving.pdf",)
    assert cites(found) == {"citations": 12, "influential_citations": 3}
    assert found.extra == {"venue": "Proceedings of the Engine"}


def test_a_count_of_citations_is_no_part_of_the_record() -> None:
    assert (
        only("semantic-scholar", [S2_PAPER]).digest()
        == only("semantic-scholar", [changed(S2_PAPER, citationCount=13)]).digest()
    )


def test_papers_that_semantic_scholar_does_not_know_are_left_out() -> None:
    assert len(answered(source("semantic-scholar"), [None, S2_PAPER, None]).items) == 1
    assert answered(source("semantic-scholar"), {"error": "No valid paper ids given"}, status=400).items == ()


@pytest.mark.parametrize("around", [{"data": [S2_PAPER]}, {"recommendedPapers": [S2_PAPER]}, S2_PAPER])
def test_it_reads_searches_and_single_papers_too(around: Any) -> None:
    assert only("semantic-scholar", around).title == S2_PAPER["title"]


def test_a_list_of_authors_is_told_from_a_list_of_papers() -> None:
    with pytest.raises(NotPapers, match="authors"):
        answered(source("semantic-scholar"), {"data": [{"authorId": "1", "name": "Ada"}]})
    with pytest.raises(Refused, match="Too many"):
        answered(source("semantic-scholar"), {"message": "Too many"})


def test_it_asks_for_five_hundred_by_their_ids_and_not_for_machine_summaries() -> None:
    asked = source("semantic-scholar").ask(
        [Target("arxiv", "hep-th/9901001"), Target("doi", "10.1/x")], setup=setup(source("semantic-scholar"))
    )
    assert json.loads(asked.body) == {"ids": ["ARXIV:hep-th/9901001", "DOI:10.1/x"]}
    assert "tldr" not in asked.url
    assert source("semantic-scholar").pause(setup(source("semantic-scholar"))) >= 1
    assert source("semantic-scholar").pause(setup(source("semantic-scholar"), SEMANTIC_SCHOLAR_KEY="")) >= 3


# OpenAlex


def test_it_reads_all_that_openalex_says() -> None:
    found = only("openalex", OPENALEX)
    assert found.title == "Weaving Algebraic Patterns"
    assert found.abstract == "We weave and weave again."
    assert found.authors == ("Ada Lovelace", "Charles Babbage")
    assert found.identifiers == (*BOTH, Identifier("pmid", "17"), Identifier("openalex", "W123"))
    assert found.updated == dt.date(2026, 3, 1)
    assert cites(found) == {"citations": 12}
    assert found.links == ("https://example.org/weaving",)
    assert (found.withdrawn, found.extra) == ("", {"type": "article", "journal": "The Loom"})


def test_openalex_s_citations_and_days_of_change_make_no_new_record() -> None:
    again = changed(OPENALEX_WORK, cited_by_count=99, updated_date="2026-03-31")
    assert only("openalex", OPENALEX).digest() == only("openalex", {"results": [again]}).digest()


@pytest.mark.parametrize(
    ("index", "text"),
    [
        (None, ""),
        ({}, ""),
        ({"b": [5], "a": [0]}, "a b"),
        ({"y": [0], "x": [0]}, "x y"),
        ({"<p>a": [0], "b</p>": [1]}, "a b"),
    ],
)
def test_it_puts_an_abstract_together_from_an_index_of_words(index: Any, text: str) -> None:
    assert only("openalex", {"results": [changed(OPENALEX_WORK, abstract_inverted_index=index)]}).abstract == text


@pytest.mark.parametrize(
    "index", [{"a": [10**9]}, {"a": [-1]}, {"a": [True]}, {"a": 0}, [], {"a": list(range(31_000))}]
)
def test_an_index_that_is_none_is_refused(index: Any) -> None:
    assert "abstract_inverted_index" in reason(
        "openalex", {"results": [changed(OPENALEX_WORK, abstract_inverted_index=index)]}
    )


def test_a_retracted_work_is_marked_and_a_cover_is_left_out() -> None:
    assert only("openalex", {"results": [changed(OPENALEX_WORK, is_retracted=True)]}).withdrawn
    page = answered(source("openalex"), {"results": [changed(OPENALEX_WORK, is_paratext=True), OPENALEX_WORK]})
    assert (len(page.items), len(page.notices)) == (1, 1)


def test_two_preprints_of_one_work_are_not_believed() -> None:
    places = [{"landing_page_url": f"https://arxiv.org/abs/2603.0000{n}"} for n in (1, 2)]
    found = only("openalex", {"results": [changed(OPENALEX_WORK, locations=places)]})
    assert all(name.scheme != "arxiv" for name in found.identifiers)


def test_the_first_of_january_is_a_year() -> None:
    assert str(only("openalex", {"results": [changed(OPENALEX_WORK, publication_date="2020-01-01")]}).date) == "2020"


def test_openalex_is_walked_page_by_page_and_the_mark_moves_with_the_last() -> None:
    page = answered(source("openalex"), OPENALEX)
    assert page.next
    assert "cursor=abc" in page.next.url
    assert page.mark is None
    last = answered(source("openalex"), {"meta": {"next_cursor": None}, "results": []}, request=page.next)
    assert (last.next, last.mark) == (None, {"day": "2026-03-10"})
    again = source("openalex").start(
        "topics.id:T1", {"day": "2026-03-10"}, setup=setup(source("openalex")), span=Span(), now=NOW
    )
    assert again
    assert "from_publication_date:2026-02-08" in again.url
    with pytest.raises(Refused, match="no filter"):
        source("openalex").start("quantum", {}, setup=setup(source("openalex")), span=Span(), now=NOW)


# Crossref


def crossref(**changes: Any) -> Any:
    return {"status": "ok", "message-type": "work", "message": changed(CROSSREF_WORK, **changes)}


def test_it_reads_all_that_crossref_says() -> None:
    found = only("crossref", CROSSREF)
    assert (found.title, found.abstract) == ("Weaving Algebraic Patterns", "We weave.")
    assert found.authors == ("Ada Lovelace", "The Engine Group", "Charles Babbage Jr")
    assert found.external_id == "doi:10.1000/xyz.1"
    assert set(found.identifiers) == set(BOTH)
    assert (str(found.date), found.updated) == ("2026-03", dt.date(2026, 3, 9))
    assert cites(found) == {"citations": 12}
    assert found.extra["journal"] == "The Loom"


@pytest.mark.parametrize(
    ("issued", "date"),
    [
        ([[2018, 4, 1]], "2018-04-01"), ([[2018, 4]], "2018-04"), ([[2018]], "2018"), ([["2018", "4"]], "2018-04"),
        ([[]], "None"), ([[None]], "None"), ([[2018, 13]], "2018"), ([[2018, 2, 30]], "2018-02"), ([[0]], "None"),
        ([], "None"),
    ],
)  # fmt: skip
def test_it_reads_dates_of_every_form(issued: Any, date: str) -> None:
    assert str(only("crossref", crossref(issued={"date-parts": issued})).date) == date


def notice(kind: str, *parts: int, doi: str = "10.1/n") -> dict[str, Any]:
    return {"type": kind, "DOI": doi, "updated": {"date-parts": [list(parts)]}, "source": "retraction-watch"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"updated-by": [notice("retraction", 2025, 2, 3)]},
            "Retracted on 2025-02-03, says Crossref (notice: doi:10.1/n).",
        ),
        ({"updated-by": [notice("withdrawal", 2025)]}, "Withdrawn on 2025, says Crossref (notice: doi:10.1/n)."),
        ({"updated-by": [notice("correction", 2025)]}, ""),
        ({"updated-by": [notice("retraction", 2024), notice("reinstatement", 2025)]}, ""),
        (
            {"updated-by": [notice("reinstatement", 2024), notice("retraction", 2025)]},
            "Retracted on 2025, says Crossref (notice: doi:10.1/n).",
        ),
        ({"relation": {"is-retracted-by": [{"id": "10.1/n", "id-type": "doi"}]}}, "Retracted, says Crossref."),
        ({"title": ["RETRACTED: Weaving"]}, "The publisher's title says so."),
        ({"title": ["Retracted: Weaving"], "update-to": [notice("retraction", 2025, doi="10.1/w")]}, ""),
    ],
)  # fmt: skip
def test_retracted_works_are_marked_and_notices_are_not(changes: dict[str, Any], said: str) -> None:
    found = only("crossref", crossref(**changes))
    assert found.withdrawn == said
    assert found.extra.get("updates", []) == ([["retraction", "10.1/w"]] if "update-to" in changes else [])


def test_of_several_preprints_and_of_what_others_assert_none_is_joined() -> None:
    several = {"has-preprint": [{"id": f"10.1/p{n}", "asserted-by": "subject"} for n in range(2)]}
    other = {"is-preprint-of": [{"id": "10.1/q", "asserted-by": "object"}]}
    for relation in (several, other):
        assert only("crossref", crossref(relation=relation)).identifiers == (Identifier("doi", "10.1000/xyz.1"),)


def test_what_papers_stand_in_is_left_out() -> None:
    page = answered(source("crossref"), crossref(type="journal", title=["The Loom"]))
    assert (page.items, len(page.notices)) == ([], 1)


def test_crossref_is_walked_by_months_and_a_cursor_lives_for_minutes() -> None:
    crossref_source, own = source("crossref"), setup(source("crossref"))
    first = crossref_source.start("issn:0028-0836", {}, setup=own, span=Span(first=dt.date(2026, 1, 1)), now=NOW)
    assert first
    assert "from-update-date:2026-01-01,until-update-date:2026-02-01" in first.url
    assert "mailto=owner@example.org" in first.url
    full = {**CROSSREF, "message": {"items": [CROSSREF_WORK] * 200, "next-cursor": "AoJ"}}
    going = answered(crossref_source, full, request=first).next
    assert going
    assert going.notes["cursor"] == "AoJ"
    assert not crossref_source.usable(going, asked=NOW, now=NOW + dt.timedelta(minutes=5))
    ended = answered(crossref_source, CROSSREF, request=going)
    assert ended.mark == {"day": "2026-02-01"}
    assert ended.next
    assert "from-update-date:2026-02-02,until-update-date:2026-03-05" in ended.next.url


def test_a_doi_of_another_agency_is_no_failure() -> None:
    assert answered(source("crossref-dois"), b"Resource not found.", status=404).items == ()
    asked = source("crossref-dois").ask([Target("doi", "10.1/a,b?c#d")], setup=setup(source("crossref-dois")))
    assert "/works/10.1%2Fa%2Cb%3Fc%23d" in asked.url


def test_crossref_s_own_words_are_told() -> None:
    with pytest.raises(Refused, match="Filter name is unknown"):
        answered(source("crossref"), {"status": "failed", "message": [{"message": "Filter name is unknown"}]})

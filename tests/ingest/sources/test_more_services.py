"""Preprint servers, GitHub, Zotero and Daily Papers: what their answers come to, and how they are walked."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from broadsheet.catalog.records import Observed, SourceRecord
from broadsheet.ingest.sources import fields
from broadsheet.ingest.sources.answers import NotPapers
from broadsheet.ingest.sources.harvest import Refused, Request, Span, Target, Told, TryAgain
from broadsheet.lib.ids import Identifier

from .samples import (
    ANSWERS,
    BIORXIV,
    BIORXIV_VERSION,
    GITHUB,
    HF_ITEM,
    HF_PAPER,
    NOW,
    OPENALEX_WORK,
    ZOTERO_ITEM,
    answered,
    changed,
    cites,
    first_request,
    only,
    setup,
    source,
)

BOTH = (Identifier("arxiv", "2603.00001"), Identifier("doi", "10.1000/xyz.1"))


# bioRxiv and medRxiv


def biorxiv(**changes: Any) -> Any:
    return {**BIORXIV, "collection": [changed(BIORXIV_VERSION, **changes)]}


def test_it_reads_all_that_biorxiv_says() -> None:
    found = only("biorxiv", BIORXIV)
    assert found.source == "biorxiv"
    assert found.authors == ("A. Lovelace", "C. Babbage")
    assert found.identifiers == (Identifier("doi", "10.1101/2026.03.01.123456"), Identifier("doi", "10.1000/cell.1"))
    assert (str(found.date), found.updated) == ("2026-03-01", dt.date(2026, 3, 9))
    assert found.versions == (("v2", dt.date(2026, 3, 9)),)
    assert (found.categories, found.extra) == (("cell biology",), {"type": "new results", "license": "cc_by"})


def test_withdrawn_preprints_are_marked() -> None:
    assert only("medrxiv", biorxiv(title="WITHDRAWN: Looms")).withdrawn
    assert only("medrxiv", biorxiv(type="withdrawn")).withdrawn
    assert only("medrxiv", biorxiv(published="NA")).identifiers == (Identifier("doi", "10.1101/2026.03.01.123456"),)


def test_biorxiv_is_walked_day_by_day_and_an_empty_page_is_asked_again() -> None:
    one, own = source("biorxiv"), setup(source("biorxiv"))
    request = one.start("", {"day": "2026-03-08"}, setup=own, span=Span(), now=NOW)
    assert request
    assert request.url == "https://api.biorxiv.org/details/biorxiv/2026-03-07/2026-03-07/0/json"
    more = {**BIORXIV, "messages": [{"status": "ok", "total": 3}]}
    second = answered(one, more, request=request)
    assert second.next
    assert second.next.url.endswith("/2026-03-07/2026-03-07/1/json")
    assert second.mark is None
    empty = {"messages": [{"status": "no posts found"}], "collection": []}
    with pytest.raises(TryAgain):
        answered(one, empty, request=second.next)
    following = answered(one, empty, request=request)
    assert following.mark == {"day": "2026-03-07"}
    assert following.next
    assert following.next.url.endswith("/2026-03-08/2026-03-08/0/json")
    with pytest.raises(Refused, match="out of order"):
        answered(one, {"messages": [{"status": "out of order"}]}, request=request)


def test_biorxiv_is_unproven() -> None:
    assert not source("biorxiv").about.proven
    assert not source("medrxiv").about.proven


# GitHub


def test_it_reads_the_stars_and_nothing_else() -> None:
    assert answered(source("github-stars"), GITHUB).told == [Told("github:ada/engine", "github_stars", 77.0)]
    for status in (404, 410, 451):
        assert answered(source("github-stars"), {"message": "Not Found"}, status=status).told == ()


def test_an_allowance_that_is_used_up_ends_the_run() -> None:
    with pytest.raises(TryAgain, match="allowance"):
        answered(source("github-stars"), {"message": "x"}, status=403, headers={"x-ratelimit-remaining": "0"})
    assert answered(source("github-stars"), {"message": "blocked"}, status=403).told == ()


def test_fewer_than_fifty_an_hour_are_asked_without_a_token() -> None:
    github = source("github-stars")
    assert 3600 / github.pause(setup(github, GITHUB_TOKEN="")) <= 50
    assert first_request(github).conditional


def test_a_name_cannot_lead_out_of_the_repositories() -> None:
    asked = source("github-stars").ask([Target("github", "../../user?x=/..%2F#")], setup=setup(source("github-stars")))
    assert ".." not in asked.url
    assert "?" not in asked.url


# Zotero


def test_it_reads_all_that_zotero_says_and_nothing_private() -> None:
    found = only("zotero", [ZOTERO_ITEM])
    assert found.external_id == "users/123/ABCD2345"
    assert found.authors == ("Ada Lovelace", "The Engine Group")
    assert set(found.identifiers) == {*BOTH, Identifier("pmid", "17")}
    assert (str(found.date), found.updated) == ("2026-03", dt.date(2026, 3, 9))
    assert found.extra == {"type": "journalArticle", "journal": "The Loom"}
    assert b"private" not in found.canonical()


def test_web_pages_and_notes_are_no_papers() -> None:
    note = changed(ZOTERO_ITEM, data={"itemType": "note", "note": "my thoughts"})
    page = answered(source("zotero"), [note, ZOTERO_ITEM])
    assert (len(page.items), len(page.notices)) == (1, 1)
    with pytest.raises(NotPapers):
        answered(source("zotero"), [{"tag": "cherry"}])


def test_a_library_is_walked_from_its_version_and_the_first_page_s_version_counts() -> None:
    zotero, own = source("zotero"), setup(source("zotero"))
    first = zotero.start("users/123", {"version": 5}, setup=own, span=Span(), now=NOW)
    assert first
    assert "since=5" in first.url
    following = "https://api.zotero.org/users/123/items/top?start=100"
    headers = {"last-modified-version": "9", "link": f'<{following}>; rel="next", <https://x.org/>; rel="last"'}
    page = answered(zotero, [ZOTERO_ITEM], request=first, headers=headers)
    assert page.next
    assert (page.next.url, page.mark) == (following, None)
    last = answered(zotero, [], request=page.next, headers={"last-modified-version": "12"})
    assert last.mark == {"version": 9}
    elsewhere = answered(zotero, [], request=first, headers={"link": '<https://evil.example/x>; rel="next"'})
    assert elsewhere.next is None


def test_the_key_goes_to_zotero_org_only() -> None:
    zotero, own = source("zotero"), setup(source("zotero"))
    local = zotero.start("local", {}, setup=own, span=Span(), now=NOW)
    assert local
    assert local.url.startswith("http://localhost:23119/api/users/0/items/top")
    assert not zotero.with_secrets(local, setup=own).secret
    with pytest.raises(Refused, match="no library"):
        zotero.start("../etc", {}, setup=own, span=Span(), now=NOW)


# Daily Papers


def test_a_day_s_answer_announces_its_papers_and_the_mark_moves_with_the_day() -> None:
    hf, own = source("hf-daily"), setup(source("hf-daily"))
    first = hf.start("", {}, setup=own, span=Span(first=dt.date(2026, 3, 9)), now=NOW)
    assert first
    assert first.url == "https://huggingface.co/api/daily_papers?date=2026-03-09&limit=100"
    page = answered(hf, [], request=first)
    assert [(one.day, one.ids) for one in page.announced] == [(dt.date(2026, 3, 9), ())]
    assert page.next
    assert "date=2026-03-10" in page.next.url
    last = answered(hf, [HF_ITEM], request=page.next, mark=dict(page.mark or {}))
    assert last.announced[0].ids == ("2603.00001",)
    assert (last.next, last.mark) == (None, {"day": "2026-03-10", "full": "2026-03-10"})
    assert Observed("upvotes", 5, NOW) in only("hf-daily", [HF_ITEM]).observed


def test_a_paper_of_another_day_is_not_announced_for_this_one() -> None:
    first = source("hf-daily").start(
        "",
        {},
        setup=setup(source("hf-daily")),
        span=Span(first=dt.date(2026, 3, 8), until=dt.date(2026, 3, 8)),
        now=NOW,
    )
    assert answered(source("hf-daily"), [HF_ITEM], request=first).announced[0].ids == ()


def test_a_week_is_looked_back_over_once_a_day() -> None:
    hf, own = source("hf-daily"), setup(source("hf-daily"))
    day = {"day": "2026-03-10"}
    full = hf.start("", day, setup=own, span=Span(), now=NOW)
    quick = hf.start("", {**day, "full": "2026-03-10"}, setup=own, span=Span(), now=NOW)
    assert full
    assert quick
    assert (full.notes["day"], quick.notes["day"]) == ("2026-03-03", "2026-03-09")


@pytest.mark.parametrize(
    ("stream", "named", "following"),
    [("week", "week=2026-W02", "week=2026-W03"), ("month", "month=2026-01", "month=2026-02")],
)
def test_weeks_and_months_fill_up_the_past(stream: str, named: str, following: str) -> None:
    hf, own = source("hf-daily"), setup(source("hf-daily"))
    first = hf.start(stream, {}, setup=own, span=Span(first=dt.date(2026, 1, 7)), now=NOW)
    assert first
    assert named in first.url
    page = hf.read(answer_to(first, []), stream=stream, mark={}, setup=own)
    assert page.announced == []
    assert page.next
    assert following in page.next.url


def answer_to(request: Request, content: Any, **headers: str) -> Any:
    from broadsheet.ingest.sources.harvest import Answer

    return Answer(request, 200, json.dumps(content).encode(), headers, NOW)


def test_a_batch_in_several_pages_is_followed_and_an_empty_page_in_it_is_asked_again() -> None:
    hf = source("hf-daily")
    first = first_request(hf)
    page = answered(hf, [HF_ITEM], request=first, headers={"link": f'<{first.url}&p=1>; rel="next"'})
    assert page.next
    assert page.next.url.endswith("&p=1")
    assert page.mark is None
    with pytest.raises(TryAgain):
        answered(hf, [], request=page.next)


def test_a_paper_s_page_counts_what_names_it() -> None:
    found = only("hf-papers", HF_PAPER)
    assert cites(found) == {"upvotes": 5, "github_stars": 77, "hf_models": 3, "hf_datasets": 1, "hf_spaces": 0}
    assert found.listed is None
    assert answered(source("hf-papers"), {"error": "Not found"}, status=404).items == ()


# Places and sizes


def test_an_element_that_is_no_paper_is_told_by_its_place() -> None:
    content = json.dumps({"meta": {"x": "é"}, "results": [OPENALEX_WORK, {"id": "é"}]}, ensure_ascii=False).encode()
    bad = answered(source("openalex"), content).items[1]
    assert not isinstance(bad, SourceRecord)
    assert content[bad.offset : bad.offset + bad.length] == '{"id": "é"}'.encode()


@pytest.mark.parametrize("name", sorted(set(ANSWERS) - {"github-stars", "feed"}))
def test_texts_longer_than_any_paper_s_are_refused(name: str) -> None:
    huge = "x " * fields.MAX_ABSTRACT
    content = json.dumps(ANSWERS[name]).replace("Weaving Algebraic Patterns", huge).replace("Looms of the Cell", huge)
    content = content.replace("Weaving <i>Algebraic</i> Patterns", huge)
    page = answered(source(name), content.encode())
    assert page.items
    assert not any(isinstance(item, SourceRecord) for item in page.items)

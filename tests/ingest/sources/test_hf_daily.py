"""Daily Papers of Hugging Face: rows, the API's answer, the day of a page, and whose names are never kept."""

from __future__ import annotations

import copy
import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest
import zstandard

from broadsheet.catalog.records import Listed, Observed, SourceRecord, Unreadable
from broadsheet.ingest.inputs import NotReadable, detect
from broadsheet.ingest.sources.format import WHEN_TAKEN_IN
from broadsheet.ingest.sources.hf_daily import api, page_day
from broadsheet.lib.ids import Identifier

ROW: dict[str, Any] = {
    "id": "2403.06634",
    "title": "Stealing Part of\n  a Newspaper",
    "abstract": "We do.",
    "authors": ["Ada Lovelace", "Charles  Babbage"],
    "published": "2024-03-11T23:46:12.000Z",
    "submitted_on_daily": "2024-03-12T02:51:25.097Z",
    "upvotes": 63,
    "num_comments": 3,
    "observed_at": "2024-03-13T14:15:08+08:00",
    "github_repo": "https://github.com/a/b",
    "github_stars": 12,
    "project_page": " https://example.org/paper/ ",
    "organization": "inst",
}
HANDLE = "reader-0123abcd"
READER = {"_id": "64", "avatarUrl": "https://example.org/a.png", "fullname": HANDLE, "user": HANDLE, "name": HANDLE}
ITEM: dict[str, Any] = {
    "paper": {
        "id": "2403.06634",
        "authors": [
            {"_id": "1", "user": READER, "name": "Ada Lovelace", "hidden": False, "status": "claimed"},
            {"_id": "2", "name": "Hidden Person", "hidden": True},
            {"_id": "3", "name": "Charles Babbage", "hidden": False},
        ],
        "publishedAt": "2024-03-11T11:46:12.000Z",
        "submittedOnDailyAt": "2024-03-12T02:51:25.097Z",
        "submittedOnDailyBy": READER,
        "title": "Stealing Part of a Newspaper",
        "summary": "We do.",
        "upvotes": 63,
        "githubRepo": "https://github.com/a/b",
        "githubStars": 12,
        "projectPage": "https://example.org/paper/",
        "ai_summary": "machine words",
        "ai_keywords": ["machine word"],
        "organization": {"_id": "5", "name": "inst", "fullname": "An Institute", "avatar": "https://example.org/i.png"},
    },
    "publishedAt": "2024-03-11T07:46:12.000Z",
    "title": "Stealing Part of a Newspaper",
    "thumbnail": "https://example.org/t.png",
    "mediaUrls": ["https://example.org/m.mp4"],
    "numComments": 3,
    "submittedBy": READER,
    "isAuthorParticipating": False,
}


def parse(data: bytes) -> list[Any]:
    return list(detect(data).parse(io.BytesIO(data), key="0" * 64))


def row(**changes: Any) -> Any:
    [item] = parse(json.dumps({**ROW, **changes}).encode())
    return item


def answer(*items: Any) -> bytes:
    return json.dumps(list(items), indent=0).encode()


def element(**changes: Any) -> Any:
    item = copy.deepcopy(ITEM)
    item["paper"].update(changes)
    [read] = parse(answer(item))
    return read


def test_it_reads_all_that_a_row_says() -> None:
    assert detect(json.dumps(ROW).encode()).name == "hf-daily"
    at = dt.datetime(2024, 3, 13, 6, 15, 8, tzinfo=dt.UTC)
    assert row() == SourceRecord(
        source="hf-daily",
        external_id="2403.06634",
        title="Stealing Part of\n  a Newspaper",
        abstract="We do.",
        authors=("Ada Lovelace", "Charles Babbage"),
        date=row().date,
        identifiers=(Identifier("arxiv", "2403.06634"),),
        links=("https://github.com/a/b", "https://example.org/paper/"),
        listed=Listed(
            page_key="2024-03-12",
            position=2 * 60 * 60 - 30 * 60 - 8 * 60 - 34 - 1 + 1,  # 22:51:25 of a page that opened at 21:30
            comments=3,
            upvotes=63,
            day=dt.date(2024, 3, 12),
            kind="daily",
            observed_at=at,
        ),
        observed=(Observed("upvotes", 63, at), Observed("comments", 3, at), Observed("github_stars", 12, at)),
        extra={"organization": "inst"},
    )
    assert str(row().date) == "2024-03-11"


@pytest.mark.parametrize(
    ("submitted", "day"),
    [
        ("2024-01-05T02:29:59Z", "2024-01-04"),  # 21:29:59 in New York, winter
        ("2024-01-05T02:30:00Z", "2024-01-05"),
        ("2024-07-05T01:29:59Z", "2024-07-04"),  # summer
        ("2024-07-05T01:30:00Z", "2024-07-05"),
        # Clocks go forward on Mar 10, 2024 at 07:00 UTC: the page of that day opens in winter, the next in summer.
        ("2024-03-10T02:29:59Z", "2024-03-09"),
        ("2024-03-10T02:30:00Z", "2024-03-10"),
        ("2024-03-10T06:59:59Z", "2024-03-10"),
        ("2024-03-10T07:00:00Z", "2024-03-10"),
        ("2024-03-11T01:29:59Z", "2024-03-10"),
        ("2024-03-11T01:30:00Z", "2024-03-11"),
        # And back on Nov 3, 2024 at 06:00 UTC.
        ("2024-11-03T01:29:59Z", "2024-11-02"),
        ("2024-11-03T01:30:00Z", "2024-11-03"),
        ("2024-11-03T06:30:00Z", "2024-11-03"),
        ("2024-11-04T02:29:59Z", "2024-11-03"),
        ("2024-11-04T02:30:00Z", "2024-11-04"),
    ],
)
def test_a_page_opens_at_half_past_nine_in_new_york_the_evening_before(submitted: str, day: str) -> None:
    assert page_day(dt.datetime.fromisoformat(submitted)).isoformat() == day
    record = row(submitted_on_daily=submitted)
    assert (record.listed.day.isoformat(), record.listed.page_key) == (day, day)
    assert 1 <= record.listed.position <= 25 * 60 * 60 + 1


@pytest.mark.parametrize(("opened", "last"), [("2024-03-10T02:30:00Z", 82_800), ("2024-11-03T01:30:00Z", 90_000)])
def test_places_go_up_through_short_and_long_days(opened: str, last: int) -> None:
    first = dt.datetime.fromisoformat(opened)
    assert row(submitted_on_daily=first.isoformat()).listed.position == 1
    closing = first + dt.timedelta(seconds=last - 1)
    assert row(submitted_on_daily=closing.isoformat()).listed.position == last
    assert row(submitted_on_daily=(closing + dt.timedelta(seconds=1)).isoformat()).listed.position == 1


def test_what_is_missing_is_left_out() -> None:
    bare = row(
        upvotes=None, num_comments=None, github_repo=None, github_stars=None, project_page=None, observed_at=None
    )
    assert (bare.links, bare.observed) == ((), ())
    assert (bare.listed.upvotes, bare.listed.comments) == (None, None)
    assert row(submitted_on_daily=None).listed is None
    assert row(project_page="coming soon").extra["project_page"] == "coming soon"
    assert row(upvotes=4.0).listed.upvotes == 4


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": "none"}, "which is no arXiv id"),
        ({"title": None}, "The title is missing or blank."),
        ({"upvotes": -1}, '"upvotes" is -1, which counts nothing'),
        ({"upvotes": True}, '"upvotes" is true or false; it should be a whole number.'),
        ({"num_comments": 2**40}, "which counts nothing"),
        ({"submitted_on_daily": "yesterday"}, "which is no time"),
        ({"submitted_on_daily": "0001-01-01T00:00:00Z"}, "when no paper was listed"),
        ({"observed_at": "9999-12-31T23:59:59-12:00"}, "which is no time"),
        ({"authors": "Ada Lovelace"}, '"authors" is text; it should be a list of names.'),
    ],
)
def test_it_says_what_is_wrong_with_a_row(changes: dict[str, Any], reason: str) -> None:
    bad = row(**changes)
    assert isinstance(bad, Unreadable)
    assert reason in bad.reason


def test_it_reads_the_answer_of_the_api_as_it_reads_rows() -> None:
    assert detect(answer(ITEM)).name == "hf-daily-api"
    item, flat = element(), row(title="Stealing Part of a Newspaper")
    assert (item.title, item.abstract, item.links, item.extra) == (flat.title, flat.abstract, flat.links, flat.extra)
    assert (item.identifiers, item.date, item.listed.day) == (flat.identifiers, flat.date, flat.listed.day)
    assert [(o.signal, o.value) for o in item.observed] == [(o.signal, o.value) for o in flat.observed]
    assert {o.at for o in item.observed} == {item.listed.observed_at} == {WHEN_TAKEN_IN}


def test_a_hidden_author_is_counted_and_not_named() -> None:
    item = element()
    assert (item.authors, item.author_count) == (("Ada Lovelace", "Charles Babbage"), 3)
    assert element(authors=ITEM["paper"]["authors"][::2]).author_count is None


def test_an_answer_of_2024_tells_the_day_by_its_outer_time() -> None:
    old = copy.deepcopy(ITEM)
    del old["paper"]["submittedOnDailyAt"]
    old["publishedAt"] = "2024-03-15T03:00:00Z"
    [item] = parse(answer(old))
    assert (item.listed.page_key, str(item.date)) == ("2024-03-15", "2024-03-11")


def test_nobody_who_reads_or_submits_is_kept_nor_what_a_machine_wrote() -> None:
    kept = json.dumps(element().payload())
    for word in ("reader-", "avatar", "machine", "example.org/t.png", "m.mp4", "i.png", "Hidden Person"):
        assert word not in kept


def test_a_quarantined_element_keeps_nobody_either() -> None:
    no_id = copy.deepcopy(ITEM)
    del no_id["paper"]["id"]
    cut = answer(ITEM)[:-300]
    for data in (answer(ITEM, no_id), cut, answer(ITEM, str(ITEM))):
        bad = [item for item in parse(data) if isinstance(item, Unreadable)]
        assert len(bad) == 1
        assert b"reader-" not in bad[0].head


def test_every_element_is_read_or_has_its_place() -> None:
    data = (
        b"\xef\xbb\xbf[\n"
        + json.dumps(ITEM).encode()
        + ',\n"é", 3,\n'.encode()
        + json.dumps({"paper": 1}).encode()
        + b"\n]"
    )
    paper, text, number, empty = parse(data)
    assert paper.external_id == "2403.06634"
    assert (text.offset, text.length) == (data.index('"é"'.encode()), 4)
    assert number.offset == data.index(b"3,\n{")
    assert "an object with a" in number.reason
    assert '"paper" is a number' in empty.reason


def test_all_before_and_behind_damage_is_read() -> None:
    whole = answer(ITEM, {**ITEM, "paper": {**ITEM["paper"], "id": "2403.00002"}}, ITEM)
    damaged = whole.replace(b'"2403.00002"', b'2403.00.02"')
    first, bad, last = parse(damaged)
    assert first.external_id == last.external_id == "2403.06634"
    assert "The element is not JSON" in bad.reason
    *read, cut = parse(whole[: len(whole) - 40])
    assert len(read) == 2
    assert "cut off" in cut.reason


def test_an_endless_array_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "MAX_SIZE", 1_000)
    with pytest.raises(NotReadable, match="one a line"):
        parse(answer(ITEM, ITEM))


def test_it_reads_the_real_answers(shared_data: Path) -> None:
    files = sorted((shared_data / "api" / "huggingface").glob("*.json"))
    read = {file.name[-15:-5]: parse(file.read_bytes()) for file in files}
    papers = {day: [i for i in items if isinstance(i, SourceRecord)] for day, items in read.items()}
    # In one of them the elements are not objects but text that somebody's program printed.
    assert {day: len(found) for day, found in papers.items()} == {
        "2024-05-27": 13,
        "2024-12-16": 0,
        "2025-10-21": 26,
        "2026-08-21": 17,
    }
    assert {p.listed.page_key for p in papers["2024-05-27"] if p.listed} == {"2024-05-27"}
    assert {p.listed.page_key for p in papers["2025-10-21"] if p.listed} <= {"2025-10-20", "2025-10-21"}
    for items in read.values():
        for item in items:
            kept = (
                json.dumps(item.payload()) if isinstance(item, SourceRecord) else item.head.decode("utf-8", "replace")
            )
            assert "reader-" not in kept


def test_it_reads_the_real_rows(shared_data: Path) -> None:
    data = zstandard.ZstdDecompressor().stream_reader((shared_data / "hf-daily-2024-2026.jsonl.zst").read_bytes())
    items = list(detect(json.dumps(ROW).encode()).parse(data, key=""))
    assert len(items) == 10_049
    assert all(isinstance(item, SourceRecord) and item.listed and item.authors for item in items)

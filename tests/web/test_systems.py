"""The systems table and its relatives: right rows, right order, right words, and no harm from anything given."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from broadsheet.catalog.models import Paper
from broadsheet.results import services
from broadsheet.results.models import Claim
from tests.results.conftest import FAST, fast_and_slow, paper, read_now
from tests.web.conftest import HOSTILE
from tests.web.test_paper import tags_of

__all__ = ["fast_and_slow", "paper", "read_now"]

pytestmark = pytest.mark.django_db
Make = Callable[..., Paper]
Read = Callable[..., int]
Both = tuple[Paper, Paper]
PAGES = (
    "/systems",
    "/systems/metrics",
    "/systems/metrics/speedup",
    "/systems/name/fastserve",
    "/systems/name/slowserve",
)


def claim(value: float, **rest: Any) -> dict[str, Any]:
    return {"quote": f"{value}", "value": value, "metric": "speedup", "unit": "x", "form": "ratio", **rest}


@pytest.fixture
def three(paper: Make, read_now: Read, now: dt.datetime) -> list[Paper]:
    """Three systems with claims as readers gave them: speedups 2, 9, 5 and latencies 30, 10, 20 ms."""
    made = []
    for number, (fast, late) in enumerate([(2, 30), (9, 10), (5, 20)], start=1):
        one = paper(
            f"Paper number {number} of three",
            f"We built it. {fast} and {late}.",
            arxiv=f"220{number}.00001",
            day=f"202{number}-05-01",
        )
        services.correct(paper=one, part="names", value=[f"Sys{number}"], now=now)
        late_claim = claim(late, metric="latency", unit="ms", form="level", direction="lower")
        services.correct(paper=one, part="claims", value=[claim(fast), late_claim], now=now)
        made.append(one)
    read_now()
    return made


def order(page: str) -> list[str]:
    """The systems of a page, in order."""
    return re.findall(r'href="/systems/name/(sys\d)" ?>?', page)


def test_it_says_what_was_made_and_whose_claim_it_is(client: Client, fast_and_slow: Both) -> None:
    page = client.get("/systems").content.decode()
    assert "2 systems" in page
    assert "We present FastServe, a serving engine for language models." in page
    assert 'href="/papers/2401.00001?claim=0#claim">speedup: 3.2x</a>' in page
    assert '<a href="/systems/name/slowserve">SlowServe</a>' in page
    assert "Its authors claim" in page
    assert "These are the authors’ claims" in page
    assert 'href="https://github.com/example/fastserve"' in page


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("", ["sys3", "sys2", "sys1"]),
        ("metric=speedup&unit=x&form=ratio&sort=best", ["sys2", "sys3", "sys1"]),
        ("metric=latency&unit=ms&form=level&sort=best", ["sys2", "sys3", "sys1"]),
        ("metric=speed-ups", ["sys3", "sys2", "sys1"]),
        ("metric=accuracy", []),
        ("unit=ms", ["sys3", "sys2", "sys1"]),
        ("since=2022", ["sys3", "sys2"]),
        ("since=2022-01&until=2022", ["sys2"]),
        ("until=2021-05", ["sys1"]),
        ("task=number+2", ["sys2"]),
        ("task=2+NUMBER+paper", ["sys2"]),
        ("code=1", []),
        ("kind=survey", []),
    ],
)
def test_it_narrows_and_orders(client: Client, three: list[Paper], asked: str, names: list[str]) -> None:
    page = client.get(f"/systems?{asked}")
    assert order(page.content.decode()) == names
    rows = client.get(f"/systems.json?{asked}").json()
    assert [row["key"] for row in rows["systems"]] == names
    assert rows["total"] == len(names)


def test_the_best_claim_of_a_row_stands_first(client: Client, three: list[Paper], now: dt.datetime) -> None:
    services.correct(paper=three[0], part="claims", value=[claim(3), claim(40), claim(8)], now=now)
    page = client.get("/systems?metric=speedup&unit=x&form=ratio&sort=best").content.decode()
    assert re.findall(r">speedup: (\d+)x<", page)[:3] == ["40", "8", "3"]


def test_the_footer_states_what_was_measured(client: Client, db: None) -> None:
    page = client.get("/systems").content.decode()
    document = (Path(__file__).parents[2] / "docs/dev/extraction.md").read_text(encoding="utf-8")
    for what in ("claims", "names"):
        for part in ("precision", "recall"):
            [row] = re.findall(rf"^\| {what}, {part} \|(.*)$", document, re.MULTILINE)
            share = float(row.split("|")[3].split()[0])
            assert f"{share * 100:.0f} %" in page, (what, part)
    assert "On 250 abstracts labelled by hand" in page


def test_it_does_not_order_what_cannot_be_compared(client: Client, three: list[Paper]) -> None:
    page = client.get("/systems?metric=speedup&sort=best").content.decode()
    assert "Claims can be ordered only within one metric, unit and form" in page
    assert order(page) == ["sys3", "sys2", "sys1"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("kind=poem", "There is no kind “poem”"),
        ("form=x", "There is no form “x”"),
        ("since=tomorrow", "“tomorrow” is no date"),
        ("sort=worst", "There is no sort “worst”"),
        ("metric=…", "names no metric"),
        ("kind=%3Cscript%3E", "&lt;script&gt;"),
    ],
)
def test_it_answers_a_bad_filter_with_a_sentence(client: Client, three: list[Paper], asked: str, said: str) -> None:
    page = client.get(f"/systems?{asked}")
    assert page.status_code == 200
    assert said in page.content.decode()
    assert len(order(page.content.decode())) == 3


@pytest.mark.parametrize("path", ["/systems", "/systems/metrics"])
@pytest.mark.parametrize("number", ["0", "x", "99", "999999999999", "-1"])
def test_it_answers_a_page_that_is_not_there_with_a_sentence(
    client: Client, three: list[Paper], path: str, number: str
) -> None:
    for suffix in ("", ".json", ".csv"):
        answer = client.get(f"{path}{suffix}?page={number}")
        assert answer.status_code == 404
        assert "There is no page" in answer.content.decode()


@pytest.mark.parametrize(
    "key", ["nothing", "%00", "x" * 5_000, "%F0%9F%92%A9", "<script>", "..", "a%2Fb", "%ED%A0%80", "speedup.json.json"]
)
def test_it_answers_an_unknown_metric_or_name_with_a_sentence(client: Client, three: list[Paper], key: str) -> None:
    for kind in ("metrics", "name"):
        for suffix in ("", ".json", ".csv"):
            assert client.get(f"/systems/{kind}/{key}{suffix}").status_code == 404


def test_every_odd_filter_is_answered(client: Client, three: list[Paper]) -> None:
    for name in ("metric", "unit", "form", "baseline", "task", "kind", "since", "until", "code", "sort"):
        for given in ("%00", "'\"", "%25", "_", "9" * 400, "%ED%A0%80", "0001-01", "9999-12", "99999"):
            for path in ("/systems", "/systems.json", "/systems.csv", "/systems/metrics/speedup"):
                assert client.get(f"{path}?{name}={given}").status_code == 200, (path, name, given)


def test_a_claim_opens_its_sentence_marked_in_the_abstract(client: Client, fast_and_slow: Both) -> None:
    page = client.get("/papers/2401.00001?claim=0").content.decode()
    [marked] = re.findall(r'<mark class="sentence" id="claim">(.*?)</mark>', page)
    assert marked.startswith("FastServe achieves a ")
    assert '<span class="quote">3.2x speedup</span>' in marked
    assert "What its authors claim" in page
    assert "36%" in page


@pytest.mark.parametrize("number", ["", "99", "-1", "x", "²", "9" * 50, "%00"])
def test_a_claim_that_is_not_there_marks_nothing(client: Client, fast_and_slow: Both, number: str) -> None:
    answer = client.get(f"/papers/2401.00001?claim={number}")
    assert answer.status_code == 200
    assert "<mark" not in answer.content.decode()


def test_a_chart_has_a_point_for_each_dated_claim_that_leads_to_its_quote(client: Client, three: list[Paper]) -> None:
    page = client.get("/systems/metrics/speedup").content.decode()
    svg = page[page.index("<svg") : page.index("</svg>")]
    assert svg.count('<circle class="point"') == 3
    assert re.findall(r'<a href="(/papers/[^"]+)"', svg) == [f"/papers/220{n}.00001?claim=0#claim" for n in (2, 3, 1)]
    assert "style=" not in page
    assert re.findall(r'cy="([\d.]+)"', svg) == sorted(re.findall(r'cy="([\d.]+)"', svg), key=float)
    assert "9x (claimed by its authors)" in svg


def test_a_chart_of_one_value_has_a_scale(client: Client, fast_and_slow: Both) -> None:
    page = client.get("/systems/metrics/speedup").content.decode()
    assert page.count('<circle class="point"') == 1
    assert "nan" not in page


def test_metrics_stand_with_their_counts(client: Client, three: list[Paper]) -> None:
    assert client.get("/systems/metrics.json").json() == {
        "total": 2,
        "metrics": [
            {"key": "latency", "metric": "latency", "claims": 3, "papers": 3},
            {"key": "speedup", "metric": "speedup", "claims": 3, "papers": 3},
        ],
    }
    assert "3 claims in 3 papers" in client.get("/systems/metrics").content.decode()


def test_a_system_says_who_claims_to_beat_it(client: Client, fast_and_slow: Both) -> None:
    page = client.get("/systems/name/slowserve").content.decode()
    assert "Who claims to do better" in page
    assert '<a href="/papers/2401.00001?claim=0#claim">speedup: 3.2x</a>' in page
    assert client.get("/systems/name/Slow-Serve")["Location"] == "/systems/name/slowserve"
    beaten_by = client.get("/systems/name/slowserve.json").json()["beaten_by"]
    assert ("2401.00001", 3.2, "speedup") in [(one["paper"], one["value"], one["metric_key"]) for one in beaten_by]


def test_the_same_system_in_two_papers_is_one_row(client: Client, paper: Make, read_now: Read) -> None:
    paper("FastServe: Serving Quickly", FAST, arxiv="2401.00001")
    paper(
        "Fast-Serve Again",
        FAST.replace("FastServe", "Fast-Serve").replace("3.2x", "5x"),
        arxiv="2501.00001",
        day="2025-01-01",
    )
    read_now()
    rows = client.get("/systems.json").json()
    assert rows["total"] == 1
    assert [one["id"] for one in rows["systems"][0]["papers"]] == ["2401.00001", "2501.00001"]
    assert client.get("/systems/name/fastserve").content.decode().count("5x") >= 1


def test_a_spreadsheet_gets_no_formula(client: Client, paper: Make, now: dt.datetime) -> None:
    one = paper("=HYPERLINK(1)", "We built it.", arxiv="2401.00002")
    said = [claim(-3, quote="@SUM(1)", metric="+metric", baseline="-1+1|cmd", on="\t=1")]
    services.correct(paper=one, part="claims", value=said, now=now)
    services.correct(paper=one, part="names", value=["=cmd|' /C calc'!A0"], now=now)
    [row] = csv.DictReader(io.StringIO(client.get("/systems.csv").content.decode()))
    for column in ("names", "quote", "metric", "baseline", "title", "on"):
        assert row[column].startswith("'"), column
    assert float(row["value"]) == -3


def test_a_spreadsheet_has_a_line_for_each_claim(client: Client, three: list[Paper]) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get("/systems.csv").content.decode())))
    assert len(rows) == 6
    assert {row["value"] for row in rows if row["metric"] == "latency"} == {"30.0", "10.0", "20.0"}
    answer = client.get("/systems/metrics/latency.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert [row["value"] for row in csv.DictReader(io.StringIO(answer.content.decode()))] == ["10.0", "20.0", "30.0"]


def test_hostile_names_and_claims_do_no_harm(client: Client, paper: Make, now: dt.datetime) -> None:
    one = paper(
        HOSTILE, f"We present {HOSTILE}. It is $\\href{{javascript:alert(1)}}{{x}}$ 3x faster.", arxiv="2401.00003"
    )
    said = [claim(3, quote=HOSTILE, metric=HOSTILE, baseline=HOSTILE, on="\u202eevil" + "\u0316" * 500)]
    services.correct(paper=one, part="claims", value=said, now=now)
    services.correct(paper=one, part="names", value=[HOSTILE, "\u202egnp.exe"], now=now)
    services.correct(paper=one, part="links", value=[{"url": "javascript:alert(1)", "kind": "code"}], now=now)
    key = Claim.objects.get().metric_key
    for path in (
        "/systems",
        "/systems/metrics",
        f"/systems/metrics/{key}",
        "/systems/name/scriptalertxscript",
        "/papers/2401.00003",
    ):
        answer = client.get(path)
        assert answer.status_code == 200, path
        page = answer.content.decode()
        assert "\u202e" not in page
        assert not re.search("[\u0300-\u036f]{4}", page)
        for tag, attributes in tags_of(page):
            assert tag != "script" or attributes["src"].startswith("/static/")
            assert not [name for name in attributes if name.startswith("on") or name == "style"]
            assert not attributes.get("href", "").startswith("javascript")


def test_cards_bear_names_code_and_the_headline_claim(client: Client, fast_and_slow: Both, page_of: Any) -> None:
    from broadsheet.catalog.models import ListedPage, Listing, Record

    page = ListedPage.objects.create(source="jsonl", key="k", day=dt.date(2026, 8, 11), kind="daily")
    for position, one in enumerate(fast_and_slow, start=1):
        record = Record.objects.get(paper=one)
        Listing.objects.create(page=page, position=position, paper=one, record=record)
    text = client.get("/papers/date/2026-08-11").content.decode()
    assert '<span dir="auto">FastServe</span>' in text
    assert '<a class="claim" href="/papers/2401.00001?claim=0#claim" dir="auto">authors claim speedup: 3.2x</a>' in text


@pytest.mark.parametrize("path", [*PAGES, "/systems?metric=latency&unit=ms&form=level&sort=best"])
def test_it_asks_the_database_few_times(
    client: Client, three: list[Paper], fast_and_slow: Both, django_assert_max_num_queries: Any, path: str
) -> None:
    for suffix in ("", ".json", ".csv"):
        address = path.replace("?", f"{suffix}?") if "?" in path else path + suffix
        with django_assert_max_num_queries(6):
            assert client.get(address).status_code == 200


def test_an_empty_catalog_says_how_it_fills(client: Client, db: None) -> None:
    assert "broadsheet ingest" in client.get("/systems").content.decode()
    assert client.get("/systems/metrics").status_code == 200
    assert client.get("/systems.json").json()["systems"] == []

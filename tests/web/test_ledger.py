"""The ledger as pages and JSON, and what the owner can do on the sources page."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from broadsheet.catalog.services import take_in
from broadsheet.ingest import ledger
from broadsheet.ingest.models import Alert, Batch
from broadsheet.ingest.sources import HARVESTED
from broadsheet.lib.ids import Identifier
from broadsheet.lib.time import PartialDate
from tests.support.records import make_record

pytestmark = pytest.mark.django_db


@pytest.fixture
def day() -> dt.date:
    """A Friday before today, so that it stands on the page."""
    today = timezone.localdate()
    return today - dt.timedelta(days=(today.weekday() - 4) % 7 or 7)


@pytest.fixture
def listed(day: dt.date) -> Batch:
    """Three papers were announced; two are here, one of them late; a third here was not announced."""
    seen = dt.datetime.combine(day, dt.time(6), dt.UTC)
    batch = Batch.objects.create(source="arxiv-feed", category="cs", day=day, seen_at=seen)
    for n in range(3):
        batch.ids.create(value=f"2601.0000{n}")
    for n, hours in ((0, 1), (1, 30), (7, 1)):
        name = Identifier("arxiv", f"2601.0000{n}")
        record = make_record(
            source="arxiv", external_id=name.value, title=f"Paper of the ledger {n}", identifiers=(name,),
            categories=("cs.CL",), date=PartialDate(day if n == 7 else day - dt.timedelta(days=1)),
        )  # fmt: skip
        take_in(records=[record], now=seen + dt.timedelta(hours=hours))
    ledger.reconcile(abouts=[source.about for source in HARVESTED], now=seen + dt.timedelta(days=2))
    batch.refresh_from_db()
    return batch


def test_the_calendar_says_in_words_what_each_day_is(client: Client, listed: Batch, day: dt.date) -> None:
    page = client.get("/ledger").content.decode()
    assert "short: 3 announced, 1 missing, 1 late, 1 extra" in page
    assert f"/ledger/arxiv-feed/cs/{day}" in page
    assert "not observed" in page
    assert "1 is missing" in page  # the banner


def test_the_ids_stand_behind_a_day(client: Client, listed: Batch, day: dt.date) -> None:
    page = client.get(f"/ledger/arxiv-feed/cs/{day}").content.decode()
    assert 'href="https://arxiv.org/abs/2601.00002"' in page
    assert 'href="/papers/2601.00001"' in page
    found = client.get(f"/ledger/arxiv-feed/cs/{day}.json").json()
    assert (found["missing"], found["late"], found["extra"]) == (["2601.00002"], ["2601.00001"], ["2601.00007"])
    assert found["harvested"] == ["2601.00000", "2601.00001"]


def test_programs_get_the_same(client: Client, listed: Batch, day: dt.date) -> None:
    [listing] = client.get("/ledger.json").json()["listings"]
    cells = {cell["day"]: cell for cell in listing["days"]}
    shown = cells[day.isoformat()]
    names = ("kind", "announced", "harvested", "missing", "late", "extra", "stale")
    assert [shown[name] for name in names] == ["short", 3, 2, 1, 1, 1, False]
    other = (day - dt.timedelta(days=1)).isoformat()
    assert cells[other] in ({"day": other, "kind": "unobserved"}, {"day": other, "kind": "week-end"})
    assert {one["kind"] for one in client.get("/ledger.json").json()["alerts"]} == {"short"}


def test_a_day_without_a_listing_is_never_nought(client: Client, listed: Batch, day: dt.date) -> None:
    assert client.get(f"/ledger/arxiv-feed/cs/{day - dt.timedelta(days=1)}").status_code == 404
    assert "0 announced" not in client.get("/ledger").content.decode()


@pytest.mark.parametrize("path", ["/ledger?until=x", "/ledger/arxiv-feed/cs/x", "/ledger?until=0001-01-01"])
def test_what_is_no_day_is_said(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert "is no day" in response.content.decode()


def test_an_empty_ledger_says_how_it_begins(client: Client) -> None:
    assert "broadsheet harvest arxiv-feed" in client.get("/ledger").content.decode()


def test_it_takes_few_queries(client: Client, listed: Batch, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(4):
        client.get("/ledger")


def test_the_owner_is_told_on_every_page_and_nobody_else(
    client: Client, owner: Any, reader: Any, now: dt.datetime
) -> None:
    Alert.objects.create(source="x", day=now.date(), kind="stale", detail="Look at <this>.", opened_at=now)
    for person, told in ((None, False), (reader, False), (owner, True)):
        if person:
            client.force_login(person)
        page = client.get("/search").content.decode()
        assert ("Look at &lt;this&gt;." in page) is told


def test_every_source_stands_on_the_sources_page(client: Client) -> None:
    page = client.get("/sources").content.decode()
    for source in HARVESTED:
        assert source.about.name in page
        assert source.about.rights.licence in page.replace("&#x27;", "'").replace("&amp;", "&")
    assert "Run now" not in page
    rows = client.get("/sources.json").json()["sources"]
    assert [row["name"] for row in rows] == [source.about.name for source in HARVESTED]


def test_every_page_thanks_arxiv_and_claims_no_endorsement(client: Client) -> None:
    for path in ("/", "/sources", "/ledger", "/search", "/login"):
        page = client.get(path).content.decode()
        assert "Thank you to arXiv for use of its open access interoperability." in page
        assert "Not endorsed by arXiv or Hugging Face." in page


def test_the_owner_may_run_a_source_now(client: Client, owner: Any) -> None:
    client.force_login(owner)
    assert "Run now" in client.get("/sources").content.decode()
    response = client.post("/sources/run", {"source": "arxiv-oai"}, follow=True)
    assert "will be harvested as soon as a worker looks" in response.content.decode()
    assert DBTaskResult.objects.get().args_kwargs["args"] == ["arxiv-oai"]


def test_nobody_else_may(client: Client, reader: Any) -> None:
    assert client.post("/sources/run", {"source": "arxiv-oai"}).status_code == 403
    client.force_login(reader)
    assert client.post("/sources/run", {"source": "arxiv-oai"}).status_code == 403
    assert not DBTaskResult.objects.exists()


def test_running_needs_a_form_of_ours_and_a_source_that_exists(owner: Any) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(owner)
    assert strict.post("/sources/run", {"source": "arxiv-oai"}).status_code == 403
    client = Client()
    client.force_login(owner)
    assert client.get("/sources/run").status_code == 405
    assert "no source named" in client.post("/sources/run", {"source": "x"}, follow=True).content.decode()
    assert not DBTaskResult.objects.exists()


def test_a_setting_that_names_no_source_is_said(client: Client, settings: Any) -> None:
    settings.SOURCES = ["arxive"]
    page = client.get("/sources").content.decode()
    assert "no source named &#x27;arxive&#x27;" in page

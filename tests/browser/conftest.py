"""A browser, and a server with the demo's five pages and a few papers more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from broadsheet.search.services import holder_name, rebuild
from tests.results.conftest import fast_and_slow, paper, read_now
from tests.support.chromium import find_chromium
from tests.web.conftest import full_paper, hostile_paper, page_of

__all__ = ["fast_and_slow", "full_paper", "hostile_paper", "page_of", "paper", "read_now"]

NOW = dt.datetime(2026, 9, 1, 12, 0, tzinfo=dt.UTC)
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium; where there is none the tests are skipped (tests/conftest.py), or fail with CI=true."""
    path = find_chromium()
    assert path, "Chromium is not installed: apt install chromium"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def site(live_server, index_home: Path, page_of, full_paper: str, hostile_paper: str, fast_and_slow) -> str:  # type: ignore[no-untyped-def]
    """The address of a running server with papers in it, indexed."""
    page_of(60, day=dt.date(2026, 8, 12))
    page_of(8, day=dt.date(2026, 8, 10), key="monday")
    rebuild(now=NOW, holder=holder_name())
    return str(live_server.url)


class Visit:
    """A page, and everything the browser complained about."""

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.problems: list[str] = []
        self.page.on("console", lambda message: self.note(message.type, message.text))
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("requestfailed", lambda request: self.lose(request.url, request.failure or ""))

    def lose(self, url: str, reason: str) -> None:
        """A request that failed; what the browser itself gave up because another page was opened is none."""
        if "ERR_ABORTED" not in reason:
            self.problems.append(f"failed: {url}: {reason}")

    def note(self, kind: str, text: str) -> None:
        """A browser reports each page that is a 404 as an error, also the one that was asked for."""
        if kind in {"error", "warning"} and "status of 404" not in text:
            self.problems.append(f"{kind}: {text}")

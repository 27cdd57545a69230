"""What a reader with a browser meets: no errors, no obstacles, every key."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PATHS = {
    "front": "/",
    "month": "/papers/month/2026-08",
    "search": "/search?q=matter",
    "examples": "/search",
    "paper": "/papers/1706.03762",
    "hostile": "/papers/doi:10.1234/%3Cscript%3E%22x%22%3F%23%25",
    "systems": "/systems",
    "systems in order": "/systems?metric=speedup&unit=x&form=ratio&sort=best",
    "metrics": "/systems/metrics",
    "metric": "/systems/metrics/speedup",
    "system": "/systems/name/fastserve",
    "claim": "/papers/2401.00001?claim=0",
    "sources": "/sources",
    "ledger": "/ledger",
    "login": "/login",
    "not found": "/papers/nothing",
}


def axe_source() -> str:
    """The text of axe-core, as the test tool brings it."""
    found = next(Path(axe_playwright_python.__file__).parent.rglob("axe.min.js"))
    return found.read_text(encoding="utf-8")


AXE = axe_source()


def obstacles(page: Page) -> list[str]:
    """The serious and critical findings of axe-core, which is evaluated: the policy lets no strange script load."""
    page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]} {one['nodes'][0]['failureSummary'][:200]}"
        for one in found["violations"]
        if one["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_it_has_no_obstacle_no_error_and_no_sideways_scrolling(
    browser: Browser, site: str, width: int, scheme: Any
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    for name, path in PATHS.items():
        visit = Visit(context)
        visit.page.goto(site + path)
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert obstacles(visit.page) == [], name
        assert visit.problems == [], name
        visit.page.close()
    context.close()


def test_it_goes_through_a_list_by_keyboard(browser: Browser, site: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = Visit(context).page
    page.goto(f"{site}/")
    title = "document.activeElement.textContent"
    page.keyboard.press("j")
    assert page.evaluate(title) == "On the page matter number 1 of many"
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.evaluate(title) == "On the page matter number 2 of many"
    page.keyboard.press("o")
    expect(page.locator("h1")).to_have_text("On the page matter number 2 of many")
    page.keyboard.press("u")
    expect(page).to_have_url(f"{site}/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("j/k?o")
    expect(page.locator("#q")).to_have_value("j/k?o")
    page.keyboard.press("Escape")
    page.locator("#main").focus()
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()
    context.close()


def test_it_goes_up_from_a_paper_that_was_opened_directly(browser: Browser, site: str) -> None:
    context = browser.new_context()
    page = Visit(context).page
    page.goto(site + PATHS["hostile"])
    page.keyboard.press("u")
    expect(page).to_have_url(f"{site}/papers/date/2026-08-11")
    context.close()


def test_it_lets_single_keys_be_switched_off(browser: Browser, site: str) -> None:
    context = browser.new_context()
    page = Visit(context).page
    page.goto(f"{site}/")
    page.get_by_role("button", name="Keyboard shortcuts").click()
    page.get_by_label("Use these keys").uncheck()
    page.get_by_role("button", name="Close").click()
    page.reload()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") != "q"
    context.close()


def test_it_searches_while_the_reader_types_and_keeps_the_address(browser: Browser, site: str) -> None:
    context = browser.new_context()
    visit = Visit(context)
    page = visit.page
    page.goto(f"{site}/search")
    page.locator("#q").press_sequentially("attention", delay=10)
    expect(page.locator("article h3")).to_have_count(1)
    expect(page.locator("#count")).to_have_text(re.compile("^1 paper, in"))
    expect(page).to_have_url(f"{site}/search?q=attention")
    expect(page).to_have_title(re.compile("^attention"))
    assert page.locator("#narrowed").input_value() == "attention"
    page.locator("#year").fill("2017")
    page.get_by_role("button", name="Narrow").click()
    expect(page).to_have_url(f"{site}/search?q=attention+year%3A2017")
    page.get_by_role("link", name="Remove the filter year:2017").click()
    expect(page).to_have_url(f"{site}/search?q=attention")
    page.locator("article h3 a").click()
    expect(page.locator("h1 math")).to_be_visible()
    page.go_back()
    expect(page.locator("#q")).to_have_value("attention")
    expect(page.locator("article h3")).to_have_count(1)
    assert visit.problems == []
    context.close()


def test_it_does_everything_without_scripts(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = Visit(context).page
    page.goto(f"{site}/")
    page.locator("#q").fill("attention")
    page.locator("#q").press("Enter")
    expect(page).to_have_url(f"{site}/search?q=attention")
    page.locator("article h3 a").click()
    page.get_by_text("BibTeX", exact=True).click()
    expect(page.locator("#bibtex")).to_be_visible()
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)
    page.get_by_role("link", name="Front page").first.click()
    page.get_by_role("link", name="Week").click()
    expect(page.locator("h1")).to_have_text(re.compile("^Week 33"))
    page.goto(f"{site}/?page=2")
    expect(page.locator("article")).to_have_count(10)
    context.close()


def test_it_keeps_a_tower_of_marks_inside_its_card(browser: Browser, site: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 800})
    visit = Visit(context)
    visit.page.on("dialog", lambda dialog: visit.problems.append(f"dialog: {dialog.message}"))
    for path in ("/papers/date/2026-08-11", PATHS["hostile"]):
        visit.page.goto(site + path)
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert visit.problems == []
    context.close()


def test_every_point_of_a_chart_leads_to_its_quote(browser: Browser, site: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 800})
    visit = Visit(context)
    page = visit.page
    page.goto(f"{site}/systems/metrics/speedup")
    points = page.locator("svg a")
    expect(points).to_have_count(1)
    points.first.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/papers/2401\.00001\?claim=0#claim$"))
    expect(page.locator("mark .quote")).to_have_text("3.2x speedup")
    expect(page.locator("mark .quote")).to_be_in_viewport()
    assert visit.problems == []
    context.close()

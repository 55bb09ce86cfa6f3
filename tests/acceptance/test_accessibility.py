"""Every page holds WCAG 2.2 AA as far as axe can tell, light and dark, and is usable from the keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from demos import Demo
from playwright.sync_api import Browser, Page, expect
from servers import LIMIT

AXE = Path(__file__).parents[2] / "ui" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGES = (
    "/",
    "/catalog",
    "/catalog?kind=native&checks=passed&sort=updated-desc",
    "/lineage",
    "/lineage?asset=daily_revenue&column=revenue_eur&time=on&view=40,320,1",
    "/asset?key=cleaned_transactions",
    "/asset?key=raw_transactions",
    "/asset?key=raw_transactions&tab=events",
    "/asset?key=raw_transactions&tab=plots",
    "/asset?key=cleaned_transactions&tab=checks",
    "/asset?key=cleaned_transactions&tab=columns&column=amount",
    "/asset?key=daily_sessions&tab=partitions",
    "/asset?key=daily_sessions&tab=partitions&at=3-9",
    "/asset?key=daily_revenue&tab=lineage",
    "/asset?key=daily_revenue&tab=automation",
    "/asset?key=daily_revenue&tab=definition",
    "/runs",
    "/runs?view=asset",
    "/runs?status=queued&since=1000000000&until=2000000000&tag=team%3Dfinance",
    "/backfills",
    "/sensors",
    "/sensors/partner_files",
    "/settings",
    "/settings?tab=server",
    "/settings?tab=storage",
    "/settings?tab=alerts",
    "/settings?tab=deployments",
    "/settings?tab=tokens",
    "/settings?tab=people",
    "/settings?tab=audit",
)
FORMS = {
    "/asset?key=cleaned_transactions&tab=checks": "Run few_rows_are_unusable",
    "/asset?key=daily_sessions&tab=partitions": "Backfill missing…",
    "/asset?key=daily_sessions&tab=partitions&at=3-9": "Materialize…",
    "/settings?tab=alerts": "New rule",
    "/settings?tab=storage": "Rule for an asset",
    "/settings?tab=deployments": "New deployment",
    "/settings?tab=tokens": "New token",
}
"""Buttons that open a form or a question, by the page where they stand."""
ON_PHONES = (
    "/",
    "/catalog",
    "/asset?key=cleaned_transactions",
    "/asset?key=cleaned_transactions&tab=columns&column=amount",
    "/asset?key=daily_sessions&tab=partitions&at=3-9",
    "/sensors",
    "/settings?tab=storage",
    "/settings?tab=audit",
)
"""Pages whose tables scroll or whose parts fold at the width of a phone."""


@pytest.fixture(params=["light", "dark"])
def scheme_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page in each colour scheme; axe comes from a file, past the page's own policy."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, color_scheme=request.param, reduced_motion="reduce", bypass_csp=True
    )
    page = context.new_page()
    page.set_default_timeout(1_000 * LIMIT)
    yield page
    context.close()


def violations(page: Page) -> list[str]:
    """What axe finds, a line for each rule, with the first places."""
    page.add_script_tag(path=str(AXE))
    found: list[dict[str, Any]] = page.evaluate(
        "rules => axe.run(document, {runOnly: rules}).then(done => done.violations)", RULES
    )
    for each in found:
        # Bars of runs a moment apart stand closer than 24 pixels, but the list of runs has a full row for each:
        # the exception of WCAG 2.5.8 for equivalent controls, which axe can't see.
        close = each["id"] == "target-size"
        each["nodes"] = [node for node in each["nodes"] if not (close and "hw-bar" in node["html"])]
    return [
        f"{each['id']}: {each['help']}: {[node['html'][:160] for node in each['nodes'][:4]]} "
        f"{each['nodes'][0].get('failureSummary', '')[:200]}"
        for each in found
        if each["nodes"]
    ]


def settle(page: Page) -> None:
    """Wait until a page shows what it has."""
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    come_to_rest(page)


def come_to_rest(page: Page) -> None:
    """Wait until nothing moves or fades any more: what is half transparent has no contrast yet."""
    page.evaluate(
        "Promise.allSettled(document.getAnimations().filter(each => each.effect.getTiming().iterations !== Infinity)"
        ".map(each => each.finished))"
    )


def test_axe_finds_nothing_on_any_page(scheme_page: Page, demo: Demo) -> None:
    """No page of the app violates a rule."""
    demo.server.wait_for(lambda: demo.server.status("daily_revenue") == "fresh")
    run = demo.server.get("/api/runs").json["items"][0]["run_id"]
    found = {}
    for path in (*PAGES, f"/runs/{run}"):
        scheme_page.goto(demo.server.url + path)
        settle(scheme_page)
        if wrong := violations(scheme_page):
            found[path] = wrong

    assert {} == found


def test_axe_finds_nothing_in_what_opens(scheme_page: Page, demo: Demo) -> None:
    """The command palette, the question before a run, and the panel of a chosen asset hold the rules too."""
    found = {}
    scheme_page.goto(demo.server.url + "/asset?key=cleaned_transactions&do=materialize")
    settle(scheme_page)
    expect(scheme_page.get_by_role("dialog")).to_be_visible()
    come_to_rest(scheme_page)
    found["question"] = violations(scheme_page)
    scheme_page.goto(demo.server.url + "/")
    settle(scheme_page)
    scheme_page.keyboard.press("Control+k")
    expect(scheme_page.get_by_role("button", name="top_customers").first).to_be_visible()
    come_to_rest(scheme_page)
    found["palette"] = violations(scheme_page)
    scheme_page.goto(demo.server.url + "/lineage?asset=top_customers")
    settle(scheme_page)
    expect(scheme_page.get_by_role("complementary", name="Chosen asset")).to_be_visible()
    come_to_rest(scheme_page)
    found["panel"] = violations(scheme_page)

    assert {"question": [], "palette": [], "panel": []} == found


def test_axe_finds_nothing_in_forms(scheme_page: Page, demo: Demo) -> None:
    """Nor in the questions before checks and partitions are made, and the forms of the settings."""
    demo.wait_for_days(7)
    found = {}
    for path, button in FORMS.items():
        scheme_page.goto(demo.server.url + path)
        settle(scheme_page)
        scheme_page.get_by_role("button", name=button).click()
        expect(scheme_page.get_by_role("dialog")).to_be_visible()
        expect(scheme_page.locator("[aria-busy=true]")).to_have_count(0)
        come_to_rest(scheme_page)
        if wrong := violations(scheme_page):
            found[button] = wrong

    assert {} == found


def test_axe_finds_nothing_on_a_phone(scheme_page: Page, demo: Demo) -> None:
    """Where tables scroll in their page and filters fold, all of it is reached and named as well."""
    demo.wait_for_days(7)
    scheme_page.set_viewport_size({"width": 390, "height": 844})
    found = {}
    for path in ON_PHONES:
        scheme_page.goto(demo.server.url + path)
        settle(scheme_page)
        if path == "/catalog":
            scheme_page.get_by_role("button", name="Filters").click()
            expect(scheme_page.get_by_role("checkbox", name="Native")).to_be_visible()
            come_to_rest(scheme_page)
        if wrong := violations(scheme_page):
            found[path] = wrong

    assert {} == found


def test_pages_are_reached_by_two_letters(app: Page, demo: Demo) -> None:
    """`g` and a letter go to a page; in a field they are only typed."""
    app.goto(demo.server.url + "/")
    settle(app)
    app.keyboard.press("g")
    app.keyboard.press("c")
    expect(app.get_by_role("heading", name="Catalog")).to_be_visible()

    app.get_by_label("Search the catalog").focus()
    app.keyboard.type("gl")

    expect(app.get_by_role("heading", name="Catalog")).to_be_visible()
    expect(app.get_by_label("Search the catalog")).to_have_value("gl")

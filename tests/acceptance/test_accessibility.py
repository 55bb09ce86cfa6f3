"""Every page holds WCAG 2.2 AA as far as axe can tell, light and dark, and is usable from the keyboard alone."""

from __future__ import annotations

from axe import come_to_rest, settle, violations
from demos import Demo
from playwright.sync_api import Page, expect

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
    scheme_page.get_by_role("textbox", name="Search", exact=True).fill("customers")
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


def test_the_focus_returns_to_the_menu_that_led_to_a_question(app: Page, demo: Demo) -> None:
    """The entry that was chosen is gone with its menu; the menu's button has the focus again."""
    app.goto(demo.server.url + "/asset?key=cleaned_transactions")
    settle(app)
    more = app.get_by_role("button", name="More actions")
    more.focus()
    app.keyboard.press("Enter")
    app.get_by_role("menuitem", name="Wipe").focus()
    app.keyboard.press("Enter")
    expect(app.get_by_role("dialog", name="Wipe")).to_be_visible()
    app.keyboard.press("Escape")

    expect(app.get_by_role("dialog")).to_have_count(0)
    expect(more).to_be_focused()


def test_the_lineage_is_walked_by_keys(app: Page, demo: Demo) -> None:
    """Arrow keys lead along the edges from card to card, each in sight; Enter chooses one, Escape lets it go."""
    app.goto(demo.server.url + "/lineage?view=-700,-120,1.6")
    settle(app)
    card = app.get_by_test_id("lineage").locator(".hw-card[data-key]")
    card.and_(app.locator("[data-key=cleaned_transactions]")).focus()
    app.keyboard.press("ArrowRight")
    revenue = card.and_(app.locator("[data-key=daily_revenue]"))
    expect(revenue).to_be_focused()
    expect(revenue).to_be_in_viewport(ratio=1)
    app.keyboard.press("ArrowLeft")
    app.keyboard.press("ArrowLeft")
    expect(card.and_(app.locator("[data-key=raw_transactions]"))).to_be_focused()
    app.keyboard.press("Enter")
    panel = app.get_by_role("complementary", name="Chosen asset")
    expect(panel).to_contain_text("raw_transactions")
    app.keyboard.press("Escape")

    expect(panel).to_have_count(0)
    expect(card.and_(app.locator("[data-key=raw_transactions]"))).to_be_focused()


def test_the_frame_of_a_page_is_there_before_the_app(page: Page, demo: Demo) -> None:
    """Where the code takes its time, the bar and the navigation have their places already, in the reader's colours."""
    page.emulate_media(color_scheme="dark")
    page.route("**/assets/index-*.js", lambda route: None)
    page.goto(demo.server.url + "/catalog", wait_until="commit")
    page.wait_for_function("getComputedStyle(document.body, '::before').content === '\"\"'")

    assert "rgb(29, 32, 35)" == page.evaluate("getComputedStyle(document.body, '::before').backgroundColor")

    page.unroute_all()
    page.goto(demo.server.url + "/catalog")
    settle(page)
    assert "none" == page.evaluate("getComputedStyle(document.body, '::before').content")

"""What a person does with the app, in a real browser, on the demo with its real SFTP server."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from demos import Demo
from outside_world.cli import main as outside_world
from playwright.sync_api import Locator, Page, expect


def open_page(app: Page, demo: Demo, path: str) -> None:
    """Go there."""
    app.goto(demo.server.url + path)


def test_a_dropped_file_arrives_and_what_is_downstream_turns_fresh(app: Page, demo: Demo, world: Path) -> None:
    """Without a reload: the file becomes an event, a run makes the assets below, and they are fresh again."""
    demo.server.wait_for(lambda: demo.server.status("daily_revenue") == "fresh")
    before = len(demo.server.events("raw_transactions"))
    open_page(app, demo, "/asset?key=raw_transactions&tab=events")
    expect(app.get_by_text("Reported", exact=True)).to_have_count(before + 1)  # and the badge of its status
    runs = app.context.new_page()
    runs.goto(demo.server.url + "/asset?key=daily_revenue&tab=events")
    made = runs.get_by_text("Materialized", exact=True)
    expect(made.first).to_be_visible()
    made_before = made.count()

    assert 0 == outside_world(["--world", str(world), "deliver"])

    expect(app.get_by_text("Reported", exact=True)).to_have_count(before + 2)
    expect(made).to_have_count(made_before + 1)
    expect(runs.get_by_text("Fresh", exact=True)).to_be_visible()
    app.get_by_role("button", name=re.compile("Reported")).first.click()
    for name in ("size_bytes", "last_modified", "path"):
        expect(app.get_by_role("rowheader", name=name, exact=True)).to_be_visible()


def test_what_is_being_read_holds_still(app: Page, demo: Demo) -> None:
    """A report that comes in while the pointer is in the list waits; the list says so, and shows it when asked."""
    open_page(app, demo, "/asset?key=crm%2Faccounts_export&tab=events")
    rows = app.get_by_role("button", name="Reported", exact=True)
    expect(rows.first).to_be_visible()
    before = rows.count()
    rows.first.hover()

    demo.server.post("/report_asset_materialization/", {"asset_key": ["crm", "accounts_export"]})

    more = app.get_by_role("button", name="Show 1 new event")
    expect(more).to_be_visible()
    expect(rows).to_have_count(before)
    more.click()
    expect(rows).to_have_count(before + 1)


def test_an_external_asset_says_who_makes_it_and_how_to_report_it(app: Page, demo: Demo) -> None:
    """It can't be materialized; the line that reports it stands ready, and works."""
    open_page(app, demo, "/asset?key=crm%2Faccounts_export")

    expect(app.get_by_role("button", name="Materialize")).to_be_disabled()
    line = app.locator("pre").filter(has_text="curl -X POST").inner_text()
    assert '"asset_key":["crm","accounts_export"]' in line
    assert f"{demo.server.url}/report_asset_materialization/" in line


def test_a_native_asset_is_made_by_hand(app: Page, demo: Demo) -> None:
    """The button asks, starts a run, and leads to its page, where the log is."""
    open_page(app, demo, "/asset?key=cleaned_transactions")
    app.get_by_role("button", name="Materialize").click()
    app.get_by_role("dialog").get_by_role("button", name="Materialize").click()

    expect(app).to_have_url(re.compile("/runs/"))
    expect(app.get_by_text("Success", exact=True).first).to_be_visible()
    expect(app.get_by_role("log")).to_contain_text("Cleaning")
    expect(app.get_by_text("requested in the app")).to_be_visible()


def test_the_catalog_is_searched(app: Page, demo: Demo) -> None:
    """Typing narrows the list by name, owner or description; the address keeps it."""
    open_page(app, demo, "/catalog")
    rows = app.get_by_role("table", name="Assets").locator("[role=row][aria-rowindex]")
    expect(rows).to_have_count(10)

    app.get_by_label("Search the catalog").fill("warehouse")

    expect(rows.filter(has_text="customers").first).to_be_visible()
    expect(app).to_have_url(re.compile("q=warehouse"))
    app.reload()
    expect(app.get_by_label("Search the catalog")).to_have_value("warehouse")


def test_the_catalog_takes_selections_and_completes_them(app: Page, demo: Demo) -> None:
    """A selection is completed as it is typed, narrows the list, and is told what is wrong with it."""
    open_page(app, demo, "/catalog")
    rows = app.get_by_role("table", name="Assets").locator("[role=row][aria-rowindex]")
    expect(rows).to_have_count(10)
    field = app.get_by_label("Search the catalog")
    field.press_sequentially("group:tr")
    app.get_by_role("option", name=re.compile("transactions")).click()
    expect(rows).to_have_count(2)

    field.fill("group:transactions and (")

    expect(app.get_by_role("textbox").or_(field)).to_have_attribute("aria-invalid", "true")
    field.fill("raw_transactions+1")
    expect(rows).to_have_count(2)


def test_the_catalog_is_narrowed_by_facets_and_remembers_a_view(app: Page, demo: Demo) -> None:
    """Facets count what they would leave; what is shown can be kept under a name and found again."""
    open_page(app, demo, "/catalog")
    kinds = app.get_by_role("group", name="Kind")
    expect(kinds).to_contain_text("6")
    kinds.get_by_role("checkbox", name="Native").click()
    rows = app.get_by_role("table", name="Assets").locator("[role=row][aria-rowindex]")
    expect(rows).to_have_count(4)
    app.get_by_role("button", name="Views").click()
    app.get_by_label("Keep this view as").fill("Ours")
    app.get_by_label("Keep this view as").press("Enter")
    app.get_by_role("menuitem", name="Everything").click()
    expect(rows).to_have_count(10)

    app.get_by_role("button", name="Everything").click()
    app.get_by_role("menuitem", name="Ours").click()

    expect(rows).to_have_count(4)
    expect(app).to_have_url(re.compile("kind=native"))


def test_several_assets_are_made_at_once(app: Page, demo: Demo) -> None:
    """The question says what will happen and what is left out; the run then stands in the list."""
    open_page(app, demo, "/catalog")
    for key in ("cleaned_transactions", "daily_revenue", "raw_transactions"):
        app.get_by_label(f"Choose {key}", exact=True).check()
    app.get_by_role("region", name="Chosen assets").get_by_role("button", name="Materialize…").click()
    question = app.get_by_role("dialog")
    expect(question).to_contain_text("makes 2 assets in 1 run")
    expect(question).to_contain_text("1 asset left out")

    question.get_by_role("button", name="Materialize 2 assets").click()

    expect(app.get_by_role("heading", name="Runs")).to_be_visible()
    expect(app.get_by_text("cleaned_transactions, daily_revenue").first).to_be_visible()


def test_the_lineage_shows_every_asset_and_tells_the_kinds_apart(app: Page, demo: Demo) -> None:
    """All assets are drawn as cards; one that is chosen shows its state and leads to its page."""
    open_page(app, demo, "/lineage")
    lineage = app.get_by_test_id("lineage")
    expect(lineage.locator(".hw-card")).to_have_count(10)
    expect(lineage.locator(".hw-card[data-kind=native]")).to_have_count(4)

    lineage.locator("[data-key=top_customers]").click()

    panel = app.get_by_role("complementary", name="Chosen asset")
    expect(panel).to_contain_text("Fresh")
    expect(lineage.locator(".hw-card[data-dim=true]")).not_to_have_count(0)
    panel.get_by_role("link", name="Open").click()
    expect(app.get_by_role("heading", name="top_customers")).to_be_visible()


def test_the_lineage_answers_who_is_affected_and_why_and_how(app: Page, demo: Demo) -> None:
    """Impact names what follows and whom to tell; two assets show the ways between them; the address keeps it all."""
    open_page(app, demo, "/lineage?asset=raw_transactions")
    app.get_by_text("Impact", exact=True).click()
    panel = app.get_by_role("complementary", name="Chosen asset")
    expect(panel).to_contain_text("Affects 3 assets")
    expect(panel).to_contain_text("team:finance")

    app.get_by_test_id("lineage").locator("[data-key=daily_revenue]").click(modifiers=["Shift"])

    expect(app).to_have_url(re.compile("asset=raw_transactions.*mode=impact.*to=daily_revenue"))
    shown = app.get_by_test_id("lineage").locator(".hw-card[data-dim=false]")
    expect(shown).to_have_count(3)
    app.reload()
    expect(shown).to_have_count(3)


def test_the_lineage_is_saved_as_a_picture(app: Page, demo: Demo) -> None:
    """As SVG with every name in it, and as PNG."""
    open_page(app, demo, "/lineage")
    for kind, sign in (("SVG", b"top_customers"), ("PNG", b"\x89PNG")):
        app.get_by_role("button", name="Save as a picture").click()
        with app.expect_download() as saved:
            app.get_by_role("menuitem", name=f"Save as {kind}").click()
        assert sign in Path(saved.value.path()).read_bytes()


def test_groups_fold(app: Page, demo: Demo) -> None:
    """A folded group is one card that says how many it stands for, and unfolds with a click."""
    open_page(app, demo, "/lineage")
    app.get_by_role("button", name="Fold all").click()
    lineage = app.get_by_test_id("lineage")
    expect(lineage.locator(".hw-card-group")).to_have_count(4)

    lineage.get_by_role("button", name="transactions 2 assets, unfold").click()

    expect(lineage.locator(".hw-card-group")).to_have_count(3)
    expect(lineage.locator("[data-key=raw_transactions]")).to_be_visible()


def test_numbers_are_plotted_over_time(app: Page, demo: Demo) -> None:
    """A numeric metadata entry is drawn once there are two of it."""
    open_page(app, demo, "/asset?key=raw_transactions&tab=plots")

    expect(app.get_by_role("img", name="size_bytes over time").locator("canvas")).to_be_visible()


def test_partitions_are_shown_and_opened(app: Page, demo: Demo) -> None:
    """Each day is a square that leads to its history, by pointer and by keyboard; a range is chosen with shift."""
    demo.wait_for_days(7)
    open_page(app, demo, "/asset?key=daily_sessions&tab=partitions")
    squares = app.get_by_role("slider", name="Partitions")
    for key in ("End", "ArrowLeft"):
        squares.press(key)
    expect(squares).to_have_attribute("aria-valuetext", re.compile("Materialized$"))
    expect(app.get_by_role("button", name="Materialized", exact=True)).to_be_visible()

    squares.press("Shift+ArrowLeft")

    expect(app.get_by_role("region", name=re.compile("^2 partitions"))).to_contain_text("All of them are there")


def test_a_sensor_is_switched_off_and_on(app: Page, demo: Demo) -> None:
    """The switch holds, also for a quick hand, and the sensor's page shows its cursor and ticks."""

    def is_running() -> bool:
        return demo.server.get("/api/sensors/warehouse_tables").json["running"] is True

    open_page(app, demo, "/sensors")
    switch = app.get_by_role("switch", name=re.compile("warehouse_tables"))
    expect(switch).to_be_checked()

    switch.click(force=True)
    expect(switch).not_to_be_checked()
    demo.server.wait_for(lambda: not is_running())
    for _ in range(3):
        switch.click(force=True)
    expect(switch).to_be_checked()
    demo.server.wait_for(is_running)

    timeline = app.get_by_role("region", name="Ticks")
    timeline.get_by_role("link", name="partner_files").click()
    expect(app.get_by_text("transactions_").first).to_be_visible()


def ask_palette(app: Page, words: str) -> Locator:
    """Type words into the palette; gives what matches."""
    app.keyboard.press("Control+k")
    app.get_by_role("dialog", name="Search").get_by_role("textbox", name="Search").fill(words)
    return app.get_by_role("dialog", name="Search").get_by_role("button")


@pytest.mark.parametrize(
    ("words", "found", "goal"),
    [
        ("top_cust", "^top_customers", "key=top_customers"),
        ("amount", "^amount.*Column of ", "tab=columns&column=amount"),
        ("cfo@", "^cfo@headwater.example", "owner=cfo%40headwater.example"),
        ("runs of daily_rev", "^Runs of daily_revenue", "/runs?asset=daily_revenue"),
        ("warehouse_ta", "^warehouse_tables", "/sensors/warehouse_tables"),
    ],
)
def test_anything_is_found_from_the_keyboard(app: Page, demo: Demo, words: str, found: str, goal: str) -> None:
    """Ctrl K opens the palette; a few letters and Enter lead to an asset, a column, an owner, runs, a sensor."""
    open_page(app, demo, "/")
    expect(app.get_by_role("heading", name="Overview")).to_be_visible()
    expect(ask_palette(app, words).first).to_have_accessible_name(re.compile(found))
    app.keyboard.press("Enter")

    expect(app).to_have_url(re.compile(re.escape(goal)))


def test_a_run_is_found_and_what_nobody_knows_is_not(app: Page, demo: Demo) -> None:
    """By the beginning of a run's id; what nobody knows is said to be unknown, after the server was asked."""
    run = demo.server.get("/api/runs?limit=1").json["items"][0]["run_id"]
    open_page(app, demo, "/catalog")
    expect(app.get_by_role("heading", name="Catalog")).to_be_visible()
    asked: list[str] = []
    app.on("request", lambda sent: asked.append(sent.url) if "/api/search" in sent.url else None)
    ask_palette(app, "no such thing")
    expect(app.get_by_text("Nothing is called “no such thing”")).to_be_visible()
    assert asked
    app.get_by_role("textbox", name="Search", exact=True).last.fill(run[:8])
    expect(app.get_by_role("button", name=re.compile(f"^Run {run[:8]}"))).to_be_visible()
    app.keyboard.press("Enter")
    expect(app).to_have_url(re.compile(f"/runs/{run}"))


@pytest.mark.parametrize(
    ("path", "said", "others"),
    [
        ("/asset?key=raw_transaction", "Did you mean 'raw_transactions'?", "/catalog"),
        ("/runs/0123456789abcdef", "no run", "/runs"),
        ("/backfills/0123456789abcdef", "no backfill", "/backfills"),
        ("/sensors/partner_file", "partner_file", "/sensors"),
        ("/schedules/each_day", "each_day", "/sensors"),
        ("/jobs/each_job", "each_job", "/sensors"),
    ],
)
def test_what_is_not_there_is_no_error(page: Page, demo: Demo, path: str, said: str, others: str) -> None:
    """Its page says so, and leads to what there is; to try again would change nothing."""
    open_page(page, demo, path)
    main = page.get_by_role("main")
    expect(main.get_by_text("This is not there")).to_be_visible()
    expect(main).to_contain_text(said)
    expect(main.get_by_role("button", name="Try again")).to_have_count(0)
    main.get_by_role("link", name=re.compile("^all ")).click()
    expect(page).to_have_url(demo.server.url + others)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/catalog",
        "/lineage",
        "/runs",
        "/runs?view=asset",
        "/backfills",
        "/sensors",
        "/sensors/partner_files",
        "/settings",
        "/settings?tab=server",
        "/settings?tab=tokens",
        "/settings?tab=people",
        "/settings?tab=storage",
        "/settings?tab=alerts",
        "/settings?tab=deployments",
        "/settings?tab=audit",
        "/asset?key=raw_transactions",
        "/asset?key=raw_transactions&tab=events",
        "/asset?key=raw_transactions&tab=plots",
        "/asset?key=cleaned_transactions",
        "/asset?key=cleaned_transactions&tab=checks",
        "/asset?key=cleaned_transactions&tab=columns&column=amount",
        "/asset?key=daily_sessions&tab=partitions",
        "/asset?key=daily_revenue&tab=lineage",
        "/asset?key=daily_revenue&tab=automation",
        "/asset?key=daily_revenue&tab=definition",
    ],
)
def test_each_page_fits_a_phone(app: Page, demo: Demo, path: str) -> None:
    """Nothing makes the page scroll sideways at 390 pixels."""
    app.set_viewport_size({"width": 390, "height": 844})
    open_page(app, demo, path)
    expect(app.get_by_role("heading", level=1)).to_be_visible()
    expect(app.locator("[aria-busy=true]")).to_have_count(0)

    assert app.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_neighbourhood_is_whole_and_readable_on_a_phone(app: Page, demo: Demo) -> None:
    """It is drawn from top to bottom: each card comes to stand within the frame, wide enough to be read."""
    app.set_viewport_size({"width": 390, "height": 844})
    open_page(app, demo, "/asset?key=daily_revenue&tab=lineage")
    cards = app.get_by_test_id("lineage").locator(".hw-card[data-key]")
    expect(cards).to_have_count(4)
    places = """cards => new Promise(done => {
        const fits = card => {
            const [mine, all] = [card, card.closest('.hw-stage')].map(one => one.getBoundingClientRect());
            return mine.width > 120 && all.left <= mine.left && mine.right <= all.right && all.top <= mine.top
                && mine.bottom <= all.bottom;
        }
        const look = () => cards.every(fits) || performance.now() > 9e4 ? done(cards.map(fits)) : setTimeout(look)
        look()
    })"""

    assert [True] * 4 == cards.evaluate_all(places)


def test_the_keys_are_told_and_the_tab_says_what_is_shown(app: Page, demo: Demo) -> None:
    """A question mark tells of the keys, except where it is typed."""
    open_page(app, demo, "/catalog")
    expect(app).to_have_title("Catalog · Headwater")
    app.get_by_label("Search the catalog").press("?")
    expect(app.get_by_text("Nothing matches")).to_be_visible()
    expect(app.get_by_role("dialog", name="Keys")).to_have_count(0)
    app.get_by_role("heading", level=1).click()
    app.keyboard.press("?")
    expect(app.get_by_role("dialog", name="Keys")).to_contain_text("Move the map")
    app.keyboard.press("Escape")
    expect(app.get_by_role("dialog", name="Keys")).to_have_count(0)


def test_an_asset_that_is_not_there_still_has_its_heading(page: Page, demo: Demo) -> None:
    """Above the sentence that says so."""
    open_page(page, demo, "/asset?key=no_such")
    expect(page.get_by_role("heading", level=1, name="no_such")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("There is no asset 'no_such'")
    expect(page).to_have_title("no_such · Headwater")


@pytest.mark.parametrize("path", ["/runs?view=asset", "/sensors"])
def test_a_timeline_cuts_nothing_on_a_phone(app: Page, demo: Demo, path: str) -> None:
    """Names have a row of their own, and each moment that is named stands within the timeline."""
    app.set_viewport_size({"width": 390, "height": 844})
    open_page(app, demo, path)
    lines = app.locator(".hw-timeline-line")
    expect(lines.filter(has_text=re.compile("daily_sessions|warehouse_tables"))).to_be_visible()
    cut = """lines => lines.flatMap(line => [...line.querySelectorAll('p, span')]).filter(each => {
        const [mine, all] = [each, each.closest('.hw-timeline')].map(one => one.getBoundingClientRect());
        return each.scrollWidth > each.clientWidth + 1 && each.tagName === 'P'
            || mine.width > 0 && (mine.left < all.left || mine.right > all.right);
    }).map(each => each.textContent)"""

    assert [] == lines.evaluate_all(cut)


def test_paper_shows_what_the_screen_does(app: Page, demo: Demo) -> None:
    """In print the navigation is gone; names that are buttons on the screen stay, dark on white."""
    app.emulate_media(media="print", color_scheme="dark")
    open_page(app, demo, "/catalog")

    expect(app.get_by_role("button", name="Last update")).to_be_visible()
    expect(app.get_by_role("navigation", name="Pages")).to_be_hidden()
    ink = app.locator("main h1").evaluate("each => getComputedStyle(each).color")
    assert "rgb(0, 0, 0)" == ink
    open_page(app, demo, "/lineage")
    expect(app.get_by_test_id("lineage").locator("[data-key=top_customers]")).to_be_visible()

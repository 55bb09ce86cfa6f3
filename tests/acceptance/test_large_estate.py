"""The app with ten thousand assets: everything is there, and it can be found, followed and drawn."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from servers import DevServer, dev_server

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.estates import estate

COUNT = 10_000
AFTER_FRAMES = """count => new Promise(done => {
    const next = left => left > 0 ? requestAnimationFrame(() => next(left - 1)) : done(window.drawn_)
    next(count)
})"""
"""Waits until the page was drawn so many times, and gives what it has counted."""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevServer]:
    """A server with a generated company."""
    folder = tmp_path_factory.mktemp("large")
    project = folder / "estate.py"
    project.write_text(estate("headwater", COUNT))
    with dev_server(folder / "home", str(project)) as started:
        started.wait_for(lambda: len(started.get("/api/assets").json["items"]) == COUNT)
        yield started


def test_the_map_draws_all_and_leads_to_one(page: Page, large: DevServer) -> None:
    """From afar every asset is a dot; an asset that is looked for is brought near, as a card with its state."""
    page.goto(large.url + "/lineage")
    lineage = page.get_by_test_id("lineage")
    expect(lineage).to_have_attribute("data-detail", "dots")
    expect(page.get_by_text("10 000 assets")).to_be_visible()

    page.get_by_role("combobox", name="Find an asset").fill("marts_domain_012_orders")
    page.get_by_role("option", name="marts_domain_012_orders", exact=True).click()

    expect(lineage).to_have_attribute("data-detail", "cards")
    expect(lineage.locator("[data-key=marts_domain_012_orders]")).to_be_visible()


def test_the_map_zooms_through_names_to_cards(page: Page, large: DevServer) -> None:
    """The wheel goes from dots to names to cards, and the address keeps the view."""
    page.goto(large.url + "/lineage")
    lineage = page.get_by_test_id("lineage")
    expect(lineage).to_have_attribute("data-detail", "dots")
    lineage.hover(position={"x": 300, "y": 200})
    seen = ["dots"]
    for _ in range(60):
        page.mouse.wheel(0, -120)
        page.evaluate(AFTER_FRAMES, 2)
        detail = lineage.get_attribute("data-detail") or ""
        if detail != seen[-1]:
            seen.append(detail)
        if detail == "cards":
            break

    assert ["dots", "names", "cards"] == seen
    expect(page).to_have_url(re.compile("view="))
    page.reload()
    expect(lineage).to_have_attribute("data-detail", "cards")


def test_moving_the_map_draws_nothing_anew(page: Page, large: DevServer) -> None:
    """What is under the pointer is lit once; from then on moving shifts what is drawn, however much that is."""
    page.add_init_script(
        "const clear = CanvasRenderingContext2D.prototype.clearRect; window.drawn_ = 0;"
        "CanvasRenderingContext2D.prototype.clearRect = function (...given) { window.drawn_ += 1;"
        " return clear.apply(this, given) }"
    )
    page.goto(large.url + "/lineage")
    lineage = page.get_by_test_id("lineage")
    expect(lineage).to_have_attribute("data-detail", "dots")
    lit = lineage.locator("> canvas").nth(1)
    box = lineage.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    while lit.is_hidden():
        x += 4
        page.mouse.move(x, y)
        page.evaluate(AFTER_FRAMES, 2)
    before = page.evaluate(AFTER_FRAMES, 5)
    page.mouse.down()
    for step in range(20):
        page.mouse.move(x - 5 * step, y)

    assert before == page.evaluate(AFTER_FRAMES, 5)


def test_the_map_is_laid_out_once(page: Page, large: DevServer) -> None:
    """A second visit takes the layout from the browser's store, without asking the worker."""
    page.add_init_script(
        "const send = Worker.prototype.postMessage; window.asked_ = 0;"
        "Worker.prototype.postMessage = function (...given) { window.asked_ += 1; return send.apply(this, given) }"
    )
    page.goto(large.url + "/lineage")
    lineage = page.get_by_test_id("lineage")
    expect(lineage).to_have_attribute("data-detail", "dots")
    assert 1 == page.evaluate("window.asked_")
    kept = """new Promise(done => {
        const ask = () => {
            const opened = indexedDB.open("headwater-lineage")
            opened.onsuccess = () => {
                const keys = opened.result.transaction("scenes").objectStore("scenes").getAllKeys()
                keys.onsuccess = () => keys.result.length > 0 ? done(true) : setTimeout(ask, 50)
            }
        }
        ask()
    })"""
    assert page.evaluate(kept)

    page.reload()

    expect(lineage).to_have_attribute("data-detail", "dots")
    assert 0 == page.evaluate("window.asked_")


def test_the_first_page_is_light(page: Page, large: DevServer) -> None:
    """Scripts and styles of the first page are below 250 kB as they travel."""
    page.goto(large.url + "/")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()

    sizes = page.evaluate(
        "performance.getEntriesByType('resource').filter(each => /[.](js|css)$/.test(each.name))"
        ".map(each => each.encodedBodySize)"
    )
    assert 0 < sum(sizes) < 250_000


@pytest.mark.parametrize(
    ("path", "answer", "code"), [("/catalog", "/api/assets", "/Catalog-"), ("/lineage", "/api/graph", "/LineagePage-")]
)
def test_a_page_asks_before_the_app_runs(page: Page, large: DevServer, path: str, answer: str, code: str) -> None:
    """The head of the page has the browser ask for its first answer and its own code, and nobody asks again."""
    page.goto(large.url + path)
    expect(page.get_by_text("10 000 assets", exact=True)).to_be_visible()

    found = page.evaluate("performance.getEntriesByType('resource').map(each => [each.name, each.initiatorType])")
    assert ["link"] == [how for name, how in found if name == large.url + answer]
    assert 1 == len([name for name, _ in found if code in name and name.endswith(".js")])
    head = page.request.get(large.url + path).text().partition("</head>")[0]
    assert re.search(f'<link rel="modulepreload" [^>]*{code}[^>]*[.]js">', head)


def test_what_pages_are_to_ask_for_is_there(large: DevServer) -> None:
    """Each link in the head of each page has an answer."""
    pages = ("/", "/catalog", "/lineage", "/asset", "/runs", "/runs/1", "/backfills", "/backfills/1", "/sensors")
    heads = [large.get(path).body.decode() for path in (*pages, "/sensors/1", "/schedules/1", "/settings")]
    links = {link for head in heads for link in re.findall(r'<link rel="[^"]*" [^>]*href="[.](/[^"]*)"', head)}

    assert len(links) > 20
    assert [] == [link for link in links if large.get(link).status != 200]


def test_the_catalog_lists_all_and_finds_one(page: Page, large: DevServer) -> None:
    """Only the rows in sight are drawn; the end of the list is reached, and a word finds one of ten thousand."""
    page.goto(large.url + "/catalog")
    table = page.get_by_role("table", name="Assets")
    expect(table).to_have_attribute("aria-rowcount", str(COUNT + 1))
    rows = table.locator("[role=row][aria-rowindex]")
    expect(rows.first).to_be_visible()
    assert rows.count() < 60

    page.keyboard.press("End")
    expect(table.locator(f"[aria-rowindex='{COUNT + 1}']")).to_be_visible()
    page.keyboard.press("Home")
    page.get_by_label("Search the catalog").fill("staging_domain_100_stock")
    expect(rows).to_have_count(1)


def test_the_palette_finds_one_of_ten_thousand(page: Page, large: DevServer) -> None:
    """A few letters and Enter lead to the asset."""
    page.goto(large.url + "/")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    page.keyboard.press("Control+k")
    page.get_by_role("textbox", name="Search", exact=True).fill("core_domain_200_prices")
    expect(page.get_by_role("button", name=re.compile("^core_domain_200_prices"))).to_be_visible()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="core_domain_200_prices")).to_be_visible()

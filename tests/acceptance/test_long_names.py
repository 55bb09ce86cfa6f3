"""What is long is cut or goes on in the next line: it never lies over something else, nor makes a page wider."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from axe import settle, violations
from playwright.sync_api import Page, ViewportSize, expect
from servers import DevServer, dev_server

PROJECT = Path(__file__).parents[1] / "projects" / "long_names.py"
SIZES: tuple[ViewportSize, ...] = ({"width": 1440, "height": 900}, {"width": 390, "height": 844})
TABS = ("overview", "events", "lineage", "definition")
WIDTHS = "[document.documentElement.scrollWidth, window.innerWidth]"
OUTSIDE = """
() => [...document.querySelectorAll('main section, main [role=table]')].flatMap(place => {
  const edge = place.getBoundingClientRect().right + 1
  const scrolls = one => one !== place && (getComputedStyle(one).overflowX !== 'visible' || scrolls(one.parentElement))
  return [...place.querySelectorAll('a, code, td, span')]
    .filter(one => one.getBoundingClientRect().right > edge && !scrolls(one.parentElement))
    .map(one => one.textContent.slice(0, 40))
})
"""
"""What reaches out of the part of the page that it belongs to, and is not cut there either."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevServer]:
    """A server with the project, whose long asset was made, beside a location that never loaded."""
    folder = tmp_path_factory.mktemp("long")
    broken = folder / "broken.py"
    broken.write_text("import no_such_package\n")
    with dev_server(folder / "home", str(PROJECT), str(broken)) as started:
        keys = started.wait_for(lambda: [row["key"] for row in started.get("/api/assets").json["items"]])
        started.post("/api/runs", {"assets": [key for key in keys if not key.startswith("deep")]})
        started.wait_for(lambda: any(row["status"] == "fresh" for row in started.get("/api/assets").json["items"]))
        yield started


def paths(server: DevServer) -> list[str]:
    """The pages that show long names."""
    keys = [row["key"] for row in server.get("/api/assets").json["items"]]
    run = server.get("/api/runs").json["items"][0]["run_id"]
    tabs = [f"/asset?key={quote(key, safe='')}&tab={tab}" for key in keys for tab in TABS]
    return ["/", "/catalog", "/runs", "/runs?view=asset", f"/runs/{run}", *tabs]


@pytest.mark.parametrize("size", SIZES, ids=["desk", "phone"])
def test_long_names_stay_in_their_place(page: Page, server: DevServer, size: ViewportSize) -> None:
    """No page scrolls sideways, and no name reaches out of its section."""
    page.set_viewport_size(size)
    found = {}
    for path in paths(server):
        page.goto(server.url + path)
        settle(page)
        wide, window = page.evaluate(WIDTHS)
        if wide > window or (outside := page.evaluate(OUTSIDE)):
            found[path] = wide if wide > window else outside

    assert {} == found


@pytest.mark.parametrize("size", SIZES, ids=["desk", "phone"])
def test_a_long_name_takes_one_line_of_the_catalog(page: Page, server: DevServer, size: ViewportSize) -> None:
    """It is cut; its whole stands in its title, and its row is as high as any."""
    page.set_viewport_size(size)
    page.goto(server.url + "/catalog")
    names = page.get_by_role("table", name="Assets").get_by_role("link")
    expect(names).to_have_count(2)

    assert names.evaluate_all("all => all.every(one => one.getBoundingClientRect().height < 30)")


def test_what_scrolls_in_a_description_is_reached_by_keys(scheme_page: Page, server: DevServer) -> None:
    """Code and tables wider than their place have a stop of their own for the keyboard."""
    long = next(row["key"] for row in server.get("/api/assets").json["items"] if not row["key"].startswith("deep"))
    scheme_page.goto(f"{server.url}/asset?key={quote(long)}")
    settle(scheme_page)
    expect(scheme_page.get_by_role("heading", name="Part 5")).to_be_visible()

    assert [] == violations(scheme_page)


def test_several_assets_are_made_at_once_on_a_phone(page: Page, server: DevServer) -> None:
    """Each row has its box there, too, and the bar of what is chosen fits."""
    page.set_viewport_size(SIZES[1])
    page.goto(server.url + "/catalog")
    page.get_by_role("checkbox", name="Choose all that are listed").check()
    page.get_by_role("region", name="Chosen assets").get_by_role("button", name="Materialize…").click()

    expect(page.get_by_role("dialog").get_by_role("button", name="Materialize 2 assets")).to_be_visible()


def test_code_that_never_loaded_has_nothing_in_force(page: Page, server: DevServer) -> None:
    """The note above every page says so, and leads to the traceback; the map below it ends with the window."""
    page.goto(server.url + "/lineage")
    note = page.get_by_role("alert").filter(has_text="The code of broken does not load")
    expect(note).to_contain_text("Nothing of it is in force.")
    expect(page.get_by_role("button", name="Show all")).to_be_in_viewport()
    note.get_by_role("link", name="See the traceback").click()

    expect(page.get_by_role("region", name="Code locations")).to_contain_text("never loaded")

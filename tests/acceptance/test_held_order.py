"""Sorted lists keep their order while somebody reads them, however much comes in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe import settle
from playwright.sync_api import Page, expect
from servers import DevServer, dev_server

PROJECT = Path(__file__).parents[1] / "projects" / "late.py"
YEAR_2020 = {"Headwater-Timestamp": "1577836800"}
YEAR_2021 = {"Headwater-Timestamp": "1609459200"}
NEW = re.compile("just now|\\d (s|min) ago")
TABS = 40
"""More than there are links above what needs a look."""
NOTE = "Order held while you read: 1 change"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[DevServer]:
    """A server with two exports, one of which was reported a year after the other and is late."""
    with dev_server(tmp_path / "home", str(PROJECT)) as started:
        started.wait_for(lambda: len(started.get("/api/assets").json["items"]) == 3)
        started.post("/report_asset_materialization/", {"asset_key": "other_export"}, YEAR_2020)
        started.post("/report_asset_materialization/", {"asset_key": "promised_export"}, YEAR_2021)
        started.wait_for(lambda: started.asset("promised_export")["asset"]["freshness"] == "FAIL")
        yield started


def test_the_catalog_holds_its_order_under_the_pointer(page: Page, server: DevServer) -> None:
    """What was updated says so where it stands, a note tells of the change, and it moves once the pointer has gone."""
    page.goto(server.url + "/catalog?sort=updated-desc")
    rows = page.get_by_role("table", name="Assets").locator("[role=row][aria-rowindex]")
    expect(rows.nth(0)).to_contain_text("promised_export")
    expect(rows.nth(1)).to_contain_text("other_export")
    rows.nth(1).hover()
    server.post("/report_asset_materialization/", {"asset_key": "other_export"})

    expect(page.get_by_text(NOTE)).to_be_visible()
    expect(rows.nth(0)).to_contain_text("promised_export")
    expect(rows.nth(1)).to_contain_text("other_export")
    expect(rows.nth(1)).to_contain_text(NEW)
    page.get_by_role("heading", level=1).hover()
    expect(rows.nth(0)).to_contain_text("other_export")
    expect(page.get_by_text(NOTE)).to_be_hidden()


def test_another_order_that_is_asked_for_is_shown_at_once(page: Page, server: DevServer) -> None:
    """The pointer that asks for it stands in the table itself."""
    page.goto(server.url + "/catalog?sort=updated-desc")
    table = page.get_by_role("table", name="Assets")
    rows = table.locator("[role=row][aria-rowindex]")
    expect(rows.nth(0)).to_contain_text("promised_export")
    table.get_by_role("button", name="Last update").click()

    expect(rows.nth(0)).to_contain_text("other_export")


def test_what_needs_a_look_holds_its_order_for_the_keyboard(page: Page, server: DevServer) -> None:
    """A graver trouble waits below the note while the focus is in the list, and stands first once it has gone."""
    page.goto(server.url + "/")
    trouble = page.get_by_role("region", name="Needs a look")
    expect(trouble.locator(".hw-line")).to_contain_text(["promised_export"])
    late = trouble.get_by_role("link", name="promised_export")
    page.get_by_role("link", name="Overview").focus()
    for _ in range(TABS):
        page.keyboard.press("Tab")
        if late.evaluate("link => link === document.activeElement"):
            break
    wrong = {"asset_key": "other_export", "check_name": "not_empty", "passed": False, "severity": "ERROR"}
    server.post("/report_asset_check/", wrong)

    expect(page.get_by_text(NOTE)).to_be_visible()
    expect(trouble.locator(".hw-line")).to_contain_text(["promised_export"])
    page.get_by_role("link", name="Overview").focus()
    expect(trouble.locator(".hw-line")).to_contain_text(["other_export", "promised_export"])


def test_what_needs_a_look_moves_nothing_that_is_read_below_it(page: Page, server: DevServer) -> None:
    """It grows once the pointer has left what stands below; meanwhile a note tells of it."""
    page.goto(server.url + "/")
    settle(page)
    lines = page.get_by_role("region", name="Needs a look").locator(".hw-line")
    expect(lines).to_contain_text(["promised_export"])
    runs = page.get_by_role("region", name="Runs")
    runs.hover()
    place = runs.bounding_box()
    wrong = {"asset_key": "other_export", "check_name": "not_empty", "passed": False, "severity": "ERROR"}
    server.post("/report_asset_check/", wrong)

    expect(page.get_by_text(NOTE)).to_be_visible()
    expect(lines).to_contain_text(["promised_export"])
    assert place == runs.bounding_box()
    page.get_by_role("heading", level=1).hover()
    expect(lines).to_contain_text(["other_export", "promised_export"])

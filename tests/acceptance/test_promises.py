"""What is late by its freshness policy, and a check that is carried out from the app."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from servers import DevServer, dev_server

PROJECT = Path(__file__).parents[1] / "projects" / "late.py"
NEW_YEAR_2020 = "1577836800"


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevServer]:
    """A server with two exports of years ago, one of which is promised each day."""
    with dev_server(tmp_path_factory.mktemp("late") / "home", str(PROJECT)) as started:
        started.wait_for(lambda: len(started.get("/api/assets").json["items"]) == 3)
        for key in ("promised_export", "other_export"):
            started.post("/report_asset_materialization/", {"asset_key": key}, {"Headwater-Timestamp": NEW_YEAR_2020})
        started.wait_for(lambda: started.asset("promised_export")["asset"]["freshness"] == "FAIL")
        yield started


def test_what_breaks_its_promise_is_late(page: Page, late: DevServer) -> None:
    """The overview names it and its number leads to it; an export that nobody promised is not late."""
    page.goto(late.url + "/")
    expect(page.get_by_role("region", name="Needs a look").locator(".hw-line")).to_contain_text("promised_export")
    page.get_by_role("link", name=re.compile(r"^1\s*Late")).click()

    rows = page.get_by_role("table", name="Assets").locator("[role=row][aria-rowindex]")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("promised_export")
    expect(rows).to_contain_text("Late")


def test_all_that_needs_a_look_is_one_list(page: Page, late: DevServer) -> None:
    """The facet counts what the overview lists."""
    page.goto(late.url + "/catalog?look=late&look=failed")

    expect(page.get_by_role("table", name="Assets").locator("[role=row][aria-rowindex]")).to_have_count(1)
    expect(page.get_by_role("group", name="Needs a look")).to_contain_text("Late")


def test_a_check_is_carried_out_alone(page: Page, late: DevServer) -> None:
    """The question says that nothing is made; the check then has a result."""
    page.goto(late.url + "/asset?key=promised_export&tab=checks")
    check = page.get_by_role("region", name="is_there")
    expect(check).to_contain_text("No result")
    check.get_by_role("button", name="Run is_there").click()
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("Nothing is made anew")
    question.get_by_role("button", name="Run is_there").click()

    expect(page.get_by_role("heading", name=re.compile("^Run "))).to_be_visible()
    expect(page.get_by_text("Success", exact=True).first).to_be_visible()
    page.goto(late.url + "/asset?key=promised_export&tab=checks")
    expect(check).to_contain_text("Passed")


def test_a_tab_that_an_asset_does_not_have_is_its_overview(page: Page, late: DevServer) -> None:
    """An address that was sent about, or typed wrong, shows something."""
    page.goto(late.url + "/asset?key=promised_export&tab=partitions")

    expect(page.get_by_role("tab", name="Overview")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("region", name="How to report it")).to_be_visible()


def test_a_page_of_a_former_build_asks_for_a_reload(page: Page, late: DevServer) -> None:
    """A part of the app that is gone is no broken page: the app says that there is a newer one."""
    page.goto(late.url + "/")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    page.route(re.compile(r"/assets/Catalog-.*\.js"), lambda route: route.continue_(url=late.url + "/assets/gone.js"))
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Catalog").click()

    expect(page.get_by_role("alert")).to_contain_text("There is a newer version of this app")
    page.unroute_all()
    page.get_by_role("button", name="Reload").click()
    expect(page.get_by_role("heading", name="Catalog")).to_be_visible()


def test_a_page_that_a_stopped_server_does_not_send_says_so(page: Page, late: DevServer) -> None:
    """It is no newer build that is missing then, and a reload helps once the server is back."""
    page.goto(late.url + "/")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    page.route(re.compile(r"/assets/Catalog-|/api/deployment"), lambda route: route.abort())
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Catalog").click()

    expect(page.get_by_role("alert")).to_contain_text("The server does not answer")
    page.unroute_all()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="Catalog")).to_be_visible()

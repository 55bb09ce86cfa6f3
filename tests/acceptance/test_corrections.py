"""What is seldom done with an asset, each after a question that says what will happen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from servers import DevServer, dev_server

PROJECT = Path(__file__).parents[1] / "projects" / "parts.py"


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevServer]:
    """A server with assets in parts."""
    with dev_server(tmp_path_factory.mktemp("parts") / "home", str(PROJECT)) as started:
        started.wait_for(lambda: len(started.get("/api/assets").json["items"]) == 3)
        yield started


def report(server: DevServer, rows: int) -> None:
    """Tell of the budget."""
    server.post("/report_asset_materialization/", {"asset_key": "budget", "metadata": {"rows": rows}})


def test_an_event_is_withdrawn(page: Page, parts: DevServer) -> None:
    """It no longer counts and says so; the one before it is the latest again."""
    report(parts, 7)
    report(parts, 9_000)
    page.goto(parts.url + "/asset?key=budget&tab=events")
    page.get_by_role("button", name="Reported", exact=True).first.click()
    page.get_by_role("button", name="Withdraw…").click()
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("no longer counts")
    question.get_by_label("Why").fill("A test file")
    question.get_by_role("button", name="Withdraw it").click()

    expect(question).to_be_hidden()
    expect(page.get_by_text("Withdrawn", exact=True)).to_be_visible()
    page.get_by_role("button", name="Show 1 new event").click()
    expect(page.get_by_role("button", name=re.compile("withdrawn: A test file"))).to_be_visible()
    assert 7 == parts.asset("budget")["latest_metadata"]["rows"]["value"]


def test_an_asset_is_wiped(page: Page, parts: DevServer) -> None:
    """The question counts the events; afterwards the asset stands as if it had never been reported."""
    report(parts, 7)
    page.goto(parts.url + "/asset?key=budget")
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name=re.compile("^Wipe")).click()
    question = page.get_by_role("dialog")
    expect(question).to_contain_text(re.compile(r"\d+ events? no longer count"))
    question.get_by_role("button", name="Wipe it").click()

    expect(question).to_be_hidden()
    expect(page.get_by_text("No report", exact=True)).to_be_visible()
    assert "unreported" == parts.status("budget")


def test_a_range_of_partitions_is_made_and_wiped(page: Page, parts: DevServer) -> None:
    """Chosen with the keyboard, made in one run, and two of them forgotten again."""
    page.goto(parts.url + "/asset?key=sales&tab=partitions")
    squares = page.get_by_role("slider", name="Partitions")
    squares.press("Home")
    for _ in range(3):
        squares.press("Shift+ArrowRight")
    chosen = page.get_by_role("region", name=re.compile("^4 partitions"))
    chosen.get_by_role("button", name="Materialize…").click()
    page.get_by_role("dialog").get_by_role("button", name="Materialize 4 partitions").click()
    expect(page.get_by_role("heading", name=re.compile("^Run "))).to_be_visible()
    expect(page.get_by_text("Success", exact=True).first).to_be_visible()
    assert 4 == parts.asset("sales")["partitions"]["materialized"]

    page.goto(parts.url + "/asset?key=sales&tab=partitions")
    squares.press("Home")
    squares.press("Shift+ArrowRight")
    page.get_by_role("region", name=re.compile("^2 partitions")).get_by_role("button", name="Wipe…").click()
    page.get_by_role("dialog").get_by_role("button", name="Wipe 2 partitions").click()

    expect(page.get_by_role("dialog")).to_be_hidden()
    assert 2 == parts.asset("sales")["partitions"]["materialized"]


def test_keys_are_added_and_deleted(page: Page, parts: DevServer) -> None:
    """The question says whose keys they are and what a change comes to; the new ones can be made at once."""
    page.goto(parts.url + "/asset?key=invoices&tab=partitions")
    expect(page.get_by_text("Add keys under")).to_be_visible()
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name=re.compile("Edit partitions")).click()
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("shared by 1 asset: invoices")
    for key in ("acme", "globex"):
        question.get_by_label("Add").fill(key)
        question.get_by_label("Add").press("Enter")
    expect(question.get_by_role("status")).to_contain_text("adds 2 keys and deletes 0 keys")
    question.get_by_role("button", name="Change them").click()

    expect(question).to_be_hidden()
    expect(page.get_by_role("slider", name="Partitions")).to_have_attribute("aria-valuemax", "1")
    assert ["acme", "globex"] == parts.get("/api/dynamic_partitions/customers").json["keys"]
    assert 201 == parts.post("/api/runs", {"assets": ["invoices"], "partition": "acme"}).status

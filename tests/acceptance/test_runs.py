"""Runs in a real browser: found, followed, understood, ended, done again and compared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from demos import Demo
from playwright.sync_api import Page, expect
from servers import DevServer, dev_server

PROJECT = Path(__file__).parents[1] / "projects" / "operations.py"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the project looks for what is to wait."""
    return tmp_path_factory.mktemp("operations")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[DevServer]:
    """A server with the project, its definitions loaded."""
    environment = {"OPERATIONS_FOLDER": str(folder)}
    with dev_server(folder / "home", str(PROJECT), environment=environment) as server:
        server.wait_for(lambda: server.get("/api/assets").json["items"])
        yield server


def request(server: DevServer, *assets: str, **more: Any) -> str:
    """Request a run, and give its id."""
    found: str = server.post("/api/runs", {"assets": list(assets), **more}).json["run_id"]
    return found


def ended(server: DevServer, run_id: str) -> str:
    """The run, once it has ended."""
    server.wait_for(lambda: server.get(f"/api/runs/{run_id}").json["run"]["ended_at"])
    return run_id


@pytest.fixture(scope="module")
def failed(server: DevServer) -> str:
    """A run of three steps: one ended well, one failed, one was skipped."""
    return ended(server, request(server, "orders", "ledger", "report", tags={"team": "finance"}))


def rows(page: Page) -> Any:
    """The lines of the list of runs."""
    return page.get_by_role("table", name="Runs").get_by_role("row")


def test_runs_are_found_by_what_they_have_in_common(page: Page, server: DevServer, failed: str) -> None:
    """Status, tag, cause and time narrow the list, and the address holds them; one button shows all again."""
    ended(server, request(server, "orders"))
    page.goto(server.url + "/runs?tag=team%3Dfinance")
    expect(rows(page)).to_have_count(1)
    page.get_by_role("radiogroup", name="Status").get_by_text("Success").click()
    expect(page.get_by_text("No such runs")).to_be_visible()

    page.get_by_role("button", name="Show all").click()

    expect(page).to_have_url(re.compile("/runs$"))
    expect(rows(page).nth(1)).to_be_visible()
    page.get_by_role("combobox", name="Requested by").click()
    page.get_by_role("option", name="Schedules").click()
    expect(page.get_by_text("No such runs")).to_be_visible()
    page.get_by_role("combobox", name="Requested by").click()
    page.get_by_role("option", name="Calls of the API").click()
    page.get_by_role("combobox", name="Requested when").click()
    page.get_by_role("option", name="Last hour").click()
    expect(page).to_have_url(re.compile("cause=api&last=3600"))
    expect(rows(page).nth(1)).to_be_visible()


def test_a_timeline_goes_back_and_forth(page: Page, server: DevServer, failed: str) -> None:
    """A day by asset; nothing was the day before; then back to now."""
    page.goto(server.url + "/runs?view=asset")
    timeline = page.get_by_role("group", name="Runs by asset")
    expect(timeline.get_by_role("link").first).to_be_visible()
    page.get_by_role("button", name="Earlier").click()
    expect(page.get_by_text("No such runs")).to_be_visible()
    page.get_by_role("button", name="Later").click()
    expect(timeline).to_contain_text("ledger")


def test_a_failed_run_says_how_it_went(page: Page, server: DevServer, failed: str) -> None:
    """Its steps over time, what failed, its log by level and word, and what it made."""
    page.goto(f"{server.url}/runs/{failed}")
    gantt = page.get_by_role("table", name="Steps over time")
    steps = gantt.get_by_role("rowheader").filter(has_not_text="Queue")
    expect(steps).to_have_text(["orders", "ledger", "report"])
    expect(gantt).to_contain_text("the ledger is closed")
    expect(page.get_by_role("region", name="Outputs").get_by_role("row")).to_have_count(2)
    expect(page.get_by_role("region", name="Outputs")).to_contain_text("rows 40")
    log = page.get_by_role("log", name="Log of the run")
    expect(log).to_contain_text("reading the orders")
    expect(log).to_contain_text("printed by orders")

    page.get_by_role("radiogroup", name="Least level").get_by_text("warning").click()
    expect(log).not_to_contain_text("reading the orders")
    page.get_by_label("Search the log").fill("customer")
    expect(page.get_by_text(re.compile("^1 of"))).to_be_visible()
    expect(page).to_have_url(re.compile("level=WARNING&find=customer"))


def test_a_run_says_why_it_was_requested(page: Page, server: DevServer) -> None:
    """The condition's tree as it was then, and the event that led to it."""
    server.post("/report_asset_materialization/raw_orders", {"metadata": {"files": 3}})
    run = server.wait_for(lambda: server.get("/api/runs?cause=automation").json["items"])[0]["run_id"]
    page.goto(f"{server.url}/runs/{run}")

    why = page.get_by_role("region", name="Why this run")
    expect(why).to_contain_text("raw_orders was updated")
    why.get_by_text("The condition as it stood then").click()
    expect(why.locator(".hw-condition").first).to_be_visible()
    why.get_by_role("button", name="Reported").click()
    expect(why).to_contain_text("files")


def test_what_began_before_a_stretch_of_time_is_drawn_in_it(page: Page, server: DevServer, folder: Path) -> None:
    """A run that was requested earlier and is not over yet; a list of what was requested then lacks it."""
    (folder / "training").touch()
    run = request(server, "training")
    later = server.get(f"/api/runs/{run}").json["run"]["created_at"] + 0.001
    listed = server.get(f"/api/runs?asset=training&since={later}").json["items"]
    page.goto(f"{server.url}/runs?view=asset&since={later}&until={later + 3_600}")

    bar = page.get_by_role("group", name="Runs by asset").get_by_role("link", name=re.compile("training"))
    expect(bar).to_have_attribute("href", f"/runs/{run}")
    assert [] == listed
    server.post(f"/api/runs/{run}/cancel")
    ended(server, run)


def test_a_step_that_waits_for_room_says_so(page: Page, server: DevServer, folder: Path) -> None:
    """While another run has the only place of a pool, its step is drawn as waiting; and so it is once it has ended."""
    (folder / "training").touch()
    assert 200 == server.put("/api/limits", {"kind": "pool", "name": "gpu", "most": 1}).status
    first = request(server, "training")
    server.wait_for(lambda: any(each["started_at"] for each in server.get(f"/api/runs/{first}").json["steps"]))
    run = request(server, "orders", "scoring")
    page.goto(f"{server.url}/runs/{run}")
    gantt = page.get_by_role("table", name="Steps over time")
    scoring = gantt.get_by_role("row").filter(has_text="scoring")
    orders = gantt.get_by_role("row").filter(has_text="orders")
    expect(orders.get_by_label(re.compile("Works"))).to_be_visible()
    expect(scoring.get_by_label(re.compile("^Waits for its turn [^,]*$"))).to_be_visible()

    (folder / "training").unlink()
    ended(server, run)

    expect(scoring.get_by_label(re.compile("^Waits for its turn .*, then .*Works"))).to_be_visible()
    expect(gantt.locator("[data-phase=starting]").first).to_be_visible()
    server.request("DELETE", "/api/limits?kind=pool&name=gpu", None, {})


def test_runs_are_canceled_and_run_again_together(page: Page, server: DevServer, folder: Path) -> None:
    """Of those that are chosen, what goes on can be canceled and what has ended be run again."""
    (folder / "training").touch()
    request(server, "training", tags={"batch": "one"})
    ended(server, request(server, "orders", tags={"batch": "one"}))
    page.goto(server.url + "/runs?tag=batch%3Done")
    expect(rows(page)).to_have_count(2)
    page.get_by_role("checkbox", name=re.compile("Choose the run of training")).check()
    chosen = page.get_by_role("region", name="Chosen runs")
    chosen.get_by_role("button", name="Choose all 2 that are listed").click()
    expect(chosen).to_contain_text("2 runs chosen")

    chosen.get_by_role("button", name="Run 1 run again…").click()
    page.get_by_role("dialog").get_by_role("button", name="Run 1 run again").click()
    expect(chosen).to_be_hidden()
    server.wait_for(lambda: len(server.get("/api/runs?tag=batch%3Done&asset=orders").json["items"]) == 2)
    page.get_by_role("checkbox", name=re.compile("Choose the run of training")).check()
    chosen.get_by_role("button", name="Cancel 1 run…").click()
    expect(page.get_by_role("dialog")).to_contain_text("what is made stays")
    page.get_by_role("dialog").get_by_role("button", name="Cancel 1 run").click()

    expect(chosen).to_be_hidden()
    expect(rows(page).filter(has_text="training")).to_contain_text("Canceled")
    page.reload()
    expect(rows(page)).to_have_count(3)


def test_a_run_is_followed_and_canceled(page: Page, server: DevServer, folder: Path) -> None:
    """It says how far it is; the question says what becomes of it; then the page says that it was canceled."""
    (folder / "training").touch()
    run = request(server, "training")
    page.goto(f"{server.url}/runs/{run}")
    far = page.get_by_role("progressbar", name="How far training is")
    expect(far).to_have_attribute("aria-valuenow", "25")
    expect(page.get_by_role("table", name="Steps over time")).to_contain_text("25 %, epoch 1 of 4")

    page.get_by_role("button", name="Cancel the run…").click()
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("1 asset will not be made. Nothing is made yet.")
    question.get_by_role("button", name="Cancel the run").click()

    expect(page.get_by_text("Canceled", exact=True).first).to_be_visible()
    expect(page.get_by_role("button", name="Run again")).to_be_visible()


def test_what_a_run_left_undone_is_done_and_compared(page: Page, server: DevServer, folder: Path, failed: str) -> None:
    """After it is mended, a run of the two others; beside the first one it is told in what they differ."""
    (folder / "mended").touch()
    page.goto(f"{server.url}/runs/{failed}")
    page.get_by_role("button", name="Run again").click()
    page.get_by_role("menuitem", name=re.compile("What it left undone")).click()
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("makes ledger, report")
    question.get_by_role("button", name="Run it").click()

    expect(page).not_to_have_url(re.compile(failed))
    expect(page.get_by_text("Success", exact=True).first).to_be_visible()
    page.get_by_role("combobox", name="With another run").click()
    page.get_by_role("option", name=re.compile("Failed")).first.click()
    compared = page.get_by_role("region", name="Compare")
    expect(compared.get_by_role("row").filter(has_text="Status")).to_contain_text("Success")
    expect(compared.get_by_role("row").filter(has_text="Error")).to_contain_text("the ledger is closed")
    expect(page).to_have_url(re.compile(f"with={failed}"))


def test_a_run_fits_a_phone(app: Page, demo: Demo) -> None:
    """The names of its steps stand above their bars, and a long name of an event goes on in the next line."""

    def of_success() -> list[str]:
        runs = demo.server.get("/api/runs?asset=cleaned_transactions&status=success").json["items"]
        return [run["run_id"] for run in runs]

    demo.server.wait_for(of_success)
    app.set_viewport_size({"width": 390, "height": 844})
    app.goto(f"{demo.server.url}/runs/{of_success()[0]}")
    steps = app.get_by_role("table", name="Steps over time")
    name = steps.get_by_text("cleaned_transactions", exact=True)
    expect(name).to_be_visible()
    event = "Step cleaned_transactions:transaction_ids_are_unique started"
    expect(app.get_by_role("button", name=event)).to_be_visible()

    assert name.evaluate("name => name.scrollWidth <= name.clientWidth")
    assert app.evaluate("document.documentElement.scrollWidth") <= 390

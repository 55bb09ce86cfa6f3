"""Each question that the app asks holds WCAG 2.2 AA as far as axe can tell, light and dark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe import come_to_rest, settle, violations
from playwright.sync_api import Page, expect
from servers import DevServer, dev_server

PROJECT = Path(__file__).parents[1] / "projects" / "operations.py"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevServer]:
    """A server with the project, an alert rule, a second deployment, and a run that is under way."""
    folder = tmp_path_factory.mktemp("dialogs")
    (folder / "training").touch()
    with dev_server(folder / "home", str(PROJECT), environment={"OPERATIONS_FOLDER": str(folder)}) as server:
        server.wait_for(lambda: server.get("/api/assets").json["items"])
        server.put("/api/alert-rules/on-call", {"channels": [{"kind": "email", "to": ["ops@example.com"]}]})
        server.put("/api/retention", {"sort": "run", "days": 30})
        server.post("/api/deployments", {"name": "staging"})
        yield server


@pytest.fixture(scope="module")
def run(server: DevServer) -> str:
    """The run."""
    found: str = server.post("/api/runs", {"assets": ["training"]}).json["run_id"]
    server.wait_for(lambda: server.get(f"/api/runs/{found}").json["run"]["started_at"])
    return found


def wrong_in(page: Page, address: str, *buttons: str) -> list[str]:
    """What axe finds once a page's buttons were pressed, one after the other, and a dialog has opened."""
    page.goto(address)
    settle(page)
    for name in buttons:
        page.get_by_role("button", name=name).first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    come_to_rest(page)
    return violations(page)


def test_axe_finds_nothing_on_what_is_found_by_name(scheme_page: Page, server: DevServer, run: str) -> None:
    """The page of a schedule, a sensor that fails, a job, a run that is under way, and of what is not there."""
    paths = (
        "/schedules/each_new_year",
        "/sensors/refused",
        "/jobs/nightly",
        "/jobs/watched",
        f"/runs/{run}",
        "/runs/123456",
        "/backfills/123456",
        "/sensors/no_such",
        "/asset?key=no_such",
        "/no_such",
    )
    found = {}
    for path in paths:
        scheme_page.goto(server.url + path)
        settle(scheme_page)
        if wrong := violations(scheme_page):
            found[path] = wrong

    assert {} == found


def test_axe_finds_nothing_in_the_questions_of_settings(scheme_page: Page, server: DevServer) -> None:
    """Alert rules, retention and deployments: what makes, changes and removes them."""
    questions = {
        "alerts": ["New rule", "Edit on-call", "Remove on-call"],
        "storage": ["Rule for an asset", "Change Observations of all", "Take back Runs and their logs of all"],
        "deployments": ["New deployment", "Remove staging"],
    }

    found = {
        name: wrong_in(scheme_page, f"{server.url}/settings?tab={tab}", name)
        for tab, names in questions.items()
        for name in names
    }

    assert {} == {name: wrong for name, wrong in found.items() if wrong}


def test_axe_finds_nothing_in_the_questions_of_runs(scheme_page: Page, server: DevServer, run: str) -> None:
    """One run is canceled, or several; those are chosen in a bar of their own."""
    single = wrong_in(scheme_page, f"{server.url}/runs/{run}", "Cancel the run…")
    scheme_page.goto(server.url + "/runs")
    settle(scheme_page)
    scheme_page.get_by_role("checkbox", name=re.compile("Choose the run of training")).check()
    chosen = scheme_page.get_by_role("region", name="Chosen runs")
    expect(chosen).to_be_visible()
    come_to_rest(scheme_page)
    bar = violations(scheme_page)
    chosen.get_by_role("button", name="Cancel 1 run…").click()
    expect(scheme_page.get_by_role("dialog")).to_be_visible()
    come_to_rest(scheme_page)
    several = violations(scheme_page)

    assert {"single": [], "bar": [], "several": []} == {"single": single, "bar": bar, "several": several}

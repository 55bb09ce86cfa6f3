"""How a deployment is set up, in a real browser: its neighbours, and what a viewer may not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from servers import DevServer, dev_server

PROJECT = Path(__file__).parents[1] / "projects" / "operations.py"
PATIENCE = 60_000.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevServer]:
    """A server with the project, its definitions loaded; nobody need sign in."""
    folder = tmp_path_factory.mktemp("settings")
    with dev_server(folder / "home", str(PROJECT), environment={"OPERATIONS_FOLDER": str(folder)}) as server:
        server.wait_for(lambda: server.get("/api/assets").json["items"])
        yield server


def test_a_deployment_is_made_and_removed(page: Page, server: DevServer) -> None:
    """Its first token is shown once and lets in there; it is removed only by its name."""
    page.goto(server.url + "/settings?tab=deployments")
    page.get_by_role("button", name="New deployment").click(timeout=PATIENCE)
    form = page.get_by_role("dialog")
    form.get_by_label("Name").fill("staging")
    form.get_by_role("button", name="Make it").click()
    secret = form.locator("pre").first.inner_text()
    expect(form).to_contain_text("headwater deployment code staging definitions.py")
    page.get_by_role("button", name="I have kept it").click()
    deployments = page.get_by_role("region", name="Deployments")
    expect(deployments.get_by_role("link", name="/staging/")).to_be_visible()
    assert 401 == server.get("/staging/api/assets").status
    assert 200 == server.get("/staging/api/assets", {"Authorization": f"Bearer {secret}"}).status

    deployments.get_by_role("button", name="Remove staging").click()
    remove = page.get_by_role("dialog").get_by_role("button", name="Remove it")
    expect(remove).to_be_disabled()
    page.get_by_role("dialog").get_by_label("Type staging to go on").fill("staging")
    remove.click()
    expect(deployments.get_by_role("link", name="/staging/")).to_be_hidden()


def test_a_viewer_looks_and_changes_nothing(browser: Browser, tmp_path: Path) -> None:
    """With a token that may only read, every page shows and no control does; what is for admins says so."""
    environment = {"OPERATIONS_FOLDER": str(tmp_path)}
    with dev_server(tmp_path / "home", str(PROJECT), environment=environment) as server:
        server.wait_for(lambda: server.get("/api/assets").json["items"])
        run = server.post("/api/runs", {"assets": ["ledger"]}).json["run_id"]
        server.wait_for(lambda: server.get(f"/api/runs/{run}").json["run"]["ended_at"])
        secret = server.post("/api/tokens", {"name": "viewer", "scopes": ["read"]}).json["secret"]
        context = browser.new_context(extra_http_headers={"Authorization": f"Bearer {secret}"})
        page = context.new_page()

        page.goto(f"{server.url}/runs/{run}")
        expect(page.get_by_text("You may look only")).to_be_visible(timeout=PATIENCE)
        expect(page.get_by_role("button", name="Run again")).to_have_count(0)
        page.goto(server.url + "/sensors")
        expect(page.get_by_role("switch", name=re.compile("inbox"))).to_be_disabled(timeout=PATIENCE)
        expect(page.get_by_role("button", name=re.compile("Reload"))).to_have_count(0)
        page.goto(server.url + "/settings?tab=tokens")
        expect(page.get_by_text("For admins")).to_be_visible(timeout=PATIENCE)
        expect(page.get_by_role("tab", name="Audit")).to_have_count(0)
        context.close()

"""How a deployment is set up, in a real browser: whom it tells, what it keeps, and what a viewer may not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from receivers import hooks
from servers import LIMIT, DevServer, dev_server

PROJECT = Path(__file__).parents[1] / "projects" / "operations.py"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the project looks for what is mended."""
    return tmp_path_factory.mktemp("settings")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[DevServer]:
    """A server with the project, its definitions loaded; nobody need sign in."""
    with dev_server(folder / "home", str(PROJECT), environment={"OPERATIONS_FOLDER": str(folder)}) as server:
        server.wait_for(lambda: server.get("/api/assets").json["items"])
        yield server


def test_an_alert_rule_is_made_tested_and_tells(page: Page, server: DevServer, folder: Path) -> None:
    """A test reaches the receiver; then a failure does, and its end; a rule is switched off, and removed."""
    with hooks() as chat:
        page.goto(server.url + "/settings?tab=alerts")
        expect(page.get_by_text("Nobody is told yet")).to_be_visible()
        page.get_by_role("button", name="New rule").click()
        form = page.get_by_role("dialog")
        form.get_by_role("textbox", name="Name", exact=False).first.fill("on-call")
        expect(form.get_by_role("button", name="Keep it")).to_be_disabled()
        form.get_by_role("textbox", name="Webhook").fill(f"{chat.url}/chat")
        for cause in ("A check fails", "An asset is late", "A sensor or schedule fails", "Code does not load"):
            form.get_by_role("checkbox", name=cause).uncheck()
        form.get_by_role("checkbox", name="A backfill ends with failures").uncheck()
        form.get_by_role("button", name="Keep it").click()
        rules = page.get_by_role("region", name="Alert rules")
        expect(rules.get_by_text("A run fails", exact=True)).to_be_visible()

        rules.get_by_role("button", name="Send a test by on-call").click()
        sent = page.get_by_role("region", name="Messages").get_by_role("row").filter(has_text="Delivered")
        expect(sent).to_have_count(1)
        assert "/chat" == chat.next().path
        server.post("/api/runs", {"assets": ["ledger"]})
        incidents = page.get_by_role("region", name="Incidents")
        expect(incidents.get_by_role("link", name="ledger")).to_be_visible()
        expect(rules).to_contain_text("1 open")
        expect(sent).to_have_count(2)
        assert b"ledger" in chat.next().body

        (folder / "mended").touch()
        server.post("/api/runs", {"assets": ["ledger"]})
        expect(sent).to_have_count(3)
        assert b'"resolved"' in chat.next().body
        expect(incidents).to_contain_text("Nothing is wrong")
        incidents.get_by_role("radiogroup", name="Which incidents").get_by_text("All").click()
        expect(incidents).to_contain_text("Over")

        rules.get_by_role("switch", name="on-call is on").click(force=True)
        expect(rules.get_by_role("switch", name="on-call is off")).to_be_visible()
        rules.get_by_role("button", name="Remove on-call").click()
        expect(page.get_by_role("dialog")).to_contain_text("Nobody is told any more")
        page.get_by_role("dialog").get_by_role("button", name="Remove it").click()
        expect(page.get_by_text("Nobody is told yet")).to_be_visible()


def test_what_is_kept_is_changed_and_taken_back(page: Page, server: DevServer) -> None:
    """A rule for all assets and one for a single asset; taken back, what holds by default does again."""
    page.goto(server.url + "/settings?tab=storage")
    kept = page.get_by_role("region", name="Retention").get_by_role("row")
    observations = kept.filter(has_text="Observations").filter(has_text="all")
    expect(observations).to_contain_text("by default")
    before = observations.inner_text()
    observations.get_by_role("button", name="Change").click()
    form = page.get_by_role("dialog")
    form.get_by_label("For days").fill("30")
    expect(form).to_contain_text("are kept for 30 days")
    form.get_by_role("button", name="Keep it so").click()
    expect(observations).to_contain_text("for 30 days")
    expect(observations).to_contain_text("set here")

    page.get_by_role("button", name="Rule for an asset").click()
    form.get_by_role("combobox", name="Of which asset").fill("led")
    page.get_by_role("option", name="ledger").click()
    form.get_by_label("The newest ones at most").fill("5")
    form.get_by_role("button", name="Keep it so").click()
    own = kept.filter(has=page.get_by_role("link", name="ledger"))
    expect(own).to_contain_text("the newest 5 ones")

    for row in (own, observations):
        row.get_by_role("button", name="Take back").click()
        page.get_by_role("dialog").get_by_role("button", name="Take it back").click()
        expect(page.get_by_role("dialog")).to_be_hidden()
    expect(own).to_have_count(0)
    expect(observations).to_contain_text("by default")
    assert before == observations.inner_text()


@pytest.mark.parametrize("tab", ["code", "server", "storage", "alerts", "tokens", "people", "audit", "deployments"])
def test_no_tab_is_wider_than_a_phone(page: Page, server: DevServer, tab: str) -> None:
    """Nor is a table of it, whatever its words, or a tab that is shown out of sight."""
    rule = f"/api/alert-rules/{'rule-with-a-long-name-' * 3}"
    body = json.dumps({"channels": [{"kind": "webhook", "url": "http://127.0.0.1:9"}], "causes": ["run_failure"]})
    assert 200 == server.request("PUT", rule, body.encode(), {"Content-Type": "application/json"}).status
    assert 204 == server.request("DELETE", rule, None, {}).status
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{server.url}/settings?tab={tab}")
    expect(page.get_by_role("tabpanel").get_by_role("heading", level=2).first).to_be_visible()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)

    assert 390 == page.evaluate("document.documentElement.scrollWidth")
    expect(page.get_by_role("tab", selected=True)).to_be_in_viewport(ratio=0.95)
    wide = "tables => tables.filter(each => each.scrollWidth > each.clientWidth).map(each => each.textContent)"
    assert [] == page.locator(".hw-wide-table").evaluate_all(wide)


def test_a_deployment_is_made_and_removed(page: Page, server: DevServer) -> None:
    """Its first token is shown once and lets in there; it is removed only by its name."""
    page.goto(server.url + "/settings?tab=deployments")
    page.get_by_role("button", name="New deployment").click()
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
        context.set_default_timeout(1_000 * LIMIT)
        page = context.new_page()

        page.goto(f"{server.url}/runs/{run}")
        expect(page.get_by_text("You may look only")).to_be_visible()
        expect(page.get_by_role("button", name="Run again")).to_have_count(0)
        page.goto(server.url + "/asset?key=ledger&do=materialize")
        materialize = page.get_by_role("button", name="Materialize")
        expect(materialize).to_be_disabled()
        materialize.hover()
        expect(page.get_by_role("tooltip")).to_contain_text("change nothing")
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.get_by_role("button", name="More actions").click()
        expect(page.get_by_role("menuitem", name="Wipe")).to_be_disabled()
        page.goto(server.url + "/asset?key=raw_orders")
        expect(page.get_by_role("button", name="Report an update")).to_be_disabled()
        page.goto(server.url + "/asset?key=days&tab=partitions")
        expect(page.get_by_role("button", name="Backfill missing")).to_be_disabled()
        page.goto(server.url + "/runs")
        expect(page.get_by_role("table", name="Runs").get_by_role("row")).to_have_count(1)
        expect(page.get_by_role("checkbox")).to_have_count(0)
        page.goto(server.url + "/sensors")
        expect(page.get_by_role("switch", name=re.compile("inbox"))).to_be_disabled()
        expect(page.get_by_role("button", name=re.compile("Reload"))).to_have_count(0)
        page.goto(server.url + "/settings?tab=storage")
        rule = page.get_by_role("button", name="Rule for an asset")
        expect(rule).to_be_disabled()
        rule.hover()
        expect(page.get_by_role("tooltip")).to_contain_text("Only admins")
        expect(page.get_by_role("button", name=re.compile("^Change ")).first).to_be_disabled()
        page.goto(server.url + "/settings?tab=deployments")
        expect(page.get_by_role("button", name="New deployment")).to_be_disabled()
        page.goto(server.url + "/settings?tab=tokens")
        expect(page.get_by_text("For admins")).to_be_visible()
        expect(page.get_by_role("tab", name="Audit")).to_have_count(0)
        context.close()

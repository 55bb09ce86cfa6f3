"""A backfill from an asset's partitions to its end, in a real browser on the demo."""

from __future__ import annotations

import re
from pathlib import Path

from demos import Demo
from playwright.sync_api import Page, expect
from servers import dev_server

CHOSEN = 3
PROJECT = Path(__file__).parents[1] / "projects" / "operations.py"


def test_a_backfill_is_planned_and_followed_to_its_end(app: Page, demo: Demo) -> None:
    """A brushed range becomes a plan, the plan a backfill, and its page says without a reload that all is made."""
    demo.wait_for_days(7)
    items = demo.server.get("/api/assets/partitions?key=daily_sessions").json["items"]
    made = [place for place, item in enumerate(items) if item["status"] == "materialized"][-CHOSEN:]
    app.goto(demo.server.url + "/asset?key=daily_sessions&tab=partitions")
    days = app.get_by_role("slider", name="Partitions")
    days.focus()
    days.press("End")
    for _ in range(len(items) - 1 - made[0]):
        days.press("ArrowLeft")
    for _ in range(made[-1] - made[0]):
        days.press("Shift+ArrowRight")
    app.get_by_role("button", name="Backfill…", exact=True).click()
    question = app.get_by_role("dialog")
    question.get_by_label("All of it, also what is there").check()
    expect(question).to_contain_text(f"{CHOSEN} partitions in {CHOSEN} runs")
    expect(question).to_contain_text(f"{items[made[0]]['key']} … {items[made[-1]]['key']}")
    question.get_by_role("button", name=f"Backfill {CHOSEN} partitions").click()

    expect(app).to_have_url(re.compile(r"/backfills/[0-9a-f]{12}$"))
    expect(app.get_by_text("Completed", exact=True)).to_be_visible()
    progress = app.get_by_role("progressbar", name="Progress")
    expect(progress).to_have_attribute("aria-valuetext", f"{CHOSEN} of {CHOSEN} made")
    expect(app.get_by_role("table", name="Runs").get_by_role("row")).to_have_count(CHOSEN)
    expect(app.get_by_role("button", name=re.compile("Pause|Cancel|Retry"))).to_have_count(0)
    app.keyboard.press("g")
    app.keyboard.press("b")
    listed = app.get_by_role("table", name="Backfills").get_by_role("row")
    expect(listed).to_contain_text(["daily_sessions"])
    expect(listed.first).to_contain_text(f"{CHOSEN} of {CHOSEN} partitions")


def test_a_backfill_shows_each_partition_and_all_of_its_runs(page: Page, tmp_path: Path) -> None:
    """Assets in the order in which they are made, days as squares that the keyboard reaches, and all of its runs."""
    environment = {"OPERATIONS_FOLDER": str(tmp_path)}
    with dev_server(tmp_path / "home", str(PROJECT), environment=environment) as server:
        server.wait_for(lambda: server.get("/api/assets").json["items"])
        body = {"assets": ["days", "source_days"], "max_partitions_per_run": 1}
        backfill = server.post("/api/backfills", body).json["backfill"]["backfill_id"]
        path = f"/api/backfills/{backfill}"
        server.wait_for(lambda: server.get(path).json["backfill"]["ended_at"])
        page.goto(f"{server.url}/backfills/{backfill}")

        region = page.get_by_role("region", name="By asset")
        expect(region.get_by_role("link")).to_have_text(["source_days", "days"])
        squares = region.get_by_role("slider", name="Partitions of source_days")
        squares.focus()
        squares.press("End")
        squares.press("ArrowLeft")
        expect(squares).to_have_attribute("aria-valuetext", "2026-01-13: Failed")
        expect(region.get_by_role("slider", name="Partitions of days")).to_have_accessible_name(re.compile("1 blocked"))
        page.get_by_role("link", name="All of them, with filters").click()
        expect(page).to_have_url(re.compile(f"tag=headwater%2Fbackfill%3D{backfill}"))
        expect(page.get_by_role("table", name="Runs").get_by_role("row")).to_have_count(14)

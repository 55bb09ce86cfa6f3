"""The page of the API shows every route and tries it out; nothing comes from another host (the fixture sees to it)."""

from __future__ import annotations

from demos import Demo
from playwright.sync_api import Page, expect


def test_a_route_is_tried_out(app: Page, demo: Demo) -> None:
    """On /api/docs one finds a group, opens a route, runs it against the server, and sees what it answers."""
    app.goto(demo.server.url + "/api/docs")
    # The page draws what is in sight alone.
    app.get_by_placeholder("Filter by tag").fill("assets")
    route = app.locator(".opblock", has=app.get_by_text("/api/assets", exact=True)).first
    route.locator(".opblock-summary-control").click()
    route.get_by_role("button", name="Try it out").click()
    route.get_by_role("button", name="Execute").click()

    expect(route.locator(".live-responses-table")).to_contain_text("cleaned_transactions")

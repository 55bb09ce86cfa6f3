"""Partitions of several dimensions as a grid, in a real browser."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect
from servers import dev_server

PROJECT = Path(__file__).parents[1] / "projects" / "grid.py"
RECTANGLE = {f"{day}|{region}" for day in ("monday", "tuesday", "wednesday") for region in ("asia", "europe")}


def test_a_brush_over_a_grid_is_the_rectangle(page: Page, tmp_path: Path) -> None:
    """From one corner to the other, by the keyboard; exactly what is in it is made."""
    with dev_server(tmp_path / "home", str(PROJECT)) as server:
        server.wait_for(lambda: server.get("/api/assets").json["items"])
        page.goto(server.url + "/asset?key=shipments&tab=partitions")
        squares = page.get_by_role("slider", name="Partitions")
        squares.press("Home")
        for key in ("Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowDown"):
            squares.press(key)
        expect(squares).to_have_attribute("aria-valuetext", "wednesday|europe: Missing")
        chosen = page.get_by_role("region", name="6 partitions: monday|asia … wednesday|europe")
        chosen.get_by_role("button", name="Materialize…").click()
        page.get_by_role("dialog").get_by_role("button", name="Materialize 6 partitions").click()
        expect(page).to_have_url(re.compile("/runs/"))
        expect(page.get_by_text("Success", exact=True).first).to_be_visible()

        items = server.get("/api/assets/partitions?key=shipments").json["items"]
        assert RECTANGLE == {item["key"] for item in items if item["status"] == "materialized"}

        ranges = {"partitions": ["monday|asia...monday|europe", "tuesday|asia...tuesday|europe"]}
        assert 201 == server.post("/api/backfills", {"assets": ["shipments"], **ranges}).status
        assert 200 == server.post("/api/corrections/wipe", {"key": "shipments", **ranges}).status

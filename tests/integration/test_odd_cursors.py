"""Cursors that no page gave, at every listing that takes one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from servers import DevServer, dev_server

PROJECT = Path(__file__).parents[1] / "projects" / "lineage.py"
SQUARED, ENDLESS = "%C2%B96", "9" * 40


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevServer]:
    """A server with a small lineage."""
    with dev_server(tmp_path_factory.mktemp("home"), str(PROJECT)) as server:
        yield server


@pytest.mark.parametrize("cursor", [SQUARED, f"{SQUARED}.x", f"{SQUARED}:x", ENDLESS, f"{ENDLESS}.x", f"{ENDLESS}:x"])
def test_a_cursor_of_no_page(server: DevServer, cursor: str) -> None:
    """It is refused or taken for a text, whatever digits it is made of; the server never fails over it."""
    paths = server.get("/api/docs/openapi.json").json["paths"]
    listings = [
        path
        for path, methods in paths.items()
        if "{" not in path and any(each["name"] == "cursor" for each in methods.get("get", {}).get("parameters", ()))
    ]
    assert "/api/backfills" in listings
    found = {path: server.get(f"{path}?cursor={cursor}&key=raw&asset_key=raw").status for path in listings}
    assert {path: status for path, status in found.items() if status >= 500} == {}


def test_a_cursor_of_long_ago(server: DevServer) -> None:
    """Pages of events go on before 1970, where moments are below zero."""
    key = server.wait_for(lambda: server.get("/api/assets").json["items"])[0]["key"]
    for cursor, status in (("-86400000000.3", 200), ("--1.3", 400), ("-.3", 400), ("-86400000000", 400)):
        assert server.get(f"/api/assets/events?key={key}&cursor={cursor}").status == status, cursor

"""The trends that the catalog shows beside its assets."""

from __future__ import annotations

from servers import DevServer


def test_sparks_tell_the_size_by_its_best_name(server: DevServer) -> None:
    """Rows go before other numbers; what has fewer than two values, or none, is left out."""
    for rows in (10, 20, 15):
        server.post("/report_asset_materialization/", {"asset_key": "a", "metadata": {"other": 1, "rows": rows}})
    server.post("/report_asset_materialization/", {"asset_key": "b", "metadata": {"rows": 1}})

    items = server.get("/api/assets/sparks?key=a&key=b&key=unknown").json["items"]

    assert [{"key": "a", "name": "rows", "values": [10.0, 20.0, 15.0]}] == items
    assert 400 == server.get("/api/assets/sparks?" + "&".join(["key=a"] * 101)).status

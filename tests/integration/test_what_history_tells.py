"""What history makes the app show: trends of size, and when an asset is expected."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from servers import DevServer


def test_sparks_tell_the_size_by_its_best_name(server: DevServer) -> None:
    """Rows go before other numbers; what has fewer than two values, or none, is left out."""
    for rows in (10, 20, 15):
        server.post("/report_asset_materialization/", {"asset_key": "a", "metadata": {"other": 1, "rows": rows}})
    server.post("/report_asset_materialization/", {"asset_key": "b", "metadata": {"rows": 1}})

    items = server.get("/api/assets/sparks?key=a&key=b&key=unknown").json["items"]

    assert [{"key": "a", "name": "rows", "values": [10.0, 20.0, 15.0]}] == items
    assert 400 == server.get("/api/assets/sparks?" + "&".join(["key=a"] * 101)).status


def test_an_outside_asset_is_expected_by_its_own_rhythm(server: DevServer) -> None:
    """Five arrivals an hour apart, the last of them long ago: it is known to be late; another one has no rhythm."""
    for hour in range(5):
        server.post("/api/v1/lineage", finished_at(f"2023-11-14T{hour:02}:00:00Z"))
    server.post("/report_asset_materialization/", {"asset_key": "once"})

    items = {item["key"]: item for item in server.get("/api/assets/arrivals").json["items"]}

    assert "once" not in items
    (key,) = (key for key in items if key.endswith("hourly"))
    assert 3600.0 == items[key]["every"]
    assert datetime(2023, 11, 14, 5, tzinfo=UTC).timestamp() == items[key]["expected_at"]
    assert items[key]["late"]
    assert [items[key]] == server.get(f"/api/assets/arrivals?key={quote(key, safe='')}").json["items"]


def finished_at(moment: str) -> dict[str, Any]:
    """A run of another orchestrator that wrote a dataset."""
    return {
        "eventType": "COMPLETE",
        "eventTime": moment,
        "run": {"runId": str(uuid4())},
        "job": {"namespace": "elsewhere", "name": "load"},
        "inputs": [],
        "outputs": [{"namespace": "s3://bucket", "name": "hourly"}],
        "producer": "https://example.com/producer",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
    }

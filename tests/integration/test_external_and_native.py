"""An asset changes hands: another system made it, now we do, then another again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from servers import DevServer, dev_server

EXTERNAL = """
import headwater as hw
defs = hw.Definitions([hw.AssetSpec("orders", partitions_def=hw.StaticPartitionsDefinition(["eu", "us"]))])
"""
NATIVE = """
import headwater as hw
@hw.asset(partitions_def=hw.StaticPartitionsDefinition(["eu", "us"]))
def orders() -> hw.MaterializeResult:
    return hw.MaterializeResult(metadata={"by": "us"})
defs = hw.Definitions([orders])
"""


def kind(server: DevServer) -> Any:
    """How the asset stands, once its definition is loaded."""
    return server.get("/api/assets").json["items"][0]["kind"]


def makers(server: DevServer) -> list[Any]:
    """Who made it each time, oldest first."""
    return [event["metadata"]["by"]["value"] for event in reversed(server.events("orders"))]


def report(server: DevServer, by: str) -> None:
    """Another system says that it made a partition."""
    body = {"asset_key": "orders", "partition": "us", "metadata": {"by": by}}
    assert 200 == server.post("/report_asset_materialization/", body).status


def test_an_asset_keeps_its_history_when_its_maker_changes(tmp_path: Path) -> None:
    """External, native, external again, each after a restart: every event and partition stays."""
    file, home = tmp_path / "changing_hands.py", tmp_path / "home"
    file.write_text(EXTERNAL)
    with dev_server(home, str(file)) as server:
        server.wait_for(lambda: server.get("/api/assets").json["items"] and kind(server) == "external")
        report(server, "them")
        server.stop()

    file.write_text(NATIVE)
    with dev_server(home, str(file)) as server:
        server.wait_for(lambda: kind(server) == "native")
        assert ["them"] == makers(server)
        requested = server.post("/api/runs", {"assets": ["orders"], "partition": "eu"})
        assert 201 == requested.status, requested.body
        server.wait_for(lambda: len(makers(server)) == 2)
        server.stop()

    file.write_text(EXTERNAL)
    with dev_server(home, str(file)) as server:
        server.wait_for(lambda: kind(server) == "external")
        report(server, "them again")
        assert ["them", "us", "them again"] == makers(server)
        partitions = server.get("/api/assets/partitions?key=orders").json["items"]
        assert {"eu", "us"} == {each["key"] for each in partitions if each["status"] == "materialized"}
        refused = server.post("/api/runs", {"assets": ["orders"], "partition": "eu"})
        assert 400 <= refused.status < 500

"""Sensors of checks and of freshness in a running engine: called for each event once, also across a kill."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from servers import DevServer, dev_server

PROJECT = """
from datetime import timedelta
import headwater as hw

raw = hw.AssetSpec("raw", freshness_policy=hw.FreshnessPolicy.time_window(fail_window=timedelta(days=1)))

@hw.asset
def repaired(): ...

@hw.freshness_sensor()
def on_freshness(context, event):
    told = hw.AssetObservation("freshness_seen", metadata={"state": str(event.freshness_state)})
    return hw.SensorResult(asset_events=[told])

@hw.check_sensor(monitored_assets=["raw"], target=["repaired"])
def on_check(context, event):
    return hw.SkipReason("it passed") if event.passed else hw.RunRequest(run_key=str(event.seq))

defs = hw.Definitions(assets=[raw, repaired], sensors=[on_freshness, on_check])
"""


def states(server: DevServer) -> list[str]:
    """What the freshness sensor was called for, oldest first."""
    return [event["metadata"]["state"]["value"] for event in server.events("freshness_seen", "observation")][::-1]


def report(server: DevServer, moment: str) -> None:
    """Say that `raw` was updated."""
    server.post("/report_asset_materialization/raw", {}, {"Headwater-Timestamp": moment})


def judge(server: DevServer, *, passed: bool) -> None:
    """Say how a check of `raw` came out."""
    server.post("/report_asset_check/raw", {"check_name": "is_whole", "passed": passed})


def repairs(server: DevServer) -> list[Any]:
    """The runs that the check sensor asked for."""
    items: list[Any] = server.get("/api/runs?asset=repaired").json["items"]
    return items


def test_each_change_and_each_failed_check_is_acted_on_once(tmp_path: Path) -> None:
    """Late, in time again, and late across a kill; two failed checks, of which one is reported just before the kill."""
    (tmp_path / "project.py").write_text(PROJECT)
    with dev_server(tmp_path / "home", str(tmp_path / "project.py")) as server:
        report(server, "2020-01-01T00:00:00Z")
        server.wait_for(lambda: len(states(server)) == 1)
        server.post("/report_asset_materialization/raw", {})
        server.wait_for(lambda: len(states(server)) == 2)
        judge(server, passed=True)
        judge(server, passed=False)
        server.wait_for(lambda: len(server.events("repaired")) == 1)
        judge(server, passed=False)
        server.kill()
        server.start()
        server.wait_for(lambda: len(server.events("repaired")) == 2)
        judge(server, passed=True)
        ticks = "/api/sensors/on_check/ticks"
        server.wait_for(lambda: server.get(ticks).json["items"][0]["skip_message"] == "it passed")

        assert 2 == len(repairs(server))
        assert ["FAIL", "PASS"] == states(server)

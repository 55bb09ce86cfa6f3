"""Backfills on a real server: order, a failure, pause, a killed server, retry, cancel; by HTTP and by command."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from servers import DevServer, dev_server

PROJECT = Path(__file__).parents[1] / "projects" / "backfills.py"
BROKEN = "2026-01-20"
ITS_WEEK = "2026-01-18"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the project's assets write."""
    monkeypatch.setenv("BACKFILL_FOLDER", str(tmp_path))
    return tmp_path


def detail(server: DevServer, backfill_id: str) -> Any:
    """A backfill as it is now."""
    return server.get(f"/api/backfills/{backfill_id}").json


def counts(server: DevServer, backfill_id: str) -> dict[str, int]:
    """How many partitions stand how."""
    found: dict[str, int] = detail(server, backfill_id)["backfill"]["counts"]
    return found


def status(server: DevServer, backfill_id: str) -> str:
    """How a backfill stands."""
    found: str = detail(server, backfill_id)["backfill"]["status"]
    return found


def command(home: Path, *arguments: str) -> Any:
    """What a command of `headwater backfill` printed as JSON."""
    done = call(home, *arguments)
    assert 0 == done.returncode, done.stderr
    return json.loads(done.stdout)


def refused(home: Path, *arguments: str) -> str:
    """Why a command of `headwater backfill` did nothing."""
    done = call(home, *arguments)
    assert (1, "") == (done.returncode, done.stdout)
    return done.stderr


def call(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Carry out a command of `headwater backfill`."""
    words = [sys.executable, "-m", "headwater.cli", "backfill", *arguments, "--home", str(home), "--json"]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def test_a_backfill_from_request_to_end(folder: Path) -> None:
    """A failed day stops its week alone; pause, kill -9 and restart repeat nothing; a retry makes what is left."""
    home = folder / "home"
    with dev_server(home, str(PROJECT)) as server:
        server.wait_for(lambda: server.get("/api/assets").json["items"])
        body = {"selection": "*", "max_runs": 4}
        planned = server.post("/api/backfills/plan", body).json
        assert (24, 24) == (planned["partitions"], planned["runs"])
        held = folder / "held"
        held.touch()
        backfill_id = server.post("/api/backfills", body).json["backfill"]["backfill_id"]

        server.wait_for(
            lambda: (
                (found := counts(server, backfill_id))["in_progress"] + found["queued"] == 4 and found["in_progress"]
            )
        )
        run_id = server.get("/api/runs?limit=1").json["items"][0]["run_id"]
        for kind, whole in (("backfill", backfill_id), ("run", run_id)):
            hits = server.get(f"/api/search?q={whole[:7].upper()}").json["items"]
            assert [(kind, whole, "id")] == [(hit["kind"], hit["name"], hit["found_in"]) for hit in hits]
        assert [] == server.get(f"/api/search?q={backfill_id[:5]}").json["items"]
        assert "paused" == command(home, "pause", backfill_id)["status"]
        held.unlink()
        server.wait_for(lambda: not counts(server, backfill_id)["in_progress"] + counts(server, backfill_id)["queued"])
        assert 409 == server.post(f"/api/backfills/{backfill_id}/pause").status
        assert "is paused" in refused(home, "pause", backfill_id)
        server.kill()
        server.start()
        assert ("paused", 4) == (status(server, backfill_id), counts(server, backfill_id)["materialized"])

        held.touch()
        assert "running" == command(home, "resume", backfill_id)["status"]
        server.wait_for(lambda: counts(server, backfill_id)["in_progress"])
        server.kill()
        held.unlink()
        server.start()
        server.wait_for(lambda: status(server, backfill_id) == "failed")
        found = detail(server, backfill_id)
        assert {"materialized": 22, "failed": 1, "blocked": 1, "in_progress": 0, "queued": 0, "waiting": 0} == (
            found["backfill"]["counts"]
        )
        week = next(each for each in found["assets"] if each["asset"] == "week")
        assert [("blocked", ITS_WEEK, "day could not be made")] == [
            (part["status"], part["first"], part["reason"])
            for part in week["ranges"]
            if part["status"] != "materialized"
        ]
        assert ["the reading of 2026-01-20 is broken"] == [
            failure["error"]["message"].split(": ")[-1] for failure in found["failures"]
        ]

        (folder / "mended").touch()
        assert "running" == command(home, "retry", backfill_id[:8])["status"]
        server.wait_for(lambda: status(server, backfill_id) == "completed")
        runs = server.get(f"/api/backfills/{backfill_id}/runs?limit=1000").json["items"]
        times = Counter((run["assets"][0], run["partition"]) for run in runs)
        assert {("day", BROKEN)} == {part for part, amount in times.items() if amount != 1}
        assert 2 == times["day", BROKEN]
        assert 25 == len(runs)
        assert [1] * 21 == [*Counter(event["partition"] for event in server.events("day")).values()]
        assert {"backfill"} == {run["cause"]["kind"] for run in runs}
        kinds = [event["kind"] for event in server.get("/api/events?limit=1000").json["items"]]
        assert 1 == kinds.count("backfill_completed")


def test_a_backfill_is_canceled_with_its_runs(folder: Path) -> None:
    """Its runs end, whether they wait or work, and a retry makes all; what is asked for and unknown is refused."""
    home = folder / "home"
    with dev_server(home, str(PROJECT)) as server:
        server.wait_for(lambda: server.get("/api/assets").json["items"])
        unknown = server.post("/api/backfills", {"assets": ["day"], "partitions": ["2027-01-01"]})
        assert (400, True) == (unknown.status, "no partition '2027-01-01'" in unknown.json["detail"])
        assert 404 == server.post("/api/backfills/none/cancel").status
        assert "'none'" in refused(home, "cancel", "none")

        plan = command(home, "create", "day", "--partitions", "2026-01-05...2026-01-14", "--batch", "4", "--dry-run")
        assert (10, 3) == (plan["partitions"], plan["runs"])
        (folder / "held").touch()
        backfill_id = command(home, "create", "day", "--all", "--max-runs", "40")["backfill"]["backfill_id"]
        server.wait_for(lambda: detail(server, backfill_id)["backfill"]["counts"]["in_progress"])
        command(home, "cancel", backfill_id)
        server.wait_for(lambda: status(server, backfill_id) == "canceled")
        runs = server.get(f"/api/backfills/{backfill_id}/runs?limit=1000").json["items"]
        assert {"canceled"} == {run["status"] for run in runs}
        shown = command(home, "show", backfill_id)
        assert 21 == sum(shown["backfill"]["counts"].values())
        assert [backfill_id] == [each["backfill_id"] for each in command(home, "list")]

        (folder / "held").unlink()
        (folder / "mended").touch()
        command(home, "retry", backfill_id)
        server.wait_for(lambda: status(server, backfill_id) == "completed")
        assert 21 == len(server.events("day"))

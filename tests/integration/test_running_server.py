"""What a user sees of a running server: reports come in, assets are made, and user code can't harm it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from servers import DevServer


def run_of(server: DevServer, *assets: str) -> Any:
    """Request a run and wait for its end."""
    requested = server.post("/api/runs", {"assets": list(assets)})
    assert 201 == requested.status, requested.body
    run_id = requested.json["run_id"]
    return server.wait_for(
        lambda: (found := server.get(f"/api/runs/{run_id}").json)["run"]["status"] in ("success", "failure") and found
    )


def test_a_report_makes_what_is_downstream(server: DevServer) -> None:
    """After a report the assets below are made in one run, in order, in a process that is not the server's."""
    before = server.asset("cleaned")["asset"]["materializations"]
    answer = server.post("/report_asset_materialization/", {"asset_key": "raw", "metadata": {"rows": 5}})
    made = server.wait_for(
        lambda: server.asset("cleaned")["asset"]["materializations"] > before and server.events("cleaned")[0]
    )
    run_id = made["run_id"]
    run = server.wait_for(
        lambda: (found := server.get(f"/api/runs/{run_id}").json)["run"]["ended_at"] is not None and found
    )

    assert {} == answer.json
    assert made["inputs"] == {"raw": int(answer.headers["headwater-event-id"])}
    assert ["cleaned", "summary"] == run["run"]["assets"]
    assert ("automation", "raw was updated") == (run["run"]["cause"]["kind"], run["run"]["cause"]["reason"])
    names = [step["name"] for step in run["steps"] if step["started_at"]]
    assert names.index("cleaned") < names.index("summary")
    assert made["metadata"]["worker"] != made["metadata"]["server"]


def test_a_run_keeps_its_log_and_output(server: DevServer) -> None:
    """What a step logs, prints, and lets children print is kept by step and stream."""
    run_id = run_of(server, "cleaned")["run"]["run_id"]

    lines = server.get(f"/api/runs/{run_id}/log").json["items"]

    kept = {(line["stream"], line["text"]) for line in lines if line["step"] == "cleaned"}
    assert {("log", f"cleaning in {run_id}"), ("stdout", "to standard output"), ("stderr", "from a child")} <= kept


def test_values_go_from_asset_to_asset(server: DevServer) -> None:
    """A function's argument is the stored value of the asset of that name, also from an earlier run."""
    run_of(server, "summary")

    assert "success" == run_of(server, "answer")["run"]["status"]


@pytest.mark.parametrize(
    ("asset", "reason"),
    [
        ("raises", "ZeroDivisionError: division by zero"),
        ("exits", "The process ended with exit code 3"),
        ("kills_itself", "The process was killed by signal 9 (SIGKILL)"),
        ("hangs", "It was stopped after 0.5 s, its time limit"),
        ("unpicklable", "The value of unpicklable (function) can't be pickled"),
    ],
)
def test_user_code_that_fails_is_a_failed_run_with_a_reason(server: DevServer, asset: str, reason: str) -> None:
    """However a function ends, the run says why, and the server goes on."""
    run = run_of(server, asset)

    assert "failure" == run["run"]["status"]
    assert f"{asset}: {reason}" in run["run"]["error"]["message"]
    assert reason in server.asset(asset)["last_error"]["message"]
    assert "success" == run_of(server, "summary")["run"]["status"]


def test_a_traceback_begins_in_user_code(server: DevServer) -> None:
    """A failed step shows the user's own frames and none of ours above them."""
    run = run_of(server, "raises")

    traceback = next(step for step in run["steps"] if step["name"] == "raises")["error"]["traceback"]
    assert "hostile.py" in traceback.splitlines()[1]


def test_what_depends_on_a_failed_step_is_skipped(server: DevServer) -> None:
    """A step below a failed one does not begin."""
    run = run_of(server, "raises", "after_raises")

    assert {"raises": "failure", "after_raises": "skipped"} == {step["name"]: step["status"] for step in run["steps"]}


def test_a_check_without_a_result_is_an_error(server: DevServer) -> None:
    """A check passes only by saying so; silence fails the run and records no evaluation."""
    run = run_of(server, "cleaned")

    checks = {check["name"]: check["status"] for check in server.asset("cleaned")["checks"]}
    assert {"has_rows": "passed", "says_nothing": "missing"} == checks
    assert "says_nothing' gave None" in run["run"]["error"]["message"]


def test_an_external_asset_cannot_be_made(server: DevServer) -> None:
    """The refusal names the asset and says how to report it instead; nothing is requested."""
    answer = server.post("/api/runs", {"assets": ["raw"]})

    assert 409 == answer.status
    assert "raw is an external asset" in answer.json["error"]
    assert "/report_asset_materialization/raw" in answer.json["error"]
    assert [] == server.get("/api/runs?asset=raw").json["items"]


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({"assets": ["clened"]}, 404, "Did you mean 'cleaned'?"),
        ({"assets": ["cleaned"], "partition": "2026-01-01"}, 400, "cleaned is not partitioned"),
        ({"assets": "cleaned"}, 400, "Expected `array`"),
        ({"asset": ["cleaned"]}, 400, "unknown field"),
    ],
)
def test_a_wrong_run_request_is_refused_with_the_mend(server: DevServer, body: Any, status: int, message: str) -> None:
    """A request that can't be fulfilled says what is wrong with it."""
    answer = server.post("/api/runs", body)

    assert status == answer.status
    assert message in answer.json["error"]


def test_a_sensor_reports_a_change_once(server: DevServer, watched: Path) -> None:
    """One event a change, with the cursor moved by the same tick."""
    # All at once: a sensor that looks while it is written would see two moments.
    written = watched.with_suffix(".new")
    written.write_text("first")
    written.rename(watched)
    first = server.wait_for(lambda: [event for event in server.events("raw") if "mtime_ns" in event["metadata"]])
    sensor = server.get("/api/sensors/watch_file").json
    ticks = server.get("/api/sensors/watch_file/ticks?limit=1000").json["items"]
    reporting = next(tick for tick in ticks if tick["events"])

    assert [{"via": "sensor", "name": "watch_file", "by": None}] == [event["reporter"] for event in first]
    assert str(watched.stat().st_mtime_ns) == sensor["cursor"] == reporting["cursor"]
    assert ([first[0]["seq"]], ["raw"]) == (reporting["events"], reporting["event_assets"])
    assert ["the file changed"] == [line["text"] for line in reporting["log"]]
    assert ["watch_file"] == server.asset("raw")["sensors"]


def test_a_sensor_that_raises_is_a_failed_tick(server: DevServer) -> None:
    """The tick keeps the traceback; other sensors go on."""
    tick = server.wait_for(lambda: server.get("/api/sensors/broken").json["last_tick"])

    assert ("failure", "RuntimeError: the outside is gone") == (tick["status"], tick["error"]["message"])
    assert "hostile.py" in tick["error"]["traceback"]


def test_a_sensor_is_switched_and_asked_to_tick(server: DevServer) -> None:
    """A sensor that is off ticks when asked; its run key starts one run, however often it is asked."""
    assert not server.get("/api/sensors/starts_runs").json["running"]
    server.post("/api/sensors/starts_runs/tick")
    first = server.wait_for(lambda: server.get("/api/sensors/starts_runs").json["last_tick"])
    server.post("/api/sensors/starts_runs/tick")
    second = server.wait_for(
        lambda: (
            (tick := server.get("/api/sensors/starts_runs").json["last_tick"])["tick_id"] > first["tick_id"] and tick
        )
    )

    assert ("success", 1) == (first["status"], len(first["run_ids"]))
    assert ("skipped", "Every run key of this tick was used before.") == (second["status"], second["skip_message"])
    server.post("/api/sensors/starts_runs/start")
    assert server.get("/api/sensors/starts_runs").json["running"]
    server.post("/api/sensors/starts_runs/stop")
    assert not server.get("/api/sensors/starts_runs").json["running"]


def test_a_run_is_canceled(server: DevServer) -> None:
    """A run that works is ended when asked, and says that it was canceled."""
    run_id = server.post("/api/runs", {"assets": ["hangs"]}).json["run_id"]
    server.wait_for(lambda: server.get(f"/api/runs/{run_id}").json["steps"])

    server.post(f"/api/runs/{run_id}/cancel")

    ended = server.wait_for(
        lambda: (run := server.get(f"/api/runs/{run_id}").json["run"])["ended_at"] is not None and run
    )
    assert ended["status"] in ("canceled", "failure")


def test_the_live_stream_resumes_where_it_was_left(server: DevServer) -> None:
    """Events that were committed while nobody listened come first."""
    seq = int(server.post("/report_asset_observation/", {"asset_key": "raw"}).headers["headwater-event-id"])

    request = server.get("/api/events?limit=1").json["items"][0]["seq"]

    assert request >= seq

"""Sensors and schedules in a real server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from servers import DevServer, dev_server

PROJECT = Path(__file__).parents[1] / "projects" / "ticking.py"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the project's sensors watch."""
    made = tmp_path_factory.mktemp("ticking") / "folder"
    made.mkdir()
    return made


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[DevServer]:
    """A server with the project."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEADWATER_TEST_FOLDER", str(folder))
        with dev_server(folder.parent / "home", str(PROJECT)) as started:
            started.wait_for(lambda: started.get("/api/sensors").json["items"])
            yield started


def ticks(server: DevServer, name: str, kind: str = "sensors") -> list[Any]:
    """The ticks of a sensor or schedule, the first first."""
    found: list[Any] = server.get(f"/api/{kind}/{name}/ticks?limit=1000").json["items"]
    return found[::-1]


def put(folder: Path, name: str, text: str) -> None:
    """Put a file there all at once: a sensor that looks while it is written would see two sizes."""
    written = folder.parent / "written"
    written.write_text(text)
    written.rename(folder / name)


def test_what_a_sensor_keeps_says_what_is_new(server: DevServer, folder: Path) -> None:
    """Each file is reported once, whenever its fingerprint changes; the state can be looked at, and forgotten."""
    put(folder, "a", "1")
    server.wait_for(lambda: ticks(server, "after_raw"))
    put(folder, "b", "22")
    server.wait_for(lambda: len(ticks(server, "after_raw")) >= 2)
    kept = server.get("/api/sensors/watches_folder/state").json["items"]
    only_b = server.get("/api/sensors/watches_folder/state?prefix=b").json["items"]

    assert [{"key": "a", "value": 1}, {"key": "b", "value": 2}] == kept
    assert [{"key": "b", "value": 2}] == only_b
    assert ["a", "b"] == [t["skip_message"] for t in ticks(server, "after_raw")]
    assert 2 == server.get("/api/sensors/watches_folder").json["values"]


def test_an_event_calls_its_sensor_and_starts_a_job_once(server: DevServer, folder: Path) -> None:
    """From the file to the job's run; what waits for both inputs is called when the second one comes."""
    put(folder, "run", "run")
    run_id = server.wait_for(lambda: next((t["run_ids"][0] for t in ticks(server, "after_raw") if t["run_ids"]), None))
    server.wait_for(lambda: ticks(server, "on_success"))
    server.wait_for(lambda: any(t["status"] == "success" for t in ticks(server, "after_both")))
    run = server.get(f"/api/runs/{run_id}").json["run"]

    assert ("nightly", ["report"], "success") == (run["job_name"], run["assets"], run["status"])
    assert {"headwater/sensor_name": "after_raw", "headwater/run_key": "run"} == run["tags"]
    assert "nightly made report" == ticks(server, "on_success")[0]["skip_message"]


def test_a_partition_is_added_and_made_in_one_tick(server: DevServer, folder: Path) -> None:
    """The run request names a key that the same tick adds."""
    (folder.parent / "customers").write_text("acme duff")
    tick = server.wait_for(lambda: next((t for t in ticks(server, "new_customers") if t["status"] != "skipped"), None))
    runs = [server.get(f"/api/runs/{run_id}").json["run"] for run_id in tick["run_ids"]]

    assert [{"name": "customers", "added": ["acme", "duff"], "deleted": []}] == tick["partitions"]
    assert ["acme", "duff"] == sorted(run["partition"] for run in runs)


def test_a_failed_run_tells_its_steps(server: DevServer) -> None:
    """The sensor of failures hears of the run, its error and its steps."""
    server.post("/api/runs", {"assets": ["fails"]})
    tick = server.wait_for(lambda: ticks(server, "on_failure"))[0]

    assert "no luck" in tick["skip_message"]
    assert "in fails" in tick["skip_message"]
    assert 1 == len(tick["consumed"])


def test_a_check_calls_its_sensor(server: DevServer) -> None:
    """Each evaluation of a watched asset's checks, and of no other."""
    for key, passed in (("raw", True), ("other", False), ("raw", False)):
        server.post("/report_asset_check/", {"asset_key": key, "check_name": "rows", "passed": passed})
    server.wait_for(lambda: sum(len(t["consumed"]) for t in ticks(server, "on_check")) >= 2)

    assert 2 == sum(len(t["consumed"]) for t in ticks(server, "on_check"))
    assert "rows of raw: False" == ticks(server, "on_check")[-1]["skip_message"]


def test_a_poisoned_event_is_given_up(server: DevServer) -> None:
    """Events are dealt with in order; one that fails five times is passed over, and the next has its turn."""
    for number in (1, 2, 3):
        server.post("/report_asset_materialization/", {"asset_key": "poison", "metadata": {"number": number}})
    server.wait_for(lambda: ticks(server, "poisoned"))
    # Its waits grow; a person may ask for the next try at once.
    for _ in range(10):
        before = ticks(server, "poisoned")
        if any("number 3" == t["skip_message"] for t in before):
            break
        server.post("/api/sensors/poisoned/tick")
        server.wait_for(lambda: len(ticks(server, "poisoned")) > len(before))  # noqa: B023
    server.wait_for(lambda: any(t["skip_message"] == "number 3" for t in ticks(server, "poisoned")))
    found = ticks(server, "poisoned")
    failures = [t for t in found if t["status"] == "failure"]

    assert ["number 1", "number 3"] == [t["skip_message"] for t in found if t["skip_message"] and t["consumed"]]
    assert [1, 2, 3, 4, 5] == [t["attempt"] for t in failures]
    assert "given up after 5 tries" in failures[-1]["error"]["message"]


def counted(server: DevServer) -> int:
    """How far the sensor that counts has come."""
    return int(server.get("/api/sensors/counts").json["cursor"] or 0)


def test_a_tick_that_hangs_is_stopped_and_holds_nobody_up(server: DevServer) -> None:
    """It fails at its limit, again and again, later and later, while the others tick."""
    before = counted(server)
    tick = server.wait_for(lambda: [t for t in ticks(server, "hangs") if t["attempt"] >= 2])[0]
    server.wait_for(lambda: counted(server) > before + 3)
    sensor = server.get("/api/sensors/hangs").json

    assert "stopped after 0.5 s" in tick["error"]["message"]
    assert sensor["failures"] >= 2
    assert sensor["next_tick_at"] is not None


def test_a_dry_run_shows_everything_and_keeps_nothing(server: DevServer) -> None:
    """Events, cursor and values that a tick would lead to, from another cursor; the sensor stays where it was."""
    server.post("/api/sensors/counts/stop")
    before = server.get("/api/sensors/counts").json
    answer = server.post("/api/sensors/counts/dry-run", {"cursor": "1000001"}).json
    after = server.get("/api/sensors/counts").json
    server.post("/api/sensors/counts/start")

    assert ("success", "1000002") == (answer["tick"]["status"], answer["tick"]["cursor"])
    assert [("observation", "raw")] == [(event["kind"], event["asset_key"]) for event in answer["events"]]
    assert {"n2": 1_000_002} == answer["values"]
    assert before == after


def test_a_cursor_is_set_by_hand(server: DevServer) -> None:
    """The next tick begins from it."""
    server.post("/api/sensors/counts/stop")
    assert "1000" == server.post("/api/sensors/counts/cursor", {"cursor": "1000"}).json["cursor"]
    server.post("/api/sensors/counts/tick")
    server.wait_for(lambda: server.get("/api/sensors/counts").json["cursor"] == "1001")
    assert server.post("/api/sensors/counts/cursor", {"cursor": None}).json["cursor"] is None
    server.post("/api/sensors/counts/reset")

    # It goes on at once, and may be further than 1 before anybody looks.
    server.wait_for(lambda: 0 < counted(server) < 1_000)


def test_a_schedule_is_switched_and_ticked(server: DevServer) -> None:
    """Declared stopped, it has no next time; on, it has; a tick by hand requests its run, and a dry run does not."""
    off = server.get("/api/schedules/every_minute").json
    dry = server.post("/api/schedules/every_minute/dry-run", {"scheduled_at": 1_767_225_600}).json
    on = server.post("/api/schedules/every_minute/start").json
    server.post("/api/schedules/every_minute/tick")
    tick = server.wait_for(lambda: ticks(server, "every_minute", "schedules"))[0]
    stopped = server.post("/api/schedules/every_minute/stop").json
    run = server.get(f"/api/runs/{tick['run_ids'][0]}").json["run"]

    assert (False, None, []) == (off["running"], off["next_tick_at"], off["next_times"])
    assert ["2026-01-01T00:00:00+00:00"] == [each["run_key"] for each in dry["runs"]]
    assert (True, 5, ["* * * * *"]) == (on["running"], len(on["next_times"]), on["cron_schedule"])
    assert "every_minute" == run["tags"]["headwater/schedule_name"]
    assert ("schedule", "every_minute") == (run["cause"]["kind"], run["cause"]["name"])
    assert not stopped["running"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/sensors/nobody/cursor", {"cursor": "1"}),
        ("/api/sensors/nobody/dry-run", {}),
        ("/api/schedules/counts/tick", None),
        ("/api/schedules/nobody/start", None),
    ],
)
def test_what_is_not_there_is_a_404(server: DevServer, path: str, body: Any) -> None:
    """The answer names it, and what there is."""
    answer = server.post(path, body)

    assert 404 == answer.status
    assert "There is no" in answer.json["detail"]

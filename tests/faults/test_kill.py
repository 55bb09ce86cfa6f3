"""Processes are killed at random instants: what was acknowledged is there, and nothing happens twice."""

from __future__ import annotations

import os
import random
import select
import signal
import threading
import urllib.error
from pathlib import Path

import pytest
from processes import children_of, command_line, descendants
from servers import DevServer, all_events, dev_server

PROJECT = Path(__file__).parents[1] / "projects" / "hostile.py"
CYCLES = int(os.environ.get("HEADWATER_FAULT_CYCLES", "4"))


class Reporter(threading.Thread):
    """Reports numbers one after another, and keeps those that were acknowledged."""

    def __init__(self, server: DevServer, first: int) -> None:
        super().__init__(daemon=True)
        self._server = server
        self._number = first
        self.acknowledged: list[int] = []
        self.tenth = threading.Event()

    def run(self) -> None:
        """Report until the server is gone."""
        while True:
            try:
                answer = self._server.post(
                    "/report_asset_materialization/", {"asset_key": "other", "metadata": {"number": self._number}}
                )
            except (urllib.error.URLError, ConnectionError):
                return
            if answer.status != 200:
                return
            self.acknowledged.append(self._number)
            self._number += 1
            if len(self.acknowledged) >= 10:
                self.tenth.set()


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that the project's sensor watches."""
    path = tmp_path / "watched.csv"
    monkeypatch.setenv("HEADWATER_TEST_WATCHED", str(path))
    return path


def test_nothing_acknowledged_is_lost_when_the_server_is_killed(tmp_path: Path, watched: Path) -> None:
    """Across kills under load every acknowledged report is in the log once, and `seq` has no gap."""
    watched.write_text("0")
    chance = random.Random(7)
    acknowledged: list[int] = []
    with dev_server(tmp_path / "home", str(PROJECT)) as server:
        for _ in range(CYCLES):
            reporters = [Reporter(server, 1_000_000 * (len(acknowledged) + n)) for n in range(4)]
            for reporter in reporters:
                reporter.start()
            for reporter in reporters[: chance.randint(1, 4)]:
                assert reporter.tenth.wait(60)
            server.kill()
            for reporter in reporters:
                reporter.join(60)
                acknowledged += reporter.acknowledged
            server.start()
        events = all_events(server)

    stored = [event["metadata"]["number"]["value"] for event in events if "number" in event["metadata"]]
    assert len(stored) == len(set(stored))
    assert set(acknowledged) <= set(stored)
    assert list(range(1, len(events) + 1)) == [event["seq"] for event in events]


def test_a_sensor_neither_loses_nor_repeats_when_the_server_is_killed(tmp_path: Path, watched: Path) -> None:
    """Each change of the watched file is one event, whenever the server dies."""
    changes = []
    with dev_server(tmp_path / "home", str(PROJECT)) as server:
        for cycle in range(CYCLES):
            change(watched, cycle + 1)
            changes.append(cycle + 1)
            if cycle % 2:
                server.wait_for(lambda: cursor_of(server) == str(changes[-1]))
            server.kill()
            server.start()
            server.wait_for(lambda: cursor_of(server) == str(changes[-1]))
        reported = [
            event["metadata"]["mtime_ns"]["value"] for event in all_events(server) if "mtime_ns" in event["metadata"]
        ]

    assert changes == reported


def test_a_run_that_was_cut_off_is_begun_anew(tmp_path: Path, watched: Path) -> None:
    """A run whose server was killed is queued again by the next one, which carries it to its end."""
    # The first time it must still be under way when it is cut off, however long a slow machine takes to see it.
    environment = {"HEADWATER_TEST_HANGS_SECONDS": "600"}
    with dev_server(tmp_path / "home", str(PROJECT), environment=environment) as server:
        server.wait_for(lambda: server.get("/api/sensors").json["items"])
        run_id = server.post("/api/runs", {"assets": ["hangs", "summary"]}).json["run_id"]
        server.wait_for(lambda: server.get(f"/api/runs/{run_id}").json["steps"])
        server.kill()
        environment.clear()
        server.start()
        run = server.wait_for(
            lambda: (found := server.get(f"/api/runs/{run_id}").json["run"])["ended_at"] is not None and found
        )
        kinds = [event["kind"] for event in server.get(f"/api/runs/{run_id}/events").json["items"]]

    assert (2, "failure") == (run["attempt"], run["status"])
    assert 1 == kinds.count("run_requeued")
    assert 1 == kinds.count("run_failed")


def test_a_killed_location_is_loaded_again(tmp_path: Path, watched: Path) -> None:
    """When the process with the user's code is killed, its runs fail with a reason, and it comes back."""
    with dev_server(tmp_path / "home", str(PROJECT)) as server:
        server.wait_for(lambda: server.get("/api/sensors").json["items"])
        run_id = server.post("/api/runs", {"assets": ["hangs"]}).json["run_id"]
        server.wait_for(lambda: server.get(f"/api/runs/{run_id}").json["steps"])
        os.kill(location_pid(server), signal.SIGKILL)
        run = server.wait_for(
            lambda: (found := server.get(f"/api/runs/{run_id}").json["run"])["ended_at"] is not None and found
        )
        again = server.post("/api/runs", {"assets": ["summary"]}).json["run_id"]
        second = server.wait_for(
            lambda: (found := server.get(f"/api/runs/{again}").json["run"])["ended_at"] is not None and found
        )

    assert "failure" == run["status"]
    assert "killed by signal 9" in run["error"]["message"] or "stopped after" in run["error"]["message"]
    assert "success" == second["status"]


def test_nothing_is_left_running_when_the_server_is_killed(tmp_path: Path, watched: Path) -> None:
    """The processes with user code end with the server, even one that hangs."""
    with dev_server(tmp_path / "home", str(PROJECT)) as server:
        server.wait_for(lambda: server.get("/api/sensors").json["items"])
        run_id = server.post("/api/runs", {"assets": ["hangs"]}).json["run_id"]
        server.wait_for(lambda: server.get(f"/api/runs/{run_id}").json["steps"])
        children = descendants(server.pid)
        server.kill()

        for child in children:
            wait_until_gone(child)

    assert len(children) >= 2


def change(path: Path, modified: int) -> None:
    """Put a new file in place of a path, all at once, with a modification time of its own."""
    written = path.with_suffix(".new")
    written.touch()
    os.utime(written, ns=(0, modified))
    written.replace(path)


def cursor_of(server: DevServer) -> str | None:
    """How far the sensor has come; None also while the definitions are not loaded."""
    cursor: str | None = server.get("/api/sensors/watch_file").json.get("cursor")
    return cursor


def location_pid(server: DevServer) -> int:
    """The process that holds the user's definitions: what the loader has forked."""
    loader = next(pid for pid in children_of(server.pid) if b"headwater.location.hosts.loader" in command_line(pid))
    return children_of(loader)[0]


def wait_until_gone(pid: int) -> None:
    """Wait for the end of a process that is not our child."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        # Readable once the process has ended.
        assert select.select([descriptor], [], [], 60)[0], f"process {pid} still runs"
    finally:
        os.close(descriptor)

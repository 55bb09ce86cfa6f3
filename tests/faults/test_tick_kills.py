"""Engine, location and worker are killed around ticks: no tick is lost, and none happens twice."""

from __future__ import annotations

import os
import random
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from processes import children_of, command_line
from servers import DevServer, all_events, dev_server

PROJECT = Path(__file__).parents[1] / "projects" / "ticking.py"
CYCLES = int(os.environ.get("HEADWATER_FAULT_CYCLES", "6"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the project's sensors watch."""
    made = tmp_path / "folder"
    made.mkdir()
    monkeypatch.setenv("HEADWATER_TEST_FOLDER", str(made))
    return made


def test_no_tick_is_lost_or_repeated_whoever_is_killed(tmp_path: Path, folder: Path) -> None:
    """A counter goes on without a gap, each file is one event and one call, each customer one partition and run."""
    chance = random.Random(11)
    with dev_server(tmp_path / "home", str(PROJECT)) as server:
        for cycle in range(CYCLES):
            server.wait_for(lambda: cursor_of(server, "counts"))
            # All at once: a sensor that looks meanwhile would see two sizes.
            written = tmp_path / "written"
            written.write_text("x" * (cycle + 1))
            written.rename(folder / f"file{cycle:03}")
            with (folder.parent / "customers").open("a") as customers:
                customers.write(f"customer{cycle}\n")
            before = int(cursor_of(server, "counts") or 0)
            least = before + chance.randint(0, 5)
            server.wait_for(lambda: int(cursor_of(server, "counts") or 0) >= least)  # noqa: B023
            kill(server, cycle)
        done = {"customers": f"customer{CYCLES - 1}", "file": f"file{CYCLES - 1:03}"}
        server.wait_for(lambda: done["customers"] in "".join(keys(server, "new_customers")))
        server.wait_for(lambda: any(done["file"] == tick["skip_message"] for tick in ticks(server, "after_raw")))
        server.wait_for(lambda: int(cursor_of(server, "counts") or 0) >= 10)
        events = all_events(server)
        called = [tick["consumed"] for tick in ticks(server, "after_raw") if tick["status"] != "failure"]

    numbers = [event["metadata"]["number"]["value"] for event in events if "number" in event["metadata"]]
    files = [event for event in events if "file" in event["metadata"] and event["asset_key"] == "raw"]
    runs = [event for event in events if event["kind"] == "run_requested"]
    assert list(range(1, len(numbers) + 1)) == numbers
    assert [f"file{cycle:03}" for cycle in range(CYCLES)] == [event["metadata"]["file"]["value"] for event in files]
    assert [event["seq"] for event in files] == [seq for consumed in reversed(called) for seq in consumed]
    assert sorted(f"customer{cycle}" for cycle in range(CYCLES)) == sorted(event["partition"] for event in runs)


def kill(server: DevServer, cycle: int) -> None:
    """Kill the engine, the process of the location, or a worker, by turns."""
    if cycle % 3 == 0:
        server.kill()
        server.start()
        return
    # One of the sensors counts without end, so there is always a worker, or there will be.
    found = server.wait_for(lambda: hosts_of(server) if cycle % 3 == 1 else workers_of(server))
    with suppress(ProcessLookupError):
        os.kill(found[-1], signal.SIGKILL)


def hosts_of(server: DevServer) -> list[int]:
    """The processes that hold the user's definitions: what the loader has forked."""
    loaders = [pid for pid in children_of(server.pid) if b"headwater.location.hosts.loader" in command_line(pid)]
    return [host for loader in loaders for host in children_of(loader)]


def workers_of(server: DevServer) -> list[int]:
    """The processes in which ticks are answered."""
    return [worker for host in hosts_of(server) for worker in children_of(host)]


def cursor_of(server: DevServer, name: str) -> str | None:
    """How far a sensor has come; None also while the definitions are not loaded."""
    cursor: str | None = server.get(f"/api/sensors/{name}").json.get("cursor")
    return cursor


def ticks(server: DevServer, name: str) -> list[Any]:
    """A sensor's ticks, the last first."""
    found: list[Any] = server.get(f"/api/sensors/{name}/ticks?limit=1000").json.get("items", [])
    return found


def keys(server: DevServer, name: str) -> list[str]:
    """What a sensor keeps."""
    return [item["key"] for item in server.get(f"/api/sensors/{name}/state?limit=1000").json.get("items", [])]

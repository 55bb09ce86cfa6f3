"""Any process of a run is killed at random, again and again: no half values, no run without an end."""

from __future__ import annotations

import os
import pickle
import random
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from processes import descendants
from servers import DevServer, dev_server

PROJECT = Path(__file__).parents[1] / "projects" / "crashes.py"
CYCLES = int(os.environ.get("HEADWATER_FAULT_CYCLES", "3"))
ASSETS = [f"c{number}" for number in range(5)]
RETRIES = 3
ATTEMPTS = 3


@pytest.mark.timeout(120 + 60 * CYCLES)
def test_a_run_survives_the_death_of_any_of_its_processes(tmp_path: Path) -> None:
    """Server, loader, host or worker: each run ends, what is stored is whole, and no step is tried more than it may."""
    chance = random.Random(os.environ.get("HEADWATER_FAULT_SEED", "7"))
    home = tmp_path / "home"
    ends: Counter[str] = Counter()
    with dev_server(home, str(PROJECT)) as server:
        for _ in range(CYCLES):
            server.wait_for(lambda: is_loaded(server))
            run_id = server.post("/api/runs", {"assets": ASSETS}).json["run_id"]
            wanted = chance.randint(2, 14)
            server.wait_for(
                lambda: len(events(server, run_id)) >= wanted or run(server, run_id)["ended_at"]  # noqa: B023
            )
            kill_one(server, chance)
            ended = server.wait_for(
                lambda: (found := run(server, run_id))["ended_at"] is not None and found  # noqa: B023
            )
            ends[ended["status"]] += 1
            check_retries(server, run_id, ended)
            check_values(home)
        again = server.post("/api/runs", {"assets": ASSETS}).json["run_id"]
        last = server.wait_for(lambda: (found := run(server, again))["ended_at"] is not None and found)
        left_open = server.get("/api/runs?status=started&status=queued").json["items"]

    assert [] == left_open
    assert "success" == last["status"]
    assert CYCLES == ends["success"] + ends["failure"]
    assert ASSETS == check_values(home)


def is_loaded(server: DevServer) -> bool:
    """Whether the project can be asked for."""
    return ["loaded"] == [location["status"] for location in server.get("/api/locations").json["items"]]


def run(server: DevServer, run_id: str) -> dict[str, Any]:
    """The run as it stands."""
    found: dict[str, Any] = server.get(f"/api/runs/{run_id}").json["run"]
    return found


def events(server: DevServer, run_id: str) -> list[dict[str, Any]]:
    """What the log has of it."""
    found: list[dict[str, Any]] = server.get(f"/api/runs/{run_id}/events").json["items"]
    return found


def kill_one(server: DevServer, chance: random.Random) -> None:
    """Kill the server or any process below it, as a power cut would; a server is started again."""
    victim = chance.choice([server.pid, *descendants(server.pid)])
    if victim == server.pid:
        server.kill()
        server.start()
        return
    try:
        os.kill(victim, signal.SIGKILL)
    except ProcessLookupError:
        # It ended by itself just before; that is a cycle without a kill.
        return


def check_retries(server: DevServer, run_id: str, ended: dict[str, Any]) -> None:
    """No attempt of the run tries a step more often than its policy says, and there are not too many attempts."""
    tries: Counter[str] = Counter()
    for event in events(server, run_id):
        if event["kind"] == "run_requeued":
            tries.clear()
        if event["kind"] == "step_retried":
            tries[event["step"]] += 1
    assert max(tries.values(), default=0) <= RETRIES
    assert ended["attempt"] <= ATTEMPTS
    assert ended["status"] != "failure" or ended["error"]["message"]


def check_values(home: Path) -> list[str]:
    """Every stored value is whole; gives whose they are."""
    whole = []
    for path in sorted((home / "storage").glob("*.pickle")):
        value = pickle.loads(path.read_bytes())
        assert [int(path.stem[1:])] * 200_000 == value
        whole.append(path.stem)
    return whole

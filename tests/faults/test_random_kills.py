"""Engine, loader, host and worker are killed at random instants: no tick is lost or repeated, no run begun twice."""

from __future__ import annotations

import os
import random
import signal
from collections import Counter, defaultdict
from contextlib import suppress
from pathlib import Path
from typing import Any

from processes import children_of, command_line
from servers import DevServer, all_events, dev_server

CYCLES = int(os.environ.get("HEADWATER_FAULT_CYCLES", "3"))
PROJECT = """
import headwater as hw

def counting(number):
    @hw.sensor(name=f"count_{number}", minimum_interval_seconds=0.1)
    def count(context):
        reached = int(context.cursor or 0) + 1
        event = hw.AssetMaterialization(f"counted_{number}", metadata={"number": reached})
        return hw.SensorResult(asset_events=[event], cursor=str(reached))
    return count

@hw.asset(deps=["counted_0"], automation_condition=hw.AutomationCondition.eager())
def follows(): ...

@hw.asset(deps=[follows], automation_condition=hw.AutomationCondition.eager())
def then(): ...

defs = hw.Definitions(assets=[follows, then], sensors=[counting(number) for number in range(4)])
"""
ENDS = {"run_succeeded", "run_failed", "run_canceled"}


def test_kills_at_random_lose_and_repeat_nothing(tmp_path: Path) -> None:
    """Across kills each sensor's ticks count on without a gap, and each attempt of a run begins once and ends."""
    project = tmp_path / "project.py"
    project.write_text(PROJECT)
    chance = random.Random(11)
    with dev_server(tmp_path / "home", str(project)) as server:
        for cycle in range(CYCLES):
            head = seq_of(server)
            server.wait_for(lambda: seq_of(server) > head + chance.randint(20, 60))  # noqa: B023
            kill(server, ("engine", "host", "worker", "loader")[cycle % 4], chance)
        reached = seq_of(server)
        server.wait_for(lambda: seq_of(server) > reached + 60)
        for number in range(4):
            server.post(f"/api/sensors/count_{number}/stop")
        server.wait_for(lambda: not open_runs(all_events(server)))
        events = all_events(server)

    numbers = defaultdict(list)
    for event in events:
        if (event["asset_key"] or "").startswith("counted"):
            numbers[event["asset_key"]].append(event["metadata"]["number"]["value"])
    begun = Counter(event["run_id"] for event in events if event["kind"] == "run_started")
    requeued = Counter(event["run_id"] for event in events if event["kind"] == "run_requeued")
    ended = Counter(event["run_id"] for event in events if event["kind"] in ENDS)

    assert 4 == len(numbers)
    for counts in numbers.values():
        assert list(range(1, len(counts) + 1)) == counts
    assert {} == {run_id: count for run_id, count in begun.items() if count > 1 + requeued[run_id]}
    assert {1} == set(ended.values())


def kill(server: DevServer, what: str, chance: random.Random) -> None:
    """Kill a process of the server as a power cut would; the server itself is started again."""
    if what == "engine":
        server.kill()
        server.start()
        return
    (loader,) = [pid for pid in children_of(server.pid) if b"headwater.location.hosts.loader" in command_line(pid)]
    hosts = children_of(loader)
    workers = [worker for host in hosts for worker in children_of(host)]
    chosen = {"loader": [loader], "host": hosts, "worker": workers}[what]
    if chosen:
        # It may have ended by itself meanwhile.
        with suppress(ProcessLookupError):
            os.kill(chance.choice(chosen), signal.SIGKILL)


def seq_of(server: DevServer) -> int:
    """How far the log reaches."""
    seq: int = server.get("/api/deployment").json["seq"]
    return seq


def open_runs(events: list[Any]) -> set[str]:
    """Runs that were requested and have not ended."""
    asked = {event["run_id"] for event in events if event["kind"] == "run_requested"}
    return asked - {event["run_id"] for event in events if event["kind"] in ENDS}

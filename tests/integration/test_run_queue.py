"""Limits, priorities and joined requests, as people see them over the API."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from servers import DevServer, dev_server

PROJECT = """
import pathlib
import headwater as hw

HERE = pathlib.Path(__file__).parent

@hw.asset(pool="narrow")
def gated(context):
    with open(HERE / "fifo") as gate:
        gate.read()

@hw.asset
def free(): ...

@hw.asset(pool="few")
def first(context):
    with open(HERE / f"{context.run_tags['number']}-first") as gate:
        gate.read()

@hw.asset(pool="few")
def second(context):
    with open(HERE / f"{context.run_tags['number']}-second") as gate:
        gate.read()

@hw.asset(deps=[first, second])
def last(): ...

@hw.asset(pool="narrow", deps=["source"], automation_condition=hw.AutomationCondition.any_deps_updated())
def follows(): ...

@hw.asset(deps=["source"], automation_condition=hw.AutomationCondition.any_deps_updated())
def witness(): ...

@hw.sensor(minimum_interval_seconds=0.2, target=["gated"], default_status=hw.DefaultSensorStatus.STOPPED)
def asks(context):
    number = int(context.cursor or 0) + 1
    if number > 3:
        return hw.SkipReason("asked often enough")
    return hw.SensorResult(run_requests=[hw.RunRequest()], cursor=str(number))

defs = hw.Definitions(assets=[gated, free, first, second, last, follows, witness], sensors=[asks])
"""


class Queue:
    """The server, and what stands in its queue."""

    def __init__(self, folder: Path, server: DevServer) -> None:
        self.folder = folder
        self.server = server

    def request(self, asset: str, **tags: str) -> str:
        """Ask for a run; gives its id."""
        run_id: str = self.server.post("/api/runs", {"assets": [asset], "tags": tags}).json["run_id"]
        return run_id

    def request_all(self, number: int) -> list[tuple[str, Path, str]]:
        """Ask for two steps of the pool `few` and one after them; gives for each its run, its gate, and its name."""
        gates = [self.folder / f"{number}-{step}" for step in ("first", "second")]
        for gate in gates:
            os.mkfifo(gate)
        body = {"assets": ["first", "second", "last"], "tags": {"number": str(number)}}
        run_id = self.server.post("/api/runs", body).json["run_id"]
        return [(run_id, gate, gate.name.partition("-")[2]) for gate in gates]

    def under_way(self, steps: list[tuple[str, Path, str]]) -> list[tuple[str, Path, str]]:
        """Those of some steps that have begun and not ended."""
        found = []
        for run_id, gate, step in steps:
            events = self.server.get(f"/api/runs/{run_id}/events").json["items"]
            kinds = [event["kind"] for event in events if event["asset_key"] == step]
            if "step_started" in kinds and "step_succeeded" not in kinds:
                found.append((run_id, gate, step))
        return found

    def held_up(self, run_id: str) -> list[Any]:
        """The steps of a run that wait for a place in a pool."""
        steps = self.server.get(f"/api/runs/{run_id}").json["steps"]
        return [step for step in steps if step["status"] == "waiting"]

    def wait_until(self, look: Callable[[], Any], holds: Callable[[Any], bool]) -> Any:
        """Wait until what one sees is so; gives it."""
        self.server.wait_for(lambda: holds(look()))
        return look()

    def limits(self) -> list[Any]:
        """Every limit as it stands."""
        items: list[Any] = self.server.get("/api/limits").json["items"]
        return items

    def set_limit(self, pool: str, most: int) -> None:
        """Give a pool a number of places."""
        body = {"kind": "pool", "name": pool, "most": most}
        self.server.request("PUT", "/api/limits", _json(body), {"Content-Type": "application/json"})

    def run(self, run_id: str) -> Any:
        """A run as it stands."""
        return self.server.get(f"/api/runs/{run_id}").json["run"]

    def wait_for(self, run_id: str, status: str) -> Any:
        """Wait until a run has a status."""
        return self.server.wait_for(lambda: (found := self.run(run_id))["status"] == status and found)

    def let_one_pass(self) -> None:
        """Let one run of `gated` end."""
        with (self.folder / "fifo").open("w") as gate:
            gate.write("go on")


@pytest.fixture(scope="module")
def queue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Queue]:
    """A server whose pool `narrow` has room for one run."""
    folder = tmp_path_factory.mktemp("queue")
    (folder / "project.py").write_text(PROJECT)
    os.mkfifo(folder / "fifo")
    with dev_server(folder / "home", str(folder / "project.py")) as server:
        server.wait_for(lambda: server.get("/api/sensors").json["items"])
        body = {"kind": "pool", "name": "narrow", "most": 1}
        answer = server.request("PUT", "/api/limits", _json(body), {"Content-Type": "application/json"})
        assert [{**body, "used": {}}] == answer.json["items"]
        yield Queue(folder, server)


def test_a_full_pool_lets_others_pass_and_priorities_go_first(queue: Queue) -> None:
    """Who waits says for what; a canceled one leaves the queue; the urgent one overtakes the older one."""
    first = queue.request("gated")
    queue.wait_for(first, "started")
    older, dropped = queue.request("gated"), queue.request("gated")
    urgent = queue.request("gated", **{"headwater/priority": "5"})
    queue.wait_for(queue.request("free"), "success")
    waiting = [queue.run(run_id) for run_id in (urgent, older, dropped)]
    canceled = queue.server.post(f"/api/runs/{dropped}/cancel").json
    queue.let_one_pass()
    queue.wait_for(urgent, "started")
    still = queue.run(older)
    used = queue.server.get("/api/limits").json["items"][0]["used"]
    queue.let_one_pass()
    queue.wait_for(older, "started")
    queue.let_one_pass()
    queue.wait_for(older, "success")

    assert [1, 2, 3] == [run["queue_position"] for run in waiting]
    assert {"the limit of 1 for pool narrow"} == {run["waiting_for"] for run in waiting}
    assert ("canceled", "queued", {"narrow": 1}) == (canceled["status"], still["status"], used)


def test_requests_for_the_same_join_the_run_that_waits(queue: Queue) -> None:
    """A sensor asks three times while a run waits: one run, with every cause kept."""
    blocker = queue.request("gated")
    queue.wait_for(blocker, "started")
    before = len(runs_of(queue))
    queue.server.post("/api/sensors/asks/start")
    joined = queue.server.wait_for(lambda: len((found := runs_of(queue)[0])["joined"]) == 2 and found)
    count = len(runs_of(queue)) - before
    ticks = queue.server.get("/api/sensors/asks/ticks?limit=1000").json["items"]
    kinds = [event["kind"] for event in queue.server.get(f"/api/runs/{joined['run_id']}/events").json["items"]]
    queue.server.post("/api/sensors/asks/stop")
    for run_id in (blocker, joined["run_id"]):
        queue.wait_for(run_id, "started")
        queue.let_one_pass()
        queue.wait_for(run_id, "success")

    assert (1, ["asks", "asks"]) == (count, [cause["name"] for cause in joined["joined"]])
    assert ["run_requested", "run_request_joined", "run_request_joined"] == kinds[:3]
    assert 3 == sum(joined["run_id"] in tick["run_ids"] for tick in ticks)


def test_a_limit_of_none_holds_everything_until_it_is_lifted(queue: Queue) -> None:
    """Lifting it wakes the queue."""
    headers = {"Content-Type": "application/json"}
    queue.server.request("PUT", "/api/limits", _json({"kind": "all", "most": 0}), headers)
    held = queue.request("free")
    waits = queue.run(held)
    queue.server.request("DELETE", "/api/limits?kind=all", None, {})
    queue.wait_for(held, "success")

    assert ("queued", "the limit of 0 for all runs") == (waits["status"], waits["waiting_for"])
    assert 400 == queue.server.request("PUT", "/api/limits", _json({"kind": "pool", "most": 1}), headers).status


def runs_of(queue: Queue, asset: str = "gated") -> list[Any]:
    """The runs of an asset, newest first."""
    items: list[Any] = queue.server.get(f"/api/runs?asset={asset}").json["items"]
    return items


def _json(body: dict[str, Any]) -> bytes:
    return json.dumps(body).encode()


def test_a_condition_requests_nothing_beside_a_run_that_waits(queue: Queue) -> None:
    """Its asset is to be made twice while a run of it waits, that a person asked for: it is made once."""
    blocker = queue.request("gated")
    queue.wait_for(blocker, "started")
    waiting = queue.request("follows")
    for count in (1, 2):
        queue.server.post("/report_asset_materialization/source", {})
        queue.wait_until(partial(queue.server.events, "witness"), partial(_has, count))
    queue.let_one_pass()
    queue.wait_for(waiting, "success")

    assert [waiting] == [run["run_id"] for run in runs_of(queue, "follows")]


def test_a_pool_holds_over_the_steps_of_all_runs(queue: Queue) -> None:
    """Of four steps of two runs two go on at once; as one ends, another begins; what needs no place is not held up."""
    queue.set_limit("few", 2)
    steps = [*queue.request_all(1), *queue.request_all(2)]
    most = 0
    queue.wait_until(partial(queue.under_way, steps), partial(_has, 2))
    # The second run may begin later than the first one's steps.
    held = queue.wait_until(
        lambda: [step for run_id in {step[0] for step in steps} for step in queue.held_up(run_id)], partial(_has, 2)
    )
    for left in (4, 3, 2, 1):
        begun = queue.wait_until(partial(queue.under_way, steps), partial(_has, min(2, left)))
        most = max(most, len(begun))
        queue.wait_for(queue.request("free"), "success")
        with begun[0][1].open("w") as gate:
            gate.write("go on")
        queue.wait_until(partial(queue.under_way, steps), partial(_lacks, begun[0]))
    for run_id in {step[0] for step in steps}:
        queue.wait_for(run_id, "success")

    assert 2 == most
    assert ["the limit of 2 for pool few"] * 2 == [step["waiting_for"] for step in held]
    assert [True, True] == [step["assets"] in (["first"], ["second"]) for step in held]
    assert {} == next(limit for limit in queue.limits() if limit["name"] == "few")["used"]


def _has(count: int, found: list[Any]) -> bool:
    return len(found) == count


def _lacks(one: Any, found: list[Any]) -> bool:
    return one not in found

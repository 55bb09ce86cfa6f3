"""What one event costs where ten thousand assets are automated, and what nothing costs."""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.systems import PEERS, dagster
from headwater.automation.conditions.decide import Conditions
from headwater.automation.conditions.loop import ConditionsLoop, keep_from_collector
from headwater.definitions.conditions.condition import AutomationCondition
from headwater.definitions.partitions import DailyPartitionsDefinition, PartitionsSnapshot
from headwater.definitions.snapshot import AssetSnapshot, DefinitionsSnapshot
from headwater.graph.asset_graph import AssetGraph, build_graph
from headwater.records.log.events import Event, EventKind, Materialization
from headwater.storage.automation.decided import read_position
from headwater.storage.database.engine import sqlite_url
from headwater.storage.store import Store

_NOW = 1_790_000_000_000_000
_WIDTH = 10
_ASSETS = 10_000
_BELOW = 1_000
_DAGSTER = """
import json, time
import dagster as dg

def automated(key, up):
    @dg.asset(name=key, deps=[up], automation_condition=dg.AutomationCondition.eager())
    def made(): ...
    return made

assets = []
for tree in range({trees}):
    assets.append(dg.AssetSpec(f"root{{tree}}"))
    for number in range({below}):
        up = f"root{{tree}}" if number < {width} else f"t{{tree}}_{{(number - {width}) // 2}}"
        assets.append(automated(f"t{{tree}}_{{number}}", up))
defs, instance, cursor, taken = dg.Definitions(assets), dg.DagsterInstance.ephemeral(), None, []
for turn in ("start", "nothing new", "an event"):
    if turn == "an event":
        instance.report_runless_asset_event(dg.AssetMaterialization("root0"))
    begun = time.perf_counter()
    result = dg.evaluate_automation_conditions(defs, instance, cursor=cursor)
    cursor = result.cursor
    taken.append(time.perf_counter() - begun)
assert result.total_requested == {below}
print(json.dumps(taken))
"""
_EVERY_DAY = AutomationCondition.eager().without(AutomationCondition.in_latest_time_window())


def measure(times: int) -> None:
    """Print what each costs."""
    print(f"Conditions of {_ASSETS:,} automated assets, one event at a root with {_BELOW:,} descendants (of {times})")
    _measure("without partitions", None, AutomationCondition.eager(), days=0, times=times)
    daily = DailyPartitionsDefinition(start_date="2024-01-01", end_date="2026-09-27").to_snapshot()
    _measure("1,000 daily partitions, one reported", daily, _EVERY_DAY, days=1, times=times)
    _measure("1,000 daily partitions, all reported", daily, _EVERY_DAY, days=1_000, times=max(1, times // 3))
    asyncio.run(_measure_idle(10.0 if times > 3 else 3.0))
    if dagster() is not None and times > 3:
        _measure_peer()


def _measure_peer() -> None:
    """The same trees in the peer, without partitions; each of its evaluations, every 30 s, looks at all assets."""
    code = _DAGSTER.format(trees=_ASSETS // _BELOW, below=_BELOW, width=_WIDTH)
    done = subprocess.run(
        [str(PEERS / "python"), "-W", "ignore", "-c", code], capture_output=True, text=True, check=True
    )
    start, nothing, event = json.loads(done.stdout.splitlines()[-1])
    took = f"one event {event:.1f} s, nothing new {nothing:.1f} s"
    print(f"  dagster: {took}  (all {_ASSETS:,} at the start: {start:.1f} s)")


def estate(condition: AutomationCondition, partitions: PartitionsSnapshot | None) -> AssetGraph:
    """Trees of automated assets, each below a root that others make."""
    assets = []
    for tree in range(_ASSETS // _BELOW):
        assets.append(AssetSnapshot(key=f"root{tree}", kind="external", partitions=partitions))
        for number in range(_BELOW):
            up = f"root{tree}" if number < _WIDTH else f"t{tree}_{(number - _WIDTH) // 2}"
            key = f"t{tree}_{number}"
            assets.append(AssetSnapshot(key=key, kind="native", deps=(up,), condition=condition, partitions=partitions))
    return build_graph([("code", DefinitionsSnapshot(assets=tuple(assets)))])


def _measure(
    name: str, partitions: PartitionsSnapshot | None, condition: AutomationCondition, *, days: int, times: int
) -> None:
    graph = estate(condition, partitions)
    begun = time.perf_counter()
    conditions = Conditions(graph, now=_NOW)
    conditions.begin()
    keep_from_collector()
    start = time.perf_counter() - begun
    keys = [None] if partitions is None else list(conditions.spaces[0].parts.keys)[-days:]
    taken, used = [], []
    for turn in range(min(times, _ASSETS // _BELOW)):
        events = [
            Event(
                seq=turn * 2_000 + place + 1,
                kind=EventKind.MATERIALIZATION,
                payload=Materialization(),
                asset_key=f"root{turn}",
                partition=key,
                run_id=None,
                timestamp=_NOW,
                recorded_at=_NOW + turn,
                data_version=None,
            )
            for place, key in enumerate(keys)
        ]
        begun, used_before = time.perf_counter(), time.process_time()
        outcome = conditions.commit(events)
        taken.append(time.perf_counter() - begun)
        used.append(time.process_time() - used_before)
        assert len(outcome.requests) == _BELOW
        assert all(len(request.partitions) == len(keys) for request in outcome.requests)
    taken.sort()
    print(
        f"  {name:<38} p50 {1_000 * taken[len(taken) // 2]:7.1f} ms  max {1_000 * taken[-1]:7.1f} ms"
        f"  processor {1_000 * sorted(used)[len(used) // 2]:7.1f} ms"
        f"  (all {_ASSETS:,} at the start: {start:.2f} s)"
    )


async def _measure_idle(seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(sqlite_url(Path(folder) / "headwater.db"))
        loop = ConditionsLoop(store)
        loop.use_graph(estate(AutomationCondition.eager(), None))
        task = asyncio.create_task(loop.run())
        while not store.read(read_position).version:  # noqa: ASYNC110 - asked from outside, as another process would
            await asyncio.sleep(0.5)
        await asyncio.sleep(1.0)
        before = resource.getrusage(resource.RUSAGE_SELF)
        await asyncio.sleep(seconds)
        after = resource.getrusage(resource.RUSAGE_SELF)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        store.close()
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"  idle for {seconds:g} s: {1_000 * used:.1f} ms of processor time ({100 * used / seconds:.2f} %)")

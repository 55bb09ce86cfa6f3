"""What runs cost: from the request to the first line of user code, 1,000 assets in one run, tasks of a dask cluster."""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import time
import urllib.request
from typing import Any

from benchmarks import dask_tasks
from benchmarks.locations import loaded
from benchmarks.systems import Running, peers, processor_seconds, running
from headwater.execution.logs.folders import Folders
from headwater.execution.logs.places import RunLogs
from headwater.execution.supervision.run_supervisor import RunSupervisor
from headwater.records.runs.requests import plan_runs
from headwater.records.runs.runs import Cause
from headwater.storage.database.engine import sqlite_url
from headwater.storage.runs.requests import unit_of
from headwater.storage.store import Store

_LIMIT_SECONDS = 60.0


def measure(assets: int, tasks: int, times: int) -> None:
    """Print each figure on a line."""
    asyncio.run(_measure_run(assets))
    dask_tasks.measure(tasks)
    _measure_launch(times)


def _measure_launch(times: int) -> None:
    """From the request of a run to the first line of the asset's function, beside Dagster."""
    medians: dict[str, float] = {}
    for system in peers():
        is_ours = system.name == "headwater"
        count = times if is_ours else max(3, times // 10)
        with running(system) as started:
            # What is asked of the peer before it has loaded everything is refused.
            time.sleep(2.0 if is_ours else 20.0)
            taken = [_launch(started, is_ours=is_ours) for _ in range(count + 1)][1:]
        medians[system.name] = statistics.median(taken)
        print(
            f"{system.name:<10} request of a run to first line of user code: "
            f"p50 {statistics.median(taken):,.1f} ms, max {max(taken):,.1f} ms"
        )
    if "dagster" in medians:
        print(f"dagster / headwater: {medians['dagster'] / medians['headwater']:,.0f}")


def _launch(started: Running, *, is_ours: bool) -> float:
    """Ask for a run and wait for its first line; milliseconds."""
    before, sent = _marks(started), time.time()
    if is_ours:
        _post(started, "/api/runs", {"assets": ["cleaned_transactions"]})
    else:
        params = {
            "selector": {
                "repositoryLocationName": "definitions.py",
                "repositoryName": "__repository__",
                "pipelineName": "__ASSET_JOB",
                "assetSelection": [{"path": ["cleaned_transactions"]}],
            },
            "runConfigData": {},
            "mode": "default",
        }
        query = (
            "mutation ($params: ExecutionParams!) { launchPipelineExecution(executionParams: $params) { __typename } }"
        )
        _post(started, "/graphql", {"query": query, "variables": {"params": params}})
    while len(marks := _marks(started)) == len(before):
        if time.time() - sent > _LIMIT_SECONDS:
            raise RuntimeError(f"{started.system.name} started nothing within {_LIMIT_SECONDS:g} s")
        time.sleep(0.001)
    # Let the run end, so that the next one does not wait for it.
    time.sleep(0.1 if is_ours else 3.0)
    return 1_000 * (marks[-1] - sent)


def _post(started: Running, path: str, body: dict[str, Any]) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{started.port}{path}",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    urllib.request.urlopen(request).close()


def _marks(started: Running) -> list[float]:
    return [float(line) for line in started.marks.read_text().split()]


async def _measure_run(count: int) -> None:
    async with loaded(count) as (location, folder):
        store = Store(sqlite_url(folder / "headwater.db"))
        keys = [asset.key for asset in location.snapshot.assets]
        (run,) = plan_runs(location.graph, keys, cause=Cause(kind="cli"), now=store.clock.now())
        store.write(unit_of([run]))
        folders = Folders(storage=folder / "storage", run_logs=RunLogs(folder / "logs"))
        used, began = processor_seconds(os.getpid()), time.perf_counter()
        await RunSupervisor(store, location, folders, "benchmark", run).carry_out()
        took, used = time.perf_counter() - began, processor_seconds(os.getpid()) - used
        store.close()
    print(
        f"{count:,} trivial assets in one run: {took:.2f} s, {1_000 * took / count:.2f} ms an asset; "
        f"processor time {used:.2f} s"
    )

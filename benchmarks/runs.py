"""What runs cost: from the request to the first line of user code, 1,000 assets in one run, tasks of a dask cluster."""

from __future__ import annotations

import asyncio
import json
import logging
import statistics
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from benchmarks.systems import Running, peers, running
from headwater.definitions.runs.executors import DaskConfig
from headwater.execution.executors.executor import StepCall
from headwater.execution.logs.folders import Folders
from headwater.execution.logs.places import RunLogs
from headwater.execution.steps.messages import STEP_TASK, StepOrder, encoder
from headwater.execution.supervision.run_supervisor import RunSupervisor
from headwater.location.loading import Loader
from headwater.location.process import LocationProcess
from headwater.location.source import source_of
from headwater.records.runs.requests import plan_runs
from headwater.records.runs.runs import Cause
from headwater.storage.database.engine import sqlite_url
from headwater.storage.runs.requests import unit_of
from headwater.storage.store import Store

_LIMIT_SECONDS = 60.0
_PROJECT = """
import headwater as hw


def make(number):
    @hw.asset(name=f"a{number}")
    def trivial() -> None:
        pass

    return trivial


defs = hw.Definitions(assets=[make(number) for number in range(COUNT)])
"""


def measure(assets: int, tasks: int, times: int) -> None:
    """Print each figure on a line."""
    asyncio.run(_measure_run(assets))
    asyncio.run(_measure_dask(tasks))
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
    async with _loaded(count) as (location, folder):
        store = Store(sqlite_url(folder / "headwater.db"))
        keys = [asset.key for asset in location.snapshot.assets]
        (run,) = plan_runs(location.graph, keys, cause=Cause(kind="cli"), now=store.clock.now())
        store.write(unit_of([run]))
        folders = Folders(storage=folder / "storage", run_logs=RunLogs(folder / "logs"))
        began = time.perf_counter()
        await RunSupervisor(store, location, folders, "benchmark", run).carry_out()
        took = time.perf_counter() - began
        store.close()
    print(f"{count:,} trivial assets in one run: {took:.2f} s, {1_000 * took / count:.2f} ms an asset")


async def _measure_dask(count: int) -> None:
    try:
        import distributed

        from headwater.execution.executors.dask_cluster import DaskCluster
    except ImportError:
        print("dask is not measured: install headwater[dask]")
        return
    async with _loaded(1) as (location, folder):
        cluster = await DaskCluster.connect(DaskConfig(workers=2))
        try:
            executor = cluster.executor(location, DaskConfig())
            await _carry_out(executor, folder, 20)
            began = time.perf_counter()
            await _carry_out(executor, folder, count)
            ours = time.perf_counter() - began
        finally:
            await cluster.close()
        async with (
            distributed.LocalCluster(
                n_workers=2,
                threads_per_worker=2,
                dashboard_address=None,
                asynchronous=True,
                # Its workers' last heartbeats meet a closed connection, and say so with a traceback.
                silence_logs=logging.CRITICAL,
            ) as own,
            distributed.Client(own, asynchronous=True) as client,
        ):
            await client.gather([client.submit(_nothing, number, pure=False) for number in range(20)])
            began = time.perf_counter()
            await client.gather([client.submit(_nothing, number, pure=False) for number in range(count)])
            theirs = time.perf_counter() - began
        async with location.worker() as worker:
            began = time.perf_counter()
            for _ in range(count):
                await worker.call(STEP_TASK, _order(folder))
            alone = time.perf_counter() - began
    print(
        f"dask, {count:,} tasks: {count / ours:,.0f} steps a second, of its own empty tasks {count / theirs:,.0f}; "
        f"{1_000 * (ours - theirs) / count:.2f} ms a task more, of which a step in a worker takes "
        f"{1_000 * alone / count:.2f} ms without dask"
    )


async def _nothing(_number: int) -> None:
    """An empty task."""


async def _carry_out(executor: Any, folder: Path, count: int) -> None:
    async def begun() -> None:
        """A step has begun."""

    calls = [StepCall(run_id="r", step="a0", order=_order(folder)) for _ in range(count)]
    await asyncio.gather(*(executor.carry_out(call, begun, lambda _body: None) for call in calls))


def _order(folder: Path) -> bytes:
    order = StepOrder(
        run_id="r", step="a0", assets=("a0",), storage_folder=str(folder / "storage"), log_folder=str(folder / "logs")
    )
    return encoder.encode(order)


@asynccontextmanager
async def _loaded(count: int) -> AsyncIterator[tuple[LocationProcess, Path]]:
    """A location with so many trivial assets, and a folder."""
    with tempfile.TemporaryDirectory(prefix="headwater-") as name:
        folder = Path(name)
        project = folder / "project.py"
        project.write_text(_PROJECT.replace("COUNT", str(count)))
        loader = Loader(source_of(str(project)), tasks=[STEP_TASK], log_path=folder / "location.log")
        try:
            location = await loader.load()
            try:
                yield location, folder
            finally:
                await location.stop()
        finally:
            await loader.stop()

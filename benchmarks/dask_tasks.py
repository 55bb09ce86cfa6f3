"""Steps as tasks of a dask cluster, beside as many empty tasks of dask's own on the same workers, turn about."""

from __future__ import annotations

import asyncio
import logging
import os
import statistics
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.locations import loaded
from benchmarks.systems import processor_seconds
from headwater.definitions.runs.executors import DaskConfig
from headwater.execution.executors.executor import StepCall
from headwater.execution.steps.messages import STEP_TASK, StepOrder, encoder
from headwater.location.supervision.process import LocationProcess

_ROUNDS = 3
_WARM = 100


class Cost(NamedTuple):
    """What a task took, in milliseconds, on the clock and of all processors together."""

    wall: float
    processor: float


def measure(tasks: int) -> None:
    """Print a line for each way to have so many tasks carried out."""
    try:
        import distributed  # noqa: F401
    except ImportError:
        print("dask is not measured: install headwater[dask]")
        return
    asyncio.run(_measure(tasks))


async def _measure(tasks: int) -> None:
    import distributed

    from headwater.execution.executors.dask_cluster import DaskCluster

    async with (
        loaded(1) as (location, folder),
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=2,
            dashboard_address=None,
            asynchronous=True,
            # Its workers' last heartbeats meet a closed connection, and say so with a traceback.
            silence_logs=logging.CRITICAL,
        ) as cluster,
        distributed.Client(cluster, asynchronous=True, set_as_default=False) as client,
    ):
        ours = await DaskCluster.connect(DaskConfig(address=cluster.scheduler_address))
        ways: dict[str, Callable[[int], Awaitable[None]]] = {
            "dask alone, submit()": lambda count: _submit(client, count),
            "dask alone, map()": lambda count: _map(client, count),
            "steps": lambda count: _carry_out(ours, location, folder, count),
        }
        try:
            for carry_out in ways.values():
                await carry_out(_WARM)
            taken: dict[str, list[Cost]] = {name: [] for name in ways}
            for _ in range(_ROUNDS):
                for name, carry_out in ways.items():
                    taken[name].append(await _cost(carry_out, tasks // _ROUNDS))
        finally:
            await ours.close()
        costs = {name: _median(each) for name, each in taken.items()}
        costs["a step in a worker, without dask"] = await _cost(lambda count: _alone(location, folder, count), _WARM)
    for name, cost in costs.items():
        print(
            f"{name:<34} {1_000 / cost.wall:>7,.0f} a second, {cost.wall:.2f} ms each, "
            f"processor time {cost.processor:.2f} ms"
        )
    for name in ("submit()", "map()"):
        alone, steps = costs[f"dask alone, {name}"], costs["steps"]
        print(
            f"a step over dask's {name}: {steps.wall - alone.wall:+.2f} ms, processor time "
            f"{steps.processor - alone.processor:+.2f} ms"
        )


async def _cost(carry_out: Callable[[int], Awaitable[None]], count: int) -> Cost:
    used, began = processor_seconds(os.getpid()), time.perf_counter()
    await carry_out(count)
    wall, processor = time.perf_counter() - began, processor_seconds(os.getpid()) - used
    return Cost(1_000 * wall / count, 1_000 * processor / count)


def _median(costs: list[Cost]) -> Cost:
    return Cost(statistics.median(cost.wall for cost in costs), statistics.median(cost.processor for cost in costs))


async def _nothing(_number: int) -> None:
    """An empty task."""


async def _submit(client: Any, count: int) -> None:
    await client.gather([client.submit(_nothing, number, pure=False) for number in range(count)])


async def _map(client: Any, count: int) -> None:
    await client.gather(client.map(_nothing, range(count), pure=False))


async def _carry_out(cluster: Any, location: LocationProcess, folder: Path, count: int) -> None:
    async def begun() -> None:
        """A step has begun."""

    executor = cluster.executor(location, DaskConfig())
    calls = [StepCall(run_id="r", step="a0", order=_order(folder)) for _ in range(count)]
    await asyncio.gather(*(executor.carry_out(call, begun, lambda _body: None) for call in calls))


async def _alone(location: LocationProcess, folder: Path, count: int) -> None:
    async with location.worker() as worker:
        for _ in range(count):
            await worker.call(STEP_TASK, _order(folder))


def _order(folder: Path) -> bytes:
    order = StepOrder(
        run_id="r", step="a0", assets=("a0",), storage_folder=str(folder / "storage"), log_folder=str(folder / "logs")
    )
    return encoder.encode(order)

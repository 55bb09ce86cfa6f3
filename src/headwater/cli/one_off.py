"""What a command carries out in its own process: one run, or one tick, with the code loaded for it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import click
import msgspec
from sqlalchemy.engine import Connection

from headwater.automation.ticks.decide import PlannedTick
from headwater.automation.ticks.loop import TickLoop
from headwater.cli.run_bars import RunBars
from headwater.clock import MICROSECONDS
from headwater.daemon.code_locations import TASKS, note_loaded
from headwater.definitions.partitions.dynamic import DynamicKeys
from headwater.definitions.runs.run_config import plain_run_config
from headwater.errors import StoreUnavailableError
from headwater.execution.executors.choose import Executors, read_cancel_grace, read_default_executor
from headwater.execution.logs.folders import Folders
from headwater.execution.steps.plan import plan_steps
from headwater.execution.supervision.run_supervisor import RunSupervisor
from headwater.graph.asset_graph import AssetGraph
from headwater.graph.checkable import choose_checks
from headwater.graph.makeable import choose_makeable, choose_observable
from headwater.location.loaders import loader_of
from headwater.location.sources.source import LocationSource
from headwater.location.supervision.process import LocationProcess
from headwater.records.catalog.existing_inputs import check_reads
from headwater.records.log.events import Event, EventKind
from headwater.records.runs.requests import native_node, plan_check_runs, plan_job, plan_runs, requested_events
from headwater.records.runs.runs import Cause, Run
from headwater.records.runs.wanted_config import check_wanted_config
from headwater.server.deployment import Deployment
from headwater.server.resources.ticking import find_ticking
from headwater.storage.catalog.dynamic_partitions import read_all
from headwater.storage.log import event_log
from headwater.storage.log.durations import expected_seconds
from headwater.storage.log.writer import Unit
from headwater.storage.runs import runs
from headwater.storage.runs.owners import LEASE_MICROSECONDS, new_owner


def show_bars(_event: Event) -> None:
    """Stands for bars on the terminal instead of a line an event."""


class RunWish(msgspec.Struct, frozen=True, kw_only=True):
    """What a command says of its run besides what to make."""

    partition: str | None = None
    run_config: Mapping[str, Any] | None = None
    tags: Mapping[str, str] = {}
    executor: str | None = None

    def applied_to(self, run: Run) -> Run:
        """The run with the tags that it was given, and the executor that was asked for by name."""
        run = msgspec.structs.replace(run, tags={**run.tags, **self.tags})
        if self.executor is None:
            return run
        return msgspec.structs.replace(run, run_config={**run.run_config, "execution": {"executor": self.executor}})


@asynccontextmanager
async def loaded(deployment: Deployment, source: LocationSource) -> AsyncIterator[tuple[LocationProcess, AssetGraph]]:
    """The code of a location in a process of its own, and the graph of what it defines."""
    log_path = deployment.home / "logs" / "locations" / "command.log"
    loader = loader_of(source, tasks=TASKS, log_path=log_path)
    try:
        process = await loader.load()
        try:
            await note_loaded(deployment.store, source.name, process.snapshot)
            yield process, process.graph
        finally:
            await process.stop()
    finally:
        await loader.stop()


async def materialize_now(
    deployment: Deployment,
    source: LocationSource,
    selections: Sequence[str],
    wish: RunWish,
    on_event: Callable[[Event], None],
    *,
    only_look: bool = False,
) -> Run:
    """Make some assets in this process, or look at observable ones, and wait for the end; tells of each event."""
    async with loaded(deployment, source) as (process, graph):
        keys = choose_observable(graph, selections) if only_look else _choose_native(graph, selections)
        now, dynamic = deployment.clock.now(), await _dynamic_keys(deployment)
        planned = plan_runs(
            graph,
            keys,
            cause=Cause(kind="cli"),
            now=now,
            partition=wish.partition,
            run_config=plain_run_config(wish.run_config),
            dynamic_keys=dynamic,
        )
        check_reads(graph, planned[0].assets, planned[0].partition_keys or (), now, dynamic)
        return await _carry_out(deployment, process, wish.applied_to(planned[0]), on_event)


def _choose_native(graph: AssetGraph, selections: Sequence[str]) -> list[str]:
    chosen = choose_makeable(graph, selections)
    if chosen.left_out:
        click.echo(f"Made by other systems, so left out: {', '.join(chosen.left_out)}", err=True)
    return [native_node(graph, key).key for key in chosen.keys]


async def run_job_now(
    deployment: Deployment,
    source: LocationSource,
    name: str,
    wish: RunWish,
    on_event: Callable[[Event], None],
) -> Run:
    """Run a job in this process and wait for the end; tells of each event of the run."""
    async with loaded(deployment, source) as (process, graph):
        config = None if wish.run_config is None else plain_run_config(wish.run_config)
        run = plan_job(
            graph,
            name,
            cause=Cause(kind="cli"),
            now=deployment.clock.now(),
            partition=wish.partition,
            run_config=config,
            dynamic_keys=await _dynamic_keys(deployment),
        )
        return await _carry_out(deployment, process, wish.applied_to(run), on_event)


async def check_now(
    deployment: Deployment,
    source: LocationSource,
    selections: Sequence[str],
    names: Sequence[str],
    wish: RunWish,
    on_event: Callable[[Event], None],
) -> Run:
    """Carry out checks of some assets in this process and wait for the end; tells of each event of the run."""
    async with loaded(deployment, source) as (process, graph):
        planned = plan_check_runs(
            graph,
            choose_checks(graph, selections, names),
            cause=Cause(kind="cli"),
            now=deployment.clock.now(),
            partition=wish.partition,
            run_config=plain_run_config(wish.run_config),
            dynamic_keys=await _dynamic_keys(deployment),
        )
        return await _carry_out(deployment, process, wish.applied_to(planned[0]), on_event)


async def _dynamic_keys(deployment: Deployment) -> DynamicKeys:
    """The keys that dynamic partitions have in the deployment; the code knows none."""
    return DynamicKeys(await deployment.store.read_async(read_all))


async def _carry_out(
    deployment: Deployment, process: LocationProcess, planned: Run, on_event: Callable[[Event], None]
) -> Run:
    check_wanted_config(process.graph, [planned])
    owner = new_owner()
    folders = Folders(storage=deployment.home / "storage", run_logs=deployment.run_logs)
    # It belongs to this process from the start, so that a server beside it does not take it.
    run = msgspec.structs.replace(planned, owner=owner, lease_until=deployment.clock.now() + LEASE_MICROSECONDS)

    def insert(connection: Connection, _events: Sequence[Event]) -> None:
        runs.insert(connection, run)

    await deployment.store.write_async(Unit(events=requested_events([run]), effect=insert))
    bars = await _bars(deployment, process, run) if on_event is show_bars else None
    executors = Executors(read_default_executor(deployment.home, os.environ), grace=read_cancel_grace(deployment.home))
    supervisor = RunSupervisor(deployment.store, process, folders, owner, run, executors)
    # Whoever interrupts the command wants the run to end, not to be begun anew by somebody else.
    supervisor.is_unwanted = True
    renewing = asyncio.create_task(_keep_lease(deployment, owner))
    # Others may ask that it be canceled.
    watching = asyncio.create_task(deployment.store.tail.watch())
    carrying = asyncio.create_task(supervisor.carry_out())
    telling = asyncio.create_task(
        _tell(deployment, run.run_id, on_event if bars is None else bars, on_cancel=carrying.cancel)
    )
    try:
        await carrying
        await telling
    finally:
        renewing.cancel()
        watching.cancel()
        if bars is not None:
            await bars.stop()
        await executors.close()
    return await deployment.store.read_async(lambda c: runs.get(c, run.run_id))


async def _bars(deployment: Deployment, process: LocationProcess, run: Run) -> RunBars:
    """What shows a run on a terminal."""
    plan = plan_steps(process.graph, run.assets, run.checks)
    known = [(step.name, step.assets[0]) for step in plan]
    expected = await deployment.store.read_async(lambda c: expected_seconds(c, known))
    bars = RunBars(len(plan), deployment.run_logs.folder_of(run.run_id), expected)
    bars.start()
    return bars


async def _keep_lease(deployment: Deployment, owner: str) -> None:
    """Say again and again that this process is alive, or an engine beside it would begin the run anew."""
    while True:
        await deployment.clock.sleep(LEASE_MICROSECONDS / MICROSECONDS / 3)
        until = deployment.clock.now() + LEASE_MICROSECONDS
        renew = Unit(effect=lambda connection, _events: runs.renew_leases(connection, owner, until))  # noqa: B023
        with suppress(StoreUnavailableError):
            await deployment.store.write_async(renew)


async def tick_once(deployment: Deployment, source: LocationSource, name: str, *, keep: bool) -> PlannedTick:
    """Evaluate a sensor once, and keep what it came to unless only a look was asked for."""
    async with loaded(deployment, source) as (process, graph):
        find_ticking(graph, name)
        loop = TickLoop(deployment.store, {})
        loop.use_graph(graph)
        return await loop.tick_now(name, process, keep=keep)


async def _tell(
    deployment: Deployment, run_id: str, on_event: Callable[[Event], None], on_cancel: Callable[[], object]
) -> None:
    """Follow a run's events until it has ended, and say when it is to be canceled."""
    seen, is_asked = 0, False
    with deployment.store.tail.subscribe(0) as subscription:
        while True:
            subscription.position = await subscription.wait()
            place = seen
            for event in await deployment.store.read_async(lambda c: event_log.read_run(c, run_id, after=place)):  # noqa: B023
                seen = event.seq
                on_event(event)
                if event.kind is EventKind.RUN_CANCEL_REQUESTED and not is_asked:
                    is_asked = True
                    on_cancel()
                if event.kind in ("run_succeeded", "run_failed", "run_canceled"):
                    return

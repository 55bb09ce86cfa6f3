"""Evaluate ticks: gather what a tick is about, let user code do it in a worker, and work out what it writes."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec
from sqlalchemy.engine import Connection

from headwater.automation.opened_instance import INSTANCE
from headwater.automation.ticks.decide import PlannedTick, TickTimes, plan_failure, plan_success
from headwater.automation.ticks.decide_due import Ticking
from headwater.automation.ticks.decide_requests import RequestFacts
from headwater.automation.ticks.messages import TickOrder, TickReport, encoder, report_decoder
from headwater.automation.ticks.watched_events import WatchedEvents, read_watched
from headwater.definitions.partitions import DynamicKeys
from headwater.definitions.reach import reach
from headwater.definitions.snapshot import SensorSnapshot
from headwater.errors import HeadwaterError, StoreError
from headwater.graph.asset_graph import AssetGraph
from headwater.location.supervision.process import LocationProcess, TaskFailedError
from headwater.records.automation.ticks import SensorState
from headwater.records.log.events import ErrorInfo
from headwater.records.log.fold import WHOLE
from headwater.records.runs.runs import Run
from headwater.storage.automation import sensor_values
from headwater.storage.catalog import dynamic_partitions
from headwater.storage.catalog.version_changes import read_changes
from headwater.storage.log import states
from headwater.storage.log.writer import Unit
from headwater.storage.runs import run_keys
from headwater.storage.runs import runs as run_store
from headwater.storage.store import Store

TICK_TASK = "headwater.automation.ticks.task:evaluate"
_MOST_CACHED_VALUES = 1_000


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """One tick that is to be: of what, from which state, and when it was due; `due_at` None if a person asked."""

    item: Ticking
    location: str
    state: SensorState
    due_at: int | None = None
    scheduled_at: int | None = None


class TickEvaluator:
    """Evaluates ticks, and remembers what their sensors keep."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._graph = AssetGraph((), ())
        self._values: dict[str, dict[str, str]] = {}

    def use_graph(self, graph: AssetGraph) -> None:
        """Request runs by these definitions from now on."""
        self._graph = graph

    def forget(self, names: Collection[str] | None = None) -> None:
        """What some sensors keep, or all, may be other than it was."""
        for name in list(self._values) if names is None else names:
            self._values.pop(name, None)

    def note_kept(self, tick: PlannedTick) -> None:
        """A tick was committed, and with it what it changes of its sensor's values."""
        name = tick.ended.sensor
        if tick.values and name in self._values:
            left = {key: value for key, value in self._values[name].items() if key not in tick.values.delete}
            self._values[name] = {**left, **tick.values.put}

    async def watched(self, wanted: Wanted) -> WatchedEvents | None:
        """The events that an event-driven sensor is called for; None of other kinds."""
        sensor = wanted.item
        if not isinstance(sensor, SensorSnapshot) or sensor.watch is None:
            return None
        return await self._store.read_async(lambda c: read_watched(c, sensor, wanted.location, wanted.state))

    async def plan(self, wanted: Wanted, process: LocationProcess, watched: WatchedEvents | None = None) -> PlannedTick:
        """Let user code do a tick, and work out what it writes, be it a failure. Of the tick nothing is written here.

        Raises:
            StoreError: the store could not be read.
        """
        started_at = self._store.clock.now()
        report: TickReport | None = None
        called_for = () if watched is None else tuple(event.seq for event in watched.events)
        try:
            report = await self._call(wanted, process, watched)
            if report.error is not None:
                return plan_failure(
                    wanted.item, wanted.state, report.error, self._times(wanted, started_at), report, called_for
                )
            facts = await self._read_facts(wanted.item.name, report)
            times = self._times(wanted, started_at)
            planned = plan_success(self._graph, wanted.item, wanted.state, report, times, facts)
            return planned.joined(await self._read_alike(wanted, planned))
        except StoreError:
            raise
        except HeadwaterError as error:
            times = self._times(wanted, started_at)
            return plan_failure(wanted.item, wanted.state, _error_info(error), times, report, called_for)

    async def _call(self, wanted: Wanted, process: LocationProcess, watched: WatchedEvents | None) -> TickReport:
        watch = wanted.item.watch if isinstance(wanted.item, SensorSnapshot) else None
        order = TickOrder(
            state=wanted.state,
            values=await self._read_values(wanted.item.name) if isinstance(wanted.item, SensorSnapshot) else {},
            events=() if watched is None else watched.events,
            runs=() if watched is None else watched.runs,
            step_failures=() if watched is None else watched.step_failures,
            monitored=() if watch is None else watch.assets or (),
            scheduled_at=wanted.scheduled_at,
            instance=(INSTANCE, self._store.url),
        )
        async with process.worker(light=True) as worker:
            answer = await worker.call(TICK_TASK, encoder.encode(order), timeout=wanted.item.timeout)
        return report_decoder.decode(answer)

    async def _read_alike(self, wanted: Wanted, planned: PlannedTick) -> list[Run]:
        """Runs that wait for what a sensor wants; each time of a schedule gets a run of its own."""
        plain = [run for key, run in planned.runs if key is None]
        if not plain or not isinstance(wanted.item, SensorSnapshot):
            return []
        return await self._store.read_async(lambda c: run_store.read_alike(c, plain))

    def _times(self, wanted: Wanted, started_at: int) -> TickTimes:
        return TickTimes(
            started_at=started_at,
            ended_at=self._store.clock.now(),
            due_at=wanted.due_at,
            scheduled_at=wanted.scheduled_at,
        )

    async def _read_values(self, name: str) -> dict[str, str]:
        kept = self._values.get(name)
        if kept is None:
            kept = await self._store.read_async(lambda c: sensor_values.read(c, name))
            if len(kept) <= _MOST_CACHED_VALUES:
                self._values[name] = kept
        return kept

    async def _read_facts(self, name: str, report: TickReport) -> RequestFacts:
        """What the store knows that the requests of a tick depend on; most ticks ask for nothing."""
        if not report.runs:
            return RequestFacts()
        now = self._store.clock.now()
        facts, used = await self._store.read_async(lambda c: read_facts(c, self._graph, name, report, now))
        if noted := run_keys.are_to_be_noted(used, now):
            await self._store.write_async(
                Unit(effect=lambda connection, _events: run_keys.note_used(connection, name, noted, now))
            )
        return facts


def read_facts(
    connection: Connection, graph: AssetGraph, name: str, report: TickReport, now: int
) -> tuple[RequestFacts, dict[str, int]]:
    """What the store knows that the requests of a tick depend on; at a moment, in microseconds.

    Beside it, the run keys that were used before, and when that was noted last.
    """
    named = {request.run_key for request in report.runs if request.run_key is not None}
    used = run_keys.find_used(connection, name, named) if named else {}
    keys: DynamicKeys | None = None
    if any(request.partition is not None for request in report.runs):
        keys = DynamicKeys(dynamic_partitions.read_all(connection))
        for change in report.partitions:
            keys = keys.changed(change.name, change.add, change.delete)
    # Asked here, while there is a connection.
    fresh: dict[tuple[str, str | None], bool] = {}
    for request in report.runs:
        if request.stale_only:
            asked = _asked_for(graph, name, request.assets, request.job_name)
            stale = _stale(connection, graph, asked, request.partition, now)
            fresh.update(((key, request.partition), key not in stale) for key in asked)
    facts = RequestFacts(
        used_keys=used.keys(),
        dynamic_keys=keys,
        is_fresh=lambda key, partition: fresh.get((key, partition), False),
    )
    return facts, used


def _asked_for(graph: AssetGraph, name: str, assets: Sequence[str] | None, job_name: str | None) -> Sequence[str]:
    if assets is not None:
        return assets
    item, _ = graph.ticking[name]
    jobs = [job_name] if job_name is not None else list(item.jobs)
    return [key for job in jobs if job in graph.jobs for key in graph.jobs[job][0].assets] or (item.targets or ())


def _stale(connection: Connection, graph: AssetGraph, keys: Sequence[str], partition: str | None, now: int) -> set[str]:
    """Those of some assets that were never made, or not of what their code and inputs are by now, up to the roots."""
    above = reach(graph.upstream, [graph.ids[key] for key in keys])
    concerned = [graph.nodes[number].key for number in above]
    latest = states.read_assets(connection)
    changes = read_changes(connection, graph, concerned, latest, now)
    return {key for key in keys if changes.is_stale_or_missing(key, partition or WHOLE)}


def _error_info(error: HeadwaterError) -> ErrorInfo:
    known = error.error if isinstance(error, TaskFailedError) else None
    return known or ErrorInfo(message=str(error), type=type(error).__name__)

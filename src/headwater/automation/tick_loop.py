"""Tick each sensor when it is due, in a worker, and commit what the tick came to as one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping

import structlog

from headwater.automation.deadlines import Deadlines
from headwater.automation.decide_ticks import PlannedTick, TickTimes, next_due, plan_failure, plan_success
from headwater.automation.slots import Slots
from headwater.automation.tick_messages import TickOrder, TickReport, encoder, report_decoder
from headwater.automation.tick_writer import TickWriter
from headwater.clock import MICROSECONDS
from headwater.definitions.snapshot import SensorSnapshot
from headwater.errors import ConflictError, HeadwaterError, StoreError
from headwater.graph.asset_graph import AssetGraph
from headwater.location.process import LocationProcess, TaskFailedError
from headwater.records.events import ErrorInfo
from headwater.records.ticks import SensorState, ValueChanges
from headwater.storage import runs as run_store
from headwater.storage import sensor_values
from headwater.storage import sensors as sensor_store
from headwater.storage.store import Store

TICK_TASK = "headwater.automation.sensor_tick:evaluate"
_QUICK_AT_ONCE = 4
_PATIENCE_SECONDS = 0.25
_MOST_AT_ONCE = 64
_LONGEST_WAIT = 60.0
_REST_SECONDS = 1.0
_MOST_CACHED_VALUES = 1_000
_log = structlog.get_logger(__name__)


class TickLoop:
    """Keeps every sensor of the loaded locations ticking, each on its own."""

    def __init__(
        self,
        store: Store,
        locations: Mapping[str, LocationProcess],
        on_tick: Callable[[str], None] = lambda _name: None,
        may_tick: Callable[[str], bool] = lambda _name: True,
    ) -> None:
        """Prepare.

        Args:
            store: Where cursors and ticks are.
            locations: The loaded locations by name; may change while the loop works.
            on_tick: Told of each sensor whose tick was kept.
            may_tick: Asked by name, as a tick begins, whether it is this engine's to carry out.
        """
        self._store = store
        self._locations = locations
        self._on_tick = on_tick
        self._may_tick = may_tick
        self._graph = AssetGraph((), ())
        self._states: dict[str, SensorState] = {}
        self._values: dict[str, dict[str, str]] = {}
        self._stale: set[str] | None = None
        """Whose state must be read again; None for all."""
        self._deadlines = Deadlines()
        self._ticking: dict[str, asyncio.Task[None]] = {}
        self._slots = Slots(quick=_QUICK_AT_ONCE, patience=_PATIENCE_SECONDS, most=_MOST_AT_ONCE)
        self._writer = TickWriter(store)
        self._woken = asyncio.Event()

    def use_graph(self, graph: AssetGraph) -> None:
        """Tick these definitions' sensors from now on."""
        self._graph = graph
        self._stale = None
        self._woken.set()

    def reload(self, names: Iterable[str]) -> None:
        """Look again how some sensors stand: they were switched, asked to tick, or changed by hand."""
        if self._stale is not None:
            self._stale.update(names)
        self._woken.set()

    async def run(self) -> None:
        """Work until cancelled; ticks that are under way are cancelled with it, and leave nothing."""
        try:
            while True:
                self._woken.clear()
                await self._load_stale()
                wait = self._begin_due()
                try:
                    async with asyncio.timeout(wait):
                        await self._woken.wait()
                except TimeoutError:
                    continue
        finally:
            ticking = list(self._ticking.values())
            for task in ticking:
                task.cancel()
            await asyncio.gather(*ticking, return_exceptions=True)

    async def _load_stale(self) -> None:
        stale, self._stale = self._stale, set()
        if stale is None:
            self._states = await self._store.read_async(sensor_store.read_states)
            self._values.clear()
            self._deadlines.clear()
            stale = set(self._graph.sensors)
        elif stale:
            found = await self._store.read_async(lambda c: [sensor_store.read_state(c, name) for name in stale])
            for state in found:
                self._states[state.sensor] = state
                self._values.pop(state.sensor, None)
        for name in stale:
            self._arm(name)

    def _arm(self, name: str) -> None:
        """Set the moment at which a sensor ticks next, unless it is ticking."""
        if name in self._graph.sensors and name not in self._ticking:
            sensor, _ = self._graph.sensors[name]
            self._deadlines.set(name, next_due(sensor, self._state(name), self._store.clock.now()))

    def _state(self, name: str) -> SensorState:
        return self._states.get(name) or SensorState(sensor=name)

    def _begin_due(self) -> float:
        """Begin the ticks that are due; returns the seconds until the next one is."""
        now = self._store.clock.now()
        for name, due in self._deadlines.pop_due(now):
            sensor, location = self._graph.sensors[name]
            if not self._knows(location, name) or not self._may_tick(name):
                self._deadlines.set(name, now + round(_REST_SECONDS * MICROSECONDS))
                continue
            self._ticking[name] = asyncio.create_task(self._tick(sensor, location, due))
        soonest = self._deadlines.soonest()
        return _LONGEST_WAIT if soonest is None else min((soonest - now) / MICROSECONDS, _LONGEST_WAIT)

    def _knows(self, location: str, name: str) -> bool:
        """Whether the location's process has the sensor: it may be loaded already with other definitions than these."""
        process = self._locations.get(location)
        return process is not None and name in process.graph.sensors

    async def _tick(self, sensor: SensorSnapshot, location: str, due: int) -> None:
        state = self._state(sensor.name)
        try:
            async with self._slots.one():
                process = self._locations.get(location)
                if process is None:
                    return
                planned = await self._plan(sensor, process, state, None if state.tick_requested else due)
            await self._keep(planned)
        except ConflictError as conflict:
            _log.info("a tick was dropped", sensor=sensor.name, reason=str(conflict))
            self.reload([sensor.name])
        except StoreError as refused:
            _log.warning("a tick could not be kept", sensor=sensor.name, reason=str(refused))
            await self._store.clock.sleep(_REST_SECONDS)
            self.reload([sensor.name])
        finally:
            del self._ticking[sensor.name]
            self._arm(sensor.name)
            self._woken.set()

    async def _keep(self, planned: PlannedTick) -> None:
        kept = await self._writer.keep(planned)
        self._states[kept.sensor] = kept
        if planned.values:
            self._move_values(kept.sensor, planned.values)
        self._on_tick(kept.sensor)

    def _move_values(self, name: str, changes: ValueChanges) -> None:
        """Change what is known of a sensor's values as they were changed in the store."""
        if name in self._values:
            moved = {key: value for key, value in self._values[name].items() if key not in changes.delete}
            self._values[name] = {**moved, **changes.put}

    async def _plan(
        self, sensor: SensorSnapshot, process: LocationProcess, state: SensorState, due: int | None
    ) -> PlannedTick:
        """Evaluate a tick, and work out what it writes."""
        started_at = self._store.clock.now()
        report: TickReport | None = None
        try:
            report = await self.evaluate(sensor, process, state)
            times = TickTimes(started_at=started_at, ended_at=self._store.clock.now(), due_at=due)
            if report.error is not None:
                return plan_failure(sensor, state, report.error, times, report)
            used = await self._used_keys(sensor.name, report)
            return plan_success(self._graph, sensor, state, report, times, used)
        except StoreError:
            raise
        except HeadwaterError as error:
            times = TickTimes(started_at=started_at, ended_at=self._store.clock.now(), due_at=due)
            return plan_failure(sensor, state, _error_info(error), times, report)

    async def evaluate(self, sensor: SensorSnapshot, process: LocationProcess, state: SensorState) -> TickReport:
        """Let user code do a tick; nothing of it is kept.

        Raises:
            LocationError: the worker ended before its work was done, or took too long.
        """
        order = encoder.encode(TickOrder(state=state, values=await self._read_values(sensor.name)))
        async with process.worker() as worker:
            return report_decoder.decode(await worker.call(TICK_TASK, order, timeout=sensor.timeout))

    async def tick_now(self, name: str, process: LocationProcess, *, keep: bool = True) -> PlannedTick:
        """Tick a sensor once, outside of the loop; what it came to, be it a failure, is committed if it is to be kept.

        Raises:
            ConflictError: the sensor ticked elsewhere meanwhile; nothing was kept.
        """
        sensor, _ = self._graph.sensors[name]
        state = await self._store.read_async(lambda c: sensor_store.read_state(c, name))
        planned = await self._plan(sensor, process, state, None)
        if keep:
            await self._keep(planned)
        return planned

    async def _used_keys(self, name: str, report: TickReport) -> set[str]:
        keys = {request.run_key for request in report.runs if request.run_key is not None}
        if not keys:
            return set()
        return await self._store.read_async(lambda c: run_store.find_used_keys(c, name, keys))

    async def _read_values(self, name: str) -> dict[str, str]:
        kept = self._values.get(name)
        if kept is None:
            kept = await self._store.read_async(lambda c: sensor_values.read(c, name))
            if len(kept) <= _MOST_CACHED_VALUES:
                self._values[name] = kept
        return kept


def _error_info(error: HeadwaterError) -> ErrorInfo:
    known = error.error if isinstance(error, TaskFailedError) else None
    return known or ErrorInfo(message=str(error), type=type(error).__name__)

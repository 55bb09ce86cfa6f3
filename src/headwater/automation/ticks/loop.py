"""Tick each sensor and schedule when it is due, in a worker, and commit what the tick came to as one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec
import structlog
from sqlalchemy.engine import Connection

from headwater.automation.deadlines import Deadlines
from headwater.automation.slots import Slots
from headwater.automation.ticks.decide import PlannedTick
from headwater.automation.ticks.decide_due import Ticking, is_running, next_due, next_time
from headwater.automation.ticks.dry_run_loop import DryRuns
from headwater.automation.ticks.evaluation import TickEvaluator, Wanted
from headwater.automation.ticks.spans import TickSpans
from headwater.automation.ticks.watched_events import WatchedEvents, Watchers, first_cursor
from headwater.automation.ticks.writer import TickWriter
from headwater.clock import MICROSECONDS
from headwater.definitions.snapshot import ScheduleSnapshot, SensorSnapshot
from headwater.errors import ConflictError, StoreError
from headwater.graph.asset_graph import AssetGraph
from headwater.location.supervision.process import LocationProcess
from headwater.records.automation.ticks import SensorState
from headwater.records.log.events import Event, SensorSwitched
from headwater.storage.automation import sensors as sensor_store
from headwater.storage.automation import tick_settings
from headwater.storage.log.writer import Unit
from headwater.storage.store import Store

_QUICK_AT_ONCE = 4
_PATIENCE_SECONDS = 0.25
_MOST_AT_ONCE = 64
_LONGEST_WAIT = 60.0
_REST_SECONDS = 1.0
_log = structlog.get_logger(__name__)


class TickLoop:
    """Keeps every sensor and schedule of the loaded locations ticking, each on its own."""

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
        self._items: Mapping[str, tuple[Ticking, str]] = {}
        self._watchers = Watchers()
        self._called: set[str] = set()
        """Event-driven sensors with events that they may not have seen."""
        self._states: dict[str, SensorState] = {}
        self._stale: set[str] | None = None
        """Whose state must be read again; None for all."""
        self._deadlines = Deadlines()
        self._ticking: dict[str, asyncio.Task[None]] = {}
        self._slots = Slots(quick=_QUICK_AT_ONCE, patience=_PATIENCE_SECONDS, most=_MOST_AT_ONCE)
        self._evaluator = TickEvaluator(store)
        self._writer = TickWriter(store)
        self._dry_runs = DryRuns(store, locations, self._evaluator, may_tick)
        self._spans = TickSpans()
        self._woken = asyncio.Event()

    def use_graph(self, graph: AssetGraph) -> None:
        """Tick these definitions' sensors and schedules from now on."""
        self._graph = graph
        self._evaluator.use_graph(graph)
        self._stale = None
        self._woken.set()

    def reload(self, names: Iterable[str]) -> None:
        """Look again how some of them stand: they were switched, asked to tick, or changed by hand."""
        if self._stale is not None:
            self._stale.update(names)
        self._woken.set()

    def heed(self, events: Sequence[Event]) -> None:
        """Events were committed: call the sensors that they concern, and look at those that a person changed."""
        self._dry_runs.heed(events, self._items)
        self._spans.heed(events)
        called = self._watchers.called(events)
        changed = [event.payload.sensor for event in events if isinstance(event.payload, SensorSwitched)]
        if changed:
            self.reload(changed)
        for name in called - self._called:
            self._called.add(name)
            self._arm(name)
        if called:
            self._woken.set()

    def is_called_by(self, event: Event) -> bool:
        """Whether a sensor may be called for an event."""
        return bool(self._watchers.called([event]))

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
            await self._dry_runs.stop()
            ticking = list(self._ticking.values())
            for task in ticking:
                task.cancel()
            await asyncio.gather(*ticking, return_exceptions=True)
            await asyncio.to_thread(self._spans.close)

    async def tick_now(self, name: str, process: LocationProcess, *, keep: bool = True) -> PlannedTick:
        """Tick a sensor or schedule once, outside of the loop; what it came to is committed if it is to be kept.

        Raises:
            ConflictError: it ticked elsewhere meanwhile; nothing was kept.
        """
        item, location = self._graph.ticking[name]
        state = await self._store.read_async(lambda c: sensor_store.read_state(c, name))
        wanted = self._wanted(item, location, msgspec.structs.replace(state, tick_requested=True), 0)
        wanted = msgspec.structs.replace(wanted, state=state)
        planned = await self._evaluator.plan(wanted, process, await self._evaluator.watched(wanted))
        if keep:
            await self._keep(planned)
        return planned

    async def _load_stale(self) -> None:
        stale, self._stale = self._stale, set()
        if stale is None:
            self._items = dict(self._graph.ticking)
            self._watchers = Watchers(self._graph.sensors[name][0] for name in self._graph.sensors)
            self._states = await self._store.read_async(sensor_store.read_states)
            self._writer.settings = await self._store.read_async(tick_settings.read)
            self._evaluator.forget()
            self._deadlines.clear()
            stale = set(self._items)
        elif stale:
            found = await self._store.read_async(lambda c: [sensor_store.read_state(c, name) for name in stale])
            self._states.update((state.sensor, state) for state in found)
            self._evaluator.forget(stale)
        await self._settle(stale)
        for name in stale:
            if name in self._items and self._is_event_driven(name):
                # Whether there is something for it shows only to who looks.
                self._called.add(name)
            self._arm(name)

    async def _settle(self, names: Iterable[str]) -> None:
        """Give those a place to begin from that have none; a schedule that is off has none, so it misses no time."""
        now = self._store.clock.now()
        without: list[tuple[Ticking, SensorState]] = []
        for name in names:
            if name not in self._items or name in self._ticking or not self._may_tick(name):
                continue
            item, state = self._items[name][0], self._state(name)
            is_on = is_running(item, state)
            if isinstance(item, ScheduleSnapshot):
                if is_on == (state.scheduled_at is None):
                    moved = msgspec.structs.replace(state, scheduled_at=now if is_on else None)
                    without.append((item, moved))
            elif item.watch is not None and item.watch.one_by_one and state.cursor is None:
                without.append((item, state))
        if not without:
            return

        def keep(connection: Connection, _events: Sequence[Event]) -> list[SensorState]:
            sensor_store.check_versions(connection, [state for _, state in without])
            moved = [_with_first_cursor(connection, item, state) for item, state in without]
            return sensor_store.save_states(connection, moved)

        try:
            kept = await self._store.write_async(Unit(effect=keep))
        except ConflictError:
            # Another engine did it first.
            kept = await self._store.read_async(lambda c: [sensor_store.read_state(c, s.sensor) for _, s in without])
        self._states.update((state.sensor, state) for state in kept)

    def _arm(self, name: str) -> None:
        """Set the moment at which one ticks next, unless it is ticking."""
        if name in self._items and name not in self._ticking:
            now = self._store.clock.now()
            item, _ = self._items[name]
            self._deadlines.set(name, next_due(item, self._state(name), now, is_called=name in self._called))

    def _state(self, name: str) -> SensorState:
        return self._states.get(name) or SensorState(sensor=name)

    def _is_event_driven(self, name: str) -> bool:
        item, _ = self._items[name]
        return isinstance(item, SensorSnapshot) and item.watch is not None

    def _begin_due(self) -> float:
        """Begin the ticks that are due; returns the seconds until the next one is."""
        now = self._store.clock.now()
        for name, due in self._deadlines.pop_due(now):
            item, location = self._items[name]
            process = self._locations.get(location)
            if process is None or name not in process.graph.ticking or not self._may_tick(name):
                self._deadlines.set(name, now + round(_REST_SECONDS * MICROSECONDS))
                continue
            self._ticking[name] = asyncio.create_task(self._tick(self._wanted(item, location, self._state(name), due)))
        soonest = self._deadlines.soonest()
        return _LONGEST_WAIT if soonest is None else min((soonest - now) / MICROSECONDS, _LONGEST_WAIT)

    def _wanted(self, item: Ticking, location: str, state: SensorState, due: int) -> Wanted:
        scheduled_at = None
        if isinstance(item, ScheduleSnapshot):
            now = self._store.clock.now()
            scheduled_at = now if state.tick_requested else next_time(item, state.scheduled_at or now, now)
        return Wanted(
            item=item,
            location=location,
            state=state,
            due_at=None if state.tick_requested else due,
            scheduled_at=scheduled_at,
        )

    async def _tick(self, wanted: Wanted) -> None:
        name = wanted.item.name
        try:
            async with self._slots.one():
                watched = await self._look(wanted)
                planned = await self._evaluate(wanted, watched)
            if planned is not None:
                await self._keep(planned, watched)
        except ConflictError as conflict:
            _log.info("a tick was dropped", sensor=name, reason=str(conflict))
            self.reload([name])
        except StoreError as refused:
            _log.warning("a tick could not be kept", sensor=name, reason=str(refused))
            await self._store.clock.sleep(_REST_SECONDS)
            self.reload([name])
        finally:
            del self._ticking[name]
            self._arm(name)
            self._woken.set()

    async def _look(self, wanted: Wanted) -> WatchedEvents | None:
        """The events that an event-driven sensor is called for; from now on, others call it again."""
        self._called.discard(wanted.item.name)
        watched = await self._evaluator.watched(wanted)
        if watched is not None and watched.is_all and not watched.events and wanted.state.cursor is not None:
            # So far there was nothing for it, and the next look begins from here.
            moved = msgspec.structs.replace(wanted.state, cursor=str(watched.seen))
            self._states[wanted.item.name] = moved if watched.one_by_one else wanted.state
        return watched

    async def _evaluate(self, wanted: Wanted, watched: WatchedEvents | None) -> PlannedTick | None:
        """What a tick writes; None where there is nothing that it would be about."""
        process = self._locations.get(wanted.location)
        is_called_for_nothing = watched is not None and not watched.events and not wanted.state.tick_requested
        if process is None or is_called_for_nothing:
            return None
        return await self._evaluator.plan(wanted, process, watched)

    async def _keep(self, planned: PlannedTick, watched: WatchedEvents | None = None) -> None:
        with self._spans.traced(planned, () if watched is None else watched.events) as traced:
            kept = await self._writer.keep(traced, spare_seconds=self._spare_seconds(planned))
        self._states[kept.sensor] = kept
        self._evaluator.note_kept(planned)
        if watched is not None and (kept.failures or watched.goes_on_after(planned.ended.detail.consumed)):
            self._called.add(kept.sensor)
        self._on_tick(kept.sensor)

    def _spare_seconds(self, planned: PlannedTick) -> float:
        """Until a sensor that looks at the clock alone is due again."""
        item, _ = self._items.get(planned.ended.sensor, (None, ""))
        if not isinstance(item, SensorSnapshot) or item.watch is not None:
            return 0.0
        return item.minimum_interval - (planned.ended.ended_at - planned.ended.started_at) / MICROSECONDS


def _with_first_cursor(connection: Connection, item: Ticking, state: SensorState) -> SensorState:
    if isinstance(item, ScheduleSnapshot) or item.watch is None:
        return state
    return msgspec.structs.replace(state, cursor=first_cursor(connection, item.watch))

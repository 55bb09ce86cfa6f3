"""Tick each sensor when it is due, in a worker, and commit what the tick came to as one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

import msgspec
import structlog
from sqlalchemy.engine import Connection

from headwater.automation.decide_ticks import next_due, plan_requested
from headwater.automation.sensor_messages import RequestedRun, SensorOrder, SensorReport, encoder, report_decoder
from headwater.clock import MICROSECONDS
from headwater.definitions.snapshot import SensorSnapshot
from headwater.errors import ConflictError, HeadwaterError, StoreError
from headwater.graph.asset_graph import AssetGraph
from headwater.location.process import LocationProcess, TaskFailedError
from headwater.records.events import ErrorInfo, Event
from headwater.records.flags import flag
from headwater.records.requests import requested_events
from headwater.records.runs import Run
from headwater.records.ticks import SensorState, TickDetail, TickStatus
from headwater.storage import runs as run_store
from headwater.storage import sensors as sensor_store
from headwater.storage.store import Store
from headwater.storage.writer import Unit

SENSOR_TASK = "headwater.automation.sensor_task:evaluate"
_TICKS_AT_ONCE = 16
_LONGEST_WAIT = 5.0
_REST_SECONDS = 1.0
_log = structlog.get_logger(__name__)


class SensorLoop:
    """Keeps every sensor of the loaded locations ticking, each on its own."""

    def __init__(self, store: Store, locations: Mapping[str, LocationProcess], on_tick: Callable[[str], None]) -> None:
        """Prepare.

        Args:
            store: Where cursors and ticks are.
            locations: The loaded locations by name; may change while the loop works.
            on_tick: Told of each sensor whose tick was kept.
        """
        self._store = store
        self._locations = locations
        self._on_tick = on_tick
        self._graph = AssetGraph((), ())
        self._ticking: dict[str, asyncio.Task[None]] = {}
        self._slots = asyncio.Semaphore(_TICKS_AT_ONCE)
        self._woken = asyncio.Event()

    def use_graph(self, graph: AssetGraph) -> None:
        """Tick these definitions' sensors from now on."""
        self._graph = graph
        self.wake()

    def wake(self) -> None:
        """Look again which sensors are due: one was switched, or asked to tick."""
        self._woken.set()

    async def run(self) -> None:
        """Work until cancelled; ticks that are under way are cancelled with it, and leave nothing."""
        try:
            while True:
                self._woken.clear()
                wait = await self._start_due()
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

    async def _start_due(self) -> float:
        """Begin the ticks that are due; returns the seconds until the next one is."""
        kept = await self._store.read_async(sensor_store.read_states)
        now = self._store.clock.now()
        soonest = now + round(_LONGEST_WAIT * MICROSECONDS)
        for name, (sensor, location) in self._graph.sensors.items():
            if name in self._ticking or location not in self._locations:
                continue
            state = kept.get(name, SensorState(sensor=name))
            due = next_due(sensor, state, now)
            if due is None:
                continue
            if due > now:
                soonest = min(soonest, due)
                continue
            task = asyncio.create_task(self._tick(sensor, location, state))
            self._ticking[name] = task
            task.add_done_callback(lambda _task, name=name: self._end(name))  # type: ignore[misc]
        return (soonest - now) / MICROSECONDS

    def _end(self, name: str) -> None:
        del self._ticking[name]
        self.wake()

    async def _tick(self, sensor: SensorSnapshot, location: str, state: SensorState) -> None:
        async with self._slots:
            started_at = self._store.clock.now()
            process = self._locations.get(location)
            if process is None:
                return
            try:
                await self.tick_once(sensor, process, state, started_at)
            except ConflictError as conflict:
                _log.info("a tick was dropped", sensor=sensor.name, reason=str(conflict))
            except HeadwaterError as error:
                await self._keep_failure(sensor, state, started_at, error)
        self._on_tick(sensor.name)

    async def tick_once(
        self, sensor: SensorSnapshot, location: LocationProcess, state: SensorState, started_at: int
    ) -> SensorReport:
        """Evaluate one tick and commit it.

        Returns:
            What it came to.

        Raises:
            ConflictError: the sensor ticked elsewhere meanwhile; nothing was kept.
            HeadwaterError: user code failed; nothing was kept.
        """
        order = encoder.encode(SensorOrder(state=state))
        async with location.worker() as worker:
            report = report_decoder.decode(await worker.call(SENSOR_TASK, order, timeout=sensor.timeout))
        planned = [
            (request, run)
            for request in report.runs
            for run in plan_requested(self._graph, sensor, request, started_at)
        ]
        await self._keep(sensor, state, started_at, report, planned)
        return report

    async def _keep(
        self,
        sensor: SensorSnapshot,
        state: SensorState,
        started_at: int,
        report: SensorReport,
        planned: Sequence[tuple[RequestedRun, Run]],
    ) -> None:
        """Commit events, run requests, cursor and tick together."""
        wanted = await self._store.read_async(lambda c: _without_used_keys(c, sensor.name, planned))
        new_runs = [run for _, run in wanted]
        reports = [flag(event, self._graph, started_at) for event in report.events]
        events = [*reports, *requested_events(new_runs)]
        last_key = next((request.run_key for request, _ in reversed(wanted) if request.run_key), state.last_run_key)

        def guard(connection: Connection) -> None:
            sensor_store.check_version(connection, state)

        def keep(connection: Connection, appended: Sequence[Event]) -> None:
            for request, run in wanted:
                if request.run_key is not None:
                    run_store.claim_run_key(connection, sensor.name, request.run_key, run.run_id)
                run_store.insert(connection, run)
            reported = appended[: len(report.events)]
            detail = TickDetail(
                skip_message=_skip_message(report, planned, wanted),
                cursor=report.cursor,
                events=tuple(event.seq for event in reported),
                event_assets=tuple(sorted({event.asset_key for event in reported if event.asset_key})),
                run_ids=tuple(run.run_id for run in new_runs),
                log=report.log,
            )
            status = TickStatus.SUCCESS if events else TickStatus.SKIPPED
            sensor_store.note_assets(connection, sensor.name, detail.event_assets)
            self._keep_tick(connection, sensor, state, status, started_at, detail, last_key)

        await self._store.write_async(Unit(events=events, guard=guard, effect=keep))

    async def _keep_failure(
        self, sensor: SensorSnapshot, state: SensorState, started_at: int, error: Exception
    ) -> None:
        """Keep a failed tick with its reason; the cursor stays where it was."""
        known = error.error if isinstance(error, TaskFailedError) else None
        info = known or ErrorInfo(message=str(error), type=type(error).__name__)

        def keep(connection: Connection, _events: Sequence[Event]) -> None:
            detail = TickDetail(error=info, cursor=state.cursor)
            self._keep_tick(connection, sensor, state, TickStatus.FAILURE, started_at, detail, state.last_run_key)

        try:
            await self._store.write_async(
                Unit(guard=lambda connection: sensor_store.check_version(connection, state), effect=keep)
            )
        except StoreError as refused:
            _log.warning("a failed tick could not be kept", sensor=sensor.name, reason=str(refused))
            await self._store.clock.sleep(_REST_SECONDS)

    def _keep_tick(
        self,
        connection: Connection,
        sensor: SensorSnapshot,
        state: SensorState,
        status: TickStatus,
        started_at: int,
        detail: TickDetail,
        last_run_key: str | None,
    ) -> None:
        sensor_store.insert_tick(connection, sensor.name, status, started_at, self._store.clock.now(), detail)
        moved = msgspec.structs.replace(
            state,
            cursor=detail.cursor,
            last_tick_at=started_at,
            started_at=state.started_at or started_at,
            last_run_key=last_run_key,
            tick_requested=False,
        )
        sensor_store.save_state(connection, moved)


def _without_used_keys(
    connection: Connection, sensor: str, planned: Sequence[tuple[RequestedRun, Run]]
) -> list[tuple[RequestedRun, Run]]:
    """The runs whose run key the sensor has not used yet, nor stands twice among these."""
    seen: dict[str, RequestedRun] = {}
    kept: list[tuple[RequestedRun, Run]] = []
    for request, run in planned:
        if request.run_key is not None:
            first = seen.setdefault(request.run_key, request)
            if first is not request or run_store.is_run_key_used(connection, sensor, request.run_key):
                continue
        kept.append((request, run))
    return kept


def _skip_message(
    report: SensorReport,
    planned: Sequence[tuple[RequestedRun, Run]],
    wanted: Sequence[tuple[RequestedRun, Run]],
) -> str | None:
    if planned and not wanted and not report.events:
        return "Every run key of this tick was used before."
    return report.skip_message

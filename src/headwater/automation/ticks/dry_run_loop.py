"""Find out what ticks would come to, for whoever asks; nothing of them is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

import msgspec
import structlog

from headwater.automation.ticks.decide_due import Ticking, next_time
from headwater.automation.ticks.evaluation import TickEvaluator, Wanted
from headwater.definitions.snapshot import ScheduleSnapshot
from headwater.errors import HeadwaterError
from headwater.location.supervision.process import LocationProcess
from headwater.records.automation.ticks import SensorState
from headwater.records.log.events import DryRun, Event, EventKind, NewEvent
from headwater.storage.automation import dry_runs
from headwater.storage.automation import sensors as sensor_store
from headwater.storage.automation.dry_runs import WantedDryRun
from headwater.storage.log.writer import Unit
from headwater.storage.store import Store

_log = structlog.get_logger(__name__)


class DryRuns:
    """Carries out dry runs, each in a task of its own."""

    def __init__(
        self,
        store: Store,
        locations: Mapping[str, LocationProcess],
        evaluator: TickEvaluator,
        may_tick: Callable[[str], bool],
    ) -> None:
        self._store = store
        self._locations = locations
        self._evaluator = evaluator
        self._may_tick = may_tick
        self._under_way: set[asyncio.Task[None]] = set()

    def heed(self, events: Sequence[Event], items: Mapping[str, tuple[Ticking, str]]) -> None:
        """Begin those that were asked for."""
        for event in events:
            if event.kind is not EventKind.DRY_RUN_REQUESTED or not isinstance(event.payload, DryRun):
                continue
            name = event.payload.name
            if name in items and self._may_tick(name):
                item, location = items[name]
                task = asyncio.create_task(self._carry_out(event.payload, item, location))
                self._under_way.add(task)
                task.add_done_callback(self._under_way.discard)

    async def stop(self) -> None:
        """Leave those that are under way."""
        tasks = list(self._under_way)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _carry_out(self, asked: DryRun, item: Ticking, location: str) -> None:
        try:
            wanted = await self._store.read_async(lambda c: dry_runs.read_wanted(c, asked.dry_run_id))
            state = await self._store.read_async(lambda c: sensor_store.read_state(c, asked.name))
            process = self._locations.get(location)
            if wanted is None or process is None:
                return
            tick = self._wanted(item, location, state, wanted)
            planned = await self._evaluator.plan(tick, process, await self._evaluator.watched(tick))
            result = msgspec.json.encode(planned).decode()
            ended = NewEvent(kind=EventKind.DRY_RUN_ENDED, payload=asked)
            await self._store.write_async(
                Unit(events=[ended], effect=lambda c, _events: dry_runs.save_result(c, asked.dry_run_id, result))
            )
        except HeadwaterError as error:
            _log.warning("a dry run could not be done", name=asked.name, reason=str(error))

    def _wanted(self, item: Ticking, location: str, state: SensorState, wanted: WantedDryRun) -> Wanted:
        if wanted.has_cursor:
            state = msgspec.structs.replace(state, cursor=wanted.cursor)
        scheduled_at = wanted.scheduled_at
        if isinstance(item, ScheduleSnapshot) and scheduled_at is None:
            now = self._store.clock.now()
            scheduled_at = next_time(item, now, now)
        return Wanted(item=item, location=location, state=state, scheduled_at=scheduled_at)

"""Commit ticks that have ended: each whole or not at all, as many in one transaction as have come together."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

import msgspec
from sqlalchemy.engine import Connection

from headwater.automation.ticks.decide import PlannedTick
from headwater.errors import ConflictError, HeadwaterError
from headwater.records.automation.tick_settings import DEFAULTS, TickSettings
from headwater.records.automation.ticks import EndedTick, SensorState
from headwater.records.log.events import Event
from headwater.storage.automation import sensor_values
from headwater.storage.automation import sensors as sensor_store
from headwater.storage.catalog import dynamic_partitions
from headwater.storage.log.writer import Unit
from headwater.storage.runs import run_keys
from headwater.storage.runs import runs as run_store
from headwater.storage.store import Store
from headwater.storage.upkeep.tick_retention import forget_surplus

_FEW = 10
_BETWEEN_FEW_SECONDS = 0.02
_BETWEEN_MANY_SECONDS = 0.05
_PATIENCE_SECONDS = 0.55
"""How long ticks that came to nothing wait for others to be written with: less than their sensors rest, and a commit
costs as much for one as for many. Of two sensors that tick once a second, one is always within half of it."""
_LEAST_SPARE_SECONDS = 0.8
_TICKS_BETWEEN_LOOKS = 500
_Waiting = tuple[PlannedTick, "asyncio.Future[SensorState]"]


class TickWriter:
    """Writes ticks at once while there are few, and many together while there are many."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.settings = DEFAULTS
        """What is kept of ticks; changed as the deployment's settings are."""
        self._counts: Counter[str] = Counter()
        self._waiting: list[_Waiting] = []
        self._writing: asyncio.Task[None] | None = None
        self._next_at = 0.0
        self._hurried = asyncio.Event()

    async def keep(self, tick: PlannedTick, *, spare_seconds: float = 0.0) -> SensorState:
        """Commit a tick; gives the state that it left, as kept.

        Args:
            tick: What to write.
            spare_seconds: Until the sensor's next tick is due. Where that is long, a tick that came to nothing waits a
                moment for others.

        Raises:
            ConflictError: its sensor moved on meanwhile; nothing was kept.
            StoreError: the store did not take it.
        """
        future: asyncio.Future[SensorState] = asyncio.get_running_loop().create_future()
        self._waiting.append((tick, future))
        if spare_seconds < _LEAST_SPARE_SECONDS or not tick.is_only_noted:
            self._hurried.set()
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all())
        return await future

    async def _write_all(self) -> None:
        while self._waiting:
            with suppress(TimeoutError):
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    await self._hurried.wait()
            self._hurried.clear()
            rest = self._next_at - self._store.clock.monotonic()
            if rest > 0:
                await self._store.clock.sleep(rest)
            batch, self._waiting = self._waiting, []
            between = _BETWEEN_FEW_SECONDS if len(batch) < _FEW else _BETWEEN_MANY_SECONDS
            self._next_at = self._store.clock.monotonic() + between
            await self._write(batch)

    async def _write(self, batch: Sequence[_Waiting]) -> None:
        ticks = [tick for tick, _ in batch]
        try:
            kept = await self._store.write_async(unit_of(ticks, self._full(ticks), self.settings))
        except ConflictError as conflict:
            if len(batch) > 1:
                # Somebody else has changed one of the sensors: that tick is dropped, and the others are kept.
                await asyncio.gather(*(self._write([waiting]) for waiting in batch))
                return
            _fail(batch, conflict)
        except HeadwaterError as error:
            _fail(batch, error)
        else:
            for (_, future), state in zip(batch, kept, strict=True):
                if not future.done():
                    future.set_result(state)

    def _full(self, ticks: Sequence[PlannedTick]) -> list[str]:
        """Sensors with so many new ticks that it is time to forget old ones."""
        full = []
        for tick in ticks:
            self._counts[tick.ended.sensor] += 1
            if self._counts[tick.ended.sensor] >= _TICKS_BETWEEN_LOOKS:
                del self._counts[tick.ended.sensor]
                full.append(tick.ended.sensor)
        return full


def unit_of(
    ticks: Sequence[PlannedTick], full: Sequence[str] = (), settings: TickSettings = DEFAULTS
) -> Unit[list[SensorState]]:
    """The unit that keeps some ticks, and forgets surplus ones of those that are full.

    Its result has the state that each tick left.
    """

    def guard(connection: Connection) -> None:
        sensor_store.check_versions(connection, [tick.began_from for tick in ticks])

    def keep(connection: Connection, appended: Sequence[Event]) -> list[SensorState]:
        ended: list[EndedTick] = []
        place = 0
        for tick in ticks:
            ended.append(_with_seqs(tick, appended[place : place + len(tick.reports)]))
            place += len(tick.events)
            _keep_beside(connection, tick)
        sensor_store.note_assets(connection, [(tick.sensor, key) for tick in ended for key in tick.detail.event_assets])
        sensor_store.insert_ticks(connection, ended)
        for name in full:
            forget_surplus(connection, name, settings)
        return sensor_store.save_states(connection, [tick.leaves for tick in ticks])

    return Unit(events=[event for tick in ticks for event in tick.events], guard=guard, effect=keep)


def _keep_beside(connection: Connection, tick: PlannedTick) -> None:
    """Keep the rows that a tick writes beside events, tick and state."""
    name = tick.ended.sensor
    for run_key, run in tick.runs:
        if run_key is not None:
            run_keys.claim(connection, name, run_key, run.run_id, tick.ended.ended_at)
        run_store.insert(connection, run)
    for join in tick.joins:
        run_store.join(connection, join.run.run_id, join.cause)
    if tick.values:
        sensor_values.put(connection, ((name, key, value) for key, value in tick.values.put.items()))
        sensor_values.delete(connection, name, tick.values.delete)
    for change in tick.partitions:
        dynamic_partitions.delete(connection, change.name, change.delete)
        dynamic_partitions.add(connection, change.name, change.add, tick.ended.ended_at)


def _with_seqs(tick: PlannedTick, reported: Sequence[Event]) -> EndedTick:
    if not reported:
        return tick.ended
    detail = msgspec.structs.replace(tick.ended.detail, events=tuple(event.seq for event in reported))
    return msgspec.structs.replace(tick.ended, detail=detail)


def _fail(batch: Sequence[_Waiting], error: HeadwaterError) -> None:
    for _, future in batch:
        if not future.done():
            future.set_exception(error)

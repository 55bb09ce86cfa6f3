"""Ticks that have ended, committed together."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from headwater.automation.ticks.decide import PlannedTick
from headwater.automation.ticks.writer import TickWriter
from headwater.errors import ConflictError
from headwater.records.automation.ticks import (
    EndedTick,
    PartitionsChange,
    SensorState,
    TickDetail,
    TickStatus,
    ValueChanges,
)
from headwater.storage.automation import sensor_values, sensors
from headwater.storage.catalog import dynamic_partitions
from headwater.storage.database.engine import sqlite_url
from headwater.storage.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    opened = Store(sqlite_url(tmp_path / "headwater.db"))
    yield opened
    opened.close()


def tick(name: str, version: int = 0) -> PlannedTick:
    """A tick that changes what a tick can change besides events and runs."""
    state = SensorState(sensor=name, version=version)
    return PlannedTick(
        began_from=state,
        leaves=state,
        ended=EndedTick(sensor=name, status=TickStatus.SUCCESS, started_at=1, ended_at=2, detail=TickDetail()),
        values=ValueChanges(put={"k": "1"}),
        partitions=(PartitionsChange(name="customers", add=(name,)),),
    )


async def test_one_conflict_harms_nobody_else(store: Store) -> None:
    """Of ticks that are written together, the one whose sensor moved on is dropped, whole; the others are kept."""
    writer = TickWriter(store)
    wanted = [tick("a"), tick("moved", version=7), tick("b")]

    kept = await asyncio.gather(*(writer.keep(each) for each in wanted), return_exceptions=True)

    assert ["a", "b"] == sorted(state.sensor for state in kept if isinstance(state, SensorState))
    assert isinstance(kept[1], ConflictError)
    assert ["a", "b"] == sorted(store.read(lambda c: dynamic_partitions.read_keys(c, "customers")))
    assert {"k": "1"} == store.read(lambda c: sensor_values.read(c, "b"))
    assert {} == store.read(lambda c: sensor_values.read(c, "moved"))
    assert [] == store.read(lambda c: sensors.read_ticks(c, "moved"))


async def test_the_state_that_is_given_back_is_the_one_to_go_on_from(store: Store) -> None:
    """A second tick that begins from what the first left is kept too."""
    writer = TickWriter(store)

    first = await writer.keep(tick("a"))
    second = await writer.keep(tick("a", version=first.version))

    assert (1, 2) == (first.version, second.version)


async def test_a_tick_that_came_to_nothing_is_written_with_the_next_that_did(store: Store) -> None:
    """It waits for company, in one commit, unless its sensor is soon due again; nobody waits for it."""
    writer = TickWriter(store)
    idle = msgspec.structs.replace(tick("idle"), values=ValueChanges(), partitions=())
    idle = msgspec.structs.replace(idle, ended=msgspec.structs.replace(idle.ended, status=TickStatus.SKIPPED))

    waiting = asyncio.create_task(writer.keep(idle, spare_seconds=60.0))
    await asyncio.sleep(0)
    busy = await writer.keep(tick("busy"), spare_seconds=60.0)

    assert idle.is_only_noted
    assert not tick("busy").is_only_noted
    assert (1, 1) == (busy.version, (await waiting).version)

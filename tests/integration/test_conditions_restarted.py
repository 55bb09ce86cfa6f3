"""Conditions on a real store, stopped at any instant and begun anew: the same decisions, and nothing twice."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from builders import external, made, native
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headwater.automation.conditions.loop import ConditionsLoop
from headwater.clock import to_datetime
from headwater.definitions.conditions.condition import AutomationCondition as Condition
from headwater.definitions.partitions import DailyPartitionsDefinition, DynamicPartitionsDefinition
from headwater.definitions.snapshot import DefinitionsSnapshot
from headwater.graph.asset_graph import AssetGraph, build_graph
from headwater.records.log.events import Event, EventKind, NewEvent, PartitionsChanged, RunEvent, StepEvent
from headwater.records.runs.runs import Run, RunStatus
from headwater.storage.catalog import dynamic_partitions
from headwater.storage.database.engine import sqlite_url
from headwater.storage.log import event_log
from headwater.storage.log.writer import Unit
from headwater.storage.runs import runs
from headwater.storage.store import Store
from headwater.testing.clock import ManualClock

NAMES = DynamicPartitionsDefinition(name="names").to_snapshot()
_EXAMPLES = int(os.environ.get("HEADWATER_CONDITION_EXAMPLES", "0"))
"""As many random worlds as a soak asks for; else the same few ones each time."""
Decisions = list[tuple[tuple[str, ...], str | None]]
Move = tuple[str, int]


@pytest.fixture(params=["sqlite", "postgresql"])
def new_address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Any]]:
    """Gives the address of an empty database each time."""
    if request.param == "sqlite":
        yield lambda: sqlite_url(tmp_path / f"{uuid.uuid4().hex}.db")
        return
    server = sa.make_url(request.getfixturevalue("postgres_url")).set(drivername="postgresql+psycopg")
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT")

    def create() -> Any:
        name = f"test_{uuid.uuid4().hex[:12]}"
        with admin.connect() as connection:
            connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
        return server.set(drivername="postgresql", database=name)

    yield create
    admin.dispose()


def estate(now: int) -> AssetGraph:
    """Conditions that remember, that wait for time, and that follow partitions by day and by name."""
    start = (to_datetime(now) - timedelta(days=2)).strftime("%Y-%m-%d")
    daily = DailyPartitionsDefinition(start_date=start).to_snapshot()
    every_day = Condition.eager().without(Condition.in_latest_time_window())
    assets = (
        external("raw"),
        external("days", partitions=daily),
        external("names", partitions=NAMES),
        native("a", "raw", condition=Condition.eager()),
        native("b", "a", "days", condition=Condition.eager()),
        native("c", "days", condition=every_day, partitions=daily),
        native("d", "names", condition=Condition.eager(), partitions=NAMES),
        native("e", condition=Condition.missing()),
        native("f", "raw", condition=Condition.on_cron("*/30 * * * *")),
    )
    return build_graph([("code", DefinitionsSnapshot(assets=assets))])


class World:
    """A store, the loop at work on it, and the moves that others make."""

    def __init__(self, address: Any) -> None:
        self.clock = ManualClock()
        self.store = Store(address, clock=self.clock)
        self.graph = estate(self.clock.now())
        self._change_names(["x", "y"])
        self._begin()

    def _begin(self) -> None:
        self.loop = ConditionsLoop(self.store)
        self.loop.use_graph(self.graph)
        self._task = asyncio.create_task(self.loop.run())

    async def stop(self) -> None:
        """Stop the loop, whatever it is doing."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def settle(self) -> None:
        """Wait until the loop has taken in everything, and waits."""
        while self.loop.position < self.store.tail.head:  # noqa: ASYNC110 - the loop has nobody to tell of it
            await asyncio.sleep(0)

    async def make(self, move: Move, stopped_after: int | None) -> None:
        """Let something happen, and the loop decide on it, anew if it is stopped after some steps of its work."""
        self.clock.advance(0.001)
        _MOVES[move[0]](self, move[1])
        if stopped_after is not None:
            for _ in range(stopped_after):
                await asyncio.sleep(0)
            await self.stop()
            self._begin()
        await self.settle()

    def requested(self) -> Decisions:
        """What was requested, in order."""
        found: list[Event] = self.store.read(lambda c: event_log.read_after(c, 0, 100_000))
        asked = [event for event in found if event.kind is EventKind.RUN_REQUESTED]
        return [(event.payload.assets, event.partition) for event in asked if isinstance(event.payload, RunEvent)]

    def report_whole(self, _choice: int) -> None:
        """A report of what has no partitions."""
        self.store.write(Unit(events=[made("raw")]))

    def report_day(self, choice: int) -> None:
        """A report of one of three days, the last of which may not have ended."""
        day = to_datetime(self.clock.now()) - timedelta(days=choice % 3)
        self.store.write(Unit(events=[made("days", partition=day.strftime("%Y-%m-%d"))]))

    def report_name(self, choice: int) -> None:
        """A report of a partition that is there."""
        names = self.store.read(dynamic_partitions.read_all)["names"]
        self.store.write(Unit(events=[made("names", partition=names[choice % len(names)])]))

    def name(self, choice: int) -> None:
        """A name comes, and the first one goes where there are several."""
        names = self.store.read(dynamic_partitions.read_all)["names"]
        self._change_names([f"z{choice}-{len(names)}"], names[:1] if choice % 2 and len(names) > 1 else ())

    def _change_names(self, added: Sequence[str], deleted: Sequence[str] = ()) -> None:
        payload = PartitionsChanged(name="names", added=tuple(added), deleted=tuple(deleted))

        def keep(connection: sa.Connection, _events: Sequence[Event]) -> None:
            dynamic_partitions.add(connection, "names", added, self.clock.now())
            dynamic_partitions.delete(connection, "names", deleted)

        self.store.write(Unit(events=[NewEvent(kind=EventKind.PARTITIONS_CHANGED, payload=payload)], effect=keep))

    def begin(self, choice: int) -> None:
        """A queued run begins with its first step."""
        if (run := self._find(RunStatus.QUEUED, choice)) is not None:
            self._move(run, EventKind.RUN_STARTED, self._step(run, EventKind.STEP_STARTED))

    def finish(self, choice: int) -> None:
        """A run that is going on makes what it is for."""
        if (run := self._find(RunStatus.STARTED, choice)) is not None:
            new = [made(key, partition=run.partition) for key in run.assets]
            self._move(
                run, EventKind.RUN_SUCCEEDED, *(msgspec.structs.replace(each, run_id=run.run_id) for each in new)
            )

    def fail(self, choice: int) -> None:
        """A run that is going on fails."""
        if (run := self._find(RunStatus.STARTED, choice)) is not None:
            self._move(run, EventKind.RUN_FAILED, self._step(run, EventKind.STEP_FAILED))

    def wait(self, choice: int) -> None:
        """Time passes."""
        self.clock.advance((20, 40, 3_000, 30_000)[choice % 4])
        # A loop that waits for a moment looks at the log too.
        self.store.write(Unit(events=[made("unrelated")]))

    def _find(self, status: RunStatus, choice: int) -> Run | None:
        # By what it makes: the ids are made up anew each time.
        found = [run for run in self.store.read(runs.read_open) if run.status is status]
        found.sort(key=lambda run: (run.created_at, run.assets, run.partition or ""))
        return found[choice % len(found)] if found else None

    def _step(self, run: Run, kind: EventKind) -> NewEvent:
        payload = StepEvent(step=run.assets[0], assets=run.assets)
        return NewEvent(kind=kind, payload=payload, run_id=run.run_id, partition=run.partition)

    def _move(self, run: Run, kind: EventKind, *others: NewEvent) -> None:
        def keep(connection: sa.Connection, _events: Sequence[Event]) -> None:
            runs.move(connection, run.run_id, kind, self.clock.now())

        self.store.write(Unit(events=[*others, run.event(kind)], effect=keep))


_MOVES: dict[str, Callable[[World, int], None]] = {
    "report_whole": World.report_whole,
    "report_day": World.report_day,
    "report_name": World.report_name,
    "name": World.name,
    "begin": World.begin,
    "finish": World.finish,
    "fail": World.fail,
    "wait": World.wait,
}
moves = st.tuples(st.sampled_from([*_MOVES, "begin", "finish"]), st.integers(0, 11))


async def decisions(address: Any, script: Sequence[tuple[Move, int | None]]) -> Decisions:
    """What is requested as some moves are made; each is followed by a restart, if it says after how many steps."""
    world = World(address)
    try:
        await world.settle()
        for move, stopped_after in script:
            await world.make(move, stopped_after)
        return world.requested()
    finally:
        await world.stop()
        world.store.close()


@settings(
    max_examples=_EXAMPLES // 50 or 7,
    derandomize=not _EXAMPLES,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(script=st.lists(st.tuples(moves, st.one_of(st.none(), st.integers(0, 40))), min_size=3, max_size=14))
def test_stopped_at_any_point_it_takes_the_same_decisions(
    new_address: Callable[[], Any], script: list[tuple[Move, int | None]]
) -> None:
    """Whenever the engine is stopped, the runs requested are those that are without a stop, each once."""
    unbroken = asyncio.run(decisions(new_address(), [(move, None) for move, _ in script]))

    assert unbroken == asyncio.run(decisions(new_address(), script))

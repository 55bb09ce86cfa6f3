"""The loops of conditions and freshness on a real store: what they write, and that a restart repeats nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import external, made, native

from headwater.automation.conditions.loop import ConditionsLoop
from headwater.automation.freshness_loop import FreshnessLoop
from headwater.definitions.conditions.condition import AutomationCondition
from headwater.definitions.freshness import FreshnessPolicy
from headwater.definitions.snapshot import AssetSnapshot, DefinitionsSnapshot
from headwater.graph.asset_graph import AssetGraph, build_graph
from headwater.records.log.events import Event, EventKind, FreshnessChange, NewEvent, RunEvent, StepEvent
from headwater.server.resources.automation import automation_view, run_why
from headwater.storage.automation.freshness import read_freshness
from headwater.storage.database.engine import sqlite_url
from headwater.storage.log import event_log
from headwater.storage.log.writer import Unit
from headwater.storage.runs import runs
from headwater.storage.store import Store
from headwater.testing.clock import ManualClock

EAGER = AutomationCondition.eager()
GRAPH = build_graph(
    [
        (
            "code",
            DefinitionsSnapshot(
                assets=(
                    external("raw"),
                    external("rates"),
                    native("a", "raw", condition=EAGER),
                    native("b", "a", "rates", condition=EAGER),
                )
            ),
        )
    ]
)


@pytest.fixture
def store(tmp_path: Path) -> Any:
    """A store of its own, whose clock is moved by hand."""
    opened = Store(sqlite_url(tmp_path / "headwater.db"), clock=ManualClock())
    yield opened
    opened.close()


@asynccontextmanager
async def working(loop: ConditionsLoop | FreshnessLoop, graph: AssetGraph) -> AsyncIterator[None]:
    """A loop at work; it is stopped as abruptly as a task can be."""
    loop.use_graph(graph)
    task = asyncio.create_task(loop.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def write(store: Store, *events: NewEvent) -> None:
    """Commit events together, a moment after the ones before."""
    assert isinstance(store.clock, ManualClock)
    store.clock.advance(0.001)
    store.write(Unit(events=events))


def everything(store: Store) -> list[Event]:
    """The whole log."""
    return store.read(lambda connection: event_log.read_after(connection, 0, 10_000))


def requested(store: Store) -> list[tuple[str, ...]]:
    """The assets of each run that was requested, in order."""
    return [
        event.payload.assets
        for event in everything(store)
        if event.kind is EventKind.RUN_REQUESTED and isinstance(event.payload, RunEvent)
    ]


async def until(store: Store, condition: Callable[[], object]) -> None:
    """Wait until the log has brought something about."""
    with store.tail.subscribe(store.tail.head) as subscription:
        while not condition():
            await asyncio.wait_for(subscription.wait(), 60)
            subscription.position = store.tail.head


async def settled(store: Store, loop: ConditionsLoop) -> None:
    """Wait until the loop has taken in everything."""
    while loop.position < store.tail.head:  # noqa: ASYNC110 - the loop has nobody to tell of it
        await asyncio.sleep(0)


def begin(store: Store, key: str) -> str:
    """The first step of the newest run begins."""
    run = store.read(lambda connection: runs.read_newest(connection, limit=1))[0]
    payload = StepEvent(step=key, assets=(key,))
    write(store, NewEvent(kind=EventKind.STEP_STARTED, payload=payload, run_id=run.run_id))
    return run.run_id


async def test_a_decision_is_written_with_its_reasons(store: Store) -> None:
    """The run names the events that led to it; its condition can be read as it was then and as it is now."""
    loop = ConditionsLoop(store)
    async with working(loop, GRAPH):
        await settled(store, loop)
        write(store, made("raw"))
        await until(store, lambda: requested(store))
        await settled(store, loop)
    run = store.read(lambda connection: runs.read_newest(connection, limit=1))[0]
    why = store.read(lambda connection: run_why(connection, GRAPH, run.run_id, store.clock.now()))
    view = store.read(lambda connection: automation_view(connection, GRAPH, "b", store.clock.now()))

    assert [("a",)] == requested(store)
    assert ("requested by its condition because raw was updated", [1]) == (why.answer, why.events)
    assert [("a", True)] == [(each.key, each.tree is not None and each.tree.holds) for each in why.assets]
    assert (False, ["a, rates have no version yet", "a is being made"]) == (
        view.holds,
        [reason for reason in view.reasons if "rates" in reason or "being made" in reason],
    )


@pytest.mark.parametrize("place", range(6))
async def test_restarted_at_any_place_nothing_is_requested_twice(store: Store, place: int) -> None:
    """The loop is stopped after each event in turn; what comes to pass is what would have without it."""
    moves: list[Callable[[], object]] = [
        lambda: write(store, made("rates")),
        lambda: write(store, made("raw")),
        lambda: begin(store, "a"),
        lambda: write(store, made("raw")),
        lambda: write(store, made("a", read_seq=4)),
        lambda: write(store, _ended(store)),
    ]
    loop = ConditionsLoop(store)
    async with working(loop, GRAPH):
        await settled(store, loop)
        for move in moves[:place]:
            move()
            await settled(store, loop)
    for move in moves[place : place + 1]:
        # While nobody looks.
        move()
    loop = ConditionsLoop(store)
    async with working(loop, GRAPH):
        await settled(store, loop)
        for move in moves[place + 1 :]:
            move()
            await settled(store, loop)

    assert [("a", "b"), ("a", "b")] == requested(store)


def _ended(store: Store) -> NewEvent:
    run = store.read(lambda connection: runs.read_newest(connection, limit=1))[0]
    return NewEvent(kind=EventKind.RUN_SUCCEEDED, payload=RunEvent(assets=run.assets), run_id=run.run_id)


async def test_lateness_is_recorded_once_with_the_moment_since_when(store: Store) -> None:
    """An asset that became late while nobody looked is recorded by whoever looks first, and by nobody again."""
    policy = FreshnessPolicy.time_window(fail_window=timedelta(hours=2), warn_window=timedelta(hours=1))
    asset = AssetSnapshot(key="raw", kind="external", freshness=policy)
    graph = build_graph([("code", DefinitionsSnapshot(assets=(asset,)))])
    clock = store.clock
    assert isinstance(clock, ManualClock)

    def changes() -> list[tuple[str, int]]:
        return [
            (event.payload.state, event.timestamp)
            for event in everything(store)
            if isinstance(event.payload, FreshnessChange)
        ]

    async with working(FreshnessLoop(store), graph):
        write(store, made("raw"))
        await until(store, changes)
    reported = clock.now()
    clock.advance(5 * 3600)
    for _ in range(2):
        async with working(FreshnessLoop(store), graph):
            await until(store, lambda: len(changes()) == 2)
    async with working(FreshnessLoop(store), graph):
        write(store, made("raw"))
        await until(store, lambda: len(changes()) == 3)

    late = reported + 2 * 3600 * 1_000_000
    assert [("PASS", reported), ("FAIL", late), ("PASS", clock.now())] == changes()
    assert "PASS" == store.read(read_freshness)["raw"].state

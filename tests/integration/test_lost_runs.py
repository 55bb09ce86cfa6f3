"""A run that was taken over: what the engine that lost it still says of it does not count."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from builders import graph_of, native

from headwater.errors import ConflictError
from headwater.execution.executors.executor import Executor, StepCall
from headwater.execution.logs.folders import Folders
from headwater.execution.logs.places import RunLogs
from headwater.execution.steps.messages import MadeAsset, StepReport, encoder
from headwater.execution.steps.plan import plan_steps
from headwater.execution.supervision.pool_room import PoolRoom
from headwater.execution.supervision.step_supervisor import StepSupervisor
from headwater.records.log.events import EventKind
from headwater.records.runs.runs import Cause, Run, RunStatus
from headwater.storage.database.engine import sqlite_url
from headwater.storage.log import event_log
from headwater.storage.log.writer import Unit
from headwater.storage.runs import runs
from headwater.storage.store import Store


class _TakenOver(Executor):
    """Carries a step out; while it does, somebody else gets its run."""

    def __init__(self, take_over: Callable[[], Awaitable[None]]) -> None:
        self._take_over = take_over

    async def carry_out(
        self, call: StepCall, on_start: Callable[[], Awaitable[None]], on_emit: Callable[[bytes], None]
    ) -> bytes:
        await on_start()
        await self._take_over()
        return encoder.encode(StepReport(made=(MadeAsset(asset_key="a"),)))


@pytest.mark.parametrize("owner", ["another", "the first"])
async def test_a_lost_step_says_nothing_more(tmp_path: Path, owner: str) -> None:
    """Neither once another engine has its run, nor once the same one has begun it anew."""
    store = Store(sqlite_url(tmp_path / "headwater.db"))
    graph = graph_of(native("a"))
    run = Run(run_id="1", location="l", assets=("a",), status=RunStatus.QUEUED, cause=Cause("api"), created_at=1)

    async def move(kind: EventKind, owner: str | None) -> Run:
        return await store.write_async(
            Unit(events=[run.event(kind)], effect=lambda c, _events: runs.move(c, "1", kind, 2, owner=owner))
        )

    async def take_over() -> None:
        await move(EventKind.RUN_REQUEUED, None)
        await move(EventKind.RUN_STARTED, owner)

    await store.write_async(Unit(effect=lambda c, _events: runs.insert(c, run)))
    started = await move(EventKind.RUN_STARTED, "the first")
    folders = Folders(storage=tmp_path, run_logs=RunLogs(tmp_path))
    steps = StepSupervisor(store, graph, folders, started, _TakenOver(take_over), PoolRoom(store))

    with pytest.raises(ConflictError, match="of attempt 1 does not count"):
        await steps.carry_out(plan_steps(graph, ("a",))[0])

    kinds = [event.kind for event in store.read(lambda c: event_log.read_after(c, 0, 100))]
    store.close()
    assert [EventKind.STEP_STARTED, EventKind.RUN_REQUEUED, EventKind.RUN_STARTED] == kinds[1:]

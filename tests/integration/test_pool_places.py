"""Places in pools: a step has them exactly while it is under way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest
from builders import graph_of, native

from headwater.definitions.snapshot import CheckSnapshot
from headwater.execution.executors.executor import Executor, StepCall
from headwater.execution.logs.folders import Folders
from headwater.execution.logs.places import RunLogs
from headwater.execution.steps.messages import StepReport, encoder
from headwater.execution.steps.plan import plan_steps
from headwater.execution.supervision.pool_room import PoolRoom
from headwater.execution.supervision.step_supervisor import StepSupervisor
from headwater.location.supervision.process import TaskFailedError
from headwater.records.log.events import ErrorInfo, EventKind, Reporter
from headwater.records.runs.limits import Limit
from headwater.records.runs.runs import Cause, Run, RunStatus
from headwater.storage.database.engine import sqlite_url
from headwater.storage.log.writer import Unit
from headwater.storage.runs import limits, pool_places, runs
from headwater.storage.store import Store


class _Looking(Executor):
    """Notes who has which places while a step is under way; then it succeeds, or fails."""

    def __init__(self, store: Store, *, fails: bool) -> None:
        self._store = store
        self._fails = fails
        self.seen: dict[tuple[str, str], int] = {}

    async def carry_out(
        self, call: StepCall, on_start: Callable[[], Awaitable[None]], on_emit: Callable[[bytes], None]
    ) -> bytes:
        await on_start()
        self.seen = self._store.read(pool_places.read_counts)
        if self._fails:
            raise TaskFailedError(ErrorInfo(message="it failed"))
        return encoder.encode(StepReport())


@pytest.mark.parametrize("fails", [False, True], ids=["succeeds", "fails"])
@pytest.mark.parametrize("checks", [(), (("a", "c"),)], ids=["asset", "check"])
async def test_a_step_has_its_place_while_it_is_under_way(
    tmp_path: Path, checks: tuple[tuple[str, str], ...], fails: bool
) -> None:
    """One that makes an asset has the asset's, one that only checks has the check's; both give it back at the end."""
    store = Store(sqlite_url(tmp_path / "headwater.db"))
    asset = msgspec.structs.replace(native("a"), pool="of assets")
    graph = graph_of(asset, checks=(CheckSnapshot(asset_key="a", name="c", pool="of checks"),))
    run = Run(
        run_id="1",
        location="l",
        assets=("a",),
        checks=checks,
        status=RunStatus.QUEUED,
        cause=Cause("api"),
        created_at=1,
    )
    store.write(limits.set_unit(Limit(kind="pool", name="*", most=1), Reporter("api")))
    store.write(Unit(effect=lambda c, _events: runs.insert(c, run)))
    started = store.write(Unit(effect=lambda c, _events: runs.move(c, "1", EventKind.RUN_STARTED, 2, owner="here")))
    executor = _Looking(store, fails=fails)
    folders = Folders(storage=tmp_path, run_logs=RunLogs(tmp_path))
    steps = StepSupervisor(store, graph, folders, started, executor, PoolRoom(store))

    await steps.carry_out(plan_steps(graph, ("a",), checks)[0])
    left = store.read(pool_places.read_counts)
    store.close()

    assert ({("1", "of checks" if checks else "of assets"): 1}, {}) == (executor.seen, left)

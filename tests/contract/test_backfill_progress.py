"""How far the runs of a backfill have come, summed up, on every database."""

from __future__ import annotations

import msgspec
import pytest

from headwater.records.log.fold import WHOLE
from headwater.records.runs.backfills import BackfillRun
from headwater.records.runs.runs import BACKFILL_TAG, RETRY_TAG, Cause, Run, RunStatus
from headwater.storage.log.writer import Unit
from headwater.storage.runs import backfills, runs
from headwater.storage.store import Store

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)

OF = "b"
SETTLED = [
    ("one", ("a", "b"), ("2026-01-01",), RunStatus.SUCCESS, ("a", "b"), ()),
    ("two", ("a", "b"), ('say "x", y',), RunStatus.SUCCESS, ("a", "b"), ()),
    ("batch", ("a", "b"), ("2026-01-02", "2026-01-03"), RunStatus.SUCCESS, ("a", "b"), ()),
    ("other batch", ("a", "b"), ("2026-01-04", "ü"), RunStatus.SUCCESS, ("a", "b"), ()),
    ("failed", ("a", "b"), ("2026-01-05",), RunStatus.FAILURE, ("a",), ("b",)),
    ("failed too", ("a", "b"), ("2026-01-06",), RunStatus.FAILURE, ("a",), ("b",)),
    ("tried again", ("a", "b"), ("2026-01-07",), RunStatus.FAILURE, ("a",), ("b",)),
    ("whole", ("c",), (WHOLE,), RunStatus.CANCELED, (), ()),
]


@pytest.fixture
def filled(store: Store) -> Store:
    """A store with runs of a backfill that have come to different ends, and two that go on."""
    for place, (run_id, assets, partitions, status, made, failed) in enumerate(SETTLED):
        run = _run(run_id, assets, partitions, status, place)
        settled = BackfillRun(
            run_id=run_id, assets=assets, partitions=partitions, status=status, settled=True, made=made, failed=failed
        )
        store.write(Unit(effect=lambda c, _events, run=run: runs.insert(c, run)))  # type: ignore[misc]
        store.write(Unit(effect=lambda c, _events, run=settled: backfills.settle_runs(c, OF, [run])))  # type: ignore[misc]
    for place, run_id in enumerate(("open", "open too"), len(SETTLED)):
        run = _run(run_id, ("a", "b"), (f"2026-02-0{place}",), RunStatus.STARTED, place, {RETRY_TAG: "tried again"})
        store.write(Unit(effect=lambda c, _events, run=run: runs.insert(c, run)))  # type: ignore[misc]
    return store


def _run(
    run_id: str,
    assets: tuple[str, ...],
    partitions: tuple[str, ...],
    status: RunStatus,
    place: int,
    tags: dict[str, str] | None = None,
) -> Run:
    return Run(
        run_id=run_id,
        location="code",
        assets=assets,
        status=status,
        cause=Cause(kind="backfill"),
        created_at=place,
        partition=partitions[0] if len(partitions) == 1 and partitions[0] else None,
        partitions=partitions if len(partitions) > 1 else (),
        tags={BACKFILL_TAG: OF, **(tags or {})},
    )


def test_runs_of_one_outcome_are_one_with_the_partitions_of_all(filled: Store) -> None:
    """Nothing that the runs tell of partitions is lost, and those that go on stand by themselves."""
    each = filled.read(lambda c: backfills.read_runs(c, OF))
    progress = filled.read(lambda c: backfills.read_progress(c, OF))

    expected: dict[BackfillRun, list[str]] = {}
    for run in each:
        outcome = run if not run.settled else msgspec.structs.replace(run, run_id="", partitions=())
        expected.setdefault(outcome, []).extend(run.partitions)
    summed = {
        run if not run.settled else msgspec.structs.replace(run, run_id="", partitions=()): sorted(run.partitions)
        for run in progress
    }
    assert len(each) == len(SETTLED) + 2
    assert summed == {outcome: sorted(partitions) for outcome, partitions in expected.items()}
    assert len(progress) == len(summed) == 6


def test_the_failures_that_were_not_tried_again_are_read_by_themselves(filled: Store) -> None:
    """The newest first, as many as are wanted."""
    fresh = _run("fails later", ("a", "b"), ("2026-03-01",), RunStatus.FAILURE, 100)
    last = _run("fails last", ("a", "b"), ("2026-03-02",), RunStatus.FAILURE, 101)
    for run in (fresh, last):
        filled.write(Unit(effect=lambda c, _events, run=run: runs.insert(c, run)))  # type: ignore[misc]

    def read(limit: int) -> list[str]:
        return [run.run_id for run in filled.read(lambda c: backfills.read_failures(c, OF, limit))]

    assert read(50) == ["fails last", "fails later", "failed too", "failed"]
    assert read(1) == ["fails last"]

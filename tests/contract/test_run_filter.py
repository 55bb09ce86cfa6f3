"""Which runs a reader finds by what they have in common, on every database."""

from __future__ import annotations

import pytest

from headwater.records.runs.runs import Cause, Run, RunStatus
from headwater.storage.log.writer import Unit
from headwater.storage.runs import runs
from headwater.storage.runs.filter import RunFilter
from headwater.storage.store import Store

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)

SENSOR = Cause(kind="sensor", name="files", reason='it said "kind":"app"')
RUNS = [
    Run(
        run_id="plain",
        location="code",
        assets=("a",),
        status=RunStatus.QUEUED,
        cause=Cause(kind="app"),
        created_at=1_000,
    ),
    Run(
        run_id="tagged",
        location="code",
        assets=("a", "b"),
        status=RunStatus.FAILURE,
        cause=SENSOR,
        created_at=2_000,
        ended_at=2_500,
        tags={"team": "Finance", "50%_": 'a "team":"growth"'},
    ),
    Run(
        run_id="elsewhere",
        location="other",
        assets=("b",),
        status=RunStatus.SUCCESS,
        cause=SENSOR,
        created_at=3_000,
        tags={"team": "growth"},
        job_name="nightly",
        ended_at=4_000,
    ),
]


@pytest.fixture
def filled(store: Store) -> Store:
    """A store with three runs."""
    for run in RUNS:
        store.write(Unit(effect=lambda c, _events, run=run: runs.insert(c, run)))  # type: ignore[misc]
    return store


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (RunFilter(), ["elsewhere", "tagged", "plain"]),
        (RunFilter(statuses=[RunStatus.QUEUED, RunStatus.FAILURE]), ["tagged", "plain"]),
        (RunFilter(asset_key="b"), ["elsewhere", "tagged"]),
        (RunFilter(location="other"), ["elsewhere"]),
        (RunFilter(job_name="nightly"), ["elsewhere"]),
        (RunFilter(cause="sensor"), ["elsewhere", "tagged"]),
        (RunFilter(cause="app"), ["plain"]),
        (RunFilter(cause="sensor", cause_name="file"), []),
        (RunFilter(cause_name="files", asset_key="a"), ["tagged"]),
        (RunFilter(tags={"team": None}), ["elsewhere", "tagged"]),
        (RunFilter(tags={"team": "growth"}), ["elsewhere"]),
        (RunFilter(tags={"team": "finance"}), []),
        (RunFilter(tags={"team": "Finance", "50%_": None}), ["tagged"]),
        (RunFilter(tags={"tea_": None}), []),
        (RunFilter(since=2_000), ["elsewhere", "tagged"]),
        (RunFilter(since=2_000, until=3_000), ["tagged"]),
        (RunFilter(active_since=2_500), ["elsewhere", "tagged", "plain"]),
        (RunFilter(active_since=2_501, until=3_000), ["plain"]),
    ],
)
def test_runs_are_found_by_what_they_have_in_common(filled: Store, wanted: RunFilter, expected: list[str]) -> None:
    """Each condition narrows; what a text quotes is no field, and no sign stands for others."""
    assert expected == [run.run_id for run in filled.read(lambda c: runs.read_newest(c, wanted))]


def test_a_run_is_found_by_the_beginning_of_its_id(store: Store) -> None:
    """With as many digits as are typed, also where other ids stand right beside it."""
    for number, run_id in enumerate(("0abc", "0abc1f", "0abd", "0ab", "f0abc")):
        store.write(Unit(effect=lambda c, _events, n=number, i=run_id: runs.insert(c, _run(i, n))))  # type: ignore[misc]

    def found(digits: str) -> list[str]:
        return [each.run_id for each in store.read(lambda c: runs.read_newest(c, RunFilter(id_starts=digits)))]

    assert ["0abc1f", "0abc"] == found("0abc")
    assert ["0ab", "0abd", "0abc1f", "0abc"] == found("0ab")
    assert [] == found("0abe")


def _run(run_id: str, created_at: int) -> Run:
    return Run(
        run_id=run_id,
        location="code",
        assets=("a",),
        status=RunStatus.QUEUED,
        cause=Cause(kind="app"),
        created_at=created_at,
    )

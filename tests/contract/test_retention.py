"""Retention on every database: the log gets shorter, and nothing that is asked of the store changes by it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from builders import made
from histories import CORRECTIONS, EVENTS, ME, correct, insert_run, made_from
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Connection

from headwater.daemon.retention import RetentionChore
from headwater.definitions.metadata.retention import RETENTION, Keep, Sort
from headwater.definitions.snapshot import AssetSnapshot, DefinitionsSnapshot, WireValue
from headwater.execution.logs.places import RunLogs
from headwater.records.catalog.locations import Location, LocationStatus
from headwater.records.log.events import DefinitionsChanged, EventKind, Materialization, NewEvent, StepEvent
from headwater.records.log.retention import RetentionRules
from headwater.records.runs.runs import Cause, Run, RunStatus
from headwater.server.resources import history
from headwater.storage.catalog import definitions as catalog
from headwater.storage.catalog.graph_reader import GraphReader, read_graph_as_of
from headwater.storage.log import corrections, event_log, folds, partition_sets, states
from headwater.storage.log.writer import Unit
from headwater.storage.runs import run_keys, runs
from headwater.storage.schema import event_days, latest, snapshots
from headwater.storage.store import Store
from headwater.storage.upkeep import retention
from headwater.testing.clock import ManualClock

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
DAY_SECONDS = 86_400
HARSH = RetentionRules(keep={sort: Keep(days=1, count=1) for sort in Sort if sort is not Sort.RUN_KEY})


class JumpingClock(ManualClock):
    """Whoever sleeps on it goes on at once."""

    async def sleep(self, seconds: float) -> None:
        """Move on."""
        self.advance(seconds)
        await asyncio.sleep(0)


@pytest.fixture
def clock() -> JumpingClock:
    """A clock that nobody waits for."""
    return JumpingClock()


@pytest.fixture
def timed(database_url: Any, clock: JumpingClock) -> Any:
    """A store with that clock."""
    store = Store(database_url, clock=clock)
    yield store
    store.close()


def drop(store: Store, rules: RetentionRules, logs: Path = Path("/nonexistent")) -> int:
    """Carry out one whole pass under some rules."""
    store.write(Unit(effect=lambda connection, _events: retention.save_rules(connection, rules)))
    return asyncio.run(RetentionChore(store, RunLogs(logs)).carry_out())


def asked(connection: Connection) -> Any:
    """What people ask of the store."""
    keys = sorted(connection.execute(sa.select(latest.c.asset_key).distinct()).scalars())
    return (
        states.read_assets(connection),
        sorted(states.read_all_partitions(connection), key=repr),
        sorted(states.read_checks(connection), key=repr),
        {key: partition_sets.read(connection, key) for key in keys},
        sorted(tuple(row) for row in connection.execute(sa.select(event_days))),
    )


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.one_of(st.lists(EVENTS, min_size=1, max_size=5), CORRECTIONS, st.none()), max_size=7))
def test_nothing_that_is_asked_changes(timed: Store, clock: JumpingClock, steps: list[Any]) -> None:
    """Whatever was appended, corrected and dropped before, a pass leaves every state and count as it was.

    The folds stay what the log and the dropped parts make of them: what was withdrawn or wiped does not come back.
    """
    insert_run(timed)
    for step in steps:
        if step is None:
            clock.advance(3 * DAY_SECONDS)
            before = timed.read(asked)
            drop(timed, HARSH)
            assert before == timed.read(asked)
        elif isinstance(step, tuple):
            correct(timed, *step)
        else:
            timed.write(Unit(events=step))
        assert [] == timed.read(folds.check)


def test_the_newest_stay_and_the_rest_is_kept_as_numbers(timed: Store, clock: JumpingClock) -> None:
    """By number and by age; the plot of what was dropped goes on day by day, and counts are as before."""

    def sized(rows: int) -> NewEvent:
        payload = Materialization(metadata={"rows": WireValue("int", rows)})
        return NewEvent(kind=EventKind.MATERIALIZATION, payload=payload, asset_key="a")

    for rows in range(1, 7):
        timed.write(Unit(events=[sized(rows), sized(10 * rows)]))
        clock.advance(DAY_SECONDS)

    assert 9 == drop(timed, RetentionRules(keep={Sort.MATERIALIZATION: Keep(count=3)}))

    kept = timed.read(lambda c: event_log.read_after(c, 0, 99))
    assert [10, 11, 12] == [event.seq for event in kept]
    assert 12 == timed.read(states.read_assets)[("a", EventKind.MATERIALIZATION)].count
    [series] = timed.read(lambda c: history.numeric_series(c, "a")).items
    assert [5.5, 11.0, 16.5, 22.0, 5.0, 50.0, 6.0, 60.0] == [point.value for point in series.points]
    assert 2 == drop(timed, RetentionRules(keep={Sort.MATERIALIZATION: Keep(days=0.01)}))


def test_an_asset_may_have_a_rule_of_its_own(timed: Store, clock: JumpingClock) -> None:
    """It goes before the one for all; so does one that keeps everything."""
    timed.write(Unit(events=[made(key) for key in ("a", "b") for _ in range(5)]))
    clock.advance(DAY_SECONDS)
    own = RetentionRules(keep={Sort.MATERIALIZATION: Keep(count=2)}, assets={"b": {Sort.MATERIALIZATION: Keep()}})

    assert 3 == drop(timed, own)

    kept = timed.read(lambda c: event_log.read_after(c, 0, 99))
    assert ["a", "a", "b", "b", "b", "b", "b"] == [event.asset_key for event in kept]


def test_what_the_last_hour_brought_stays(timed: Store) -> None:
    """Whoever follows the log reads it whole, however short the rules are."""
    timed.write(Unit(events=[made("a") for _ in range(5)]))

    assert 0 == drop(timed, RetentionRules(keep={Sort.MATERIALIZATION: Keep(days=0.0001, count=1)}))


def test_versions_from_which_kept_ones_were_made_stay(timed: Store, clock: JumpingClock) -> None:
    """A chain of versions is kept as long as its end is; other versions of its assets are not."""
    timed.write(Unit(events=[made("raw"), made("raw"), made_from("mid", 1), made_from("mid", 2), made_from("end", 3)]))
    timed.write(Unit(events=[made("raw"), made_from("mid", 6)]))
    clock.advance(3 * DAY_SECONDS)

    drop(timed, HARSH)
    drop(timed, HARSH)

    assert [1, 3, 5, 6, 7] == [event.seq for event in timed.read(lambda c: event_log.read_after(c, 0, 99))]


def test_runs_that_ended_long_ago_are_forgotten_with_their_logs(
    timed: Store, clock: JumpingClock, tmp_path: Path
) -> None:
    """One that goes on stays, with its logs; keys of runs stay, so that none is requested twice."""
    ended, under_way = (
        Run(
            run_id=name,
            location="code",
            assets=("a",),
            status=status,
            cause=Cause(kind="api"),
            created_at=clock.now(),
            ended_at=clock.now() if status is RunStatus.SUCCESS else None,
        )
        for name, status in (("ended", RunStatus.SUCCESS), ("open", RunStatus.STARTED))
    )
    for run in (ended, under_way):
        timed.write(Unit(effect=lambda connection, _events, run=run: runs.insert(connection, run)))  # type: ignore[misc]
        (tmp_path / run.run_id).mkdir()
        (tmp_path / run.run_id / "log.ndjson").touch()
    timed.write(Unit(effect=lambda connection, _events: run_keys.claim(connection, "s", "k", "ended", clock.now())))
    clock.advance(3 * DAY_SECONDS)

    drop(timed, HARSH, tmp_path)

    assert ["open"] == [run.run_id for run in timed.read(lambda c: runs.read_newest(c))]
    assert ["open"] == [path.name for path in tmp_path.iterdir() if path.is_dir()]
    assert not timed.write(
        Unit(effect=lambda connection, _events: run_keys.claim(connection, "s", "k", "new", clock.now()))
    )


def test_run_keys_that_nobody_asks_for_are_forgotten(timed: Store, clock: JumpingClock) -> None:
    """One that a sensor names again stays, whenever it was claimed; that it was used is noted once a day."""

    def keep(connection: Connection, _events: object) -> None:
        for key in ("old", "named again"):
            run_keys.claim(connection, "s", key, "r", clock.now())

    def name_again(connection: Connection, _events: object) -> list[str]:
        used = run_keys.find_used(connection, "s", ["named again", "new"])
        noted = run_keys.are_to_be_noted(used, clock.now())
        run_keys.note_used(connection, "s", noted, clock.now())
        return noted

    timed.write(Unit(effect=keep))
    clock.advance(DAY_SECONDS / 2)
    assert [] == timed.write(Unit(effect=name_again))
    clock.advance(DAY_SECONDS)
    assert ["named again"] == timed.write(Unit(effect=name_again))
    clock.advance(DAY_SECONDS)
    drop(timed, RetentionRules(keep={Sort.RUN_KEY: Keep(days=2)}))

    assert ["named again"] == list(timed.read(lambda c: run_keys.find_used(c, "s", ["old", "named again"])))


def test_corrections_stay_as_long_as_what_they_correct(timed: Store, clock: JumpingClock) -> None:
    """When the last event that one is about is dropped, it may go too; nothing that was wiped comes back by that."""
    step = StepEvent(step="both", assets=("b", "c"))
    failed = NewEvent(kind=EventKind.STEP_FAILED, payload=step, run_id="r")
    timed.write(Unit(events=[made("a"), made("a"), made("b"), failed]))
    for plan in (
        lambda c: corrections.withdraw(c, 1, reason=None, reporter=ME),
        lambda c: corrections.wipe(c, "b", reason=None, reporter=ME),
        lambda c: corrections.rename(c, "a", "d", merge=False, reason=None, reporter=ME),
    ):
        timed.write(timed.read(plan))
    clock.advance(3 * DAY_SECONDS)
    before = timed.read(asked)
    left = []
    for _ in range(2):
        drop(timed, HARSH)
        left.append([event.kind.value for event in timed.read(lambda c: event_log.read_after(c, 0, 99))])
        assert before == timed.read(asked)
        assert [] == timed.read(folds.check)

    # The failed step is the newest of asset c, so it stays, and with it the wipe of asset b, which it names too.
    assert ["materialization", "step_failed", "asset_wiped"] == left[-1]
    assert {"a": "d"} == timed.read(corrections.read_aliases)


def test_old_definitions_are_forgotten_but_for_those_in_force(timed: Store, clock: JumpingClock) -> None:
    """Every moment of the kept time can be shown; a snapshot goes with the last change that speaks of it."""
    for number in range(6):
        _come_into_force(timed, clock, f"asset {number}")
        clock.advance(DAY_SECONDS)
    started = clock.now() - 3 * DAY_SECONDS * 1_000_000

    drop(timed, RetentionRules(keep={Sort.DEFINITION: Keep(days=2.5)}))

    shown = timed.read(lambda c: read_graph_as_of(c, started))
    assert ["asset 3"] == [node.key for node in shown.nodes]
    assert 3 == timed.read(lambda c: c.execute(sa.select(sa.func.count()).select_from(snapshots)).scalar_one())
    assert [] == timed.read(folds.check)

    drop(timed, RetentionRules(keep={Sort.DEFINITION: Keep(count=1)}))

    assert ["asset 5"] == [node.key for node in timed.read(GraphReader().read).nodes]
    assert 1 == len(timed.read(catalog.read_history))
    assert [] == timed.read(folds.check)


def test_a_definition_may_have_a_rule_for_its_asset(timed: Store, clock: JumpingClock) -> None:
    """It holds where nobody has set another one for the asset, and goes before what holds for all."""
    rule = {RETENTION: WireValue("json", {"materialization": {"count": 2}})}
    _come_into_force(timed, clock, "a", "b", metadata=rule)
    timed.write(Unit(events=[made(key) for key in ("a", "b", "c") for _ in range(4)]))
    clock.advance(DAY_SECONDS)

    assert 2 == drop(timed, RetentionRules(assets={"b": {Sort.MATERIALIZATION: Keep()}}))

    kept = [event.asset_key for event in timed.read(lambda c: event_log.read_after(c, 1, 99))]
    assert ["a"] * 2 + ["b"] * 4 + ["c"] * 4 == kept


def _come_into_force(store: Store, clock: ManualClock, *keys: str, metadata: Any = None) -> None:
    """Serve other definitions from now on."""
    assets = tuple(AssetSnapshot(key=key, kind="external", metadata=metadata or {}) for key in keys)

    def keep(connection: Connection) -> None:
        name = catalog.save_snapshot(connection, DefinitionsSnapshot(assets=assets), clock.now())
        names.append(name)
        location = Location(name="code", status=LocationStatus.LOADED, snapshot=name, loaded_at=clock.now())
        catalog.save_location(connection, location)

    names: list[str] = []
    store.write(Unit(effect=lambda connection, _events: keep(connection)))
    payload = DefinitionsChanged(location="code", snapshot=names[0], assets=len(keys))
    store.write(Unit(events=[NewEvent(kind=EventKind.DEFINITIONS_CHANGED, payload=payload)]))


def test_the_disk_gets_its_room_back(timed: Store, clock: JumpingClock) -> None:
    """A SQLite file is shorter afterwards, and on both databases there is room for as much again."""
    payload = Materialization(description="x" * 2_000)
    big = NewEvent(kind=EventKind.MATERIALIZATION, payload=payload, asset_key="a")
    for _ in range(4):
        timed.write(Unit(events=[big] * 1_000))
    clock.advance(DAY_SECONDS)
    before = timed.read(_pages)

    drop(timed, RetentionRules(keep={Sort.MATERIALIZATION: Keep(count=10)}))

    if timed.sqlite_file is not None:
        assert timed.read(_pages) < before * 0.7
    for _ in range(4):
        timed.write(Unit(events=[big] * 1_000))
    assert timed.read(_pages) < before * 1.1


def _pages(connection: Connection) -> int:
    if connection.dialect.name == "sqlite":
        size: int = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        return size
    used: int = connection.exec_driver_sql("SELECT pg_relation_size('events')").scalar_one()
    return used

"""Engines share the work on PostgreSQL; one is lost, and the others go on with all of it, nothing twice."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection

from headwater.daemon.shares import LEASE_SECONDS
from headwater.records.log.events import Event, EventKind, Materialization, NewEvent, StepEvent
from headwater.storage.log.event_log import read_after
from headwater.storage.log.writer import Unit
from headwater.storage.store import Store

LIMIT = 600.0
"""Seconds that only a hang reaches."""
BACKFILL_ENDS = (EventKind.BACKFILL_COMPLETED, EventKind.BACKFILL_FAILED, EventKind.BACKFILL_CANCELED)
SENSORS = 24
"""So many that chance gives each of two engines some: which is whose goes by their names, which are random."""
PROJECT = f"""
import os
import headwater as hw

def counting(number):
    @hw.sensor(name=f"count_{{number}}", minimum_interval_seconds=1)
    def count(context):
        reached = int(context.cursor or 0) + 1
        event = hw.AssetMaterialization(f"counted_{{number}}", metadata={{"number": reached, "host": os.getppid()}})
        return hw.SensorResult(asset_events=[event], cursor=str(reached))
    return count

@hw.asset
def made(): ...

@hw.asset(partitions_def=hw.StaticPartitionsDefinition([f"p{{number}}" for number in range(16)]))
def parted(): ...

@hw.asset(deps=["counted_0"], automation_condition=hw.AutomationCondition.eager())
def follows(): ...

defs = hw.Definitions(assets=[made, parted, follows], sensors=[counting(number) for number in range({SENSORS})])
"""
GUARDED = """
import os
import headwater as hw

@hw.asset(partitions_def=hw.StaticPartitionsDefinition(["p0", "p1", "p2", "p3"]), pool="narrow")
def OWN():
    os.close(os.open("INSIDE", os.O_CREAT | os.O_EXCL))  # fails where another step is inside
    os.unlink("INSIDE")

defs = hw.Definitions([OWN])
"""
pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@contextmanager
def engine(home: Path, project: Path, url: URL) -> Iterator[subprocess.Popen[bytes]]:
    """An engine process, with its output in its home."""
    home.mkdir()
    environment = {**os.environ, "HEADWATER_DATABASE_URL": url.render_as_string(hide_password=False)}
    command = [sys.executable, "-m", "headwater.cli", "engine", str(project), "--home", str(home)]
    with (home / "output").open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait()


class Log:
    """What the engines have written so far."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.events: list[Event] = []

    async def wait_for(self, condition: Callable[[], bool]) -> None:
        """Read on until something holds."""
        async with asyncio.timeout(LIMIT):
            with self._store.tail.subscribe(len(self.events)) as subscription:
                while not condition():
                    await subscription.wait()
                    self.events += await self._store.read_after(subscription.position, 1_000)
                    subscription.position = len(self.events)

    def counts(self, after: int = 0) -> dict[str, list[tuple[int, int]]]:
        """For each counted asset, number and host of each event beyond a place in the log."""
        found = defaultdict(list)
        for event in self.events[after:]:
            if isinstance(event.payload, Materialization) and (event.asset_key or "").startswith("counted"):
                told = event.payload.metadata
                found[event.asset_key or ""].append((told["number"].value, told["host"].value))
        return found

    def hosts(self, after: int = 0) -> set[int]:
        """The hosts whose sensors reported something."""
        return {host for counts in self.counts(after).values() for _, host in counts}

    def longest_silence(self) -> float:
        """The longest time in seconds between two reports of one sensor."""
        moments = defaultdict(list)
        for event in self.events:
            if (event.asset_key or "").startswith("counted"):
                moments[event.asset_key].append(event.recorded_at)
        return max(b - a for each in moments.values() for a, b in pairwise(each)) / 1e6


@pytest.fixture
async def log(store: Store) -> AsyncIterator[Log]:
    """The log, followed as it grows."""
    watching = asyncio.create_task(store.tail.watch())
    yield Log(store)
    watching.cancel()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The definitions that every engine loads."""
    path = tmp_path / "project.py"
    path.write_text(PROJECT)
    return path


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "hangs"])
async def test_a_lost_engine_is_taken_over(
    how: signal.Signals, log: Log, tmp_path: Path, project: Path, database_url: URL
) -> None:
    """Its sensors go on elsewhere soon after its lease, and no tick is repeated or lost, even as it comes back."""
    with engine(tmp_path / "a", project, database_url) as first, engine(tmp_path / "b", project, database_url):
        await log.wait_for(lambda: len(log.hosts(max(0, len(log.events) - 60))) == 2)
        first.send_signal(how)
        lost_at = len(log.events)
        await log.wait_for(
            lambda: (
                len(log.counts(lost_at)) == SENSORS and min(map(len, log.counts(lost_at + 60).values()), default=0) >= 3
            )
        )
        await log.wait_for(lambda: len(log.hosts(len(log.events) - 30)) == 1)
        silence = log.longest_silence()
        first.send_signal(signal.SIGCONT)
        reached = len(log.events)
        await log.wait_for(lambda: len(log.events) > reached + 100)

    # Ten seconds where a machine is free; a busy one takes longer for everything.
    assert silence < 15 * LEASE_SECONDS
    for counts in log.counts().values():
        assert list(range(1, len(counts) + 1)) == [number for number, _ in counts]


async def test_a_writer_that_hangs_in_a_transaction_holds_nobody_up(store: Store, database_url: URL) -> None:
    """Another engine's report is kept although the first has locked the log; the first's follows, once."""
    has_locked, goes_on = threading.Event(), threading.Event()

    def hang(connection: Connection, _events: Sequence[Event]) -> None:
        has_locked.set()
        assert goes_on.wait(LIMIT)
        connection.execute(sa.select(1))

    first, second = materialized("first"), materialized("second")
    hung = asyncio.create_task(store.write_async(Unit(events=[first], effect=hang)))
    assert await asyncio.to_thread(has_locked.wait, LIMIT)
    other = Store(database_url)
    try:
        async with asyncio.timeout(LIMIT):
            await other.write_async(Unit(events=[second]))
        goes_on.set()
        await hung
        kept = [event.asset_key for event in other.read(all_events)]
    finally:
        goes_on.set()
        other.close()

    assert ["second", "first"] == kept


async def test_a_writer_that_hangs_in_the_middle_of_a_message_holds_nobody_up(store: Store, database_url: URL) -> None:
    """The database awaits its rest without end, with the log locked; whoever watches the log ends it."""
    import psycopg

    address = database_url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as hanging:
        hanging.pgconn.enter_pipeline_mode()
        hanging.pgconn.send_query_params(b"SELECT seq FROM log_head WHERE id = 1 FOR UPDATE", None)
        # The answer is asked for, and shows that the lock is held; that this was all is never said.
        hanging.pgconn.send_flush_request()
        assert 0 == hanging.pgconn.flush()
        assert hanging.pgconn.get_result() is not None
        watching = asyncio.create_task(store.tail.watch())
        async with asyncio.timeout(LIMIT):
            await store.write_async(Unit(events=[materialized("other")]))
        watching.cancel()
        hanging.pgconn.finish()

    assert ["other"] == [event.asset_key for event in store.read(all_events)]


async def test_a_connection_that_was_ended_is_opened_again(store: Store, database_url: URL) -> None:
    """What was ended while nobody wrote has kept nothing half, so the next report simply goes by another one."""
    store.write(Unit(events=[materialized("before")]))
    admin = sa.create_engine(database_url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        # It waits for the end, so that the store's own process has been told.
        ended = "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        assert connection.execute(sa.text(f"{ended} AND datname = current_database()")).all()
    admin.dispose()

    unit: Unit[list[Event]] = Unit(events=[materialized("after")])
    [event] = store.write(unit)

    assert (2, ["before", "after"]) == (event.seq, [each.asset_key for each in store.read(all_events)])


def all_events(connection: Connection) -> list[Event]:
    """Every event of a short log."""
    return read_after(connection, 0, 10)


def materialized(key: str) -> NewEvent:
    """A report of an asset."""
    return NewEvent(kind=EventKind.MATERIALIZATION, payload=Materialization(), asset_key=key)


async def test_a_run_is_begun_by_one_engine_alone(log: Log, tmp_path: Path, project: Path, database_url: URL) -> None:
    """Both engines want each run that an eager asset gets; each begins once, and ends well."""
    with engine(tmp_path / "a", project, database_url), engine(tmp_path / "b", project, database_url):
        await log.wait_for(lambda: len(ended(log.events)) >= 10)

    begun = [event.run_id for event in log.events if event.kind is EventKind.RUN_STARTED]
    assert len(begun) == len(set(begun))
    assert set() == {event.kind for event in ended(log.events)} - {EventKind.RUN_SUCCEEDED}


async def test_a_backfill_outlasts_an_engine(log: Log, tmp_path: Path, project: Path, database_url: URL) -> None:
    """While it is under way one of two engines is lost; each partition is made all the same, by one run."""
    with engine(tmp_path / "a", project, database_url) as first, engine(tmp_path / "b", project, database_url):
        await log.wait_for(lambda: len(log.hosts()) == 2)
        await asyncio.to_thread(command, database_url, tmp_path / "a", "backfill", "create", "parted", "--all")
        await log.wait_for(lambda: len(parted(log.events)) >= 5)
        first.kill()
        first.wait()
        await log.wait_for(lambda: any(event.kind in BACKFILL_ENDS for event in log.events))

    (end,) = [event.kind for event in log.events if event.kind in BACKFILL_ENDS]
    assert EventKind.BACKFILL_COMPLETED == end
    # A run that was cut off between what it made and its end is begun anew, and makes it again: by the same run.
    assert {f"p{number}": 1 for number in range(16)} == Counter(partition for partition, _ in set(parted(log.events)))
    asked = [event for event in log.events if event.kind is EventKind.RUN_REQUESTED and event.partition]
    assert 16 == len(asked)


async def test_engines_share_the_places_of_a_pool(log: Log, tmp_path: Path, database_url: URL) -> None:
    """The steps of two engines, each with code of its own, go into one place one after another; all get there."""
    for name in ("ours", "theirs"):
        code = GUARDED.replace("OWN", name).replace("INSIDE", str(tmp_path / "inside"))
        (tmp_path / f"{name}.py").write_text(code)
    first = engine(tmp_path / "a", tmp_path / "ours.py", database_url)
    with first, engine(tmp_path / "b", tmp_path / "theirs.py", database_url):
        await log.wait_for(lambda: [each.kind for each in log.events].count(EventKind.DEFINITIONS_CHANGED) == 2)
        await asyncio.to_thread(command, database_url, tmp_path / "a", "limits", "set", "pool", "narrow", "1")
        await asyncio.to_thread(command, database_url, tmp_path / "a", "backfill", "create", "ours", "theirs", "--all")
        await log.wait_for(lambda: any(event.kind in BACKFILL_ENDS for event in log.events))

    steps = [(event.kind, event.payload.step) for event in log.events if isinstance(event.payload, StepEvent)]
    assert [EventKind.STEP_STARTED, EventKind.STEP_SUCCEEDED] * 8 == [kind for kind, _ in steps]
    assert {"ours": 8, "theirs": 8} == Counter(step for _, step in steps)


def command(url: URL, home: Path, *words: str) -> None:
    """Ask for something, as a person does."""
    environment = {**os.environ, "HEADWATER_DATABASE_URL": url.render_as_string(hide_password=False)}
    whole = [sys.executable, "-m", "headwater.cli", *words, "--home", str(home)]
    subprocess.run(whole, env=environment, check=True, capture_output=True)


def parted(events: list[Event]) -> list[tuple[str, str | None]]:
    """The partitions that were made, as often as they were, and by which run."""
    return [
        (event.partition, event.run_id)
        for event in events
        if isinstance(event.payload, Materialization) and event.partition
    ]


def ended(events: list[Event]) -> list[Event]:
    """The ends of runs."""
    return [
        event
        for event in events
        if event.kind in (EventKind.RUN_SUCCEEDED, EventKind.RUN_FAILED, EventKind.RUN_CANCELED)
    ]

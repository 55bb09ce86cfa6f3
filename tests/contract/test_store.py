"""What every database must hold of the log, its folds and the rows beside them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from functools import partial

import pytest
from builders import checked, made, run_event
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from servers import LIMIT
from sqlalchemy.engine import Connection

from headwater.definitions.snapshot import WireValue
from headwater.errors import ConflictError, InvalidTransitionError, StoreError
from headwater.records.automation.tick_settings import TickSettings
from headwater.records.automation.ticks import EndedTick, SensorState, TickDetail, TickStatus
from headwater.records.log.events import Event, EventKind, Materialization, NewEvent
from headwater.records.runs.runs import Cause, Run, RunStatus
from headwater.storage.automation import sensors
from headwater.storage.log import event_log, states
from headwater.storage.log.event_log import EventFilter
from headwater.storage.log.writer import Unit
from headwater.storage.runs import run_keys, runs
from headwater.storage.store import Store
from headwater.storage.upkeep.tick_retention import forget_old, forget_surplus

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


def a_run(run_id: str, **fields: object) -> Run:
    """A queued run."""
    defaults: dict[str, object] = {
        "location": "code",
        "assets": ("a",),
        "status": RunStatus.QUEUED,
        "cause": Cause(kind="api"),
        "created_at": 1,
    }
    return Run(run_id=run_id, **{**defaults, **fields})  # type: ignore[arg-type]


def insert(store: Store, run: Run) -> None:
    """Keep a run."""
    store.write(Unit(effect=lambda connection, _events: runs.insert(connection, run)))


def test_the_log_counts_without_gaps(store: Store) -> None:
    """Events get the next numbers in the order in which they were committed."""
    store.write(Unit(events=[made("a"), made("b")]))
    store.write(Unit(events=[made("c")]))

    found = store.read(lambda c: event_log.read_after(c, 0, 10))

    assert [(1, "a"), (2, "b"), (3, "c")] == [(event.seq, event.asset_key) for event in found]


@pytest.mark.parametrize("count", [1, 3, 128, 301])
def test_any_number_of_events_is_one_append(store: Store, count: int) -> None:
    """However many events a unit has, each is kept with its own columns, and folded."""
    store.write(Unit(events=[made(f"a{n}", partition=f"p{n}", timestamp=n) for n in range(count)]))

    found = store.read(lambda c: event_log.read_after(c, 0, 1_000))
    folded = store.read(states.read_all_partitions)

    assert [(n + 1, f"a{n}", f"p{n}", n) for n in range(count)] == [
        (event.seq, event.asset_key, event.partition, event.timestamp) for event in found
    ]
    assert {(f"a{n}", f"p{n}", n) for n in range(count)} == {(s.asset_key, s.partition, s.timestamp) for s in folded}


def test_a_reader_never_skips_while_many_write(open_store: Callable[[], Store]) -> None:
    """Whoever has seen `n` never finds a smaller number later, with writers in several stores on one database."""
    writers, each = [open_store() for _ in range(3)], 20
    reader = open_store()
    seen: list[int] = []
    # The reader looks once a commit at most: one that spun would keep the interpreter from those who hold the lock.
    committed = threading.Semaphore(0)

    def write(store: Store) -> None:
        for _ in range(each):
            store.write(Unit(events=[made("a")]))
            committed.release()

    threads = [threading.Thread(target=write, args=(store,)) for store in writers for _ in range(2)]
    for thread in threads:
        thread.start()
    expected = each * len(threads)
    for _ in range(expected):
        committed.acquire()
        position = seen[-1] if seen else 0
        found = reader.read(partial(event_log.read_after, seq=position, limit=1_000))
        seen += [event.seq for event in found]
    for thread in threads:
        thread.join()

    assert list(range(1, expected + 1)) == seen


def test_a_unit_that_fails_leaves_nothing_and_harms_nobody(store: Store) -> None:
    """Of units that are written together, only the one that raises is undone."""

    def fail(_connection: Connection, _events: object) -> None:
        raise StoreError("as told")

    async def write_together() -> list[object]:
        units = [Unit(events=[made("a")]), Unit(events=[made("b")], effect=fail), Unit(events=[made("c")])]
        return list(await asyncio.gather(*(store.write_async(unit) for unit in units), return_exceptions=True))

    outcomes = asyncio.run(write_together())

    assert [False, True, False] == [isinstance(outcome, StoreError) for outcome in outcomes]
    assert ["a", "c"] == [event.asset_key for event in store.read(lambda c: event_log.read_after(c, 0, 10))]


def test_a_guard_refuses_before_anything_is_written(store: Store) -> None:
    """A unit whose guard raises appends no event."""

    def refuse(_connection: Connection) -> None:
        raise ConflictError("as told")

    with pytest.raises(ConflictError, match="as told"):
        store.write(Unit(events=[made("a")], guard=refuse))

    assert 0 == store.read(event_log.head)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_order_of_arrival_ends_in_the_same_state(store: Store, data: st.DataObject) -> None:
    """The latest state goes by when things happened, whatever the order in which they were told."""
    moments = data.draw(st.lists(st.integers(1, 1_000), min_size=1, max_size=8, unique=True))
    order = data.draw(st.permutations(moments))
    key = f"asset {store.read(event_log.head)}"

    for moment in order:
        store.write(
            Unit(events=[made(key, timestamp=moment), checked(key, "c", passed=moment % 2 == 0, timestamp=moment)])
        )

    latest = store.read(lambda c: states.read_assets(c, key))[(key, EventKind.MATERIALIZATION)]
    check = store.read(lambda c: states.read_checks(c, key))[0]
    assert (max(moments), len(moments)) == (latest.timestamp, latest.count)
    assert (max(moments), max(moments) % 2 == 0) == (check.timestamp, check.passed)


def test_news_of_an_older_version_is_kept_beside_the_newest(store: Store) -> None:
    """The newest version stays the newest, and the later news of an older one is known too."""
    store.write(Unit(events=[made("a", timestamp=9), made("b", timestamp=9)]))
    store.write(Unit(events=[made("a", timestamp=5, via="sensor"), made("b", timestamp=5)]))
    store.write(Unit(events=[made("a", timestamp=4)]))

    latest = store.read(states.read_assets)

    found = [latest[(key, EventKind.MATERIALIZATION)] for key in ("a", "b")]
    assert [(1, 3), (2, 2)] == [(state.seq, state.updated_seq) for state in found]


def test_partitions_are_kept_beside_the_whole(store: Store) -> None:
    """A partition's event counts for the partition and for the asset."""
    store.write(Unit(events=[made("a", partition="x"), made("a", partition="y"), made("a", partition="x")]))

    whole = store.read(lambda c: states.read_assets(c, "a"))[("a", EventKind.MATERIALIZATION)]
    parts = store.read(lambda c: states.read_partitions(c, "a"))

    assert (3, 3, "x") == (whole.count, whole.seq, whole.event_partition)
    assert {"x": 2, "y": 1} == {partition: state.count for (partition, _), state in parts.items()}


def test_history_is_paged_newest_first(store: Store) -> None:
    """Pages by (`timestamp`, `seq`) neither repeat nor lose an event."""
    store.write(Unit(events=[made("a", timestamp=moment) for moment in (5, 3, 5, 1)]))
    wanted = EventFilter(asset_key="a")

    first = store.read(lambda c: event_log.read_newest(c, wanted, limit=2))
    last = first[-1]
    rest = store.read(lambda c: event_log.read_newest(c, wanted, before=(last.timestamp, last.seq), limit=5))

    assert [3, 1, 2, 4] == [event.seq for event in (*first, *rest)]


def test_a_tick_from_an_old_state_is_refused(store: Store) -> None:
    """Of two ticks that began from one cursor, only one is kept, with its events."""

    def tick(cursor: str) -> Unit[list[SensorState]]:
        state = SensorState(sensor="s")

        def keep(connection: Connection, _events: object) -> list[SensorState]:
            sensors.insert_ticks(connection, [ended(TickStatus.SUCCESS, 1)])
            return sensors.save_states(connection, [SensorState(sensor="s", cursor=cursor)])

        return Unit(events=[made(cursor)], guard=lambda c: sensors.check_versions(c, [state]), effect=keep)

    store.write(tick("first"))
    with pytest.raises(ConflictError, match="moved on"):
        store.write(tick("second"))

    assert "first" == store.read(lambda c: sensors.read_state(c, "s")).cursor
    assert ["first"] == [event.asset_key for event in store.read(lambda c: event_log.read_after(c, 0, 10))]


def ended(status: TickStatus, moment: int) -> EndedTick:
    """A tick of sensor s that did nothing to speak of."""
    return EndedTick(sensor="s", status=status, started_at=moment, ended_at=moment, detail=TickDetail())


def test_ticks_do_not_pile_up(store: Store) -> None:
    """Of the ticks that had nothing to do only the newest stay, and of the others more of them."""
    retention = TickSettings(most_skipped=3, most_others=5)

    def keep(connection: Connection, _events: object) -> None:
        ticks = [ended(TickStatus.SKIPPED if moment % 2 else TickStatus.SUCCESS, moment) for moment in range(20)]
        sensors.insert_ticks(connection, ticks)
        forget_surplus(connection, "s", retention)

    store.write(Unit(effect=keep))

    kept = store.read(lambda c: sensors.read_ticks(c, "s", limit=1_000))
    assert [19, 18, 17, 16, 15, 14, 12, 10] == [tick.started_at for tick in kept]


def test_old_ticks_are_forgotten(store: Store) -> None:
    """Skipped ticks are kept for a week, the others for a month."""
    day = 86_400_000_000

    def keep(connection: Connection, _events: object) -> int:
        sensors.insert_ticks(
            connection,
            [
                ended(status, age * day)
                for age in (0, 20, 25, 32)
                for status in (TickStatus.SKIPPED, TickStatus.FAILURE)
            ],
        )
        return forget_old(connection, 33 * day, TickSettings())

    assert 4 == store.write(Unit(effect=keep))
    kept = store.read(lambda c: sensors.read_ticks(c, "s", limit=1_000))
    assert [(32, "failure"), (32, "skipped"), (25, "failure"), (20, "failure")] == [
        (tick.started_at // day, tick.status.value) for tick in kept
    ]


def test_a_run_key_starts_one_run(store: Store) -> None:
    """The second claim of a key by the same sensor fails; another sensor's does not."""
    claims = [("s", "k", "r1"), ("s", "k", "r2"), ("t", "k", "r3")]

    won = [
        store.write(Unit(effect=lambda c, _events, claim=claim: run_keys.claim(c, *claim, now=1)))  # type: ignore[misc]
        for claim in claims
    ]

    assert [True, False, True] == won


def test_a_run_is_claimed_once(store: Store) -> None:
    """A run that was started can't be started again, and the attempt leaves no event."""
    insert(store, a_run("r"))

    def start(connection: Connection, _events: object) -> Run:
        return runs.move(connection, "r", EventKind.RUN_STARTED, 5, owner="me", lease_until=9)

    unit = Unit(events=[run_event(EventKind.RUN_STARTED, "r", "a")], effect=start)
    assert RunStatus.STARTED == store.write(unit).status
    with pytest.raises(InvalidTransitionError, match="r is started"):
        store.write(unit)

    assert 1 == store.read(event_log.head)


def test_a_run_of_another_owner_is_left_alone(store: Store) -> None:
    """Whoever has lost a run to another engine can't end it."""
    insert(store, a_run("r", status=RunStatus.STARTED, owner="other"))

    def end(connection: Connection, _events: object) -> Run:
        return runs.move(connection, "r", EventKind.RUN_SUCCEEDED, 5, expected_owner="me")

    with pytest.raises(ConflictError, match="belongs to other"):
        store.write(Unit(effect=end))


def test_queued_runs_come_in_order_and_without_an_owner(store: Store) -> None:
    """The queue gives the oldest first, of the asked locations, and none that somebody holds already."""
    insert(store, a_run("late", created_at=3))
    insert(store, a_run("early", created_at=2))
    insert(store, a_run("held", owner="cli"))
    insert(store, a_run("elsewhere", location="other"))

    assert ["early", "late"] == [run.run_id for run in store.read(lambda c: runs.read_queued(c, ["code"], 10))]


def test_a_commit_wakes_who_follows(store: Store) -> None:
    """A subscriber hears of a commit of its own process without a poll."""

    async def follow() -> int:
        with store.tail.subscribe(0) as subscription:
            waiting = asyncio.create_task(subscription.wait())
            await store.write_async(Unit(events=[made("a")]))
            return await asyncio.wait_for(waiting, LIMIT)

    assert 1 == asyncio.run(follow())


def test_another_process_is_heard_of(open_store: Callable[[], Store]) -> None:
    """A subscriber hears of what another store on the same database committed."""
    mine, other = open_store(), open_store()

    async def follow() -> int:
        watching = asyncio.create_task(mine.tail.watch())
        with mine.tail.subscribe(0) as subscription:
            await other.write_async(Unit(events=[made("a")]))
            heard = await asyncio.wait_for(subscription.wait(), LIMIT)
        watching.cancel()
        return heard

    assert 1 == asyncio.run(follow())


def test_a_store_is_opened_again_as_it_was(open_store: Callable[[], Store]) -> None:
    """What was acknowledged is there for whoever opens the database next."""
    appended: list[Event] = open_store().write(Unit(events=[made("a", timestamp=7)]))

    assert appended == open_store().read(lambda c: event_log.read_after(c, 0, 10))


def test_other_processes_are_heard_of_without_a_look(
    open_store: Callable[[], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL a notification wakes who follows, long before the slow look behind it would."""
    monkeypatch.setattr("headwater.storage.log.tail._SLOW_LOOK_SECONDS", 3_600.0)
    mine, other = open_store(), open_store()

    async def follow() -> int:
        watching = asyncio.create_task(mine.tail.watch())
        with mine.tail.subscribe(0) as subscription:
            await other.write_async(Unit(events=[made("a")]))
            await asyncio.wait_for(subscription.wait(), LIMIT)
            subscription.position = mine.tail.head
            await other.write_async(Unit(events=[made("a")]))
            heard = await asyncio.wait_for(subscription.wait(), LIMIT)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        return heard

    assert 2 == asyncio.run(follow())


def test_commits_that_are_told_of_together_are_all_heard_of(
    open_store: Callable[[], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of others, with commits of this process between them, are not lost because they come at once."""
    monkeypatch.setattr("headwater.storage.log.tail._SLOW_LOOK_SECONDS", 3_600.0)
    mine, other = open_store(), open_store()

    async def follow() -> int:
        watching = asyncio.create_task(mine.tail.watch())
        with mine.tail.subscribe(0) as subscription:
            await other.write_async(Unit(events=[made("a")]))
            await asyncio.wait_for(subscription.wait(), LIMIT)
            # The loop stands still meanwhile, so that it finds all of them waiting.
            for store in (other, mine, other, other):
                store.write(Unit(events=[made("a")]))
            while mine.tail.head < 5:
                subscription.position = mine.tail.head
                await asyncio.wait_for(subscription.wait(), LIMIT)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        return mine.tail.head

    assert 5 == asyncio.run(follow())


def test_a_report_says_each_of_its_texts_as_it_was(store: Store) -> None:
    """Whatever a text holds that JSON, SQL or a driver could take for its own comes back unchanged."""
    texts = ["\\u0000 \\n", "'; --", "%s %% {}", '"quoted"\t\n', "null", "ẅ 🙂", ""]
    told = [
        NewEvent(
            kind=EventKind.MATERIALIZATION,
            payload=Materialization(description=text, metadata={"told": WireValue("text", text + "\0")}),
            asset_key=f"a{text}",
            data_version=text,
        )
        for text in texts
    ]
    unit: Unit[list[Event]] = Unit(events=told)
    written = store.write(unit)

    read = store.read(lambda connection: event_log.read_after(connection, 0, 10))
    kept = store.read(lambda connection: states.read_assets(connection))

    assert written == read
    assert [(new.payload, new.asset_key, new.data_version) for new in told] == [
        (event.payload, event.asset_key, event.data_version) for event in read
    ]
    assert {(f"a{text}", text) for text in texts} == {(each.asset_key, each.data_version) for each in kept.values()}

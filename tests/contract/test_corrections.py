"""Corrections on every database: the log only grows, and the state is as if the wrong events had never come."""

from __future__ import annotations

import pytest
from builders import checked, made
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headwater.errors import ConflictError, UnknownAssetError, UnknownEventError
from headwater.records.log.events import Event, EventKind, NewEvent, Reporter
from headwater.records.log.fold import Latest
from headwater.storage.log import corrections, event_log, states
from headwater.storage.log.writer import Unit
from headwater.storage.store import Store

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
ME = Reporter("cli")


def withdraw(store: Store, seq: int) -> None:
    """Withdraw an event."""
    store.write(store.read(lambda c: corrections.withdraw(c, seq, reason="wrong", reporter=ME)))


def wipe(store: Store, key: str, *partitions: str) -> None:
    """Wipe an asset or partitions."""
    store.write(store.read(lambda c: corrections.wipe(c, key, partitions, reason=None, reporter=ME)))


def rename(store: Store, key: str, to: str, *, merge: bool = False) -> None:
    """Rename or merge an asset."""
    store.write(store.read(lambda c: corrections.rename(c, key, to, merge=merge, reason=None, reporter=ME)))


def materialized(store: Store, key: str) -> Latest | None:
    """What is known of an asset's materializations."""
    return store.read(lambda c: states.read_assets(c, key)).get((key, EventKind.MATERIALIZATION))


def partitions(store: Store, key: str) -> dict[str, int]:
    """How often each partition was made."""
    found = store.read(lambda c: states.read_partitions(c, key))
    return {partition: state.count for (partition, kind), state in found.items() if kind is EventKind.MATERIALIZATION}


def test_a_withdrawn_event_counts_no_more(store: Store) -> None:
    """The one before is the latest again, and the log still has the withdrawn one."""
    store.write(Unit(events=[made("a", timestamp=5), made("a", timestamp=9), checked("a", "c", passed=True)]))

    withdraw(store, 2)
    withdraw(store, 3)

    latest = materialized(store, "a")
    assert latest is not None
    assert (1, 5, 1) == (latest.seq, latest.timestamp, latest.count)
    assert [] == store.read(lambda c: states.read_checks(c, "a"))
    assert [1, 2, 3, 4, 5] == [event.seq for event in store.read(lambda c: event_log.read_after(c, 0, 10))]


def test_an_event_is_withdrawn_once(store: Store) -> None:
    """A second time, an event that is none, and one that is no report are refused by name."""
    store.write(Unit(events=[made("a")]))
    withdraw(store, 1)

    with pytest.raises(ConflictError, match="withdrawn already, by event 2"):
        withdraw(store, 1)
    for seq in (2, 99):
        with pytest.raises(UnknownEventError, match=f"no report {seq}"):
            withdraw(store, seq)


def test_wiped_partitions_are_missing_again(store: Store) -> None:
    """Only they are forgotten; what is made after the wipe counts."""
    store.write(Unit(events=[made("a", partition="x"), made("a", partition="y"), made("a", partition="y")]))

    wipe(store, "a", "y")
    left = materialized(store, "a")
    assert left is not None
    assert ({"x": 1}, 1) == (partitions(store, "a"), left.seq)

    store.write(Unit(events=[made("a", partition="y")]))
    withdraw(store, 1)
    assert {"y": 1} == partitions(store, "a")


def test_a_wiped_asset_is_as_if_never_made(store: Store) -> None:
    """Nothing is known of it until it is reported again."""
    store.write(Unit(events=[made("a"), checked("a", "c", passed=True)]))

    wipe(store, "a")

    assert {} == store.read(lambda c: states.read_assets(c, "a"))
    with pytest.raises(UnknownAssetError, match="nothing to wipe"):
        wipe(store, "a")
    store.write(Unit(events=[made("a")]))
    again = materialized(store, "a")
    assert again is not None
    assert 1 == again.count


def test_a_renamed_asset_keeps_its_history(store: Store) -> None:
    """Its events and state are the new name's, which must be free."""
    store.write(Unit(events=[made("a", partition="x"), made("b")]))

    with pytest.raises(ConflictError, match="There is an asset 'b' already"):
        rename(store, "a", "b")
    rename(store, "a", "c")

    assert (None, {"x": 1}) == (materialized(store, "a"), partitions(store, "c"))
    assert {"a": "c"} == store.read(corrections.read_aliases)


def test_a_merged_asset_joins_the_other(store: Store) -> None:
    """The state is that of both histories together, and former names lead on."""
    store.write(Unit(events=[made("a", timestamp=9), made("b", timestamp=5)]))

    rename(store, "a", "b", merge=True)
    rename(store, "b", "c")

    latest = materialized(store, "c")
    assert latest is not None
    assert (9, 2) == (latest.timestamp, latest.count)
    assert {"a": "c", "b": "c"} == store.read(corrections.read_aliases)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_withdrawing_is_as_if_it_had_never_come(store: Store, data: st.DataObject) -> None:
    """After any withdrawals the state is that of the events that are left."""
    count = store.read(event_log.head)
    key, other = f"asset {count}", f"other {count}"
    moments = data.draw(
        st.lists(st.tuples(st.integers(1, 20), st.sampled_from([None, "x", "y"])), min_size=1, max_size=8)
    )
    gone = data.draw(st.sets(st.sampled_from(range(len(moments)))))

    def events(name: str, chosen: list[int]) -> list[NewEvent]:
        return [made(name, timestamp=moments[n][0], partition=moments[n][1]) for n in chosen]

    appended: list[Event] = store.write(Unit(events=events(key, list(range(len(moments))))))
    for place in gone:
        withdraw(store, appended[place].seq)
    store.write(Unit(events=events(other, [n for n in range(len(moments)) if n not in gone])))

    assert partitions(store, key) == partitions(store, other)
    left, expected = materialized(store, key), materialized(store, other)
    shown = [None if each is None else (each.timestamp, each.count, each.event_partition) for each in (left, expected)]
    assert shown[0] == shown[1]

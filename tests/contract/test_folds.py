"""The folds on every database: always as the log says, named where they are not, and mended from it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from builders import checked, made, step_event
from histories import CORRECTIONS, EVENTS, REPORTS, correct, external, insert_run, made_from
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Connection

from headwater.definitions.partitions import StaticPartitionsDefinition
from headwater.records.log.events import (
    DefinitionsChanged,
    Event,
    EventKind,
    NewEvent,
)
from headwater.records.log.partition_states import PartitionStatus
from headwater.storage.log import event_log, folds, partition_sets, states
from headwater.storage.log.writer import Unit
from headwater.storage.schema import (
    check_latest,
    definition_history,
    event_days,
    latest,
    partition_pages,
    partition_slots,
    version_inputs,
)
from headwater.storage.store import Store

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.one_of(st.lists(EVENTS, min_size=1, max_size=5), CORRECTIONS), max_size=6))
def test_the_folds_are_always_as_the_log_says(store: Store, steps: Sequence[Any]) -> None:
    """Whatever is appended and corrected, deriving everything again from the log changes nothing."""
    insert_run(store)
    for step in steps:
        if isinstance(step, tuple):
            correct(store, *step)
        else:
            store.write(Unit(events=step))

        assert [] == store.read(folds.check)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_order_of_arrival_ends_in_the_same_folds(store: Store, data: st.DataObject) -> None:
    """Partitions, checks, counts by day, and what is withdrawn: they stand alike in whatever order reports came."""
    events = data.draw(st.lists(REPORTS, min_size=1, max_size=7, unique_by=lambda event: event.timestamp))
    gone = data.draw(st.sets(st.sampled_from(range(len(events)))))
    shown = []
    for order in (range(len(events)), data.draw(st.permutations(range(len(events))))):
        name = f"{store.read(event_log.head)}/"
        placed: dict[int, Event] = {}
        for place in order:
            renamed = _called(events[place], name)
            [placed[place]] = store.write(Unit(events=[renamed]))
        for place in gone:
            correct(store, "withdraw", "", "", placed[place].seq, None)
        shown.append(_everything(store, name))

    assert shown[0] == shown[1]


def _called(event: NewEvent, prefix: str) -> NewEvent:
    fields = {name: getattr(event, name) for name in event.__struct_fields__}
    return NewEvent(**{**fields, "asset_key": f"{prefix}{event.asset_key}"})


def _everything(store: Store, prefix: str) -> Any:
    """All state of the assets of a prefix, without the numbers that depend on the order."""
    return {key: store.read(partial(_state_of, name=prefix + key)) for key in ("a", "b", "c")}


def _state_of(connection: Connection, name: str) -> Any:
    packed = partition_sets.read(connection, name)
    told = zip(packed.names(), packed.statuses(), strict=True)
    days = connection.execute(sa.select(event_days).where(event_days.c.asset_key == name))
    return (
        {kind: (state.timestamp, state.count) for (_, kind), state in states.read_assets(connection, name).items()},
        {slot: (state.timestamp, state.count) for slot, state in states.read_partitions(connection, name).items()},
        [(each.timestamp, each.passed) for each in states.read_checks(connection, name)],
        {partition: status for partition, status in told if status is not PartitionStatus.MISSING},
        sorted(tuple(row[1:]) for row in days if row.kind != "event_withdrawn"),
    )


@pytest.mark.parametrize(
    ("fold", "spoil"),
    [
        ("latest", sa.update(latest).values(count=99)),
        ("latest", sa.delete(latest)),
        ("check_latest", sa.update(check_latest).values(passed=False)),
        ("event_days", sa.delete(event_days).where(event_days.c.kind == "materialization")),
        ("version_inputs", sa.insert(version_inputs).values(upstream_seq=7, seq=8)),
        ("definition_history", sa.update(definition_history).values(snapshot="other")),
        ("partition_pages", sa.update(partition_pages).values(states="fm")),
        ("partition_pages", sa.delete(partition_slots).where(partition_slots.c.partition == "x")),
        ("partition_pages", sa.delete(partition_pages)),
    ],
)
def test_what_differs_is_named_and_mended(store: Store, fold: str, spoil: Any) -> None:
    """A fold that somebody spoilt is found by name, and derived again from the log."""
    store.write(Unit(events=[made("a", partition="x"), made("a", partition="y"), checked("a", "c", passed=True)]))
    changed = DefinitionsChanged(location="code", snapshot="s", assets=1)
    store.write(Unit(events=[NewEvent(kind=EventKind.DEFINITIONS_CHANGED, payload=changed), made_from("b", 1, 2)]))
    store.write(Unit(effect=lambda connection, _events: connection.execute(spoil)))

    found = store.write(Unit(effect=lambda connection, _events: folds.rebuild(connection)))

    assert [fold] == [difference.fold for difference in found]
    assert found[0].examples
    assert [] == store.read(folds.check)


def test_the_states_of_many_partitions_are_a_few_rows(store: Store) -> None:
    """Thousands of partitions fill pages; each keeps its state however they are told of and changed."""
    keys = [f"p{number}" for number in range(2_500)]
    store.write(Unit(events=[made("a", partition=key, timestamp=9) for key in keys[:1_500]]))
    store.write(Unit(events=[made("a", partition=key, timestamp=9) for key in reversed(keys)]))
    store.write(Unit(events=[step_event(EventKind.STEP_FAILED, "r", "a", partition=key) for key in keys[::7]]))
    store.write(Unit(events=[external(EventKind.EXTERNAL_STARTED, "a", key, 10) for key in keys[1:3]]))
    store.write(Unit(events=[external(EventKind.EXTERNAL_STARTED, "a", key, 8) for key in keys[3:5]]))

    packed = store.read(lambda c: partition_sets.read(c, "a"))

    defined = StaticPartitionsDefinition([*keys, "never"]).keys_at()
    found = packed.by_status([defined.number_of(key) for key in packed.names()], len(defined))
    assert list(range(0, 2_500, 7)) == list(found[PartitionStatus.FAILED])
    assert [1, 2] == list(found[PartitionStatus.IN_PROGRESS])
    assert [2_500] == list(found[PartitionStatus.MISSING])
    assert 2_500 - 358 - 2 == len(found[PartitionStatus.MATERIALIZED])
    assert [] == store.read(folds.check)

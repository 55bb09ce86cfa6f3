"""The deployment as of earlier moments, on every database."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest
from builders import checked, external, made, native

from headwater.clock import MICROSECONDS, from_seconds, to_seconds
from headwater.definitions.partitions import (
    AllPartitionMapping,
    DynamicPartitionsDefinition,
    StaticPartitionsDefinition,
)
from headwater.definitions.snapshot import AssetSnapshot, DefinitionsSnapshot
from headwater.execution.instance.store_log import StoreLog
from headwater.records.log.events import DefinitionsChanged, EventKind, Materialization, NewEvent, PartitionsChanged
from headwater.server.resources import assets, graphs, moments
from headwater.storage.catalog import definitions as catalog
from headwater.storage.catalog import dynamic_partitions
from headwater.storage.log import event_log
from headwater.storage.log.writer import Unit
from headwater.storage.store import Store
from headwater.testing.clock import ManualClock

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def clock() -> ManualClock:
    """A clock at second 1,000."""
    return ManualClock(1_000 * MICROSECONDS)


@pytest.fixture
def timed(database_url: Any, clock: ManualClock) -> Any:
    """A store whose clock stands still until it is set on."""
    store = Store(database_url, clock=clock)
    yield store
    store.close()


def serve(store: Store, location: str, *defined: AssetSnapshot) -> None:
    """Let a location serve some assets from now on; none: it is served no more."""

    def keep(connection: Any, _events: Any) -> str:
        return catalog.save_snapshot(connection, DefinitionsSnapshot(assets=defined), 0)

    name = store.write(Unit(effect=keep)) if defined else ""
    payload = DefinitionsChanged(location=location, snapshot=name, assets=len(defined))
    store.write(Unit(events=[NewEvent(kind=EventKind.DEFINITIONS_CHANGED, payload=payload)]))


def test_the_graph_as_of_a_moment_has_what_was_served_then(timed: Store, clock: ManualClock) -> None:
    """Definitions in force, lineage learnt by then, and assets that had been reported; nothing that came later."""
    serve(timed, "one", external("a"), native("b", "a"))
    clock.advance(100)
    serve(timed, "one", external("a"), native("b", "a"), native("c", "b"))
    serve(timed, "two", native("d"))
    timed.write(Unit(effect=lambda c, _events: catalog.save_edges(c, [("x", "a")], event_log.head(c))))
    clock.advance(100)
    serve(timed, "one")

    shown = {
        at: [node.asset.key for node in assets.graph_view(timed.read(lambda c, at=at: as_of(c, at))).nodes]  # type: ignore[misc]
        for at in (999, 1_000, 1_099.9, 1_100, 1_250)
    }

    assert {
        999: [],
        1_000: ["a", "b"],
        1_099.9: ["a", "b"],
        1_100: ["a", "b", "c", "d", "x"],
        1_250: ["a", "d", "x"],
    } == shown
    diff = timed.read(lambda c: graphs.graph_diff(c, 1_050, 1_150))
    assert (["c", "d"], [], [("b", "c")]) == (diff.added, diff.removed, diff.added_edges)
    assert ["one", "two", "one", "one"] == [
        moment.location for moment in timed.read(lambda c: moments.moment_page(c, before=None, limit=9)).items
    ]


def as_of(connection: Any, moment: float) -> Any:
    """Everything at a moment."""
    return moments.read_estate_as_of(connection, moment)


def test_the_state_as_of_a_moment_is_that_of_what_had_happened(timed: Store, clock: ManualClock) -> None:
    """Latest events, counts and checks by when they happened."""
    serve(timed, "one", external("a"))
    for second in (2_000, 3_000, 4_000):
        at = second * MICROSECONDS
        timed.write(Unit(events=[made("a", timestamp=at), checked("a", "c", passed=second == 3_000, timestamp=at + 1)]))

    def told(moment: float) -> Any:
        row = assets.asset_list(timed.read(lambda c: as_of(c, moment))).items[0]
        seq = None if row.latest_materialization is None else row.latest_materialization.seq
        return seq, row.materializations, row.checks.passed, row.checks.failed

    assert [(None, 0, 0, 0), (2, 1, 0, 1), (4, 2, 1, 0), (6, 3, 0, 1)] == [
        told(moment) for moment in (1_999, 2_500, 3_500, 9_000)
    ]
    assert 2 == timed.read(lambda c: moments.detail_as_of(c, "a", 3_500)).asset.materializations


def test_staleness_as_of_a_moment_goes_by_partition(timed: Store, clock: ManualClock) -> None:
    """A partition was stale from the news of its own input on until it was made again; that of another was not."""
    parts = StaticPartitionsDefinition(["x", "y"]).to_snapshot()
    serve(timed, "one", external("up", partitions=parts), native("down", "up", partitions=parts))

    def happen(key: str, partition: str) -> None:
        clock.advance(100)
        payload = Materialization(read_seq=timed.read(event_log.head))
        event = NewEvent(kind=EventKind.MATERIALIZATION, payload=payload, asset_key=key, partition=partition)
        timed.write(Unit(events=[event]))

    for key, partition in (("up", "x"), ("down", "x"), ("up", "y"), ("up", "x"), ("down", "x")):
        happen(key, partition)

    def causes(moment: float) -> list[str]:
        return [cause.upstream for cause in timed.read(lambda c: as_of(c, moment)).causes.get("down", ())]

    assert [[], [], [], ["up"], []] == [causes(moment) for moment in (1_150, 1_250, 1_350, 1_450, 1_550)]


def test_the_history_of_a_definition_names_what_changed(timed: Store, clock: ManualClock) -> None:
    """It came, its dependencies and owners changed, it went; what others changed is no part of it."""
    serve(timed, "one", native("b", "a"))
    serve(timed, "one", native("b", "a"), native("other"))
    serve(timed, "one", native("b", "a", "other"), native("other"))
    serve(timed, "one", native("other"))

    found = timed.read(lambda c: moments.definition_history(c, "b")).items

    assert [(4, [], None), (3, ["deps"], ("a", "other")), (1, [], ("a",))] == [
        (each.seq, each.changed, None if each.definition is None else each.definition["deps"]) for each in found
    ]


@pytest.mark.parametrize("seed", range(4))
def test_dynamic_partitions_as_of_every_moment(timed: Store, clock: ManualClock, seed: int) -> None:
    """The keys at a moment are those that had been added and not deleted by then, whatever came later."""
    chance = random.Random(seed)
    keys: dict[str, None] = {}
    history: list[tuple[float, list[str]]] = []
    for _ in range(12):
        clock.advance(100)
        deleted = [key for key in keys if chance.random() < 0.3]
        added = [key for key in "abcde" if chance.random() < 0.3]
        change_keys(timed, clock, added, deleted)
        keys = {**{key: None for key in keys if key not in deleted}, **dict.fromkeys(added)}
        history.append((to_seconds(clock.now()) + 50, sorted(keys)))

    for moment, expected in history:
        found = timed.read(lambda c, at=moment: dynamic_partitions.read_all_at(c, from_seconds(at)))  # type: ignore[misc]
        assert expected == sorted(found.get("colours", ()))
    assert timed.read(lambda c: dynamic_partitions.read_all_at(c, 0)) == {}


def test_keys_that_code_changes_are_in_the_log(timed: Store, clock: ManualClock) -> None:
    """What a run adds or deletes by its instance is known as of every moment, and told only where it changes."""
    log = StoreLog(timed)
    clock.advance(100)
    log.add_dynamic_partitions("colours", ["red", "blue"])
    clock.advance(100)
    log.add_dynamic_partitions("colours", ["red", "green"])
    log.delete_dynamic_partitions("colours", ["blue", "grey"])
    clock.advance(100)
    log.add_dynamic_partitions("colours", ["red"])
    log.delete_dynamic_partitions("colours", ["grey"])
    told = [event.payload for event in timed.read(lambda c: event_log.read_after(c, seq=0, limit=10))]

    assert [("red", "blue"), ("green",), ()] == [each.added for each in told]  # type: ignore[union-attr]
    assert [(), (), ("blue",)] == [each.deleted for each in told]  # type: ignore[union-attr]
    for second, expected in ((1_050, {}), (1_150, {"blue", "red"}), (1_350, {"green", "red"})):
        found = timed.read(lambda c, at=second: dynamic_partitions.read_all_at(c, from_seconds(at)))  # type: ignore[misc]
        assert set(expected) == set(found.get("colours", ()))


def change_keys(store: Store, clock: ManualClock, added: list[str], deleted: list[str]) -> None:
    """Delete and add keys of dynamic partitions, as sensors and people do."""
    payload = PartitionsChanged(name="colours", added=tuple(added), deleted=tuple(deleted))

    def change(connection: Any, _events: Any) -> None:
        dynamic_partitions.delete(connection, "colours", deleted)
        dynamic_partitions.add(connection, "colours", added, clock.now())

    store.write(Unit(events=[NewEvent(kind=EventKind.PARTITIONS_CHANGED, payload=payload)], effect=change))


def test_staleness_as_of_a_moment_goes_by_the_keys_that_there_were(timed: Store, clock: ManualClock) -> None:
    """What read all keys was stale while there was one that it had not read, also after that is deleted."""
    colours = DynamicPartitionsDefinition(name="colours").to_snapshot()
    mapped = msgspec.structs.replace(native("down", "up"), mappings={"up": AllPartitionMapping().to_snapshot()})
    serve(timed, "one", external("up", partitions=colours), mapped)
    change_keys(timed, clock, ["red"], [])
    timed.write(Unit(events=[made("up", partition="red")]))
    read = timed.read(event_log.head)
    payload = Materialization(code_version="1", input_versions={"up": f"seq:{read}"}, read_seq=read)
    timed.write(Unit(events=[NewEvent(kind=EventKind.MATERIALIZATION, payload=payload, asset_key="down")]))
    clock.advance(100)
    change_keys(timed, clock, ["blue"], [])
    timed.write(Unit(events=[made("up", partition="blue")]))
    clock.advance(100)
    change_keys(timed, clock, [], ["blue"])

    found = [sorted(timed.read(lambda c, at=at: as_of(c, at)).causes) for at in (1_050, 1_150, 1_250)]  # type: ignore[misc]

    assert [[], ["down"], []] == found

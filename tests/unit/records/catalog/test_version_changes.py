"""Which versions of partitions an asset is stale by, against a history that is looked through from the start."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypeAlias

import msgspec
from builders import external, graph_of, native
from hypothesis import example, given
from hypothesis import strategies as st

import headwater as hw
from headwater.graph.partition_links import PartitionLinks
from headwater.records.catalog.version_changes import VersionChanges
from headwater.records.log.events import Event, EventKind, Materialization
from headwater.records.log.fold import Latest, fold_latest
from headwater.records.log.versions import Version, join_versions

NOW = datetime(2026, 11, 25, tzinfo=UTC)
DAYS = hw.DailyPartitionsDefinition("2026-11-01", end_date="2026-11-05")
KEYS = DAYS.get_partition_keys(NOW)
BEFORE = hw.TimeWindowPartitionMapping(start_offset=-1, allow_nonexistent_upstream_partitions=True)
READERS: dict[str, tuple[hw.PartitionsDefinition | None, hw.PartitionMapping | None]] = {
    "same": (DAYS, None),
    "two_days": (DAYS, BEFORE),
    "all_days": (DAYS, hw.AllPartitionMapping()),
    "whole": (None, None),
    "last": (None, hw.LastPartitionMapping()),
}
GRAPH = graph_of(
    external("up", partitions=DAYS.to_snapshot()),
    *(
        msgspec.structs.replace(
            native(key, "up", partitions=None if definition is None else definition.to_snapshot()),
            mappings={} if mapping is None else {"up": mapping.to_snapshot()},
        )
        for key, (definition, mapping) in READERS.items()
    ),
)
Step: TypeAlias = tuple[str, str, str | None] | int
"""A report of a day in a version, the making of a reader (of a day), or the withdrawal of an earlier report."""

reports = st.tuples(st.just("up"), st.sampled_from(KEYS), st.sampled_from([None, "v1", "v2"]))
makings = st.tuples(st.sampled_from(sorted(READERS)), st.sampled_from(KEYS), st.none())


def days_read(reader: str, day: str) -> list[str]:
    """The days that a version of a reader is made from."""
    place = KEYS.index(day)
    return {
        "same": [day],
        "two_days": KEYS[max(place - 1, 0) : place + 1],
        "all_days": KEYS,
        "whole": KEYS,
        "last": KEYS[-1:],
    }[reader]


class History:
    """All events, and what was withdrawn; nothing is folded."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.events: list[Event] = []
        self.withdrawn: dict[int, int] = {}
        self.read: dict[tuple[str, str], str | None] = {}
        self.corrected: dict[str, int] = {}

    def carry_out(self, step: Step) -> None:
        """One step more."""
        seq = len(self.events) + len(self.withdrawn) + 1
        if isinstance(step, int):
            left = [event for event in self.events if event.asset_key == "up" and event.seq not in self.withdrawn]
            if left:
                gone = left[step % len(left)]
                self.withdrawn[gone.seq] = seq
                self.corrected[gone.partition or ""] = seq
            return
        key, day, version = step
        partition = None if key in READERS and READERS[key][0] is None else day
        payload = Materialization()
        if key in READERS:
            joined = self.newest(key, day)
            self.read[(key, partition or "")] = joined
            inputs = {} if joined is None else {"up": joined}
            payload = Materialization(code_version="1", input_versions=inputs, read_seq=seq - 1)
        self.events.append(
            Event(
                seq=seq,
                kind=EventKind.MATERIALIZATION,
                payload=payload,
                asset_key=key,
                partition=partition,
                run_id=None,
                timestamp=seq,
                recorded_at=seq,
                data_version=version,
            )
        )

    def newest(self, reader: str, day: str) -> str | None:
        """The name of what would be read just now."""
        told: dict[str, Version] = {}
        for event in self.events:
            if (
                event.asset_key == "up"
                and event.partition in days_read(reader, day)
                and event.seq not in self.withdrawn
            ):
                told[event.partition or ""] = Version(event.seq, event.data_version)
        return join_versions(told)

    def stale(self) -> set[tuple[str, str]]:
        """What was not made from what would be read now, where there is anything to read."""
        return {
            (reader, part)
            for (reader, part), joined in self.read.items()
            if (now := self.newest(reader, part or KEYS[0])) is not None and now != joined
        }

    def changes(self) -> VersionChanges:
        """The same by the states that the store keeps."""
        states = fold_latest(event for event in self.events if event.seq not in self.withdrawn)
        whole = {(state.asset_key, state.kind): state for state in states if not state.partition}
        parts: dict[str, dict[tuple[str, EventKind], Latest]] = {node.key: {} for node in GRAPH.nodes}
        for state in states:
            if state.partition:
                parts[state.asset_key][(state.partition, state.kind)] = state
        return VersionChanges(GRAPH, PartitionLinks(GRAPH, NOW), whole, parts, None, {"up": self.corrected})


@given(st.lists(reports | makings | st.integers(0, 9), max_size=14))
@example([("up", KEYS[0], "v1"), ("up", KEYS[0], "v2"), ("same", KEYS[0], None), 1])
@example([("up", KEYS[0], "v1"), ("up", KEYS[1], "v1"), ("two_days", KEYS[1], None), 0])
@example([("up", KEYS[0], "v1"), ("up", KEYS[1], "v1"), ("whole", KEYS[0], None), 1])
def test_against_the_whole_history(steps: list[Step]) -> None:
    """A version is stale exactly if other versions would be read now, whether reported since or uncovered since."""
    history = History()
    for step in steps:
        history.carry_out(step)

    changes = history.changes()

    found = {place for place in history.read if changes.is_stale(*place)}
    assert history.stale() == found
    assert {key for key, _ in history.stale()} == {key for key in READERS if changes.of_asset(key)}

"""Which assets to make after some events: conditions evaluated where they could have changed, and only there.

An operand is a truth and the `seq` at which it last became true. `since` compares two of those, so nothing has to
be remembered between evaluations but the log itself, and no update falls between two of them.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import msgspec

from headwater.automation.state import AutomationState, Slot
from headwater.definitions.conditions import AutomationCondition
from headwater.definitions.partitions import PartitionsDefinition, partitions_from_snapshot
from headwater.errors import InvalidDefinitionError
from headwater.graph.asset_graph import AssetGraph
from headwater.records.events import Event, EventKind, RunEvent
from headwater.records.fold import WHOLE

_RUN_ENDS = frozenset({EventKind.RUN_SUCCEEDED, EventKind.RUN_FAILED, EventKind.RUN_CANCELED})


class Truth(msgspec.Struct, frozen=True):
    """Whether something holds, and the `seq` at which it last became true (0 where that is not known)."""

    holds: bool
    at: int = 0


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One asset (and partition) to make, and the upstream assets whose updates led to it."""

    asset_key: str
    partition: str | None
    because_of: tuple[str, ...]


_FALSE = Truth(False)


class Decision:
    """One pass over the assets that some events concern, in dependency order."""

    def __init__(self, graph: AssetGraph, state: AutomationState, now: datetime) -> None:
        self._graph = graph
        self._state = state
        self._now = now
        self._position = {number: place for place, number in enumerate(graph.order)}
        self._waiting: list[tuple[int, str, str]] = []
        self._seen: set[Slot] = set()
        self._requested: dict[Slot, str] = {}
        self._partitions: dict[str, PartitionsDefinition | None] = {}

    def decide(self, events: Iterable[Event]) -> list[Request]:
        """What to make after these events, upstream first. The state must have them applied already."""
        for event in events:
            self._note(event)
        requests: list[Request] = []
        while self._waiting:
            _, key, partition = heapq.heappop(self._waiting)
            condition = self._graph.node(key).definition.condition
            if condition is not None and self._evaluate(condition, (key, partition)).holds:
                requests.append(self._request(key, partition))
                self._requested[(key, partition)] = self._requested[(key, WHOLE)] = partition
                self._consider_downstream(key, partition)
        return requests

    def _note(self, event: Event) -> None:
        partition = event.partition or WHOLE
        if event.kind is EventKind.MATERIALIZATION and event.asset_key is not None:
            self._consider_downstream(event.asset_key, partition)
        elif event.kind in _RUN_ENDS and isinstance(event.payload, RunEvent):
            # What waited for the run to end may go on now.
            for key in event.payload.assets:
                self._consider(key, partition)
                self._consider_downstream(key, partition)

    def _consider_downstream(self, key: str, partition: str) -> None:
        if key not in self._graph.ids:
            return
        for below in self._graph.downstream_keys(key):
            for part in self._partitions_below(key, below, partition):
                self._consider(below, part)

    def _consider(self, key: str, partition: str) -> None:
        number = self._graph.ids.get(key)
        if number is None or (key, partition) in self._seen:
            return
        node = self._graph.nodes[number]
        if node.kind == "native" and node.definition.condition is not None:
            self._seen.add((key, partition))
            heapq.heappush(self._waiting, (self._position[number], key, partition))

    def _partitions_below(self, key: str, below: str, partition: str) -> Sequence[str]:
        """Which parts of a downstream asset an update of `partition` concerns."""
        definition = self._definition(below)
        if definition is None:
            return (WHOLE,)
        if partition != WHOLE and self._definition(key) == definition:
            return (partition,) if definition.has_partition_key(partition, self._now) else ()
        return definition.get_partition_keys(self._now)

    def _upstream_slot(self, upstream: str, key: str, partition: str) -> Slot:
        same = partition != WHOLE and self._definition(upstream) == self._definition(key)
        return (upstream, partition if same else WHOLE)

    def _definition(self, key: str) -> PartitionsDefinition | None:
        if key not in self._partitions:
            snapshot = self._graph.node(key).definition.partitions
            self._partitions[key] = None if snapshot is None else partitions_from_snapshot(snapshot)
        return self._partitions[key]

    def _request(self, key: str, partition: str) -> Request:
        attempted = self._state.attempted_seq((key, partition))
        slots = {up: self._upstream_slot(up, key, partition) for up in self._graph.upstream_keys(key)}
        changed = [
            up
            for up, slot in slots.items()
            if self._joins(slot, (key, partition)) or (self._state.updated_seq(slot) or 0) > attempted
        ]
        return Request(asset_key=key, partition=partition or None, because_of=tuple(changed))

    def _evaluate(self, condition: AutomationCondition, slot: Slot) -> Truth:
        if condition.op == "and":
            return _all([self._evaluate(child, slot) for child in condition.children])
        if condition.op == "or":
            return _any([self._evaluate(child, slot) for child in condition.children])
        if condition.op == "not":
            return Truth(not self._evaluate(condition.children[0], slot).holds)
        if condition.op == "since":
            trigger, reset = (self._evaluate(child, slot) for child in condition.children)
            return trigger if trigger.holds and trigger.at > reset.at else _FALSE
        of_deps = _OPERANDS_OF_DEPS.get(condition.op)
        if of_deps is not None:
            return of_deps(self, slot, self._deps(slot, condition))
        operand = _OPERANDS.get(condition.op)
        if operand is None:
            raise InvalidDefinitionError(f"{slot[0]}: the condition {condition.op!r} is not known to this release.")
        return operand(self, slot)

    # Operands

    def _missing(self, slot: Slot) -> Truth:
        return Truth(self._state.updated_seq(slot) is None, self._state.since.get(slot[0], 0))

    def _newly_updated(self, slot: Slot) -> Truth:
        # An update handles what its step has read, not what came while it was being made.
        seq = self._state.covered_seq(slot)
        return _FALSE if seq is None else Truth(True, seq)

    def _dep_updated(self, dep: Slot) -> Truth:
        seq = self._state.updated_seq(dep)
        return _FALSE if seq is None else Truth(True, seq)

    def _newly_requested(self, slot: Slot) -> Truth:
        seq = self._state.attempted_seq(slot)
        return Truth(seq > 0, seq)

    def _initial_evaluation(self, slot: Slot) -> Truth:
        return Truth(True, self._state.since.get(slot[0], 0))

    def _in_progress(self, slot: Slot) -> Truth:
        return Truth(self._state.is_in_progress(slot))

    def _in_latest_time_window(self, slot: Slot) -> Truth:
        definition = self._definition(slot[0])
        if definition is None or not definition.is_time_based:
            return Truth(True)
        return Truth(slot[1] == definition.get_last_partition_key(self._now))

    def _any_deps_updated(self, slot: Slot, deps: Sequence[Slot]) -> Truth:
        # One that the same run makes counts as updated after everything that has happened.
        joining = Truth(True, self._state.seq + 1)
        return _any([joining if self._joins(dep, slot) else self._dep_updated(dep) for dep in deps])

    def _any_deps_missing(self, slot: Slot, deps: Sequence[Slot]) -> Truth:
        return Truth(any(self._missing(dep).holds and not self._joins(dep, slot) for dep in deps))

    def _any_deps_in_progress(self, slot: Slot, deps: Sequence[Slot]) -> Truth:
        return Truth(any(self._is_under_way(dep, slot) for dep in deps))

    def _is_under_way(self, dep: Slot, slot: Slot) -> bool:
        return self._state.is_in_progress(dep) or (dep in self._requested and not self._joins(dep, slot))

    def _joins(self, dep: Slot, slot: Slot) -> bool:
        """Whether this decision makes `dep` in the run that would make `slot` too, before it."""
        if self._requested.get(dep) != slot[1]:
            return False
        return self._graph.node(dep[0]).location == self._graph.node(slot[0]).location

    def _deps(self, slot: Slot, condition: AutomationCondition) -> list[Slot]:
        """What an asset is made from, as far as an operand looks at it."""
        graph = self._graph
        upstream = graph.upstream[graph.ids[slot[0]]]
        if (allowed := condition.params.get("allow")) is not None:
            upstream = [up for up in upstream if up in graph.selected(allowed)]
        if (ignored := condition.params.get("ignore")) is not None:
            upstream = [up for up in upstream if up not in graph.selected(ignored)]
        return [self._upstream_slot(graph.nodes[up].key, *slot) for up in upstream]


def _all(truths: Sequence[Truth]) -> Truth:
    return Truth(True, max(truth.at for truth in truths)) if all(truth.holds for truth in truths) else _FALSE


def _any(truths: Sequence[Truth]) -> Truth:
    held = [truth.at for truth in truths if truth.holds]
    return Truth(True, max(held)) if held else _FALSE


_OPERANDS: dict[str, Callable[[Decision, Slot], Truth]] = {
    "missing": Decision._missing,
    "newly_missing": Decision._missing,
    "newly_updated": Decision._newly_updated,
    "newly_requested": Decision._newly_requested,
    "initial_evaluation": Decision._initial_evaluation,
    "in_progress": Decision._in_progress,
    "in_latest_time_window": Decision._in_latest_time_window,
}

_OPERANDS_OF_DEPS: dict[str, Callable[[Decision, Slot, Sequence[Slot]], Truth]] = {
    "any_deps_updated": Decision._any_deps_updated,
    "any_deps_missing": Decision._any_deps_missing,
    "any_deps_in_progress": Decision._any_deps_in_progress,
}

"""What is odd about a report that is accepted all the same: flagged, so that somebody can see and mend it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from headwater.clock import to_datetime
from headwater.definitions.partitions import DynamicPartitionsStore, partitions_from_snapshot
from headwater.definitions.snapshot import WireValue
from headwater.graph.asset_graph import AssetGraph, AssetNode
from headwater.records.log.declared_kinds import fit_kinds
from headwater.records.log.events import CheckEvaluation, NewEvent, Report


def flag(event: NewEvent, graph: AssetGraph, now: int) -> NewEvent:
    """The event with its flags; see `find_flags`."""
    flags = find_flags(event, graph, now)
    return with_flags(event, flags) if flags else event


def with_flags(event: NewEvent, flags: tuple[str, ...]) -> NewEvent:
    """The event with some flags."""
    return msgspec.structs.replace(event, payload=msgspec.structs.replace(event.payload, flags=flags))


def find_flags(event: NewEvent, graph: AssetGraph, now: int) -> tuple[str, ...]:
    """What is odd about an event.

    It is `unknown_asset`, `unknown_check`, `unknown_partition`, `missing_partition`, `metadata_kind`.
    """
    payload = event.payload
    if not isinstance(payload, Report) or event.asset_key is None:
        return ()
    return _flags(event, payload, graph, now)


def depends_on_payload(event: NewEvent, graph: AssetGraph) -> bool:
    """Whether another report of the same asset and partition may have other flags."""
    return isinstance(event.payload, CheckEvaluation) or bool(_declared(event, graph))


def with_declared_kinds(event: NewEvent, graph: AssetGraph) -> NewEvent:
    """The event with its metadata in the kinds that the asset's definition gives them, as far as they fit."""
    payload = event.payload
    declared = _declared(event, graph)
    if not declared or not isinstance(payload, Report) or not payload.metadata:
        return event
    fitted, _ = fit_kinds(payload.metadata, declared)
    return msgspec.structs.replace(event, payload=msgspec.structs.replace(payload, metadata=fitted))


def find_wrong_kinds(event: NewEvent, graph: AssetGraph) -> list[str]:
    """The names in a report's metadata whose values are of another kind than the definition's."""
    declared = _declared(event, graph)
    if not declared or not isinstance(event.payload, Report):
        return []
    return fit_kinds(event.payload.metadata, declared)[1]


def _declared(event: NewEvent, graph: AssetGraph) -> Mapping[str, WireValue]:
    number = graph.ids.get(event.asset_key or "")
    # A check's metadata is about the check.
    if number is None or isinstance(event.payload, CheckEvaluation):
        return {}
    return graph.nodes[number].definition.metadata


def _flags(event: NewEvent, payload: Report, graph: AssetGraph, now: int) -> tuple[str, ...]:
    key = event.asset_key or ""
    number = graph.ids.get(key)
    if number is None or graph.nodes[number].kind == "undefined":
        return ("unknown_asset",)
    flags = ["metadata_kind"] if find_wrong_kinds(event, graph) else []
    if isinstance(payload, CheckEvaluation):
        if payload.check_name not in {check.name for check in graph.checks.get(key, ())}:
            flags.append("unknown_check")
        if event.partition is None:
            return tuple(flags)
    if (odd := _partition_flag(graph.nodes[number], event.partition, now, graph.dynamic_keys)) is not None:
        flags.append(odd)
    return tuple(flags)


def _partition_flag(node: AssetNode, partition: str | None, now: int, keys: DynamicPartitionsStore) -> str | None:
    if node.definition.partitions is None:
        # Nobody knows whether a stub has partitions.
        return None if partition is None or node.kind == "stub" else "unknown_partition"
    if partition is None:
        return "missing_partition"
    definition = partitions_from_snapshot(node.definition.partitions)
    return None if definition.has_partition_key(partition, to_datetime(now), keys) else "unknown_partition"

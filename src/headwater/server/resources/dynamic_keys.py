"""The keys of dynamic partitions, and what a change of them comes to."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy.engine import Connection

from headwater.definitions.partitions.dynamic import check_new_keys
from headwater.definitions.partitions.snapshot import PartitionsSnapshot
from headwater.errors import UnknownPartitionError
from headwater.graph.asset_graph import AssetGraph
from headwater.records.log.events import Event, EventKind, NewEvent, PartitionsChanged, Reporter
from headwater.server import shapes
from headwater.storage.catalog import dynamic_partitions
from headwater.storage.log import states
from headwater.storage.log.writer import Unit


def planned(
    connection: Connection, graph: AssetGraph, name: str, change: shapes.DynamicKeysBody
) -> shapes.DynamicKeysView:
    """What is there, and what a change would come to.

    Raises:
        UnknownPartitionError: no asset has partitions of that name.
        InvalidParameterError: a key can't be stored, or stands twice.
    """
    wanted, gone = check_new_keys(change.add), set(check_new_keys(change.delete))
    assets = [node.key for node in graph.nodes if name in _names(node.definition.partitions)]
    if not assets:
        raise UnknownPartitionError(
            f"No asset has dynamic partitions named {name!r}. "
            f"Define one with DynamicPartitionsDefinition(name={name!r})."
        )
    keys = dynamic_partitions.read_keys(connection, name)
    deleted = [key for key in keys if key in gone]
    return shapes.DynamicKeysView(
        name=name,
        keys=keys,
        assets=assets,
        added=[key for key in wanted if key not in keys or key in gone],
        deleted=deleted,
        materialized=sorted(_made(connection, assets, set(deleted))) if deleted else [],
    )


def change_unit(
    plan: shapes.DynamicKeysView, graph: AssetGraph, change: shapes.DynamicKeysBody, reporter: Reporter, now: int
) -> Unit[shapes.DynamicKeysView]:
    """The unit that carries out what was planned, and gives what came of it.

    Args:
        plan: What `planned` gave for the change.
        graph: The assets.
        change: The keys to add and to delete.
        reporter: Who wants it.
        now: The moment, in microseconds since the epoch.
    """
    told = PartitionsChanged(name=plan.name, added=tuple(plan.added), deleted=tuple(plan.deleted), reporter=reporter)

    def carry_out(connection: Connection, _events: Sequence[Event]) -> shapes.DynamicKeysView:
        # Others may have changed keys meanwhile. What is deleted and added anew stands last.
        found = planned(connection, graph, plan.name, change)
        dynamic_partitions.delete(connection, plan.name, found.deleted)
        dynamic_partitions.add(connection, plan.name, found.added, now)
        return msgspec.structs.replace(found, keys=dynamic_partitions.read_keys(connection, plan.name))

    return Unit(events=[NewEvent(kind=EventKind.PARTITIONS_CHANGED, payload=told)], effect=carry_out)


def names_of(graph: AssetGraph) -> list[str]:
    """The names of all dynamic partitions that assets have, in order."""
    return sorted({name for node in graph.nodes for name in _names(node.definition.partitions)})


def _names(partitions: PartitionsSnapshot | None) -> set[str]:
    """The names of dynamic partitions in a definition, its dimensions included."""
    if partitions is None:
        return set()
    own = {partitions.name} if partitions.type == "dynamic" and partitions.name else set()
    return own.union(*(_names(dimension) for _, dimension in partitions.dimensions))


def _made(connection: Connection, assets: list[str], keys: set[str]) -> set[str]:
    """The keys of which some asset was made or reported."""
    kind = EventKind.MATERIALIZATION
    return {
        partition
        for asset in assets
        for partition, made in states.read_partitions(connection, asset)
        if made is kind and partition in keys
    }

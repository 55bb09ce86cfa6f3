"""The keys of dynamic partitions, and what a change of them comes to."""

from __future__ import annotations

import msgspec
from sqlalchemy.engine import Connection

from headwater.definitions.partitions.dynamic import check_new_keys
from headwater.definitions.partitions.snapshot import PartitionsSnapshot
from headwater.errors import UnknownPartitionError
from headwater.graph.asset_graph import AssetGraph
from headwater.records.log.events import EventKind
from headwater.server import shapes
from headwater.storage.catalog import dynamic_partitions
from headwater.storage.log import states


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


def carry_out(
    connection: Connection, graph: AssetGraph, name: str, change: shapes.DynamicKeysBody, now: int
) -> shapes.DynamicKeysView:
    """Change the keys, in the caller's transaction; what is deleted and added anew stands last."""
    plan = planned(connection, graph, name, change)
    dynamic_partitions.delete(connection, name, plan.deleted)
    dynamic_partitions.add(connection, name, plan.added, now)
    return msgspec.structs.replace(plan, keys=dynamic_partitions.read_keys(connection, name))


def _names(partitions: PartitionsSnapshot | None) -> set[str | None]:
    """The names of dynamic partitions in a definition, its dimensions included."""
    if partitions is None:
        return set()
    own = {partitions.name} if partitions.type == "dynamic" else set()
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

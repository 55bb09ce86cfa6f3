"""What has to be read to tell whether assets are stale: the states of the partitions that count, and former names."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.clock import to_datetime
from headwater.definitions.partitions.dynamic import DynamicKeys
from headwater.graph.asset_graph import AssetGraph
from headwater.graph.partition_links import PartitionLinks
from headwater.records.catalog.version_changes import VersionChanges
from headwater.records.log.events import EventKind
from headwater.records.log.fold import Latest
from headwater.storage.catalog.dynamic_partitions import read_all
from headwater.storage.log import corrections, past, states
from headwater.storage.schema import asset_aliases

_MADE = EventKind.MATERIALIZATION
_Corrected = Mapping[str, Mapping[str, int]]


def read_changes(
    connection: Connection,
    graph: AssetGraph,
    keys: Collection[str],
    latest: Mapping[tuple[str, EventKind], Latest],
    now: int,
) -> VersionChanges:
    """What tells whether some assets are stale.

    Args:
        connection: Where to read, in the transaction in which `latest` was read.
        graph: The assets.
        keys: Which of them, with all that they are made from.
        latest: Their states by key and kind.
        now: The moment, in microseconds.
    """
    corrected = _read_corrected(connection, graph, keys, latest)
    wanted = _read_by_partition(graph, keys, latest, corrected)
    partitions = {key: states.read_partitions(connection, key) for key in sorted(wanted)}
    dynamic = DynamicKeys(read_all(connection)) if partitions else None
    return _compare(connection, graph, PartitionLinks(graph, to_datetime(now), dynamic), latest, partitions, corrected)


def read_changes_at(
    connection: Connection, graph: AssetGraph, latest: Mapping[tuple[str, EventKind], Latest], moment: int
) -> VersionChanges:
    """What tells whether assets were stale at an earlier moment.

    Args:
        connection: Where to read.
        graph: The assets as they were, with the dynamic partitions that there were.
        latest: Their states then, by key and kind.
        moment: That moment, in microseconds.
    """
    keys = [node.key for node in graph.nodes]
    corrected = _read_corrected(connection, graph, keys, latest)
    wanted = _read_by_partition(graph, keys, latest, corrected)
    partitions = {key: past.read_partitions_at(connection, key, moment) for key in sorted(wanted)}
    links = PartitionLinks(graph, to_datetime(moment), graph.dynamic_keys)
    return _compare(connection, graph, links, latest, partitions, corrected)


def _compare(
    connection: Connection,
    graph: AssetGraph,
    links: PartitionLinks,
    latest: Mapping[tuple[str, EventKind], Latest],
    partitions: Mapping[str, Mapping[tuple[str, EventKind], Latest]],
    corrected: _Corrected,
) -> VersionChanges:
    former = {row.alias: row.asset_key for row in connection.execute(sa.select(asset_aliases))}
    return VersionChanges(graph, links, latest, partitions, former, corrected)


def _read_corrected(
    connection: Connection, graph: AssetGraph, keys: Collection[str], latest: Mapping[tuple[str, EventKind], Latest]
) -> _Corrected:
    """What was withdrawn or wiped of the inputs with partitions of some assets that were made."""
    made = (key for key in keys if graph.node(key).kind == "native" and (key, _MADE) in latest)
    above = {up for key in made for up in graph.input_keys(key) if graph.node(up).definition.partitions is not None}
    return corrections.read_corrected(connection, above) if above else {}


def _read_by_partition(
    graph: AssetGraph,
    keys: Collection[str],
    latest: Mapping[tuple[str, EventKind], Latest],
    corrected: _Corrected,
) -> set[str]:
    """The assets whose partitions must be known to tell whether some native assets are stale."""
    wanted: set[str] = set()
    for key in keys:
        node = graph.node(key)
        made = latest.get((key, _MADE))
        if node.kind != "native" or made is None:
            continue
        above = [up for up in graph.input_keys(key) if graph.node(up).definition.partitions is not None]
        if node.definition.partitions is not None:
            wanted.update((key, *above))
            continue
        for up in above:
            newest = latest.get((up, _MADE))
            until = made.seq if made.read_seq is None else made.read_seq
            last = max(0 if newest is None else newest.updated_seq, *corrected.get(up, {}).values(), 0)
            is_news = newest is not None and last > until
            if up in node.definition.mappings or (is_news and made.basis is not None):
                wanted.add(up)
    return wanted

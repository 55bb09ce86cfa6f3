"""What is known of the assets at one moment, from which their rows, the graph and their details are told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec
from sqlalchemy.engine import Connection

from headwater.definitions.reach import reach
from headwater.graph.asset_graph import AssetGraph
from headwater.records.catalog.staleness import StaleCause, causes_down
from headwater.records.catalog.version_changes import VersionChanges
from headwater.records.log.events import EventKind
from headwater.records.log.fold import WHOLE, CheckLatest, Latest
from headwater.storage.automation import freshness
from headwater.storage.catalog.version_changes import read_changes
from headwater.storage.log import event_log, states
from headwater.storage.runs import runs

_FEW = 200
"""Up to so many assets are read one by one."""


class Estate(msgspec.Struct, frozen=True):
    """All that is known of the assets at one moment, read in one transaction."""

    graph: AssetGraph
    latest: Mapping[tuple[str, EventKind], Latest]
    checks: Mapping[str, Mapping[str, CheckLatest]]
    running: frozenset[tuple[str, str]]
    seq: int
    freshness: Mapping[str, str] = {}
    causes: Mapping[str, Sequence[StaleCause]] = {}
    """By key, why each stale asset is so, up to the roots."""


def read_estate(
    connection: Connection,
    graph: AssetGraph,
    now: int,
    *,
    key: str | None = None,
    keys: Collection[str] | None = None,
) -> Estate:
    """The state of all assets, of one and its neighbours, or of a few; at a moment, in microseconds."""
    few = _neighbourhood(graph, key) if key is not None else _with_upstream(graph, keys) if keys is not None else None
    concerned = [node.key for node in graph.nodes] if few is None else few
    read_one_by_one = few is not None and len(few) <= _FEW
    latest = read_latest(connection, concerned) if read_one_by_one else states.read_assets(connection)
    found = read_checks(connection, concerned) if read_one_by_one else states.read_checks(connection)
    kept = freshness.read_freshness(connection)
    return Estate(
        graph=graph,
        latest=latest,
        checks=checks_by_asset(found),
        running=read_running(connection),
        seq=event_log.head(connection),
        freshness={name: row.state for name, row in kept.items()},
        causes=find_causes(graph, concerned, read_changes(connection, graph, concerned, latest, now)),
    )


def read_running(connection: Connection) -> frozenset[tuple[str, str]]:
    """What open runs make, by asset and partition, '' for the whole of it."""
    return frozenset(
        (asset, partition)
        for run in runs.read_open(connection)
        for asset in run.assets
        for partition in (WHOLE, *(run.partition_keys or ()))
    )


def checks_by_asset(found: Iterable[CheckLatest]) -> dict[str, dict[str, CheckLatest]]:
    """The latest results of checks, by the key of their asset and their name."""
    checks: dict[str, dict[str, CheckLatest]] = {}
    for check in found:
        checks.setdefault(check.asset_key, {})[check.check_name] = check
    return checks


def find_causes(graph: AssetGraph, keys: Iterable[str], changes: VersionChanges) -> dict[str, list[StaleCause]]:
    """Why each of some assets is stale, which are with all that they are made from."""
    natives = [key for key in keys if graph.node(key).kind == "native"]
    order = [graph.nodes[number].key for number in graph.order]
    return causes_down({key: changes.of_asset(key) for key in natives}, order, graph.input_keys)


def read_latest(connection: Connection, keys: Iterable[str]) -> dict[tuple[str, EventKind], Latest]:
    """The latest events of a few assets, by asset and kind."""
    return {slot: state for key in keys for slot, state in states.read_assets(connection, key).items()}


def read_checks(connection: Connection, keys: Iterable[str]) -> list[CheckLatest]:
    """The latest results of the checks of a few assets."""
    return [check for key in keys for check in states.read_checks(connection, key)]


def _with_upstream(graph: AssetGraph, keys: Collection[str]) -> list[str]:
    """Some assets, and what they need to be judged: all that they are made from."""
    above = reach(graph.upstream, [graph.ids[key] for key in keys if key in graph.ids])
    return sorted({*keys, *(graph.nodes[number].key for number in above)})


def _neighbourhood(graph: AssetGraph, key: str) -> list[str]:
    """An asset, its neighbours, and what those need to be judged."""
    near = {key, *graph.upstream_keys(key), *graph.downstream_keys(key)}
    return _with_upstream(graph, near)

"""The graph as the API shows it: neighbourhoods, paths, impact, columns, groups, and what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from functools import partial

from sqlalchemy.engine import Connection

from headwater.clock import from_seconds
from headwater.graph import columns, diff, grouping
from headwater.graph.asset_graph import AssetGraph
from headwater.graph.impact import find_impact
from headwater.graph.neighbourhood import find_neighbourhood
from headwater.graph.paths import find_paths
from headwater.records.log.events import EventKind, Materialization
from headwater.server import shapes
from headwater.server.resources.assets import row_in
from headwater.server.resources.estate import read_estate
from headwater.storage.catalog.graph_reader import read_graph_as_of
from headwater.storage.log import event_log, states


def neighbourhood(
    connection: Connection, graph: AssetGraph, key: str, now: int, *, up: int | None, down: int | None, limit: int
) -> shapes.Neighbourhood:
    """What is around an asset, with the state of each."""
    found = find_neighbourhood(graph, key, up=up, down=down, limit=limit)
    keys = [graph.nodes[number].key for number in found.depth_of]
    estate = read_estate(connection, graph, now, keys=keys)
    near = graph.subgraph(found.depth_of)
    levels = near.levels()
    knots = {near.nodes[member].key: number for number, knot in enumerate(near.knots) for member in knot}
    place = {key: position for position, key in enumerate(keys)}
    nodes = [
        shapes.NeighbourhoodNode(
            asset=row_in(estate, graph.nodes[number]),
            depth=depth,
            level=levels[near.ids[graph.nodes[number].key]],
            knot=knots.get(graph.nodes[number].key),
            hidden_upstream=sum(other not in found.depth_of for other in graph.upstream[number]),
            hidden_downstream=sum(other not in found.depth_of for other in graph.downstream[number]),
        )
        for number, depth in found.depth_of.items()
    ]
    edges = [(place[near.nodes[up_id].key], place[near.nodes[down_id].key]) for up_id, down_id in near.edges]
    return shapes.Neighbourhood(nodes=nodes, edges=sorted(edges), truncated=found.truncated)


def paths(graph: AssetGraph, source: str, target: str, *, limit: int, longest: int | None) -> shapes.LineagePaths:
    """Ways from one asset down to another."""
    found = find_paths(graph, source, target, limit=limit, longest=longest)
    items = [[graph.nodes[number].key for number in path] for path in found.items]
    return shapes.LineagePaths(items=items, truncated=found.truncated)


def impact(graph: AssetGraph, ids: Collection[int]) -> shapes.Impact:
    """What breaks if some assets do, and who owns it."""
    found = find_impact(graph, ids)
    items = []
    for each in found.assets:
        node = graph.nodes[each.id]
        item = shapes.ImpactedAsset(
            key=node.key,
            kind=node.kind,
            depth=each.depth,
            group=node.definition.group,
            owners=list(node.definition.owners),
            checks=[check.name for check in graph.checks.get(node.key, ())],
            location=node.location,
        )
        items.append(item)
    return shapes.Impact(
        of=[graph.nodes[number].key for number in sorted(ids)],
        items=items,
        owners=[shapes.ImpactShare(name=name, assets=count) for name, count in found.owners],
        groups=[shapes.ImpactShare(name=name, assets=count) for name, count in found.groups],
        checks=found.checks,
    )


def column_graph(
    connection: Connection, graph: AssetGraph, start: columns.Column, *, up: int | None, down: int | None, limit: int
) -> shapes.ColumnGraph:
    """The columns above and below one, as definitions and the latest materializations have it."""
    read = partial(_read_column_deps, connection, graph)
    found = columns.find_columns(graph, start, read, up=up, down=down, limit=limit)
    place = {column: position for position, column in enumerate(found.depth_of)}
    return shapes.ColumnGraph(
        columns=[shapes.ColumnRef(asset_key=key, column=name, depth=d) for (key, name), d in found.depth_of.items()],
        edges=[(place[above], place[below]) for above, below in found.edges],
        truncated=found.truncated,
    )


def known_columns(connection: Connection, graph: AssetGraph, key: str) -> list[str]:
    """The columns of an asset that have a lineage."""
    graph.node(key)
    return sorted(_read_column_deps(connection, graph, [key]).get(key, {}))


def group_graph(graph: AssetGraph) -> shapes.GroupGraph:
    """Groups and how they are connected."""
    found = grouping.by_group(graph)
    nodes = [
        shapes.GroupNode(
            name=name,
            assets=len(members),
            kinds=dict(sorted(Counter(graph.nodes[number].kind for number in members).items())),
            level=level,
        )
        for name, members, level in zip(found.labels, found.members, found.levels(), strict=True)
    ]
    return shapes.GroupGraph(nodes=nodes, edges=[(up, down, count) for (up, down), count in found.edges.items()])


def graph_diff(connection: Connection, since: float, until: float) -> shapes.GraphDiff:
    """What the definitions said at one moment and at another."""
    before, after = (read_graph_as_of(connection, from_seconds(moment)) for moment in (since, until))
    found = diff.compare(before, after)
    return shapes.GraphDiff(
        added=found.added,
        removed=found.removed,
        changed=[shapes.ChangedAsset(key=key, changed=names) for key, names in found.changed.items()],
        added_edges=found.added_edges,
        removed_edges=found.removed_edges,
    )


def _read_column_deps(
    connection: Connection, graph: AssetGraph, keys: Collection[str]
) -> Mapping[str, dict[str, list[columns.Column]]]:
    """The column lineage of some assets: what the latest materialization tells takes the place of the definition."""
    made = {
        key: state.seq
        for key in keys
        for (_, kind), state in states.read_assets(connection, key).items()
        if kind is EventKind.MATERIALIZATION
    }
    events = event_log.read_many(connection, list(made.values()))
    deps: dict[str, dict[str, list[columns.Column]]] = {}
    for key in keys:
        node = graph.nodes[graph.ids[key]] if key in graph.ids else None
        deps[key] = {} if node is None else columns.deps_of(node.definition.metadata)
        payload = events[made[key]].payload if key in made and made[key] in events else None
        if isinstance(payload, Materialization):
            deps[key] |= columns.deps_of(payload.metadata)
    return deps

"""What became different from one graph to another."""

from __future__ import annotations

import msgspec

from headwater.definitions.snapshot import AssetSnapshot
from headwater.graph.asset_graph import AssetGraph, AssetNode

# Where a definition stands in a file is no part of what it says.
_UNCOMPARED = frozenset({"key", "deps", "source"})


class GraphDiff(msgspec.Struct, frozen=True):
    """Keys and edges (upstream, downstream), sorted; for each asset that is defined otherwise, the fields."""

    added: list[str]
    removed: list[str]
    changed: dict[str, list[str]]
    added_edges: list[tuple[str, str]]
    removed_edges: list[tuple[str, str]]


def compare(before: AssetGraph, after: AssetGraph) -> GraphDiff:
    """What became different."""
    common = sorted(before.ids.keys() & after.ids.keys())
    changes = {key: _changes(before.node(key), after.node(key)) for key in common}
    old_edges, new_edges = _edges(before), _edges(after)
    return GraphDiff(
        added=sorted(after.ids.keys() - before.ids.keys()),
        removed=sorted(before.ids.keys() - after.ids.keys()),
        changed={key: names for key, names in changes.items() if names},
        added_edges=sorted(new_edges - old_edges),
        removed_edges=sorted(old_edges - new_edges),
    )


def changed_fields(old: AssetSnapshot, new: AssetSnapshot, *, with_deps: bool = False) -> list[str]:
    """What is defined otherwise; dependencies are edges of the graph, and named only on demand."""
    if old == new:
        return []
    fields = [name for name in old.__struct_fields__ if name not in _UNCOMPARED or (with_deps and name == "deps")]
    return [name for name in fields if getattr(old, name) != getattr(new, name)]


def _changes(old: AssetNode, new: AssetNode) -> list[str]:
    names = ["location"] if old.location != new.location else []
    return [*names, *changed_fields(old.definition, new.definition)]


def _edges(graph: AssetGraph) -> set[tuple[str, str]]:
    return {(graph.nodes[up].key, graph.nodes[down].key) for up, down in graph.edges}

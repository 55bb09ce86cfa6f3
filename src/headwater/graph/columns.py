"""Which columns a column is made from, and which are made from it, across assets."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

import msgspec

from headwater.definitions.snapshot import WireValue
from headwater.graph.asset_graph import AssetGraph

Column: TypeAlias = tuple[str, str]
"""Asset key and column name."""

Deps: TypeAlias = Mapping[str, Collection[Column]]
"""For each column of one asset, the columns that it is made from."""

ReadDeps: TypeAlias = Callable[[Collection[str]], Mapping[str, Deps]]
"""Reads the column lineage of some assets at once."""


class ColumnGraph(msgspec.Struct, frozen=True):
    """Columns with their distance (below 0 upstream), and (upstream, downstream) pairs of them."""

    depth_of: dict[Column, int]
    edges: list[tuple[Column, Column]]
    truncated: bool


def deps_of(metadata: Mapping[str, WireValue]) -> dict[str, list[Column]]:
    """The column lineage that stands in metadata, under whatever name."""
    deps: dict[str, list[Column]] = {}
    for value in metadata.values():
        if value.type == "column_lineage" and isinstance(value.value, dict):
            for column, above in _entries(value.value.get("deps_by_column")):
                deps.setdefault(column, []).extend(above)
    return deps


def schema_columns(metadata: Mapping[str, WireValue]) -> Iterator[dict[str, Any]]:
    """The columns of the first schema in some metadata, whatever else a careless reporter put there."""
    for entry in metadata.values():
        if entry.type == "table_schema" and isinstance(entry.value, dict):
            listed = entry.value.get("columns")
            yield from (each for each in listed if isinstance(each, dict)) if isinstance(listed, list) else ()
            return


def find_columns(
    graph: AssetGraph,
    start: Column,
    read: ReadDeps,
    *,
    up: int | None = None,
    down: int | None = None,
    limit: int = 1_000,
) -> ColumnGraph:
    """The columns above and below one, nearest first.

    Downstream it looks at the assets that depend on the one at hand; upstream it follows what the lineage names,
    whether or not the asset is known.

    Args:
        graph: What depends on what.
        start: The column in the middle.
        read: Reads the column lineage of some assets at once.
        up: Steps upstream at most; None for all.
        down: Steps downstream at most; None for all.
        limit: How many columns at most, itself counted.

    Raises:
        UnknownAssetError: there is no such asset.
    """
    graph.node(start[0])
    search = _Search(graph, start, read, limit)
    search.climb(up)
    search.descend(down)
    return ColumnGraph(search.depth_of, sorted(search.edges), search.truncated)


class _Search:
    def __init__(self, graph: AssetGraph, start: Column, read: ReadDeps, limit: int) -> None:
        self._graph = graph
        self._start = start
        self._read = read
        self._limit = limit
        self.depth_of = {start: 0}
        self.edges: set[tuple[Column, Column]] = set()
        self.truncated = False

    def climb(self, depth: int | None) -> None:
        level = {self._start}
        steps = 0
        while level and (depth is None or steps < depth):
            steps += 1
            deps = self._read({key for key, _ in level})
            pairs = [(above, below) for below in sorted(level) for above in deps.get(below[0], {}).get(below[1], ())]
            level = self._note(pairs, [above for above, _ in pairs], -steps)

    def descend(self, depth: int | None) -> None:
        level = {self._start}
        steps = 0
        while level and (depth is None or steps < depth):
            steps += 1
            keys = {key for key, _ in level if key in self._graph.ids}
            deps = self._read({below for key in keys for below in self._graph.downstream_keys(key)})
            pairs = [(above, below) for above, below in _pairs(deps) if above in level]
            level = self._note(pairs, [below for _, below in pairs], steps)

    def _note(self, pairs: Iterable[tuple[Column, Column]], found: Iterable[Column], depth: int) -> set[Column]:
        level: set[Column] = set()
        for column in found:
            if column in self.depth_of:
                continue
            if len(self.depth_of) >= self._limit:
                self.truncated = True
                break
            self.depth_of[column] = depth
            level.add(column)
        self.edges.update(pair for pair in pairs if pair[0] in self.depth_of and pair[1] in self.depth_of)
        return level


def _pairs(deps: Mapping[str, Deps]) -> Iterator[tuple[Column, Column]]:
    for key in sorted(deps):
        for column, above in deps[key].items():
            for each in above:
                yield each, (key, column)


def _entries(deps_by_column: Any) -> Iterator[tuple[str, list[Column]]]:
    if isinstance(deps_by_column, dict):
        for column, deps in deps_by_column.items():
            yield column, [(dep["asset_key"], dep["column_name"]) for dep in deps]

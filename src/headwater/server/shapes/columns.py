"""The wire shapes of columns and their lineage."""

from __future__ import annotations

import msgspec


class ColumnRef(msgspec.Struct, kw_only=True):
    """A column of an asset, `depth` steps from the one asked for: below 0 upstream of it."""

    asset_key: str
    column: str
    depth: int


class ColumnGraph(msgspec.Struct, kw_only=True):
    """The columns that one is made from, and those made from it; an edge is a pair of positions, upstream first."""

    columns: list[ColumnRef]
    edges: list[tuple[int, int]]
    truncated: bool


class TableColumn(msgspec.Struct, kw_only=True):
    """A column; one that only the lineage names has no type."""

    name: str
    type: str | None


class ColumnTable(msgspec.Struct, kw_only=True):
    """The columns of an asset, in their order."""

    key: str
    columns: list[TableColumn]


class ColumnTables(msgspec.Struct, kw_only=True):
    """The columns of some assets; an edge is upstream key, upstream column, key and column, among those assets."""

    items: list[ColumnTable]
    edges: list[tuple[str, str, str, str]]

"""The wire shapes of lineage: the graph, neighbourhoods, paths, impact, groups and where assets come from."""

from __future__ import annotations

import msgspec

from headwater.server.shapes.assets import AssetKind, AssetRow


class GraphNode(msgspec.Struct, kw_only=True):
    """One asset in the lineage graph; `level` is its column, 0 at the roots; a knot is a set of assets in a cycle."""

    asset: AssetRow
    level: int
    knot: int | None


class Graph(msgspec.Struct, kw_only=True):
    """The lineage of all assets; an edge is a pair of positions in `nodes`, upstream first."""

    nodes: list[GraphNode]
    edges: list[tuple[int, int]]
    hash: str


class NeighbourhoodNode(msgspec.Struct, kw_only=True):
    """An asset near another; `depth` is below 0 upstream. `hidden_*` count neighbours that are left out."""

    asset: AssetRow
    depth: int
    level: int
    knot: int | None
    hidden_upstream: int
    hidden_downstream: int


class Neighbourhood(msgspec.Struct, kw_only=True):
    """What is around an asset, nearest first; an edge is a pair of positions in `nodes`, upstream first."""

    nodes: list[NeighbourhoodNode]
    edges: list[tuple[int, int]]
    truncated: bool


class LineagePaths(msgspec.Struct, kw_only=True):
    """Ways from one asset down to another, shortest first, each from its first key to its last."""

    items: list[list[str]]
    truncated: bool


class ImpactedAsset(msgspec.Struct, kw_only=True):
    """An asset that is made from others, `depth` steps below the nearest of them."""

    key: str
    kind: AssetKind
    depth: int
    group: str
    owners: list[str]
    checks: list[str]
    location: str | None


class ImpactShare(msgspec.Struct, kw_only=True):
    """An owner or a group, and how many of the assets are theirs; an owner of None has those that nobody owns."""

    name: str | None
    assets: int


class Impact(msgspec.Struct, kw_only=True):
    """What breaks if some assets do, nearest first, and who owns it."""

    of: list[str]
    items: list[ImpactedAsset]
    owners: list[ImpactShare]
    groups: list[ImpactShare]
    checks: int


class Origin(msgspec.Struct, kw_only=True):
    """What brings an asset about: sensors and schedules that report or make it, and the system that it comes from."""

    key: str
    sensors: list[str]
    schedules: list[str]
    system: str | None


class OriginList(msgspec.Struct, kw_only=True):
    """The assets of which something of that is known, by key."""

    items: list[Origin]


class GroupNode(msgspec.Struct, kw_only=True):
    """A group as one thing: how many assets it has, by kind."""

    name: str
    assets: int
    kinds: dict[str, int]
    level: int


class GroupGraph(msgspec.Struct, kw_only=True):
    """Groups and how they are connected; an edge is (from, to, number of dependencies between their assets)."""

    nodes: list[GroupNode]
    edges: list[tuple[int, int, int]]

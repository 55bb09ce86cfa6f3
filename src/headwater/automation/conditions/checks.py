"""Checks with a condition of their own, as further nodes of the graph: upstream of one is what it judges and looks at.

So a check's condition is compiled, evaluated, remembered and explained as an asset's is. Only what events say of a
check, and what a request of one leads to, is told apart, by the names that are given here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from headwater.definitions.snapshot import AssetSnapshot, CheckSnapshot
from headwater.graph.asset_graph import AssetGraph, AssetNode

_CHECK = "\\:"
"""What the key of a check's node begins with. In an asset's key each backslash escapes a slash or another one."""


def check_node_key(asset_key: str, name: str) -> str:
    """The key of a check's node: how long the name is, the name, and the asset's key."""
    return f"{_CHECK}{len(name)}:{name}{asset_key}"


def check_of(node_key: str) -> tuple[str, str] | None:
    """The asset and the name of the check that a node stands for; None for an asset's."""
    if not node_key.startswith(_CHECK):
        return None
    length, _, rest = node_key[len(_CHECK) :].partition(":")
    return rest[int(length) :], rest[: int(length)]


def asset_of(node_key: str) -> str:
    """The asset that a node stands for, or whose check it does."""
    check = check_of(node_key)
    return node_key if check is None else check[0]


def with_checks(graph: AssetGraph, only: tuple[str, str] | None = None) -> AssetGraph:
    """The graph as conditions see it: with a node for each check that has one and can be carried out.

    News of a virtual asset are those of what it shows, so what is below it stands below that.

    Args:
        graph: All assets.
        only: The one check that gets a node, an asset and a name; None for all.
    """
    graph = graph.without_views()
    checks = [
        check
        for key, mine in graph.checks.items()
        for check in mine
        if check.condition is not None and check.executable and key in graph.ids
        if only is None or (key, check.name) == only
    ]
    if not checks:
        return graph
    nodes = [_node(graph, check) for check in checks]
    edges = [(graph.nodes[up].key, graph.nodes[down].key) for up, down in graph.edges]
    edges += [(dep, node.key) for node in nodes for dep in node.definition.deps if dep in graph.ids]
    return graph.connected([*graph.nodes, *nodes], edges)


def _node(graph: AssetGraph, check: CheckSnapshot) -> AssetNode:
    judged = graph.node(check.asset_key).definition
    key = check_node_key(check.asset_key, check.name)
    return AssetNode(
        key=key,
        kind="native",
        definition=AssetSnapshot(
            key=key,
            kind="native",
            deps=tuple(dict.fromkeys((check.asset_key, *check.deps))),
            partitions=judged.partitions if check.partitioned else None,
            condition=check.condition,
        ),
        location=graph.check_locations.get((check.asset_key, check.name)),
    )


class CheckNodes:
    """The nodes of checks in a graph, as events speak of them."""

    def __init__(self, graph: AssetGraph) -> None:
        self._graph = graph
        self.numbers: dict[tuple[str, str], int] = {}
        """By asset and name."""
        self._of_asset: dict[str, list[int]] = {}
        self._functions: dict[tuple[str, str], str | None] = {}
        for number, node in enumerate(graph.nodes):
            if (check := check_of(node.key)) is not None:
                self.numbers[check] = number
                self._of_asset.setdefault(check[0], []).append(number)
        for asset_key, name in self.numbers:
            found = next(check for check in graph.checks[asset_key] if check.name == name)
            self._functions[(asset_key, name)] = found.op

    def of_asset(self, asset_key: str) -> Sequence[int]:
        """Those of an asset."""
        return self._of_asset.get(asset_key, ())

    def keys_of(self, asset_key: str) -> list[str]:
        """The keys of those of an asset."""
        return [self._graph.nodes[number].key for number in self.of_asset(asset_key)]

    def carried_out(self, assets: Iterable[str], checks: Iterable[tuple[str, str]]) -> list[int]:
        """What a run makes, and the checks that it carries out; `checks` are those of a run that makes nothing."""
        if checks:
            return [self.numbers[check] for check in checks if check in self.numbers]
        nodes, ids = self._graph.nodes, self._graph.ids
        made = [ids[key] for key in assets if key in ids]
        if not self.numbers:
            return made
        along = [
            number
            for each in made
            for number in self.of_asset(nodes[each].key)
            if nodes[each].location == nodes[number].location
        ]
        return made + along

    def of_step(self, step: str, names: Iterable[str], asset_key: str | None, assets: Iterable[str]) -> list[int]:
        """Those that a step carries out.

        Args:
            step: Its name: that of the function, where that carries out several.
            names: The names of its checks.
            asset_key: The first asset that it judges.
            assets: Those of its run.
        """
        wanted = set(names)
        return [
            number
            for key in {asset_key or "", *assets}
            for number in self.of_asset(key)
            if (check := check_of(self._graph.nodes[number].key)) is not None and check[1] in wanted
            if key == asset_key or self._functions[check] == step
        ]

"""The steps of a run: one an asset, one a check, each after those that it needs."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from headwater.errors import UnknownAssetError
from headwater.graph.asset_graph import AssetGraph


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of work: an asset to make, or a check to carry out. Times are in seconds."""

    name: str
    asset_key: str
    check_name: str | None = None
    after: tuple[str, ...] = ()
    timeout: float | None = None


def plan_steps(graph: AssetGraph, assets: Sequence[str]) -> list[Step]:
    """The steps that make some assets and carry out their checks, upstream first.

    What depends on an asset waits for its blocking checks too.

    Raises:
        UnknownAssetError: an asset is not made by these definitions.
    """
    chosen = set(assets)
    foreign = sorted(key for key in chosen if key not in graph.ids or graph.node(key).kind != "native")
    if foreign:
        raise UnknownAssetError(
            f"The definitions that are loaded do not make {', '.join(foreign)}. If they have changed since the run was "
            "requested, request it again; if the file has, restart `headwater dev`."
        )
    ordered = [node for node in (graph.nodes[number] for number in graph.order) if node.key in chosen]
    gates = {key: (key, *_blocking(graph, key)) for key in chosen}
    steps: list[Step] = []
    for node in ordered:
        above = [key for key in graph.upstream_keys(node.key) if key in chosen]
        after = tuple(gate for key in above for gate in gates[key])
        steps.append(Step(name=node.key, asset_key=node.key, after=after, timeout=node.definition.timeout))
        steps += [
            Step(
                name=_check_step(node.key, check.name),
                asset_key=node.key,
                check_name=check.name,
                after=(node.key,),
                timeout=check.timeout,
            )
            for check in graph.checks.get(node.key, ())
            if check.executable
        ]
    return steps


def _blocking(graph: AssetGraph, key: str) -> list[str]:
    checks = graph.checks.get(key, ())
    return [_check_step(key, check.name) for check in checks if check.blocking and check.executable]


def _check_step(key: str, check_name: str) -> str:
    return f"{key}:{check_name}"

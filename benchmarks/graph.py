"""The graph of 100,000 assets: reach beside rustworkx and networkx, a neighbourhood, and a selection."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from typing import Any

from headwater.definitions.selection import AssetSelection
from headwater.definitions.snapshot import AssetSnapshot
from headwater.graph.asset_graph import AssetGraph, AssetNode
from headwater.graph.neighbourhood import find_neighbourhood

SELECTION = "+group:g7 and not tag:tier=gold"


def measure(count: int, times: int) -> None:
    """Print a table; each is measured in turn with the others, so that one load of the machine is on all of them."""
    print(f"Graph of {count:,} assets with two dependencies each (median of {times})")
    started = time.perf_counter()
    graph = build(count)
    print(f"{'built in':<44}{(time.perf_counter() - started) * 1e3:>9.1f} ms")
    _reach(graph, times)
    _selections(graph, times)


def build(count: int) -> AssetGraph:
    """Assets that depend on two of the thousand before them; every tenth is in one of twenty groups of few."""
    chance = random.Random(1)
    nodes, edges = [], []
    for number in range(count):
        key = _key(number)
        definition = AssetSnapshot(
            key=key,
            kind="native" if number % 3 else "external",
            group=f"g{number % 200}",
            tags={"tier": chance.choice(["gold", "silver"])},
            owners=(f"team:t{number % 50}",),
        )
        nodes.append(AssetNode(key=key, kind=definition.kind, definition=definition))
        if number:
            edges += [(_key(chance.randrange(max(0, number - 1_000), number)), key) for _ in range(2)]
    return AssetGraph(nodes, edges)


def _key(number: int) -> str:
    return f"lake/{number:06}"


def _reach(graph: AssetGraph, times: int) -> None:
    peers: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {}
    first, last = graph.nodes[0].key, graph.nodes[-1].key
    peers["headwater"] = (lambda: graph.ancestors(last), lambda: graph.descendants(first))
    try:
        import networkx as nx
        import rustworkx
    except ImportError:
        print("rustworkx and networkx are not installed here; they are among the test dependencies.")
    else:
        rust = rustworkx.PyDiGraph()
        rust.add_nodes_from(range(len(graph.nodes)))
        rust.add_edges_from_no_data(list(graph.edges))
        net = nx.DiGraph(list(graph.edges))
        end = len(graph.nodes) - 1
        peers["rustworkx"] = (lambda: rustworkx.ancestors(rust, end), lambda: rustworkx.descendants(rust, 0))
        peers["networkx"] = (lambda: nx.ancestors(net, end), lambda: nx.descendants(net, 0))
    found = _alternate({name: both[0] for name, both in peers.items()}, times)
    below = _alternate({name: both[1] for name, both in peers.items()}, times)
    for name in peers:
        times_of = [taken[name] / taken.get("rustworkx", taken[name]) for taken in (found, below)]
        ratios = " and ".join(f"{ratio:.1f}" for ratio in times_of)
        line = f"{name + ': all ancestors, all descendants':<44}{found[name]:>9.1f} ms{below[name]:>9.1f} ms"
        print(f"{line}   {ratios} × rustworkx")


def _selections(graph: AssetGraph, times: int) -> None:
    middle = graph.nodes[len(graph.nodes) // 2].key
    selection = AssetSelection.from_string(SELECTION)
    started = time.perf_counter()
    graph.select(selection)
    print(f"{'first selection, with its index':<44}{(time.perf_counter() - started) * 1e3:>9.1f} ms")
    measured = _alternate(
        {
            "neighbourhood of 1,000": lambda: find_neighbourhood(graph, middle, limit=1_000),
            SELECTION: lambda: graph.select(selection),
            "the same from its text": lambda: graph.select(SELECTION),
            "key:*99*": lambda: graph.select("key:*99*"),
            "sinks(*)": lambda: graph.select("sinks(*)"),
        },
        times,
    )
    for name, milliseconds in measured.items():
        print(f"{name:<44}{milliseconds:>9.2f} ms")


def _alternate(calls: dict[str, Callable[[], Any]], times: int) -> dict[str, float]:
    """The median time of each in milliseconds, one after the other again and again."""
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(times):
        for name, call in calls.items():
            started = time.perf_counter()
            call()
            taken[name].append((time.perf_counter() - started) * 1e3)
    return {name: statistics.median(values) for name, values in taken.items()}

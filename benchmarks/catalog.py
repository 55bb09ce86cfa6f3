"""The catalog of thousands of assets with their latest state, and their graph: how long, and how many bytes."""

from __future__ import annotations

import gzip
import json
import os
import statistics
import subprocess
import time
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from benchmarks.estates import estate
from benchmarks.systems import PEERS, Running, peers, running

_PEER_STATES = 1_000
"""So many assets of the peer have a materialization, since it takes them one by one; it is spared the others."""
_CATALOG_QUERY = """
{ assetsOrError { ... on AssetConnection { nodes {
  id key { path }
  assetMaterializations(limit: 1) { timestamp runId }
  definition {
    id groupName computeKind kinds isMaterializable isPartitioned description
    owners { ... on UserAssetOwner { email } ... on TeamAssetOwner { team } }
    tags { key value }
  } } } } }
"""
_GRAPH_QUERY = """
{ assetNodes {
  id groupName isMaterializable kinds opNames
  assetKey { path } dependencyKeys { path } dependedByKeys { path }
} }
"""
_FILL_PEER = """
import dagster as dg
instance = dg.DagsterInstance.get()
for key in {keys!r}:
    instance.report_runless_asset_event(dg.AssetMaterialization(key))
"""


def measure(count: int, times: int) -> None:
    """Print a table.

    Args:
        count: How many assets.
        times: How often each is asked; the median is shown. The peer is asked once.
    """
    print(f"Catalog and graph of {count:,} assets, over HTTP (median of {times}; the peer once)")
    print(f"{'':<34}{'ms':>10}{'bytes':>14}{'bytes, gzip':>14}")
    for system in peers():
        with running(replace(system, project=_escaped(estate(system.name, count)))) as started:
            if system.name == "headwater":
                _fill(started, count)
                for what, path in (("catalog", "/api/assets"), ("graph", "/api/graph")):
                    _row(f"headwater, {what}", times, partial(_get, started.port, path))
            else:
                _fill_peer(started)
                for what, query in (("catalog", _CATALOG_QUERY), ("graph", _GRAPH_QUERY)):
                    _row(f"{system.name}, {what}", 1, partial(_ask, started.port, query))


def _row(name: str, times: int, ask: Callable[[], bytes]) -> None:
    body = ask()
    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        body = ask()
        seconds.append(time.perf_counter() - began)
    print(
        f"{name:<34}{statistics.median(seconds) * 1e3:>10,.1f}{len(body):>14,}{len(gzip.compress(body)):>14,}",
        flush=True,
    )


def _fill(started: Running, count: int) -> None:
    """A materialization of each asset, once they are all there."""
    items: list[dict[str, Any]] = []
    while len(items) < count:
        items = json.loads(_get(started.port, "/api/assets"))["items"]
    keys = [item["key"] for item in items]
    for start in range(0, count, 5_000):
        _post(started.port, "/api/report", [{"key": key} for key in keys[start : start + 5_000]])


def _fill_peer(started: Running) -> None:
    answer = json.loads(_ask(started.port, "{ assetNodes { assetKey { path } } }"))
    keys = [node["assetKey"]["path"] for node in answer["data"]["assetNodes"][:_PEER_STATES]]
    environment = {**os.environ, "DAGSTER_HOME": str(started.marks.parent / "home")}
    subprocess.run([str(PEERS / "python"), "-c", _FILL_PEER.format(keys=keys)], env=environment, check=True)


def _get(port: int, path: str) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=300) as answer:
        found: bytes = answer.read()
        return found


def _ask(port: int, query: str) -> bytes:
    return _post(port, "/graphql", {"query": query})


def _post(port: int, path: str, body: Any) -> bytes:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=300) as answer:
        found: bytes = answer.read()
        return found


def _escaped(project: str) -> str:
    """As `running` fills projects in."""
    return project.replace("{", "{{").replace("}", "}}")

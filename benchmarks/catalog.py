"""The catalog of thousands of assets with their latest state, and their graph: how long, and how many bytes."""

from __future__ import annotations

import gzip
import itertools
import json
import os
import statistics
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
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
_GZIP = b"\x1f\x8b"
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
    print(f"{'':<34}{'ms':>10}{'bytes':>14}{'bytes sent':>14}")
    for system in peers():
        with running(replace(system, project=_escaped(estate(system.name, count)))) as started:
            if system.name == "headwater":
                roots = itertools.cycle(_fill(started, count))
                for what, path in (("catalog", "/api/assets"), ("graph", "/api/graph")):
                    ask = partial(_get, started.port, path)
                    _row(f"headwater, {what}", times, ask)
                    _row("  right after an event", times, ask, before=partial(_report, started.port, roots))
            else:
                _fill_peer(started)
                for what, query in (("catalog", _CATALOG_QUERY), ("graph", _GRAPH_QUERY)):
                    _row(f"{system.name}, {what}", 1, partial(_ask, started.port, query))


def _row(name: str, times: int, ask: Callable[[], bytes], before: Callable[[], object] = lambda: None) -> None:
    body = ask()
    seconds = []
    for _ in range(times):
        before()
        began = time.perf_counter()
        body = ask()
        seconds.append(time.perf_counter() - began)
    print(f"{name:<34}{statistics.median(seconds) * 1e3:>10,.1f}{len(_plain(body)):>14,}{len(body):>14,}", flush=True)


def _fill(started: Running, count: int) -> list[str]:
    """A materialization of each asset, once they are all there; the keys of those that the others are made from."""
    items: list[dict[str, Any]] = []
    while len(items) < count:
        items = json.loads(_plain(_get(started.port, "/api/assets")))["items"]
    keys = [item["key"] for item in items]
    for start in range(0, count, 5_000):
        _post(started.port, "/api/report", [{"key": key} for key in keys[start : start + 5_000]])
    return [key for key in keys if key.startswith("raw_")]


def _fill_peer(started: Running) -> None:
    answer = json.loads(_plain(_ask(started.port, "{ assetNodes { assetKey { path } } }")))
    keys = [node["assetKey"]["path"] for node in answer["data"]["assetNodes"][:_PEER_STATES]]
    environment = {**os.environ, "DAGSTER_HOME": str(started.marks.parent / "home")}
    subprocess.run([str(PEERS / "python"), "-c", _FILL_PEER.format(keys=keys)], env=environment, check=True)


def _report(port: int, keys: Iterator[str]) -> None:
    """A materialization of the next one of some assets."""
    _post(port, "/api/report", {"key": next(keys)})


def _get(port: int, path: str) -> bytes:
    return _send(urllib.request.Request(f"http://127.0.0.1:{port}{path}"))


def _ask(port: int, query: str) -> bytes:
    return _post(port, "/graphql", {"query": query})


def _post(port: int, path: str, body: Any) -> bytes:
    return _send(
        urllib.request.Request(
            f"http://127.0.0.1:{port}{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
    )


def _send(request: urllib.request.Request) -> bytes:
    """The answer as it is sent to a browser: compressed where the server does that."""
    request.add_header("Accept-Encoding", "gzip")
    with urllib.request.urlopen(request, timeout=300) as answer:
        found: bytes = answer.read()
        return found


def _plain(body: bytes) -> bytes:
    return gzip.decompress(body) if body.startswith(_GZIP) else body


def _escaped(project: str) -> str:
    """As `running` fills projects in."""
    return project.replace("{", "{{").replace("}", "}}")

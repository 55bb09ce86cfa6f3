"""From a saved file to new definitions in force: in `headwater dev` by itself, in the peer by its Reload button."""

from __future__ import annotations

import json
import re
import statistics
import time
import urllib.request
from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks.systems import Running, dagster, headwater, running

_RELOAD = 'mutation { reloadRepositoryLocation(repositoryLocationName: "%s") { __typename } }'
_PLACE = "{ workspaceOrError { ... on Workspace { locationEntries { name updatedTimestamp } } } }"


def measure(times: int) -> None:
    """Print the time from the save to the moment at which ticks and runs take the new code."""
    print(f"From a saved file to its definitions in force ({times} saves)")
    with running(headwater()) as system:
        file = system.marks.with_name("definitions.py")
        text = file.read_text()
        url = f"http://127.0.0.1:{system.port}/api/locations"
        found = [_save_and_wait(url, partial(file.write_text, f"{text}\n# {n}\n")) for n in range(times)]
    _print("headwater", found)
    peer = dagster()
    if peer is not None:
        with running(peer) as system:
            _print(peer.name, [_save_and_reload(system, n) for n in range(times)])


def _print(name: str, found: list[float]) -> None:
    print(f"{name:<12}{statistics.median(found) * 1000:>8.0f} ms, at most {max(found) * 1000:.0f} ms")


def _save_and_wait(url: str, save: Callable[[], object]) -> float:
    while (before := _loaded_at(url)) is None:
        time.sleep(0.05)
    # Apart from the last load, so that each save is noticed by itself.
    time.sleep(1.0)
    began = time.perf_counter()
    save()
    while _loaded_at(url) == before:
        time.sleep(0.005)
    return time.perf_counter() - began


def _loaded_at(url: str) -> float | None:
    with urllib.request.urlopen(url, timeout=10) as answer:
        items = json.load(answer)["items"]
    return items[0]["loaded_at"] if items else None


def _save_and_reload(system: Running, number: int) -> float:
    """The peer loads nothing by itself: somebody saves, and asks for it at once."""
    file = system.marks.with_name("definitions.py")
    url = f"http://127.0.0.1:{system.port}/graphql"
    (place,) = _ask(url, _PLACE)["workspaceOrError"]["locationEntries"]
    began = time.perf_counter()
    file.write_text(f"{re.sub('# .*$', '', file.read_text())}# {number}")
    kind = _ask(url, _RELOAD % place["name"])["reloadRepositoryLocation"]["__typename"]
    if kind != "WorkspaceLocationEntry":
        raise RuntimeError(f"the peer did not load its definitions: {kind}")
    return time.perf_counter() - began


def _ask(url: str, query: str) -> dict[str, Any]:
    request = urllib.request.Request(url, json.dumps({"query": query}).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        data: dict[str, Any] = json.load(answer)["data"]
    return data

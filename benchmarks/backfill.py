"""What a backfill costs for each partition, with an asset that does nothing."""

from __future__ import annotations

import dataclasses
import json
import time
import urllib.request
from typing import Any

from benchmarks.systems import headwater, running

_BATCH = 100
_LIMIT_SECONDS = 1_800.0
_PROJECT = """
import headwater as hw

@hw.asset(partitions_def=hw.StaticPartitionsDefinition([f"p{{n:06}}" for n in range(AMOUNT)]))
def numbered(context: hw.AssetExecutionContext) -> hw.MaterializeResult[None]:
    return hw.MaterializeResult()

defs = hw.Definitions(assets=[numbered])
"""


def measure(partitions: int) -> None:
    """Print a line for batches and one for single runs, each in a store of its own."""
    print(f"Backfill of {partitions:,} partitions of an asset that does nothing, in milliseconds for each partition")
    system = dataclasses.replace(headwater(), project=_PROJECT.replace("AMOUNT", str(partitions)))
    for name, body in (
        (f"batches of {_BATCH}", {"max_partitions_per_run": _BATCH}),
        ("single runs", {"max_partitions_per_run": 1}),
    ):
        with running(system) as started:
            url = f"http://127.0.0.1:{started.port}/api/backfills"
            while not _ask(f"http://127.0.0.1:{started.port}/api/assets")["items"]:
                time.sleep(0.1)
            begun = time.perf_counter()
            backfill_id = _ask(url, {"assets": ["numbered"], **body})["backfill"]["backfill_id"]
            answered = time.perf_counter() - begun
            _wait_for_end(url)
            taken = time.perf_counter() - begun
            _check(_ask(f"{url}/{backfill_id}")["backfill"], partitions)
        print(f"{name:<16}{1_000 * taken / partitions:>8.2f}   ({taken:.1f} s, request answered in {answered:.2f} s)")


def _wait_for_end(url: str) -> None:
    limit = time.perf_counter() + _LIMIT_SECONDS
    while _ask(f"{url}?limit=1")["items"][0]["status"] in ("requested", "running"):
        if time.perf_counter() > limit:
            raise RuntimeError(f"the backfill did not end within {_LIMIT_SECONDS:g} s")
        time.sleep(0.1)


def _check(backfill: Any, partitions: int) -> None:
    if (backfill["status"], backfill["counts"]["materialized"]) != ("completed", partitions):
        raise RuntimeError(f"the backfill did not make everything: {backfill['status']}, {backfill['counts']}")


def _ask(url: str, body: Any = None) -> Any:
    request = urllib.request.Request(
        url,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as response:
        return json.load(response)

"""From sending a report of an external asset to the first line of user code downstream."""

from __future__ import annotations

import json
import statistics
import time
import urllib.request

from benchmarks.systems import Running, System, peers, running

_LIMIT_SECONDS = 60.0


def measure(times: int) -> None:
    """Print a table; each system runs alone."""
    print(f"Report to first line of user code downstream, in milliseconds ({times} times)")
    medians: dict[str, float] = {}
    for system in peers():
        with running(system) as started:
            taken = _measure(started, times if system.name == "headwater" else max(3, times // 10))
        medians[system.name] = statistics.median(taken)
        shown = [statistics.median(taken), sorted(taken)[int(len(taken) * 0.99)], min(taken), max(taken)]
        named = zip(("p50", "p99", "min", "max"), shown, strict=True)
        print(f"{system.name:<12}" + "  ".join(f"{name} {value:,.1f}" for name, value in named))
    if "dagster" in medians:
        print(f"dagster / headwater: {medians['dagster'] / medians['headwater']:,.0f}")


def _measure(started: Running, times: int) -> list[float]:
    # The first report may come before everything is loaded; it is awaited, and not counted.
    _settle(started.system)
    _once(started)
    return [1_000 * _once(started) for _ in range(times)]


def _settle(system: System) -> None:
    # A peer takes nothing that came before its first look, which it announces nowhere.
    time.sleep(2.0 if system.name == "headwater" else 30.0)


def _once(started: Running) -> float:
    before = _marks(started)
    sent = time.time()
    request = urllib.request.Request(
        f"http://127.0.0.1:{started.port}/report_asset_materialization/",
        data=json.dumps({"asset_key": "raw_transactions"}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request):
        pass
    while len(marks := _marks(started)) == len(before):
        if time.time() - sent > _LIMIT_SECONDS:
            raise RuntimeError(f"{started.system.name} started nothing within {_LIMIT_SECONDS:g} s")
        time.sleep(0.002)
    # Let the run end, so that the next report does not wait for it.
    time.sleep(0.1 if started.system.name == "headwater" else 3.0)
    return marks[-1] - sent


def _marks(started: Running) -> list[float]:
    return [float(line) for line in started.marks.read_text().split()]

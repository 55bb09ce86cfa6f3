"""From sending a report of an external asset to the first line of user code downstream."""

from __future__ import annotations

import http.client
import json
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.systems import Running, System, peers, running

_LIMIT_SECONDS = 60.0
_RATES = (1, 100)
_HEADERS = {"Content-Type": "application/json"}


def measure(times: int) -> None:
    """Print a table; each system runs alone.

    One report a second leads to a run, and is measured. At a higher rate the others are of assets that nothing is made
    from: they go through the same door, the same log and the same conditions.
    """
    print(f"Report to first line of user code downstream, in milliseconds ({times} times)")
    for rate in _RATES:
        medians: dict[str, float] = {}
        for system in peers():
            with running(system) as started:
                taken = _measure(started, times if system.name == "headwater" else max(3, times // 10), rate)
            medians[system.name] = statistics.median(taken)
            shown = [statistics.median(taken), sorted(taken)[int(len(taken) * 0.99)], min(taken), max(taken)]
            named = zip(("p50", "p99", "min", "max"), shown, strict=True)
            values = "  ".join(f"{name} {value:,.1f}" for name, value in named)
            print(f"{system.name:<12}{rate:>4} reports/s  {values}", flush=True)
        if "dagster" in medians:
            print(f"dagster / headwater: {medians['dagster'] / medians['headwater']:,.0f}")


def _measure(started: Running, times: int, rate: int) -> list[float]:
    # The first report may come before everything is loaded; it is awaited, and not counted.
    _settle(started.system)
    _once(started)
    with _others(started, rate - 1):
        return [1_000 * _once(started) for _ in range(times)]


def _settle(system: System) -> None:
    # A peer takes nothing that came before its first look, which it announces nowhere.
    time.sleep(2.0 if system.name == "headwater" else 30.0)


def _once(started: Running) -> float:
    before = _marks(started)
    connection = http.client.HTTPConnection("127.0.0.1", started.port, timeout=_LIMIT_SECONDS)
    sent = time.time()
    _report(connection, "raw_transactions")
    connection.close()
    while len(marks := _marks(started)) == len(before):
        if time.time() - sent > _LIMIT_SECONDS:
            raise RuntimeError(f"{started.system.name} started nothing within {_LIMIT_SECONDS:g} s")
        time.sleep(0.002)
    # Let the run end, so that the next report does not wait for it.
    # A peer drops what comes while one works, and tells its end late.
    time.sleep(max(0.0, sent + 1.0 - time.time()) if started.system.name == "headwater" else 10.0)
    return marks[-1] - sent


@contextmanager
def _others(started: Running, rate: int) -> Iterator[None]:
    """Report other assets so often a second in the meantime."""
    is_over = threading.Event()
    sent = 0

    def work() -> None:
        nonlocal sent
        connection = http.client.HTTPConnection("127.0.0.1", started.port, timeout=_LIMIT_SECONDS)
        while not is_over.is_set():
            _report(connection, f"feed_{sent % rate}")
            sent += 1
            is_over.wait(max(0.0, began + sent / rate - time.perf_counter()))
        connection.close()

    began = time.perf_counter()
    thread = threading.Thread(target=work if rate else is_over.wait)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
        if rate:
            print(f"{'':<12}({sent / (time.perf_counter() - began):,.0f} other reports/s were taken)")


def _report(connection: http.client.HTTPConnection, key: str) -> None:
    body = json.dumps({"asset_key": key})
    connection.request("POST", "/report_asset_materialization/", body, _HEADERS)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        raise RuntimeError(f"the report of {key} was answered with {answer.status}")


def _marks(started: Running) -> list[float]:
    return [float(line) for line in started.marks.read_text().split()]

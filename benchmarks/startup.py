"""From the command to a server that answers, and the memory of all its processes then."""

from __future__ import annotations

import statistics
import time

from benchmarks.systems import memory_of, peers, running


def measure(times: int) -> None:
    """Print a table; each system runs alone."""
    print(f"Start to ready, and memory of all processes five seconds later ({times} starts)")
    found: dict[str, tuple[float, float]] = {}
    for system in peers():
        seconds: list[float] = []
        megabytes: list[float] = []
        for _ in range(times):
            with running(system) as started:
                seconds.append(started.seconds_to_start)
                time.sleep(5.0)
                memory, processes = memory_of(started.pid)
                megabytes.append(memory)
        found[system.name] = (statistics.median(seconds), statistics.median(megabytes))
        start, used = found[system.name]
        print(f"{system.name:<12}{start:>8.2f} s {used:>8.0f} MB in {processes} processes")
    if "dagster" in found:
        ratios = [peer / ours for peer, ours in zip(found["dagster"], found["headwater"], strict=True)]
        print(f"dagster / headwater: {ratios[0]:.1f} in time, {ratios[1]:.1f} in memory")

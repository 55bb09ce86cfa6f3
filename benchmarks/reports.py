"""Durable reports a second, through HTTP onto SQLite with synchronous=FULL, at 1, 8 and 64 connections."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.load import Load, run_load
from benchmarks.systems import System, peers, running

_CONNECTIONS = (1, 8, 64)


def bare() -> System:
    """What the machine allows."""
    command = (sys.executable, str(Path(__file__).with_name("bare.py")), "{port}", "{home}/bare.db")
    return System("bare limit", command, "", "/")


def measure(seconds: float) -> None:
    """Print a table; each system runs alone."""
    print(f"Durable reports a second ({seconds:g} s each, the load on the same cores)")
    print(f"{'':<12}" + "".join(f"{count:>12} conn. {'p99 ms':>8}" for count in _CONNECTIONS))
    found: dict[str, dict[int, Load]] = {}
    for system in [bare(), *peers()]:
        with running(system) as started:
            run_load(started.port, 2, 1.0)
            found[system.name] = {count: run_load(started.port, count, seconds) for count in _CONNECTIONS}
        loads = found[system.name].values()
        print(f"{system.name:<12}" + "".join(f"{load.requests_per_second:>18,.0f} {load.p99:>8.1f}" for load in loads))
    for other in found.keys() - {"headwater"}:
        ratios = [
            found["headwater"][count].requests_per_second / found[other][count].requests_per_second
            for count in _CONNECTIONS
        ]
        print(f"headwater / {other}: " + ", ".join(f"{ratio:.2f}" for ratio in ratios))

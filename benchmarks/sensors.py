"""Many sensors that tick every second, each yielding an event: how late they are, and what that costs."""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from collections import Counter
from pathlib import Path

import msgspec

from benchmarks.systems import Running, System, dagster, processor_seconds, running

_SETTLE_SECONDS = 10.0

_HEADWATER = """
import headwater as hw

def make(number):
    key = f"asset_{{number:04}}"

    @hw.sensor(name=f"sensor_{{number:04}}", minimum_interval_seconds=1)
    def look(context):
        seen = int(context.cursor or 0) + 1
        event = hw.AssetMaterialization(key, metadata={{"seen": seen}})
        return hw.SensorResult(asset_events=[event], cursor=str(seen))

    return hw.AssetSpec(key), look

made = [make(number) for number in range({count})]
defs = hw.Definitions(assets=[spec for spec, _ in made], sensors=[look for _, look in made])
MARKS = {marks!r}
"""

_DAGSTER = """
import dagster as dg

def make(number):
    key = f"asset_{{number:04}}"

    @dg.sensor(
        name=f"sensor_{{number:04}}", minimum_interval_seconds=1, default_status=dg.DefaultSensorStatus.RUNNING
    )
    def look(context):
        seen = int(context.cursor or 0) + 1
        event = dg.AssetMaterialization(key, metadata={{"seen": seen}})
        return dg.SensorResult(asset_events=[event], cursor=str(seen))

    return dg.AssetSpec(key), look

made = [make(number) for number in range({count})]
defs = dg.Definitions(assets=[spec for spec, _ in made], sensors=[look for _, look in made])
MARKS = {marks!r}
"""


def measure(count: int, seconds: float) -> None:
    """Print a table.

    Args:
        count: How many sensors.
        seconds: For how long they are watched.
    """
    print(f"{count:,} sensors at one-second intervals, each yielding an event; watched for {seconds:g} s")
    command = (sys.executable, "-m", "headwater.cli", "dev", "{file}", "--port", "{port}", "--home", "{home}")
    ours = System("headwater", command, _HEADWATER.replace("{count}", str(count)), "/health/ready")
    with running(ours) as started:
        _measure_ours(started, seconds)
    peer = dagster()
    if peer is not None:
        theirs = System(peer.name, peer.command, _DAGSTER.replace("{count}", str(count)), peer.ready_path)
        with running(theirs) as started:
            _measure_theirs(started, count, max(seconds, 60.0))


def _measure_ours(started: Running, seconds: float) -> None:
    database = started.marks.parent / "home" / "headwater.db"
    time.sleep(_SETTLE_SECONDS)
    began, engine, everything = time.time(), _cpu(started.pid), processor_seconds(started.pid)
    time.sleep(seconds)
    ended, engine_after, everything_after = time.time(), _cpu(started.pid), processor_seconds(started.pid)
    with sqlite3.connect(database) as connection:
        query = "SELECT sensor, started_at, detail FROM ticks WHERE started_at > ? AND started_at <= ?"
        rows = connection.execute(query, (round(began * 1e6), round(ended * 1e6))).fetchall()
    late = sorted((at - msgspec.json.decode(detail)["due_at"]) / 1_000 for _, at, detail in rows)
    ticks = Counter(name for name, _, _ in rows)
    elapsed = ended - began
    print(
        f"headwater   ticks a second {len(rows) / elapsed:,.0f}  fewest and most of a sensor "
        f"{min(ticks.values(), default=0)}, {max(ticks.values(), default=0)} in {elapsed:.1f} s  sensors {len(ticks):,}"
    )
    print(
        f"            late p50 {late[len(late) // 2]:,.1f} ms  p99 {late[int(len(late) * 0.99)]:,.1f} ms  "
        f"max {late[-1]:,.1f} ms  within their second {sum(each < 1_000 for each in late) / len(late):.2%}"
    )
    others = (everything_after - everything - engine_after + engine) / elapsed
    print(f"            cores: engine and server {(engine_after - engine) / elapsed:.2f}, user code {others:.2f}")


def _measure_theirs(started: Running, count: int, seconds: float) -> None:
    """The peer keeps its ticks in a database of its own; their number in a minute says enough."""
    database = started.marks.parent / "home" / "schedules" / "schedules.db"
    time.sleep(60.0)
    began, used = time.time(), processor_seconds(started.pid)
    time.sleep(seconds)
    ended, used_after = time.time(), processor_seconds(started.pid)
    with sqlite3.connect(database) as connection:
        query = "SELECT count(*) FROM job_ticks WHERE strftime('%s', timestamp) + 0 BETWEEN ? AND ?"
        (ticks,) = connection.execute(query, (began, ended)).fetchone()
    elapsed = ended - began
    print(
        f"dagster     ticks a second {ticks / elapsed:,.1f}, of {count:,} due; "
        f"cores of all its processes {(used_after - used) / elapsed:.2f}"
    )


def _cpu(pid: int) -> float:
    """The seconds of processor time that a process has used, with those of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

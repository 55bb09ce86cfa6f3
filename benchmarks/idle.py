"""Nothing happens: what the demo's processes take while its sensors find nothing new, and what the peer's take.

The peer has as many sensors that find nothing as often, but no SFTP server to ask and no polars loaded: less to do.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.systems import System, below, dagster, free_port, memory_of, running, wait_until_ready

_DEMO = Path(__file__).parents[1] / "examples" / "partner_transactions" / "demo.py"


_SETTLE_SECONDS = 30.0

_DAGSTER = """
import dagster as dg

def idle(number, seconds):
    @dg.sensor(
        name=f"idle_{{number}}", minimum_interval_seconds=seconds, default_status=dg.DefaultSensorStatus.RUNNING
    )
    def look(context):
        return dg.SkipReason("Nothing is new.")

    return look

specs = [dg.AssetSpec(f"asset_{{number}}") for number in range(10)]
defs = dg.Definitions(assets=specs, sensors=[idle(1, 1), idle(2, 1), idle(3, 2)])
MARKS = {marks!r}
"""


def measure(seconds: float) -> None:
    """Print processor time, memory and wake-ups of Headwater's processes, the demo's partner and its world left out."""
    print(f"The demo, idle for {seconds:g} s")
    _measure_demo(seconds)
    peer = dagster()
    if peer is not None:
        with running(System(peer.name, peer.command, _DAGSTER, peer.ready_path)) as started:
            time.sleep(_SETTLE_SECONDS)
            _watch(peer.name, started.pid, seconds)


def _measure_demo(seconds: float) -> None:
    with tempfile.TemporaryDirectory(prefix="bench-idle-", ignore_cleanup_errors=True) as home:
        port = free_port()
        demo = subprocess.Popen(
            [sys.executable, str(_DEMO), "--home", home, "--port", str(port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_until_ready(f"http://127.0.0.1:{port}/health/ready", demo)
            server = next(pid for pid in below(demo.pid) if b"headwater.cli\0dev" in _command(pid))
            # The first deliveries are worked off, and workers that nobody needs any more have ended.
            time.sleep(_SETTLE_SECONDS)
            _watch("headwater", server, seconds)
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait(30)


def _watch(name: str, server: int, seconds: float) -> None:
    """Print what a process and all below it take in some seconds."""
    before, began = _used(server), time.perf_counter()
    time.sleep(seconds)
    after, took = _used(server), time.perf_counter() - began
    memory, processes = memory_of(server)
    cpu, switches = ((after[place] - before[place]) / took for place in (0, 1))
    shown = f"{cpu * 100:>7.2f} % of a core {memory:>8.0f} MB in {processes} processes {switches:>6.0f} wake-ups/s"
    print(f"{name:<12}{shown}")


def _used(server: int) -> tuple[float, int]:
    """Seconds of processor time, with that of ended children, and voluntary switches, of a process and all below."""
    ticks = os.sysconf("SC_CLK_TCK")
    seconds, switches = 0.0, 0
    for pid in [server, *below(server)]:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            tasks = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/status")]
        except (FileNotFoundError, ProcessLookupError):
            continue
        seconds += sum(int(field) for field in fields[11:15]) / ticks
        lines = [line for task in tasks for line in task.splitlines()]
        switches += sum(int(line.split()[1]) for line in lines if line.startswith("voluntary_ctxt_switches"))
    return seconds, switches


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return b""

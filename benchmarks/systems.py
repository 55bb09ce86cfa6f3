"""Start and stop the systems that are measured, each in a fresh home on a port of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.projects import DAGSTER, HEADWATER

PEERS = Path(__file__).parents[1] / ".venv-peers" / "bin"
_START_SECONDS = 120.0


@dataclass(frozen=True)
class System:
    """A system under measurement."""

    name: str
    command: tuple[str, ...]
    project: str
    ready_path: str
    environment: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Running:
    """A system that has started; `marks` is where its user code writes when it began."""

    system: System
    port: int
    pid: int
    marks: Path
    seconds_to_start: float


def headwater(database: str | None = None) -> System:
    """Headwater, as this environment has it; on SQLite, or on a PostgreSQL database by its address."""
    environment = (("HEADWATER_DATABASE_URL", database),) if database else ()
    command = (sys.executable, "-m", "headwater.cli", "dev", "{file}", "--port", "{port}", "--home", "{home}")
    return System("headwater", command, HEADWATER, "/health/ready", environment)


def dagster() -> System | None:
    """Dagster, where `make bench-peers` has installed it."""
    if not (PEERS / "dagster").exists():
        return None
    return System("dagster", (str(PEERS / "dagster"), "dev", "-f", "{file}", "-p", "{port}"), DAGSTER, "/server_info")


def peers() -> list[System]:
    """Headwater, and Dagster where it is installed."""
    peer = dagster()
    return [headwater()] if peer is None else [headwater(), peer]


@contextmanager
def running(system: System) -> Iterator[Running]:
    """Start a system and stop it, with every process that it started."""
    with tempfile.TemporaryDirectory(prefix=f"bench-{system.name}-", ignore_cleanup_errors=True) as folder:
        home = Path(folder, "home")
        home.mkdir()
        marks, file, port = Path(folder, "marks"), Path(folder, "definitions.py"), free_port()
        marks.touch()
        file.write_text(system.project.format(marks=str(marks)))
        places = {"file": str(file), "port": str(port), "home": str(home)}
        environment = {
            **os.environ,
            "DAGSTER_HOME": str(home),
            "DAGSTER_DISABLE_TELEMETRY": "1",
            **dict(system.environment),
        }
        started = time.perf_counter()
        process = subprocess.Popen(
            [part.format(**places) for part in system.command],
            cwd=folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            wait_until_ready(f"http://127.0.0.1:{port}{system.ready_path}", process)
            yield Running(system, port, process.pid, marks, time.perf_counter() - started)
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def memory_of(pid: int) -> tuple[float, int]:
    """Proportional memory in MB of a process and all below it, and how many they are."""
    processes = [pid, *below(pid)]
    total = 0
    for each in processes:
        try:
            lines = Path(f"/proc/{each}/smaps_rollup").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024, len(processes)


def processor_seconds(pid: int) -> float:
    """The processor time that a process and all below it have used, those that ended included."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        listed = Path(f"/proc/{pid}/task").glob("*/children")
        children = [int(child) for path in listed for child in path.read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    own = sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")
    return own + sum(map(processor_seconds, children))


def below(pid: int) -> list[int]:
    """Every process that a process has started, and what those have."""
    listed = Path(f"/proc/{pid}/task").glob("*/children")
    children = [int(child) for path in listed for child in path.read_text().split()]
    return [each for child in children for each in (child, *below(child))]


def wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    """Ask until there is an answer."""
    limit = time.perf_counter() + _START_SECONDS
    while time.perf_counter() < limit:
        if process.poll() is not None:
            raise RuntimeError(f"it ended with status {process.returncode} before it was ready")
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.02)
    raise RuntimeError(f"it was not ready after {_START_SECONDS:g} s")


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

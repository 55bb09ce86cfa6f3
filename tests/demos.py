"""The demo of the example project in a process of its own, as `make demo` starts it."""

from __future__ import annotations

import random
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from servers import LIMIT, DevServer

PROJECT = Path(__file__).parents[1] / "examples" / "partner_transactions"


class Demo:
    """The demo's process, what it has said, and its server."""

    def __init__(self, home: Path, port: int) -> None:
        self.home = home
        self.server = DevServer(home)
        self.server.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [sys.executable, str(PROJECT / "demo.py"), "--home", str(home), "--port", str(port)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=home.parent,
        )
        self.output = ""
        self._is_ready = threading.Event()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def wait_until_ready(self) -> None:
        """Wait for its greeting."""
        assert self._is_ready.wait(LIMIT), self.output
        assert self.process.poll() is None, self.output

    def wait_for_days(self, count: int) -> None:
        """Wait until so many days of sessions are there; none are known of before the definitions are loaded."""

        def days() -> int:
            known = self.server.asset("daily_sessions").get("partitions") or {}
            return int(known.get("materialized", 0))

        self.server.wait_for(lambda: days() >= count)

    def stop(self, number: int = signal.SIGINT) -> int:
        """Send it a signal, and give its exit status."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        """Wait for its end."""
        status = self.process.wait(LIMIT)
        self._reader.join(LIMIT)
        return status

    def child(self, word: str) -> int:
        """The id of the child process with a word in its command line."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        (found,) = [pid for pid in children if word in Path(f"/proc/{pid}/cmdline").read_text().split("\0")]
        return int(found)

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as output:
            for line in output:
                self.output += line
                if line.startswith("Ctrl-C stops"):
                    self._is_ready.set()
        self._is_ready.set()


@contextmanager
def running_demo(home: Path, port: int) -> Iterator[Demo]:
    """Start it, wait until it is ready, and stop it at the end."""
    demo = Demo(home, port)
    try:
        demo.wait_until_ready()
        yield demo
    finally:
        if demo.process.poll() is None:
            demo.stop(signal.SIGTERM)


def free_port() -> int:
    """A port that nobody has, and that nobody gets who asks the system for any: those are above 32,767."""
    for port in random.SystemRandom().sample(range(20_000, 32_000), 100):
        with socket.socket() as attempt, suppress(OSError):
            attempt.bind(("127.0.0.1", port))
            return port
    raise AssertionError("of a hundred ports none is free")

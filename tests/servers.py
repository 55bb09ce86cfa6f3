"""A real `headwater dev` in a process of its own, for tests to talk to, wait for and kill."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from headwater.clock import SystemClock

LIMIT = 180.0
"""Seconds after which a wait is a hang."""


class Answer:
    """What an HTTP request was answered with."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)


class DevServer:
    """The process, and how to reach it."""

    def __init__(
        self,
        home: Path,
        *arguments: str,
        command: str = "dev",
        token: str | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.home = home
        self._environment = {} if environment is None else environment
        self._command = command
        self._live_headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._arguments = arguments
        self._process: subprocess.Popen[str] | None = None
        self.url = ""
        self.output: list[str] = []

    def start(self) -> None:
        """Start it and wait until it says where it is."""
        command = [sys.executable, "-m", "headwater.cli", self._command, "--port", "0", "--home", str(self.home)]
        self._process = subprocess.Popen(
            [*command, *self._arguments],
            env={**os.environ, **self._environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.output.append(line)
            if found := re.search(r"http://localhost:(\d+)", line):
                self.url = f"http://127.0.0.1:{found[1]}"
                break
        else:
            raise AssertionError(f"the server did not start: {''.join(self.output)}")
        self._drainer = threading.Thread(target=self._drain, daemon=True)
        self._drainer.start()
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Wait until everything that its locations define is in force."""
        self.wait_for(lambda: self.get("/health/ready").status == 200)

    @property
    def pid(self) -> int:
        """The process id."""
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._wait()

    def stop(self) -> int:
        """Ask it to end, and give its exit status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        return self._wait()

    def is_running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def get(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        """Ask."""
        return self.request("GET", path, None, headers or {})

    def post(self, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """Send JSON."""
        encoded = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        content = {"Content-Type": "application/json"} if encoded is not None else {}
        return self.request("POST", path, encoded, {**content, **(headers or {})})

    def put(self, path: str, body: Any) -> Answer:
        """Send JSON that takes the place of what was there."""
        return self.request("PUT", path, json.dumps(body).encode(), {"Content-Type": "application/json"})

    def delete(self, path: str) -> Answer:
        """Take something away."""
        return self.request("DELETE", path, None, {})

    def request(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        """Send a request and take any answer; one that is cut off in the middle is a `ConnectionError` too."""
        request = urllib.request.Request(self.url + path, data=body, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=LIMIT) as response:
                return Answer(response.status, dict(response.headers), response.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, dict(error.headers), error.read())
        except http.client.HTTPException as error:
            raise ConnectionError(f"the answer to {method} {path} was cut off") from error

    def asset(self, key: str) -> Any:
        """An asset in detail."""
        return self.get(f"/api/assets/detail?key={quote(key)}").json

    def status(self, key: str) -> str | None:
        """How an asset stands; None while it is not known."""
        found: str | None = self.asset(key).get("asset", {}).get("status")
        return found

    def events(self, key: str, kind: str = "materialization") -> list[Any]:
        """All of an asset's events, newest first; none while the asset is not known."""
        items: list[Any] = []
        page, cursor = f"/api/assets/events?key={quote(key)}&kind={kind}&limit=1000", ""
        while cursor is not None:
            answer = self.get(page + (f"&cursor={cursor}" if cursor else ""))
            if answer.status == 404:
                return []
            items += answer.json["items"]
            cursor = answer.json["next"]
        return items

    def wait_for(self, condition: Callable[[], Any], *, headers: dict[str, str] | None = None) -> Any:
        """Wait until something holds, looking again at every message of the live stream; gives what it came to.

        The stream's signs of life count as messages: what is only logged may come after the last event.
        """
        request = urllib.request.Request(self.url + "/api/live", headers=headers or self._live_headers)
        with urllib.request.urlopen(request, timeout=LIMIT) as stream:
            while not (found := condition()):
                line = stream.readline()
                while line and not line.startswith((b"data:", b":")):
                    line = stream.readline()
                assert line, "the live stream ended"
        return found

    def ask_until(self, condition: Callable[[], Any]) -> Any:
        """Ask again and again until something holds that no event tells of; gives what it came to."""
        clock = SystemClock()
        deadline = clock.monotonic() + LIMIT
        while not (found := condition()):
            assert clock.monotonic() < deadline, "it never came to hold"
        return found

    def _drain(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        with self._process.stdout as output:
            self.output.extend(output)

    def _wait(self) -> int:
        assert self._process is not None
        status = self._process.wait(LIMIT)
        self._drainer.join(LIMIT)
        return status


def all_events(server: DevServer) -> list[Any]:
    """The whole log, oldest first."""
    items: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        page = server.get(f"/api/events?limit=1000{f'&cursor={cursor}' if cursor else ''}").json
        items += page["items"]
        cursor = page["next"]
    return items[::-1]


@contextmanager
def dev_server(
    home: Path,
    *arguments: str,
    command: str = "dev",
    token: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[DevServer]:
    """A server that is killed at the end if it still runs.

    Args:
        home: Its folder.
        arguments: Further ones of the command line.
        command: What it is started with.
        token: For a server that demands one.
        environment: Variables for this server alone, besides those of the tests.
    """
    server = DevServer(home, *arguments, command=command, token=token, environment=environment)
    server.start()
    try:
        yield server
    finally:
        if server.is_running():
            server.kill()

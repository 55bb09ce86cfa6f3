"""The example's outside world: what its commands leave behind, and what they report."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from outside_world import partner, tracking
from outside_world.cli import main
from outside_world.nightly_pipeline import ReportFailedError, run_pipeline
from outside_world.places import World
from outside_world.setup import make_world

_TODAY = date(2026, 3, 18)


class Listener(ThreadingHTTPServer):
    """An HTTP server that answers every report with the same status, and keeps it."""

    def __init__(self, status: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = status
        self.reports: list[tuple[str, dict[str, Any]]] = []

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.reports.append((self.path, json.loads(body)))
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(b'{"error": "not today"}')

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the output of the tests clean."""


@pytest.fixture
def listener(request: pytest.FixtureRequest) -> Iterator[Listener]:
    """The server, running; parametrize with another status than 200."""
    with Listener(getattr(request, "param", 200)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A world that is not made yet."""
    return World(tmp_path / "world")


def _contents(world: World) -> dict[str, bytes]:
    files = [path for path in world.root.rglob("*") if path.is_file()]
    return {str(path.relative_to(world.root)): path.read_bytes() for path in files}


def _customers(world: World) -> list[Any]:
    with closing(sqlite3.connect(world.warehouse)) as connection:
        return connection.execute("SELECT * FROM customers ORDER BY customer_id").fetchall()


def test_a_world_is_made_once(world: World) -> None:
    """A second start finds everything there and changes nothing, keys included."""
    make_world(world)
    made = _contents(world)
    make_world(world)
    assert _contents(world) == made
    assert {path.split("/")[0] for path in made} == {"crm", "lake", "sftp", "ssh", "warehouse.sqlite"}


def test_the_history_is_ten_files_on_working_days_with_the_times_of_their_delivery(world: World) -> None:
    """Each was delivered at six on the morning after its day, and all are older than now."""
    partner.deliver_history(world, _TODAY, seed=1)
    deliveries = partner.deliveries(world)
    assert [delivery.number for delivery in deliveries] == list(range(1, 11))
    assert {delivery.day.weekday() for delivery in deliveries} == {0, 1, 2, 3, 4}
    first = world.outgoing / deliveries[0].name
    assert datetime.fromtimestamp(first.stat().st_mtime).astimezone().timestamp() % 86_400 == 6 * 3_600


def test_private_keys_are_readable_for_their_owner_alone(world: World) -> None:
    """A real SSH client would refuse anything else."""
    make_world(world)
    modes = {path.name: path.stat().st_mode & 0o077 for path in (world.ssh / "host_key", world.ssh / "client_key")}
    assert modes == {"host_key": 0, "client_key": 0}


def test_a_delivery_leaves_nothing_unfinished(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """One command, one more file, under its own name."""
    main(["--world", str(world.root), "deliver"])
    before = {path.name for path in world.outgoing.iterdir()}
    assert main(["--world", str(world.root), "deliver", "--day", "2026-03-17"]) == 0
    assert {path.name for path in world.outgoing.iterdir()} - before == {"transactions_20260317_0012.csv"}
    assert "transactions_20260317_0012.csv" in capsys.readouterr().out


def test_the_lake_grows_to_yesterday_and_then_backwards(world: World) -> None:
    """The next day to write is the newest one that is missing, else the one before the first."""
    tracking.write_history(world, _TODAY, seed=1)
    assert tracking.next_day(world, _TODAY) == date(2026, 3, 17)
    path = tracking.write_day(world, date(2026, 3, 17), seed=1)
    assert tracking.next_day(world, _TODAY) == date(2026, 3, 9)
    views = pl.read_parquet(path)
    assert views["at"].dt.date().unique().to_list() == [date(2026, 3, 17)]


def test_the_pipeline_changes_only_rows_that_are_different(world: World) -> None:
    """`updated_at` stays where an account has not changed, so that a sensor sees real changes alone."""
    run_pipeline(world, _TODAY, seed=1, run=1, url=None)
    first = _customers(world)
    run_pipeline(world, _TODAY, seed=1, run=1, url=None)
    assert _customers(world) == first
    run_pipeline(world, _TODAY, seed=1, run=2, url=None)
    assert len(_customers(world)) == len(first) + 10


@pytest.mark.parametrize("fails", [False, True])
def test_the_pipeline_reports_its_steps_and_its_check(world: World, listener: Listener, fails: bool) -> None:
    """Two materializations and one check; the table itself is noticed by our sensor."""
    run_pipeline(world, _TODAY, seed=1, run=1, url=listener.url, check_fails=fails)
    assert [path for path, _ in listener.reports] == [
        "/report_asset_materialization/crm/accounts_export",
        "/report_asset_materialization/crm/accounts_clean",
        "/report_asset_check/warehouse/customers",
    ]
    check = listener.reports[-1][1]
    assert (check["check_name"], check["passed"]) == ("matches_crm_export", not fails)


@pytest.mark.parametrize("listener", [400], indirect=True)
def test_a_refused_report_is_told(world: World, listener: Listener) -> None:
    """The message has the address, the status and the answer."""
    with pytest.raises(ReportFailedError, match=r'accounts_export answered 400: \{"error": "not today"\}'):
        run_pipeline(world, _TODAY, seed=1, run=1, url=listener.url)


def test_a_command_that_fails_says_so_without_a_traceback(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody listens at that address."""
    assert main(["--world", str(world.root), "orchestrator", "--url", "http://127.0.0.1:9"]) == 1
    assert "can't be reached" in capsys.readouterr().err

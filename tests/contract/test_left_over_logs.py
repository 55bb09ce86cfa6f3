"""What is left of runs' logs, on every database, goes to where logs are kept as soon as that can be reached."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from headwater.daemon.log_chore import LogChore
from headwater.execution.logs.places import RunLogs
from headwater.execution.logs.run_logs import output_path, read_lines
from headwater.records.runs.runs import Cause, Run, RunStatus
from headwater.storage.log.writer import Unit
from headwater.storage.runs import runs
from headwater.storage.store import Store

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def logs(tmp_path: Path) -> RunLogs:
    """Logs that are kept in a place that is away: a file is where its folder should be."""
    (tmp_path / "kept").write_text("")
    return RunLogs(tmp_path / "here", f"file://{tmp_path}/kept")


def insert(store: Store, run_id: str, status: RunStatus) -> None:
    """Keep a run."""
    run = Run(run_id=run_id, location="code", assets=("a",), status=status, cause=Cause(kind="api"), created_at=1)
    store.write(Unit(effect=lambda connection, _events: runs.insert(connection, run)))


def printed(logs: RunLogs, run_id: str) -> None:
    """What a step of a run printed."""
    logs.folder_of(run_id).mkdir(parents=True)
    output_path(logs.folder_of(run_id), "s", "stdout").write_text(f"of {run_id}\n")


def kept(logs: RunLogs, run_id: str) -> list[str]:
    """What a reader of a run's log gets from where it is kept."""
    return [line.text for line in read_lines(logs.source(run_id), ["s"], None, 10)[0]]


def carry_out(store: Store, logs: RunLogs) -> list[str]:
    """What the chore says in one turn."""
    with capture_logs() as said:
        asyncio.run(LogChore(store, logs).carry_out())
    return [line["event"] for line in said]


def test_logs_are_carried_once_the_place_is_back(store: Store, logs: RunLogs, tmp_path: Path) -> None:
    """While it is away they stay, and one line says so; after that they are there and nothing is left here."""
    for run_id in ("first", "second"):
        insert(store, run_id, RunStatus.SUCCESS)
        printed(logs, run_id)

    assert ["logs of runs stay here for now"] == carry_out(store, logs)
    assert ["first", "second"] == logs.left_here()
    (tmp_path / "kept").unlink()
    assert [] == carry_out(store, logs)
    assert [] == logs.left_here()
    assert (["of first"], ["of second"]) == (kept(logs, "first"), kept(logs, "second"))


def test_a_run_under_way_keeps_its_log(store: Store, logs: RunLogs, tmp_path: Path) -> None:
    """Its supervisor carries that; what an engine left that forgot the run, or lost its database, is carried too."""
    (tmp_path / "kept").unlink()
    insert(store, "under_way", RunStatus.STARTED)
    for run_id in ("under_way", "unknown"):
        printed(logs, run_id)

    assert [] == carry_out(store, logs)
    assert ["under_way"] == logs.left_here()
    assert (["of unknown"], []) == (kept(logs, "unknown"), kept(logs, "under_way"))

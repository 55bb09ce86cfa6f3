"""Engine and server as processes of their own, on one store."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from servers import LIMIT, DevServer, dev_server

from headwater.cli.homes import read_targets, save_targets
from headwater.cli.one_off import _keep_lease
from headwater.execution.instance.store_log import StoreLog
from headwater.records.log.events import EventKind
from headwater.records.runs.runs import IN_PROCESS, Cause, Run, RunStatus
from headwater.server.deployment import Deployments
from headwater.storage.log.writer import Unit
from headwater.storage.runs import runs
from headwater.storage.runs.owners import is_surely_gone, new_owner
from headwater.testing import ManualClock

PROJECT = """
import headwater as hw

@hw.asset
def made(): ...

defs = hw.Definitions(assets=[made])
"""


@contextmanager
def engine(home: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """An engine that is stopped at the end."""
    command = [sys.executable, "-m", "headwater.cli", "engine", *arguments, "--home", str(home)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert process.stdout is not None
        assert any("definitions loaded" in line for line in process.stdout)
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=LIMIT)


def project_in(folder: Path) -> str:
    """A project's file."""
    path = folder / "project.py"
    path.write_text(PROJECT)
    return str(path)


def make(server: DevServer) -> str:
    """Request a run, wait for its end, and give its status."""
    server.wait_for(lambda: server.get("/api/assets/detail?key=made").status == 200)
    run_id = server.post("/api/runs", {"assets": ["made"]}).json["run_id"]
    run = server.wait_for(
        lambda: (found := server.get(f"/api/runs/{run_id}").json["run"])["ended_at"] is not None and found
    )
    return str(run["status"])


def test_a_server_asks_and_an_engine_does(tmp_path: Path) -> None:
    """What a server writes, an engine of another process carries out; each can be stopped and started alone."""
    home = tmp_path / "home"
    project = project_in(tmp_path)
    with dev_server(home, command="server") as server:
        for _ in range(2):
            with engine(home, project) as process:
                (at_work,) = server.get("/api/engines").json["items"]
                assert (process.pid, True) == (int(at_work["name"].split(":")[1]), at_work["alive"])
                assert "success" == make(server)
            assert [] == server.get("/api/engines").json["items"]
            assert "No engine is at work" in server.get("/health/ready").json["reasons"][0]


def test_a_second_engine_on_one_sqlite_file_is_refused(tmp_path: Path) -> None:
    """It names the process that works there, and what to do."""
    home = tmp_path / "home"
    with dev_server(home, project_in(tmp_path)) as server:
        server.wait_for(lambda: server.get("/api/locations").json["items"])
        command = [sys.executable, "-m", "headwater.cli", "engine", "--home", str(home)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT)
        assert "success" == make(server)

    assert 1 == done.returncode
    assert f"Another engine works in {home} already (process {server.pid})" in done.stderr
    assert "postgresql://" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_engine_needs_code(tmp_path: Path) -> None:
    """Without any it says what to name."""
    command = [sys.executable, "-m", "headwater.cli", "engine", "--home", str(tmp_path / "home")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT)

    assert 2 == done.returncode
    assert "headwater engine definitions.py" in done.stderr


def test_each_engine_serves_what_it_was_told_to(tmp_path: Path) -> None:
    """Although another one, with code of its own, came to the same store just after it."""
    first, second, later = (Deployments(tmp_path) for _ in range(3))
    save_targets(first.default(), ["ours.py"])
    save_targets(second.default(), ["theirs.py"])
    served = [read_targets(each.default()) for each in (first, second, later)]
    for each in (first, second, later):
        each.close()

    assert [["ours.py"], ["theirs.py"], ["theirs.py"]] == served


def test_the_next_start_tells_of_a_killed_one(tmp_path: Path) -> None:
    """Whoever looks at the output sees that the last engine did not stop in order."""
    with dev_server(tmp_path / "home", project_in(tmp_path)) as server:
        server.wait_for(lambda: server.get("/api/locations").json["items"])
        server.kill()
        server.start()
        assert "success" == make(server)
        server.stop()

    assert any("an engine was killed before it could stop" in line for line in server.output)


async def test_a_commands_run_keeps_its_lease(tmp_path: Path) -> None:
    """While `materialize` works its lease is renewed, by a clock that jumps, so that no engine takes its run."""
    clock = ManualClock()
    deployments = Deployments(tmp_path / "home", clock=clock)
    deployment = deployments.default()
    run = Run(
        run_id="r",
        location="here",
        assets=("made",),
        status=RunStatus.STARTED,
        cause=Cause(kind="cli"),
        created_at=0,
        owner="me",
        lease_until=0,
    )
    deployment.store.write(Unit(effect=lambda connection, _events: runs.insert(connection, run)))
    renewing = asyncio.create_task(_keep_lease(deployment, "me"))
    await asyncio.sleep(0)
    clock.advance(11)
    await asyncio.sleep(0)
    # What was asked of the writer before this is written by then.
    await deployment.store.write_async(Unit())
    kept = deployment.store.read(lambda c: runs.get(c, "r"))
    renewing.cancel()
    deployments.close()

    assert kept.lease_until is not None
    assert kept.lease_until > clock.now()


KILLED = """
import os, signal
import headwater as hw

@hw.asset
def made():
    os.kill(os.getpid(), signal.SIGKILL)

hw.materialize([made], instance=hw.HeadwaterInstance.get())
"""


def test_a_run_in_python_ends_with_its_process(tmp_path: Path) -> None:
    """One that was killed in the middle is no run that goes on for ever: the engine says that nobody carries it out."""
    (tmp_path / "killed.py").write_text(KILLED)
    home = tmp_path / "home"
    home.mkdir()
    killed = subprocess.run(
        [sys.executable, str(tmp_path / "killed.py")], env={**os.environ, "HEADWATER_HOME": str(home)}, check=False
    )
    assert -signal.SIGKILL == killed.returncode
    with dev_server(home, project_in(tmp_path)) as server:
        ended = server.wait_for(
            lambda: [run for run in server.get("/api/runs").json["items"] if run["ended_at"] is not None]
        )

    assert [("failure", ["made"])] == [(run["status"], run["assets"]) for run in ended]
    assert "`materialize` carried it out is gone" in ended[0]["error"]["message"]


def test_a_run_in_python_is_held_while_it_goes_on(tmp_path: Path) -> None:
    """Its process says so again and again, and no engine on its machine takes it for gone."""
    clock = ManualClock()
    deployments = Deployments(tmp_path / "home", clock=clock)
    store = deployments.default().store
    log = StoreLog(store)
    run = Run(
        run_id="r",
        location=IN_PROCESS,
        assets=("made",),
        status=RunStatus.QUEUED,
        cause=Cause(kind="python"),
        created_at=0,
    )
    log.begin_run(run)
    started, _ = log.move_run(run, EventKind.RUN_STARTED, run.event(EventKind.RUN_STARTED))

    class Once(threading.Event):
        """Lets the lease be renewed one time."""

        waits = 0

        def wait(self, timeout: float | None = None) -> bool:
            self.waits += 1
            return self.waits > 1

    clock.advance(1_000)
    log._hold(Once())
    kept = store.read(lambda c: runs.get(c, "r"))
    ended, _ = log.move_run(started, EventKind.RUN_SUCCEEDED, run.event(EventKind.RUN_SUCCEEDED))
    deployments.close()

    assert kept.owner is not None
    assert kept.lease_until is not None
    assert kept.lease_until > clock.now()
    assert not is_surely_gone(kept.owner, new_owner())
    assert (RunStatus.SUCCESS, None) == (ended.status, ended.owner)

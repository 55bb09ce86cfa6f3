"""Executors: where steps run, how many at once, how long resources live; and the same on a real dask cluster."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from commands import Home

import headwater as hw
from headwater.execution.executors.choose import read_cancel_grace, read_default_executor

PROJECT = Path(__file__).parents[1] / "projects" / "cluster.py"


class Notes:
    """What the project has noted in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def lines(self, name: str) -> list[list[str]]:
        """Pid, parent's pid and text of each note."""
        path = self.folder / name
        return [line.split() for line in path.read_text().splitlines()] if path.exists() else []

    def wait(self, name: str, count: int = 1) -> list[list[str]]:
        """The notes, once there are so many."""
        found: list[list[str]] = until(lambda: found if len(found := self.lines(name)) >= count else None)
        return found


def until(look: Callable[[], Any]) -> Any:
    """What a look gives, once it gives something."""
    pause = threading.Event()
    for _ in range(1_200):
        if found := look():
            return found
        pause.wait(0.05)
    raise AssertionError("it did not come")


@pytest.fixture
def notes(tmp_path: Path) -> Notes:
    """Where the project writes."""
    return Notes(tmp_path)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A fresh home for the project."""
    return Home(tmp_path / "home", str(PROJECT), {"HEADWATER_TEST_FOLDER": str(tmp_path)})


def test_one_process_keeps_the_resources_of_a_run(home: Home, notes: Notes) -> None:
    """In one process the connection is opened once; in a process a step, once for each, or for each worker's turn."""
    run = home.run("materialize", "first", "second", "--executor", "in_process")

    assert "success" == run["status"]
    assert ["opened", "closed"] == [line[2] for line in notes.lines("connection")]
    assert 1 == len({line[0] for name in ("first", "second", "connection") for line in notes.lines(name)})
    home.run("materialize", "first", "second", "--executor", "multiprocess")
    assert ["opened", "closed"] * 3 == [line[2] for line in notes.lines("connection")]


def test_a_limit_by_tag_keeps_steps_apart(home: Home, notes: Notes) -> None:
    """Two steps that need the one licence never overlap; the executor is the definitions' own."""
    assert "success" == home.run("materialize", "left", "right")["status"]
    assert ["+", "-", "+", "-"] == [line[2] for line in notes.lines("licence")]


def test_each_step_shows_when_it_waited_and_when_its_process_had_it(home: Home) -> None:
    """Two steps are ready at once, and one waits for the other's end; a process has a step before that has ended."""
    run = home.run("materialize", "left", "right", "fails", fails=True)
    steps = {step["name"]: step for step in home.run("run", "show", run["run_id"])["steps"]}
    earlier, later = sorted((steps["left"], steps["right"]), key=lambda step: float(step["started_at"]))
    assert later["ready_at"] < earlier["ended_at"] <= later["started_at"]
    for step in steps.values():
        assert step["ready_at"] <= step["started_at"] <= step["process_started_at"] <= step["ended_at"]


def test_a_process_without_memory_left_says_so(home: Home, notes: Notes) -> None:
    """The limit is a real one; the failure names it and shows where, and what does not depend on it is made."""
    run = home.run("materialize", "hungry", "first", fails=True)
    steps = {step["name"]: step for step in home.run("run", "show", run["run_id"])["steps"]}
    assert (
        "MemoryError. The function asked for more memory than its process may have."
        == (steps["hungry"]["error"]["message"])
    )
    assert "bytearray(1_024 * MEBIBYTE)" in steps["hungry"]["error"]["traceback"]
    assert "success" == steps["first"]["status"]


def test_how_long_a_step_may_take_to_end_is_said(home: Home, notes: Notes) -> None:
    """A tag of the asset goes before the setting: what must not take any time is killed at once."""
    home.home.mkdir()
    (home.home / "settings.toml").write_text("[execution]\ncancel_grace = 86_400\n")
    with home.started("materialize", "stubborn") as process:
        notes.wait("stubborn")
        process.send_signal(signal.SIGINT)
        process.wait()
    (run,) = home.run("run", "list")
    (step,) = home.run("run", "show", run["run_id"])["steps"]
    assert ("canceled", "canceled", run["ended_at"]) == (run["status"], step["status"], step["ended_at"])


def test_a_step_tells_how_far_it_is(home: Home, notes: Notes) -> None:
    """While it is under way the run shows its share and text, and the second time how long it is likely to take."""
    os.mkfifo(notes.folder / "go")
    for times in (1, 2):
        with home.started("materialize", "counting") as process:
            notes.wait("counting", times)
            run = home.run("run", "list")[0]
            # What it tells is kept by the engine, a moment after it was told.
            (step,) = until(
                lambda: (found := home.run("run", "show", run["run_id"])["steps"])[0]["progress"] and found  # noqa: B023
            )
            (notes.folder / "go").write_text("")
            assert 0 == process.wait()
        assert ("started", 0.25, "the first quarter") == (
            step["status"], step["progress"]["share"], step["progress"]["text"]
        )  # fmt: skip
        assert (times > 1) == (step["expected_seconds"] is not None)
    (step,) = home.run("run", "show", run["run_id"])["steps"]
    assert ("success", None) == (step["status"], step["progress"])


def test_logs_are_kept_elsewhere(home: Home, notes: Notes) -> None:
    """They can be followed there while the run goes on, and nothing is left in the home once it has ended."""
    os.mkfifo(notes.folder / "go")
    keep_logs(home, notes.folder / "kept")
    with home.started("materialize", "counting") as process:
        notes.wait("counting")
        run_id = home.run("run", "list")[0]["run_id"]
        until(lambda: ["1 of 4 (25%): the first quarter"] == texts(home, run_id))
        (notes.folder / "go").write_text("")
        assert 0 == process.wait()
    assert ["1 of 4 (25%): the first quarter", "4 of 4 (100%)"] == texts(home, run_id)
    assert [] == list((home.home / "logs" / "runs").iterdir())


def test_a_run_does_not_need_the_place_of_its_logs(home: Home, notes: Notes) -> None:
    """While that can't be reached a run goes on, its log stays here, and who reads it is told."""
    (notes.folder / "kept").write_text("a file where a folder should be")
    keep_logs(home, notes.folder / "kept")
    run = home.run("materialize", "counted")
    assert "success" == run["status"]
    assert [run["run_id"]] == [path.name for path in (home.home / "logs" / "runs").iterdir()]
    assert "can't be reached" in home.run("run", "logs", run["run_id"], fails=True)


def keep_logs(home: Home, place: Path, settings: str = "") -> None:
    """Keep logs at a place, as in an object store."""
    home.home.mkdir(exist_ok=True)
    (home.home / "settings.toml").write_text(f'{settings}[logs]\naddress = "file://{place}"\n')


def texts(home: Home, run_id: str) -> list[str]:
    """What the log of a run says."""
    return [line["text"] for line in home.run("run", "logs", run_id)]


def test_a_terminal_gets_bars_and_a_pipe_lines(home: Home) -> None:
    """On a terminal the steps are counted; elsewhere each event is a line, without control characters."""
    ours, theirs = pty.openpty()
    with home.started("materialize", "first", "second", as_json=False, stdout=theirs) as process:
        os.close(theirs)
        shown = b""
        while piece := _read(ours):
            shown += piece
        assert 0 == process.wait()
    os.close(ours)
    assert b"2 of 2" in shown
    assert b"\xe2\x9c\x93 second" in shown
    with home.started("materialize", "first", as_json=False, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        lines = process.stdout.read().splitlines()
        assert 0 == process.wait()
    piped, on_terminal = (run["run_id"] for run in home.run("run", "list"))
    assert [f"Run requested: {piped}", "Run started", "Step first started"] == lines[:3]
    assert f"Run {on_terminal}".encode() in shown
    assert "Materialized: first" in lines
    assert not any("\x1b" in line for line in lines)


def _read(terminal: int) -> bytes:
    """What comes next; nothing once the other side has hung up."""
    try:
        return os.read(terminal, 65_536)
    except OSError:
        return b""


def test_the_choice_of_an_executor(tmp_path: Path) -> None:
    """Settings name the default; what there is not is refused with what there is."""
    (tmp_path / "settings.toml").write_text('[execution]\nexecutor = "dask"\nmax_concurrent = 3\n')
    chosen = read_default_executor(tmp_path, {"HEADWATER_DASK_ADDRESS": "tcp://here:8786"})
    assert ("dask", {"max_concurrent": 3, "address": "tcp://here:8786"}) == (chosen.name, chosen.config)
    with pytest.raises(hw.SettingsError, match="one of in_process, multiprocess, dask"):
        read_default_executor(tmp_path / "none", {"HEADWATER_EXECUTOR": "ray"})
    (tmp_path / "settings.toml").write_text("[execution]\ncancel_grace = 12\n")
    assert (12.0, "multiprocess") == (read_cancel_grace(tmp_path), read_default_executor(tmp_path, {}).name)
    (tmp_path / "settings.toml").write_text('[execution]\ncancel_grace = "soon"\n')
    with pytest.raises(hw.SettingsError, match="is a number of seconds, but is 'soon'"):
        read_cancel_grace(tmp_path)
    with pytest.raises(hw.InvalidConfigError, match="Its settings are: max_concurrent, tag_concurrency_limits"):
        hw.multiprocess_executor.configured({"max_workers": 2})
    with pytest.raises(hw.DuplicateDefinitionError, match="different executors"):
        hw.Definitions.merge(hw.Definitions(executor=hw.in_process_executor), hw.Definitions(executor=hw.dask_executor))


class Cluster:
    """A scheduler and workers in processes of their own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._processes: list[subprocess.Popen[str]] = []
        self._readers: list[threading.Thread] = []
        self.address = ""

    def start(self, what: str, *arguments: str) -> subprocess.Popen[str]:
        """Start a scheduler or worker, and wait until it says that it is there."""
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *arguments, "--no-dashboard"]
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self._folder,
            env={**os.environ, "HEADWATER_TEST_FOLDER": str(self._folder)},
        )
        self._processes.append(process)
        sign = r"Scheduler at:\s+(tcp://\S+)" if what == "scheduler" else r"Registered to:\s+(tcp://\S+)"
        assert process.stdout is not None
        for line in process.stdout:
            if found := re.search(sign, line):
                self.address = found[1]
                break
        reader = threading.Thread(target=process.stdout.read, daemon=True)
        reader.start()
        self._readers.append(reader)
        return process

    def worker(self, *arguments: str) -> subprocess.Popen[str]:
        """A worker with one thread, without a nanny that would start it again."""
        return self.start("worker", self.address, "--no-nanny", "--nthreads", "1", *arguments)

    def stop(self) -> None:
        """End all."""
        for process in self._processes:
            process.kill()
        for process, reader in zip(self._processes, self._readers, strict=True):
            process.wait()
            reader.join()
            assert process.stdout is not None
            process.stdout.close()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A scheduler with two workers, one of which has a gpu."""
    cluster = Cluster(tmp_path)
    cluster.start("scheduler", "--host", "127.0.0.1", "--port", "0")
    try:
        cluster.worker()
        cluster.worker("--resources", "gpus=1")
        yield cluster
    finally:
        cluster.stop()


@contextmanager
def on(cluster: Cluster, home: Home) -> Iterator[Home]:
    """The home with the cluster as its executor."""
    home.home.mkdir(exist_ok=True)
    (home.home / "settings.toml").write_text(f'[execution]\nexecutor = "dask"\naddress = "{cluster.address}"\n')
    yield home


def test_steps_run_as_tasks_of_a_dask_cluster(cluster: Cluster, home: Home, notes: Notes) -> None:
    """Values flow, a gpu finds its worker, failures say why, logs arrive; user code is in processes of the workers."""
    with on(cluster, home):
        wanted = ("first", "second", "trained", "tells_much", "group:numbers")
        run = home.run("materialize", *wanted, "--executor", "dask")
        assert "success" == run["status"], run["error"]
        assert 24 == len(home.run("run", "show", run["run_id"])["steps"])
        failed = home.run("materialize", "fails", "dies", "--executor", "dask", fails=True)

    shown = home.run("run", "show", failed["run_id"])["steps"]
    assert all(step["started_at"] <= step["process_started_at"] <= step["ended_at"] for step in shown)
    steps = {step["name"]: step["error"]["message"] for step in shown}
    assert "ValueError: wrong on the worker" == steps["fails"]
    assert "exit code 5" in steps["dies"]


def test_logs_of_a_cluster_are_kept_elsewhere(cluster: Cluster, home: Home, notes: Notes) -> None:
    """The workers need no disk of the engine's for them: they carry what steps print, tracebacks too."""
    with on(cluster, home):
        keep_logs(home, notes.folder / "kept", (home.home / "settings.toml").read_text())
        run = home.run("materialize", "fails", "dies", "counted", "--executor", "dask", fails=True)
        lines = home.run("run", "logs", run["run_id"])
    assert {("counted", "stdout", "printed on the worker"), ("fails", "log", "The step failed")} <= {
        (line["step"], line["stream"], line["text"].splitlines()[0]) for line in lines
    }
    assert not (home.home / "logs" / "runs").exists()


def test_a_cluster_of_this_machine_comes_and_goes_with_the_run(home: Home, notes: Notes) -> None:
    """Without an address one is started; none of what it says of its own connections is on the terminal."""
    words = ("materialize", "first", "--executor", "dask")
    with home.started(*words, as_json=False, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        lines = process.stdout.read().splitlines()
        assert 0 == process.wait()
    assert {"Materialized: first", "Run succeeded"} <= set(lines)
    assert [] == [line for line in lines if line.startswith("INFO") or "Traceback" in line]


def test_partitions_of_a_run_are_tasks_of_a_cluster(cluster: Cluster, home: Home, notes: Notes) -> None:
    """A range is made by tasks of so many partitions; each partition is made once, by one step."""
    with on(cluster, home):
        with (home.home / "settings.toml").open("a") as settings:
            settings.write("partitions_per_task = 2\n")
        run = home.run("materialize", "parted", "--partition", "p0...p8", "--executor", "dask")
        shown = home.run("run", "show", run["run_id"])
    assert ["p0,p1", "p2,p3", "p4,p5", "p6,p7", "p8"] == sorted(line[2] for line in notes.lines("parted"))
    assert ["success"] == [step["status"] for step in shown["steps"]]


def test_a_canceled_step_is_stopped_on_its_worker(cluster: Cluster, home: Home, notes: Notes) -> None:
    """Its user code hears of it and ends, and the worker is free for the next run."""
    with on(cluster, home), home.started("materialize", "endless", "--executor", "dask") as process:
        notes.wait("endless")
        process.send_signal(signal.SIGINT)
        process.wait()
        assert ["started", "stopped"] == [line[2] for line in notes.wait("endless", 2)]
        assert "canceled" == home.run("run", "list")[0]["status"]
        assert "success" == home.run("materialize", "trained", "--executor", "dask")["status"]


def test_a_worker_killed_in_mid_run_is_no_end(cluster: Cluster, home: Home, notes: Notes) -> None:
    """The step is begun anew on another worker, and the run ends well."""
    os.mkfifo(notes.folder / "go")
    with on(cluster, home), home.started("materialize", "patient", "below_patient", "--executor", "dask") as process:
        (step_pid, host_pid, *_) = notes.wait("patient")[0]
        cluster.worker()
        os.kill(dask_worker_of(int(host_pid)), signal.SIGKILL)
        again = notes.wait("patient", 2)[1]
        assert again[1] != host_pid
        until(lambda: not Path(f"/proc/{step_pid}").exists())
        (notes.folder / "go").write_text("")
        assert 0 == process.wait()

    (run,) = home.run("run", "list")
    assert "success" == run["status"]
    assert {"patient", "below_patient"} == set(home.made())


def dask_worker_of(host_pid: int) -> int:
    """The dask worker above a host of a code location."""
    pid = host_pid
    while True:
        command = Path(f"/proc/{pid}/cmdline").read_text()
        if "dask_worker" in command:
            return pid
        pid = int(re.search(r"PPid:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1])  # type: ignore[index]

"""A saved file is in force at once, without losing a tick or a run; a broken one leaves the last good ones at work."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from processes import children_of
from servers import DevServer, dev_server

PROJECT = """
import os, pathlib
import headwater as hw
from neighbour import VERSION

HERE = pathlib.Path(__file__).parent

@hw.asset
def first():
    return hw.MaterializeResult(metadata={"version": VERSION})

@hw.asset(deps=[first])
def second():
    with open(HERE / "fifo") as gate:
        gate.read()
    return hw.MaterializeResult(metadata={"version": VERSION})

@hw.asset(deps=[second])
def third():
    return hw.MaterializeResult(metadata={"version": VERSION})

@hw.sensor(minimum_interval_seconds=0.1)
def count(context):
    number = int(context.cursor or 0) + 1
    event = hw.AssetMaterialization("counted", metadata={"number": number, "version": VERSION})
    return hw.SensorResult(asset_events=[event], cursor=str(number))

defs = hw.Definitions(assets=[first, second, third], sensors=[count])
"""


class Project:
    """A project in a folder, and the server that serves it."""

    def __init__(self, folder: Path, server: DevServer) -> None:
        self.folder = folder
        self.server = server

    def save(self, name: str, text: str) -> None:
        """Save a file as editors do: a new one in place of the old."""
        written = self.folder / f".{name}.new"
        written.write_text(text)
        written.replace(self.folder / name)

    def location(self) -> Any:
        """How the location stands."""
        (only,) = self.server.get("/api/locations").json["items"]
        return only

    def counted(self) -> list[tuple[int, str]]:
        """What the sensor reported, oldest first: number and version."""
        events = self.server.events("counted")[::-1]
        return [(each["metadata"]["number"]["value"], str(each["metadata"]["version"]["value"])) for each in events]

    def wait_for_version(self, version: str) -> None:
        """Wait for a tick of a version."""
        self.server.wait_for(lambda: version in {each for _, each in self.counted()})


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project with two files, served."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "neighbour.py").write_text("VERSION = 'a'\n")
    (folder / "project.py").write_text(PROJECT)
    os.mkfifo(folder / "fifo")
    with dev_server(folder / ".headwater", str(folder / "project.py")) as server:
        server.wait_for(lambda: server.get("/api/sensors").json["items"])
        yield Project(folder, server)


def test_a_saved_file_is_in_force_and_a_run_under_way_goes_on(project: Project) -> None:
    """Ticks go on with the new code, none lost and none twice; the run ends with the code that it began with."""
    project.wait_for_version("a")
    run_id = project.server.post("/api/runs", {"assets": ["first", "second", "third"]}).json["run_id"]
    project.server.wait_for(lambda: project.server.events("first"))
    project.save("neighbour.py", "VERSION = 'b'\n")
    project.wait_for_version("b")
    with (project.folder / "fifo").open("w") as gate:
        gate.write("go on")
    run = project.server.wait_for(
        lambda: (found := project.server.get(f"/api/runs/{run_id}").json["run"])["ended_at"] is not None and found
    )
    made = [project.server.events(key)[0]["metadata"]["version"]["value"] for key in ("first", "second", "third")]
    numbers = [number for number, _ in project.counted()]

    assert ("success", ["a", "a", "a"]) == (run["status"], made)
    assert list(range(1, len(numbers) + 1)) == numbers


def test_a_broken_file_is_shown_while_the_last_good_definitions_work(project: Project) -> None:
    """The traceback names the line, sensors tick on, and mending the file is enough."""
    project.save("neighbour.py", "VERSION = 'c'\n1 / 0\n")
    project.server.wait_for(lambda: project.location()["status"] == "failed")
    error = project.location()["error"]
    reached = len(project.counted())
    project.server.wait_for(lambda: len(project.counted()) > reached)
    versions = {version for _, version in project.counted()}
    project.save("neighbour.py", "VERSION = 'd'\n")
    project.wait_for_version("d")

    assert "ZeroDivisionError: division by zero" == error["message"]
    assert 'neighbour.py", line 2' in error["traceback"]
    assert "c" not in versions
    assert ("loaded", None) == (project.location()["status"], project.location()["error"])


def test_a_syntax_error_is_shown(project: Project) -> None:
    """It names the line too."""
    project.save("neighbour.py", "VERSION = 'e'\nif\n")
    project.server.wait_for(lambda: project.location()["status"] == "failed")
    error = project.location()["error"]
    project.save("neighbour.py", "VERSION = 'f'\n")
    project.wait_for_version("f")

    assert "SyntaxError" == error["type"]
    assert 'neighbour.py", line 2' in error["traceback"]


def test_a_location_is_loaded_anew_when_asked(project: Project) -> None:
    """The request is an event; whoever serves the location acts on it."""
    before = project.location()["loaded_at"]
    answer = project.server.post("/api/locations/project/reload")
    project.server.wait_for(lambda: project.location()["loaded_at"] > before)
    kinds = [event["kind"] for event in project.server.get("/api/events?limit=1000").json["items"]]

    assert 202 == answer.status
    assert "location_reload_requested" in kinds
    assert 404 == project.server.post("/api/locations/nowhere/reload").status


def test_what_a_run_leaves_behind_is_ended(project: Project) -> None:
    """After reloads there is one loader and one host, and no worker of older ones."""
    project.save("neighbour.py", "VERSION = 'g'\n")
    project.wait_for_version("g")

    (loader,) = children_of(project.server.pid)
    project.server.wait_for(lambda: len([pid for pid in children_of(loader) if _is_at_work(pid)]) == 1)


def _is_at_work(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False

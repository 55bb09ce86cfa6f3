"""A run that a command carries out is canceled by somebody else, while it lives and after it was killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from servers import dev_server

import headwater as hw

PROJECT = """
import threading
from pathlib import Path

import headwater as hw

HERE = Path(__file__).parent


@hw.asset
def waits() -> None:
    with (HERE / "attempts.txt").open("a") as attempts:
        attempts.write("begun\\n")
    try:
        # Whoever has opened it knows that this is under way.
        (HERE / "begun").write_text("begun")
        threading.Event().wait()
    finally:
        (HERE / "cleaned.txt").touch()


defs = hw.Definitions(assets=[waits])
"""


class Command:
    """`headwater materialize` of an asset that waits for ever, in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.file = folder / "definitions.py"
        self.file.write_text(PROJECT)
        os.mkfifo(folder / "begun")
        arguments = ["materialize", "waits", "-f", str(self.file), "--home", str(self.home)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "headwater.cli", *arguments], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.run_id = self.process.stdout.readline().removeprefix("Run requested: ").strip()
        assert "begun" == (folder / "begun").read_text()

    def end(self) -> None:
        """Kill it."""
        assert self.process.stdout is not None
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def call(self, *arguments: str) -> Any:
        """What another command answers."""
        command = [sys.executable, "-m", "headwater.cli", *arguments, "--home", str(self.home), "--json"]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def status(self) -> str:
        """Of the run."""
        with hw.HeadwaterInstance.local_temp(self.home) as instance:
            run = instance.get_run_by_id(self.run_id)
        assert run is not None
        return run.status.value.lower()


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Command]:
    """The command, whose function has begun."""
    made = Command(tmp_path)
    yield made
    made.end()


def test_a_command_ends_when_its_run_is_canceled(command: Command) -> None:
    """The cancellation reaches the function, which cleans up, and the command says by its status that it failed."""
    command.call("run", "cancel", command.run_id)
    assert command.process.stdout is not None
    output = command.process.stdout.read()
    command.process.wait()

    assert 1 == command.process.returncode
    assert "Run canceled" in output
    assert "canceled" == command.status()
    assert (command.folder / "cleaned.txt").exists()


def test_a_run_that_was_to_end_is_not_begun_anew(command: Command) -> None:
    """A run is canceled whose command was killed: the server that takes it over ends it, and does not begin with it."""
    command.end()
    command.call("run", "cancel", command.run_id)

    with dev_server(command.home, str(command.file)) as server:
        server.wait_for(lambda: server.get(f"/api/runs/{command.run_id}").json["run"]["ended_at"] is not None)
    assert "canceled" == command.status()
    assert "begun\n" == (command.folder / "attempts.txt").read_text()

"""Several sensors and schedules are switched by one command, all of them or none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from headwater.cli.main import main

PROJECT = """
import headwater as hw


@hw.asset
def made() -> None: ...


def nothing():
    return None


sensors = [hw.sensor(name=name)(nothing) for name in ("a", "b", "c")]
schedules = [hw.ScheduleDefinition(name, cron_schedule="@yearly", target=[made]) for name in ("x", "y")]
defs = hw.Definitions([made], sensors=sensors, schedules=schedules)
"""


class Deployment:
    """A home that knows the project."""

    def __init__(self, home: Path) -> None:
        self._home = str(home)

    def run(self, *arguments: str) -> Any:
        """What a command comes to."""
        return CliRunner().invoke(main, [*arguments, "--home", self._home])

    def on(self, kind: str) -> str:
        """The names of the sensors or schedules that are on."""
        listed = json.loads(self.run(kind, "list", "--json").stdout)
        return "".join(sorted(each["name"] for each in listed if each["running"]))


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """It, after one tick has told it of the code."""
    folder = tmp_path_factory.mktemp("switches")
    (folder / "defs.py").write_text(PROJECT)
    deployment = Deployment(folder / "home")
    told = deployment.run("sensor", "tick", "a", "-f", str(folder / "defs.py"))
    assert told.exit_code == 0, told.output
    return deployment


@pytest.mark.parametrize(
    ("kind", "first", "every", "other"), [("sensor", "a", "abc", "x"), ("schedule", "x", "xy", "a")]
)
def test_several_are_switched_at_once(known: Deployment, kind: str, first: str, every: str, other: str) -> None:
    """By name or all; a name that is not known, or is of the other sort, changes nothing."""
    stopped = known.run(kind, "stop", *every)
    left = known.on(kind)
    wrong = [known.run(kind, "start", first, "nobody"), known.run(kind, "start", first, other)]
    unsaid = [known.run(kind, "start"), known.run(kind, "start", first, "--all")]
    still = known.on(kind)
    known.run(kind, "start", first)
    one = known.on(kind)
    known.run(kind, "reset", "--all")

    assert "".join(f"{name} is off.\n" for name in every) == stopped.stdout
    assert ("", "", first, every) == (left, still, one, known.on(kind))
    assert [1, 1] == [each.exit_code for each in wrong]
    assert [True, True] == ["Give names, or --all." in each.output for each in unsaid]

"""Users' own conditions on a real server: asked in the code location's process, whatever they do there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from servers import DevServer, dev_server

PROJECT = """
import os
import time

import headwater as hw

eager = hw.AutomationCondition.eager()


class Allows(hw.AutomationCondition):
    def evaluate(self, context: hw.AutomationContext) -> bool:
        return context.instance.get_latest_materialization_event("raw") is not None


class Refuses(hw.AutomationCondition):
    def evaluate(self, context: hw.AutomationContext) -> bool:
        return False


class Raises(hw.AutomationCondition):
    def evaluate(self, context: hw.AutomationContext) -> bool:
        raise ValueError("no rates today")


class Exits(hw.AutomationCondition):
    def evaluate(self, context: hw.AutomationContext) -> bool:
        os._exit(3)


class Hangs(hw.AutomationCondition):
    def evaluate(self, context: hw.AutomationContext) -> bool:
        while True:
            time.sleep(60)


def asset(name, condition):
    @hw.asset(name=name, deps=["raw"], automation_condition=condition)
    def made() -> None: ...
    return made


defs = hw.Definitions(
    [
        hw.AssetSpec("raw"),
        asset("plain", eager),
        *(asset(each.__name__.lower(), eager & each()) for each in (Allows, Refuses, Raises, Exits, Hangs)),
    ]
)
"""


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevServer]:
    """A server whose conditions were asked, since what they look at was reported."""
    folder = tmp_path_factory.mktemp("conditions")
    project = folder / "definitions.py"
    project.write_text(PROJECT)
    with dev_server(folder / "home", str(project)) as server:
        server.post("/report_asset_materialization/", {"asset_key": "raw"})
        yield server


def test_what_hangs_or_dies_holds_nobody_up(asked: DevServer) -> None:
    """Assets are made whose conditions allow it, while that of another hangs and that of a third exits."""
    asked.wait_for(lambda: asked.events("plain") and asked.events("allows"))

    assert [[], [], [], []] == [asked.events(key) for key in ("refuses", "raises", "exits", "hangs")]
    assert 200 == asked.get("/health/ready").status


@pytest.mark.parametrize(("asset", "reason"), [("raises", "no rates today"), ("exits", "exit code 3")])
def test_why_names_what_went_wrong(asked: DevServer, asset: str, reason: str) -> None:
    """A condition that failed decides nothing, and whoever asks why hears of it."""
    asked.wait_for(lambda: reason in asked.get(f"/api/assets/automation?key={asset}").body.decode())

    assert [] == asked.events(asset)

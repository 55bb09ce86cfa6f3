"""When a server says that it is ready, and why it is not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers import DevServer

PROJECT = """
import pathlib
import headwater as hw

# Read once somebody writes: until then, this file is being loaded.
(pathlib.Path(__file__).parent / "gate").read_text()

@hw.asset(deps=[hw.AssetSpec("source")], automation_condition=hw.AutomationCondition.eager())
def follows(): ...

defs = hw.Definitions(assets=[hw.AssetSpec("source"), follows])
"""


class _Unready(DevServer):
    """A server that is not waited for."""

    def wait_until_ready(self) -> None:
        """Its own test does."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[_Unready]:
    """A server whose definitions are being loaded until somebody opens the gate."""
    os.mkfifo(tmp_path / "gate")
    (tmp_path / "project.py").write_text(PROJECT)
    (tmp_path / "broken.py").write_text("raise ValueError('broken')")
    server = _Unready(tmp_path / "home", str(tmp_path / "project.py"), str(tmp_path / "broken.py"))
    server.start()
    yield server
    if server.is_running():
        server.kill()


def test_it_is_ready_once_each_location_was_loaded_or_failed(server: _Unready, tmp_path: Path) -> None:
    """Until then it says which it waits for; and what is reported as soon as it is ready starts what follows."""
    server.wait_for(lambda: len(server.get("/health/ready").json["reasons"]) == 1)
    waiting = server.get("/health/ready")
    (tmp_path / "gate").write_text("go on")
    server.wait_for(lambda: server.get("/health/ready").status == 200)
    server.post("/report_asset_materialization/source", {})
    made = server.wait_for(lambda: server.events("follows"))

    assert (503, "starting") == (waiting.status, waiting.json["status"])
    assert ["The code location 'project' is being loaded."] == waiting.json["reasons"]
    assert "degraded" == server.get("/health/ready").json["status"]
    assert 1 == len(made)

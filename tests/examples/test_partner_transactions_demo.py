"""The example as a newcomer meets it: start the demo, deliver a file, see what follows, stop it."""

from __future__ import annotations

import os
import signal
import socket
from functools import partial
from pathlib import Path

import pytest
from demos import Demo, free_port, running_demo
from outside_world.cli import main as outside_world

import headwater as hw

_NATIVE = {"cleaned_transactions", "daily_revenue", "daily_sessions", "top_customers"}


@pytest.fixture
def port() -> int:
    """A port that was free a moment ago."""
    return free_port()


def _deliver(home: Path, *options: str) -> None:
    assert outside_world(["--world", str(home / "world"), "deliver", *options]) == 0


def _files_cleaned(demo: Demo) -> int:
    events = demo.server.events("cleaned_transactions")
    return int(events[0]["metadata"]["files"]["value"]) if events else 0


def _judgements(demo: Demo) -> list[str]:
    events = demo.server.events("cleaned_transactions", "check_evaluation")
    return [event["title"] for event in events if event["check_name"] == "few_rows_are_unusable"]


def test_the_definitions_load_and_fit_together() -> None:
    """Six external assets, four native ones, three sensors and three checks, without a warning."""
    from definitions import defs

    resolved = defs.resolve()
    assert {key.to_user_string() for key in resolved.specs if key in {hw.AssetKey(name) for name in _NATIVE}} == _NATIVE
    assert len(resolved.specs) == 10
    assert [sensor.name for sensor in defs.sensors] == ["partner_files", "clickstream_days", "warehouse_tables"]
    assert len(defs.asset_checks) == 3


def test_a_delivered_file_is_noticed_and_what_is_downstream_follows(tmp_path: Path, port: int) -> None:
    """A second start repeats nothing, broken files make the check warn, and Ctrl-C ends it without a traceback."""
    home = tmp_path / "home"
    with running_demo(home, port) as demo:
        demo.server.wait_for(lambda: _files_cleaned(demo) == 10)
        _deliver(home)
        demo.server.wait_for(lambda: _files_cleaned(demo) == 11)
        assert len(demo.server.events("raw_transactions")) == 11
        for key in ("daily_revenue", "top_customers", "daily_sessions", "crm/accounts_clean", "warehouse/customers"):
            demo.server.wait_for(partial(demo.server.events, key))
        assert [event["passed"] for event in demo.server.events("warehouse/customers", "check_evaluation")] == [True]
        assert demo.stop() == 0
    with running_demo(home, port) as again:
        _deliver(home)
        again.server.wait_for(lambda: _files_cleaned(again) == 12)
        names = [event["description"] for event in again.server.events("raw_transactions")]
        assert len(names) == len(set(names)) == 12
        _deliver(home, "--broken", "--count", "4")
        again.server.wait_for(lambda: "warned" in _judgements(again)[0])
        assert again.stop(signal.SIGTERM) == 0
    assert "Traceback" not in demo.output + again.output
    assert "The demo has stopped." in again.output


def test_a_taken_port_is_named_with_what_to_do(tmp_path: Path, port: int) -> None:
    """Nothing is started or written."""
    with socket.create_server(("127.0.0.1", port)):
        demo = Demo(tmp_path / "home", port)
        assert demo.wait() == 1
    assert f"Port {port} is taken." in demo.output
    assert f"--port {port + 1}" in demo.output
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(("word", "name"), [("dev", "Headwater"), ("serve", "The partner's SFTP server")])
def test_a_process_that_dies_ends_the_demo_with_its_name(tmp_path: Path, port: int, word: str, name: str) -> None:
    """The person is told which one, and how; the other one is stopped."""
    with running_demo(tmp_path / "home", port) as demo:
        os.kill(demo.child(word), signal.SIGKILL)
        assert demo.wait() == 1
    assert f"{name} was killed by SIGKILL, so the demo stops" in demo.output
    assert "Traceback" not in demo.output

"""Logs of runs kept elsewhere: carried while they are written, read there, and gone here once a run has ended."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from headwater.errors import RunLogsError, SettingsError
from headwater.execution.logs.places import RunLogs, read_run_logs
from headwater.execution.logs.run_logs import output_path, read_lines
from headwater.execution.logs.sources import LogSource
from headwater.testing import ManualClock

STEPS = ["s"]


@pytest.fixture(params=["file", "memory"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A place of each kind."""
    return f"file://{tmp_path}/kept" if request.param == "file" else f"memory://{uuid.uuid4().hex}/kept"


def printed(logs: RunLogs, text: str) -> None:
    """Have a step print."""
    logs.folder_of("r").mkdir(parents=True, exist_ok=True)
    with output_path(logs.folder_of("r"), "s", "stdout").open("a") as file:
        file.write(text)


def texts(source: LogSource, after: str | None = None) -> tuple[list[str], str]:
    """What a reader gets, and where it has got to."""
    lines, place = read_lines(source, STEPS, after, 100)
    return [line.text for line in lines], place


def test_a_reader_of_the_kept_log_goes_on_where_it_was(tmp_path: Path, address: str) -> None:
    """What is carried can be read at once, each line once; half a line waits for its end."""
    clock = ManualClock()
    logs = RunLogs(tmp_path / "here", address, clock)
    printed(logs, "one\nha")
    logs.carry("r")
    first, place = texts(logs.source("r"))
    printed(logs, "lf\n")
    logs.carry("r")
    second, place = texts(logs.source("r"), place)

    assert (["one"], ["half"]) == (first, second)
    assert ([], place) == texts(logs.source("r"), place)


def test_the_end_of_a_run_leaves_nothing_here(tmp_path: Path, address: str) -> None:
    """The rest is carried, then the folder is removed; what a later attempt writes is read after it."""
    logs = RunLogs(tmp_path / "here", address, ManualClock())
    printed(logs, "first\n")
    logs.end("r")
    assert [] == logs.left_here()
    later = ManualClock()
    later.advance(5)
    again = RunLogs(tmp_path / "here", address, later)
    printed(again, "second\n")
    assert ["r"] == again.left_here()
    again.end("r")

    assert ["first", "second"] == texts(logs.source("r"))[0]


def test_what_retention_drops_is_gone_everywhere(tmp_path: Path, address: str) -> None:
    """Forgetting a run removes its log here and there; a run that nobody knows has none."""
    logs = RunLogs(tmp_path / "here", address, ManualClock())
    printed(logs, "one\n")
    logs.carry("r")
    logs.forget("r")
    logs.forget("r")

    assert [] == texts(logs.source("r"))[0]
    assert [] == logs.left_here()


def test_a_place_that_is_away_is_named_and_loses_nothing(tmp_path: Path) -> None:
    """The error names the place and the setting, and what was to be carried is still here."""
    (tmp_path / "kept").write_text("a file where a folder should be")
    logs = RunLogs(tmp_path / "here", f"file://{tmp_path}/kept", ManualClock())
    printed(logs, "one\n")
    with pytest.raises(RunLogsError, match=r"kept.r can't be reached.*\[logs\]"):
        logs.end("r")
    (tmp_path / "kept").unlink()
    logs.end("r")

    assert ["one"] == texts(logs.source("r"))[0]


def test_where_logs_are_kept_is_a_setting(tmp_path: Path) -> None:
    """The environment goes before the file; by default they stay in the home."""
    assert None is read_run_logs(tmp_path, {}).address
    (tmp_path / "settings.toml").write_text('[logs]\naddress = "s3://bucket/logs"\n')
    assert "s3://bucket/logs" == read_run_logs(tmp_path, {}).address
    assert "gs://other" == read_run_logs(tmp_path, {"HEADWATER_RUN_LOGS": "gs://other"}).address
    (tmp_path / "settings.toml").write_text('[logs]\nadress = "s3://bucket/logs"\n')
    with pytest.raises(SettingsError, match="It has one setting, address"):
        read_run_logs(tmp_path, {})


def test_a_store_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    """An address with an unknown scheme says what to install."""
    with pytest.raises(SettingsError, match=r"nowhere://logs.*package of the store"):
        RunLogs(tmp_path, "nowhere://logs").source("r")

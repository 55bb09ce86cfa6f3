"""The sensor of a folder, with real files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import time_machine

import headwater as hw
from headwater.connectors.errors import UnreachableError
from headwater.connectors.filesystem import build_folder_sensor, list_folder

_NOW = 1_700_000_000


def _write(path: Path, content: bytes = b"content", *, age: float = 3_600.0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (_NOW - age, _NOW - age))


_LEFT: dict[hw.SensorDefinition, dict[str, Any]] = {}
"""What the last tick of each sensor kept beside the cursor."""


def _tick(sensor: hw.SensorDefinition, cursor: str | None = None) -> hw.SensorResult:
    with time_machine.travel(_NOW, tick=False):
        context = hw.build_sensor_context(
            cursor=cursor, sensor_name=sensor.name, state=_LEFT.get(sensor) if cursor else {}
        )
        result = sensor(context)
    _LEFT[sensor] = dict(context.state)
    assert isinstance(result, hw.SensorResult)
    return result


def _partitions(result: hw.SensorResult) -> list[str | None]:
    return [event.partition for event in result.asset_events]


def test_each_new_or_changed_file_is_reported_once(tmp_path: Path) -> None:
    """A tick reports what is new since the cursor, oldest first."""
    sensor = build_folder_sensor(
        name="days",
        asset=["lake", "days"],
        folder=tmp_path,
        pattern="date=*/*.parquet",
        partition=r"date=(?P<partition>.*)/",
    )
    _write(tmp_path / "date=2" / "a.parquet", age=10)
    _write(tmp_path / "date=1" / "a.parquet", age=20)
    first = _tick(sensor)
    assert _partitions(first) == ["1", "2"]
    assert _partitions(_tick(sensor, first.cursor)) == []
    _write(tmp_path / "date=1" / "a.parquet", b"more", age=5)
    assert _partitions(_tick(sensor, first.cursor)) == ["1"]


def test_a_file_that_was_just_written_is_left_for_later(tmp_path: Path) -> None:
    """Within the time to settle nothing is reported."""
    sensor = build_folder_sensor(name="files", asset="files", folder=tmp_path, settle_seconds=30)
    _write(tmp_path / "a.csv", age=29)
    assert _partitions(_tick(sensor)) == []
    _write(tmp_path / "a.csv", age=30)
    assert _partitions(_tick(sensor)) == [None]


def test_hidden_files_links_and_folders_are_left_out(tmp_path: Path) -> None:
    """Only ordinary files count, at whatever depth."""
    _write(tmp_path / "deep" / "down" / "a.csv")
    _write(tmp_path / ".hidden" / "b.csv")
    _write(tmp_path / ".c.csv")
    (tmp_path / "link.csv").symlink_to(tmp_path / "deep" / "down" / "a.csv")
    (tmp_path / "folder.csv").mkdir()
    assert [file.name for file in list_folder(tmp_path)] == ["deep/down/a.csv"]


def test_a_name_that_is_no_utf_8_can_be_kept(tmp_path: Path) -> None:
    """It is reported like any other, once, with what can't be read written out."""
    Path(os.fsdecode(bytes(tmp_path) + b"/\xff.csv")).write_bytes(b"x")
    sensor = build_folder_sensor(name="files", asset="files", folder=tmp_path, settle_seconds=0)
    result = _tick(sensor)
    assert [event.description for event in result.asset_events] == ["\\xff.csv"]
    assert _partitions(_tick(sensor, result.cursor)) == []


def test_a_folder_that_is_not_there_fails_the_tick(tmp_path: Path) -> None:
    """It is not taken for an empty one, which would forget what was seen."""
    sensor = build_folder_sensor(name="files", asset="files", folder=tmp_path / "missing")
    with pytest.raises(UnreachableError, match="missing can't be listed: No such file or directory"):
        _tick(sensor)


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("*", ["top.csv"]),
        ("./*.csv", ["top.csv"]),
        ("*/*.csv", ["a/one.csv", "linked/one.csv"]),
        ("a/*", ["a/one.csv"]),
        ("a/one.csv", ["a/one.csv"]),
        ("[ab]/**/*.csv", ["a/b/deep/three.csv", "a/b/two.csv", "a/one.csv"]),
        ("**/b/*.csv", ["a/b/two.csv"]),
        ("**/deep/**/*", ["a/b/deep/three.csv"]),
        ("**", ["a/b/deep/three.csv", "a/b/two.csv", "a/one.csv", "top.csv"]),
        ("linked/*", ["linked/one.csv"]),
        ("top.csv/*", []),
    ],
)
def test_patterns_mean_what_they_do_elsewhere(tmp_path: Path, pattern: str, names: list[str]) -> None:
    """`**` is any folders below, none included; a link to a folder is followed where it is named, but not by `**`."""
    for name in ("top.csv", "a/one.csv", "a/b/two.csv", "a/b/deep/three.csv", "a/.hidden/four.csv"):
        _write(tmp_path / name)
    (tmp_path / "linked").symlink_to(tmp_path / "a")

    assert names == sorted({file.name for file in list_folder(tmp_path, pattern)})


@pytest.mark.parametrize("pattern", ["", ".", "/data/*.csv", "../*.csv", ".hidden/*"])
def test_a_pattern_that_nothing_can_match_is_refused(pattern: str) -> None:
    """It would look like a folder in which nothing is ever new."""
    with pytest.raises(hw.InvalidParameterError, match="pattern of the sensor 'files'"):
        build_folder_sensor(name="files", asset="files", folder="here", pattern=pattern)

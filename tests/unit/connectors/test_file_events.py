"""From files to the result of a tick."""

from __future__ import annotations

import pytest

import headwater as hw
from headwater.connectors.errors import ConnectorError
from headwater.connectors.file_events import Reporting, report_files
from headwater.connectors.fingerprints import FileState

_FILE = FileState(name="date=2026-01-02/a.csv", size=7, modified=100.0)


def _reporting(**changes: object) -> Reporting:
    arguments: dict[str, object] = {"asset": "raw", "location": "/data/", "settle_seconds": 0.0, "limit": 10}
    return Reporting(**{**arguments, **changes})  # type: ignore[arg-type]


def _report(reporting: Reporting, *files: FileState, now: float = 1_000.0) -> list[hw.AssetMaterialization]:
    events = report_files(hw.build_sensor_context(), reporting, files, now).asset_events
    return [event for event in events if isinstance(event, hw.AssetMaterialization)]


def test_a_file_becomes_a_materialization() -> None:
    """Size, time and path are metadata, the file's time is the event's, and its fingerprint the data version."""
    (event,) = _report(_reporting(metadata=lambda file: {"letters": len(file.name)}), _FILE)
    assert event.asset_key == hw.AssetKey("raw")
    assert {name: value.value for name, value in event.metadata.items()} == {
        "path": "/data/date=2026-01-02/a.csv",
        "size_bytes": 7,
        "last_modified": 100.0,
        "letters": 21,
    }
    assert event.timestamp == 100.0
    assert event.data_version == "date=2026-01-02/a.csv:7:100.000000"
    assert event.partition is None


@pytest.mark.parametrize(("modified", "expected"), [(5_000.0, 1_000.0), (0.0, 1_000.0), (999.0, 999.0)])
def test_an_event_never_lies_in_the_future(modified: float, expected: float) -> None:
    """A clock that is ahead elsewhere, or a time that is not known, counts as now."""
    (event,) = _report(_reporting(), FileState(name="a", size=1, modified=modified))
    assert event.timestamp == expected


@pytest.mark.parametrize("partition", [r"date=(?P<partition>[\d-]+)", lambda file: file.name[5:15]])
def test_a_partition_comes_from_an_expression_or_a_function(partition: object) -> None:
    """Both see the path below the folder."""
    (event,) = _report(_reporting(partition=partition), _FILE)
    assert event.partition == "2026-01-02"


def test_a_file_without_its_partition_is_an_error_that_names_it() -> None:
    """A file that does not fit the expression is not reported as if it belonged nowhere."""
    with pytest.raises(ConnectorError, match=r"The file 'a\.csv' does not match"):
        _report(_reporting(partition="(?P<partition>x)"), FileState(name="a.csv", size=1, modified=1.0))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"partition": "("}, "is not a regular expression"),
        ({"partition": "date"}, "has no group named 'partition'"),
        ({"settle_seconds": -1.0}, "settle_seconds of the sensor of 'raw' is -1"),
        ({"limit": 0}, "most_files_a_tick of the sensor of 'raw' is 0"),
    ],
)
def test_a_mistake_shows_when_the_sensor_is_defined(changes: dict[str, object], message: str) -> None:
    """Nothing waits for the first tick."""
    with pytest.raises(hw.InvalidParameterError, match=message):
        _reporting(**changes)


def test_a_tick_without_news_says_so_and_keeps_what_waits() -> None:
    """The tick is skipped, and its cursor remembers the file that is still being written."""
    result = report_files(hw.build_sensor_context(), _reporting(settle_seconds=60.0), [_FILE], 101.0)
    assert result.skip_reason == hw.SkipReason("No new file in /data/; 1 still being written.")
    assert result.cursor == '{"waiting":{"date=2026-01-02/a.csv":[100.0,7,101.0]}}'


def test_what_was_reported_is_kept_beside_the_cursor() -> None:
    """A mark a file, of which only changes are written; what an earlier release kept in the cursor is taken over."""
    first = hw.build_sensor_context()
    report_files(first, _reporting(), [_FILE], 1_000.0)
    again = hw.build_sensor_context(state=dict(first.state))
    unchanged = report_files(again, _reporting(), [_FILE], 1_001.0)
    old = hw.build_sensor_context(cursor='{"reported":{"date=2026-01-02/a.csv":[100.0,7]}}')
    taken_over = report_files(old, _reporting(), [_FILE], 1_000.0)

    assert {_FILE.name: [100.0, 7, None]} == dict(first.state) == dict(old.state)
    assert ({}, []) == again.state.changes()
    assert ["{}", "{}"] == [unchanged.cursor, taken_over.cursor]
    assert () == taken_over.asset_events

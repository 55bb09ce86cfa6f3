"""Contexts: what user code can ask and tell."""

from __future__ import annotations

from typing import Any

import pytest

import headwater as hw
from headwater.definitions.functions.logs import RecordedLog


def test_log_outside_a_run_is_kept() -> None:
    """A context that a test built keeps what the function logged."""
    context = hw.build_asset_context()
    context.log.info("read %d of %s", 3, "rows")
    context.log.error("100%")
    assert isinstance(context.log, RecordedLog)
    assert [("info", "read 3 of rows"), ("error", "100%")] == context.log.records


def test_partition_key() -> None:
    """The partition can be asked for, and is an error with a mend where there is none."""
    assert "p" == hw.build_asset_context(partition_key="p").partition_key
    context = hw.build_asset_context()
    assert not context.has_partition_key
    with pytest.raises(hw.InvalidInvocationError, match="has_partition_key"):
        context.partition_key  # noqa: B018 - asking raises


def test_metadata_is_collected() -> None:
    """What a function adds is gathered, the last value of a name counts."""
    context = hw.build_asset_context(asset_key="a")
    context.add_output_metadata({"rows": 1, "path": "x"})
    context.add_asset_metadata({"rows": 2}, asset_key="a")
    assert {"rows": hw.MetadataValue.int(2), "path": hw.MetadataValue.text("x")} == context.collected_metadata[
        hw.AssetKey("a")
    ]


def test_metadata_of_another_asset_is_refused() -> None:
    """A function tells of the asset that it makes."""
    with pytest.raises(hw.InvalidParameterError, match="'b'"):
        hw.build_asset_context(asset_key="a").add_asset_metadata({"rows": 2}, asset_key="b")


def test_asset_key() -> None:
    """The asset can be asked for; a context built without one says how to build it."""
    context = hw.build_asset_context(asset_key="a", run_tags={"t": "1"})
    assert (hw.AssetKey("a"), frozenset({hw.AssetKey("a")})) == (context.asset_key, context.selected_asset_keys)
    assert ({"t": "1"}, 0) == (context.run_tags, context.retry_number)
    with pytest.raises(hw.InvalidInvocationError, match="build_asset_context"):
        hw.build_asset_context().asset_key  # noqa: B018 - asking raises


def test_cursor() -> None:
    """A cursor is text that the sensor replaces; None or nothing forgets it."""
    context = hw.build_sensor_context(cursor="1")
    assert ("1", False) == (context.cursor, context.cursor_updated)
    context.update_cursor("2")
    assert ("2", True) == (context.cursor, context.cursor_updated)
    context.update_cursor("")
    assert context.cursor is None


@pytest.mark.parametrize("cursor", [5, 1.5, {"a": 1}])
def test_cursor_is_text(cursor: Any) -> None:
    """Anything but text is refused with the mend."""
    with pytest.raises(hw.InvalidParameterError, match=r"str\(\.\.\.\)"):
        hw.build_sensor_context().update_cursor(cursor)
    with pytest.raises(hw.InvalidParameterError, match=r"str\(\.\.\.\)"):
        hw.SensorResult(cursor=cursor)

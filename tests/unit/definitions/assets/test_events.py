"""Events and results: what they accept, keep and refuse."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import asset_keys, metadata, moments, texts

import headwater as hw

EVENTS = [hw.AssetMaterialization, hw.AssetObservation]


@pytest.mark.parametrize("event", EVENTS)
def test_a_string_is_one_part(event: Any) -> None:
    """Events take a key as everything else does: a string is not split."""
    assert hw.AssetKey(["s3://bucket/x.csv"]) == event("s3://bucket/x.csv").asset_key
    assert hw.AssetKey("a/b") == hw.AssetCheckEvaluation("a/b", "c", True).asset_key


@pytest.mark.parametrize("event", EVENTS)
def test_metadata_is_typed(event: Any) -> None:
    """An event's metadata values have their kind."""
    assert {"n": hw.MetadataValue.int(3)} == event("a", metadata={"n": 3}).metadata


@given(st.builds(hw.AssetMaterialization, asset_keys, texts, metadata, texts, timestamp=moments))
def test_events_are_values(event: hw.AssetMaterialization) -> None:
    """An event can be sent to another process, and can't be changed."""
    assert repr(event) == repr(pickle.loads(pickle.dumps(event)))
    with pytest.raises(AttributeError):
        event.partition = "x"


@pytest.mark.parametrize(
    ("moment", "seconds"), [(None, None), (5, 5.0), (5.5, 5.5), (datetime(1970, 1, 1, 0, 1, tzinfo=UTC), 60.0)]
)
def test_timestamp(moment: Any, seconds: float | None) -> None:
    """When it happened is seconds since the epoch, also from a datetime."""
    assert seconds == hw.AssetMaterialization("a", timestamp=moment).timestamp
    assert seconds == hw.AssetCheckEvaluation("a", "c", True, timestamp=moment).timestamp


@pytest.mark.parametrize(
    ("moment", "mend"),
    [
        (1724614700266, "divide it by 1000"),
        (datetime(2026, 1, 1), "tzinfo"),
        ("2026-01-01", "aware datetime"),
        (True, "aware datetime"),
        (float("nan"), "aware datetime"),
    ],
)
def test_timestamp_refuses(moment: Any, mend: str) -> None:
    """A moment that means nothing, or probably something else, is refused with the mend."""
    with pytest.raises(hw.InvalidParameterError, match=mend):
        hw.AssetObservation("a", timestamp=moment)


@pytest.mark.parametrize("event", EVENTS)
def test_data_version(event: Any) -> None:
    """A data version is given by itself or in the tag that is known from elsewhere."""
    assert "v1" == event("a", data_version="v1").data_version
    assert "v1" == event("a", data_version=hw.DataVersion("v1")).data_version
    assert "v1" == event("a", tags={"dagster/data_version": "v1"}).data_version
    assert event("a").data_version is None


def test_system_tags_may_hold_any_text() -> None:
    """Tags that orchestrators write are not held to the form of the user's own."""
    tags = {"dagster/partition/date": "2026-01-01|a b", "dagster/input_data_version/a/b": "x" * 100}
    assert tags == hw.AssetMaterialization("a", tags=tags).tags


@pytest.mark.parametrize(
    "arguments",
    [
        {"asset_key": 5},
        {"description": 5},
        {"metadata": {"a": {1}}},
        {"partition": 5},
        {"partition": "a\0"},
        {"tags": {"a b": "c"}},
        {"data_version": 5},
    ],
)
def test_materialization_refuses(arguments: dict[str, Any]) -> None:
    """An argument of the wrong type or form is refused."""
    with pytest.raises(hw.InvalidDefinitionError):
        hw.AssetMaterialization(**{"asset_key": "a", **arguments})


def test_materialization_of_a_file() -> None:
    """A file's path is its metadata, and its key unless another is given."""
    event = hw.AssetMaterialization.file("/in/a.csv")
    assert hw.AssetMaterialization("/in/a.csv", metadata={"path": hw.MetadataValue.path("/in/a.csv")}) == event
    assert hw.AssetKey("a") == hw.AssetMaterialization.file("/in/a.csv", asset_key="a").asset_key


@pytest.mark.parametrize(
    "arguments", [{"passed": 1}, {"check_name": ""}, {"severity": "WARN"}, {"severity": None}, {"asset_key": None}]
)
def test_check_evaluation_refuses(arguments: dict[str, Any]) -> None:
    """Whether a check held is a real bool, and how bad it is a real severity."""
    with pytest.raises(hw.InvalidParameterError):
        hw.AssetCheckEvaluation(**{"asset_key": "a", "check_name": "c", "passed": True, **arguments})


@pytest.mark.parametrize("arguments", [{"passed": None}, {"severity": "ERROR"}, {"check_name": 5}, {"asset_key": 5}])
def test_check_result_refuses(arguments: dict[str, Any]) -> None:
    """A result is as strict as an evaluation."""
    with pytest.raises(hw.InvalidParameterError):
        hw.AssetCheckResult(**{"passed": True, **arguments})


def test_materialize_result_tells_none_from_nothing() -> None:
    """None is a value to store; a value that was not given is not."""
    assert hw.MaterializeResult(value=None).has_value
    assert not hw.MaterializeResult(metadata={"n": 1}).has_value


def test_materialize_result_keeps_metadata_as_given() -> None:
    """A test of user code finds in a result what the code wrote; bad values are refused all the same."""
    assert {"n": 1} == hw.MaterializeResult(metadata={"n": 1}).metadata
    with pytest.raises(hw.InvalidMetadataError):
        hw.MaterializeResult(metadata={"n": {1}})


def test_materialize_result_refuses_other_results() -> None:
    """Check results are AssetCheckResults."""
    with pytest.raises(hw.InvalidParameterError, match="an AssetCheckResult"):
        hw.MaterializeResult(check_results=[True])  # type: ignore[list-item]


def test_outputs_are_values() -> None:
    """Outputs are equal by value and metadata."""
    assert hw.Output(1, metadata={"n": 1}) == hw.Output(1, metadata={"n": 1})
    assert hw.Output(1) != hw.Output(2)

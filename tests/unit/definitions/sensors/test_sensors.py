"""The `@sensor` decorator, and what its function may ask for."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

import headwater as hw


def test_with_and_without_parentheses() -> None:
    """Both forms make a sensor named after the function, on by default, every 30 seconds."""

    @hw.sensor
    def bare(context: hw.SensorEvaluationContext) -> None:
        """Look."""

    @hw.sensor(minimum_interval_seconds=0.5, default_status=hw.DefaultSensorStatus.STOPPED)
    def dressed() -> None:
        pass

    assert ("bare", 30.0, 60.0, "Look.") == (bare.name, bare.minimum_interval_seconds, bare.timeout, bare.description)
    assert bare.default_status is None
    assert (0.5, hw.DefaultSensorStatus.STOPPED) == (dressed.minimum_interval_seconds, dressed.default_status)
    assert [True, False] == [bare.takes_context, dressed.takes_context]


def test_stays_callable() -> None:
    """A sensor is called with a context of any parameter name, or without one if it takes none."""

    @hw.sensor
    def looks(anything: Any) -> Any:
        return anything.cursor

    @hw.sensor
    def blind() -> Any:
        return "x"

    assert "c" == looks(hw.build_sensor_context(cursor="c"))
    assert "c" == looks(anything=hw.build_sensor_context(cursor="c"))
    assert "x" == blind()
    assert "x" == blind(hw.build_sensor_context())


def test_missing_context_is_an_error() -> None:
    """The error says how to make a context."""

    @hw.sensor
    def looks(context: Any) -> None:
        pass

    with pytest.raises(hw.InvalidInvocationError, match=r"looks\(build_sensor_context\(\)\)"):
        looks()


def test_coroutine_function_is_accepted() -> None:
    """An `async def` is a sensor."""

    @hw.sensor
    async def looks(context: Any) -> Any:
        return hw.SkipReason("nothing")

    assert hw.SkipReason("nothing") == asyncio.run(looks(hw.build_sensor_context()))


@pytest.mark.parametrize(
    "options",
    [
        {"name": ""},
        {"name": "a/b"},
        {"minimum_interval_seconds": 0},
        {"minimum_interval_seconds": 0.05},
        {"minimum_interval_seconds": "30"},
        {"minimum_interval_seconds": True},
        {"timeout": 0},
        {"default_status": "RUNNING"},
        {"asset_selection": "a b"},
        {"asset_selection": []},
        {"asset_selection": [5]},
        {"target": "a b"},
        {"target": ["a"], "asset_selection": ["a"]},
        {"owners": ["bob"]},
        {"tags": {"a b": "c"}},
        {"metadata": {"a": {1}}},
        {"description": 5},
    ],
)
def test_refuses_options(options: dict[str, Any]) -> None:
    """Options that contradict each other or mean nothing are refused."""
    with pytest.raises(hw.InvalidDefinitionError):
        hw.sensor(**{"name": "s", **options})(lambda: None)


@pytest.mark.parametrize("option", ["cron_schedule", "monitored_assets"])
def test_unknown_option_is_a_type_error(option: str) -> None:
    """An option that there is not is never swallowed."""
    with pytest.raises(TypeError, match=option):
        hw.sensor(**{option: None})  # type: ignore[call-overload]


def test_a_job_name_in_place_of_the_function() -> None:
    """`@sensor("job")` runs a job of that name; what is no function is refused."""

    @hw.sensor("nightly")
    def looks() -> None:
        """Look."""

    assert ("nightly",) == looks.run_targets.job_names
    with pytest.raises(hw.InvalidParameterError, match="name="):
        hw.sensor(5)  # type: ignore[call-overload]


def test_a_second_parameter_is_a_resource() -> None:
    """It gets the resource of its name; a missing one is found as definitions are loaded."""

    @hw.sensor
    def looks(context: Any, store: Any) -> Any:
        return (context.cursor, store)

    assert ("c", 1) == looks(hw.build_sensor_context(cursor="c"), store=1)
    hw.Definitions.validate_loadable(hw.Definitions(sensors=[looks], resources={"store": object()}))
    with pytest.raises(hw.InvalidDefinitionError, match=r"'looks' .* needs the resource 'store'.*resources="):
        hw.Definitions.validate_loadable(hw.Definitions(sensors=[looks]))


def test_targets() -> None:
    """Targets are keys or definitions, one or several."""

    @hw.asset
    def made() -> None:
        pass

    by_target = hw.sensor(name="a", target=made)(lambda: None)
    by_selection = hw.sensor(name="b", asset_selection=[made, "made", "b"])(lambda: None)
    assert (made.key,) == by_target.targets
    assert (made.key, hw.AssetKey("b")) == by_selection.targets
    assert hw.sensor(name="c")(lambda: None).targets is None


def test_timeout_is_seconds_or_a_timedelta() -> None:
    """Both forms are kept in seconds."""
    assert 120.0 == hw.sensor(name="a", timeout=timedelta(minutes=2))(lambda: None).timeout


def test_run_request_tags() -> None:
    """Tag values that are no strings are written as JSON."""
    request = hw.RunRequest("k", tags={"a": "x", "b": 1, "c": {"d": None}}, asset_selection=["a", hw.AssetSpec("b")])
    assert {"a": "x", "b": "1", "c": '{"d":null}'} == request.tags
    assert (hw.AssetKey("a"), hw.AssetKey("b")) == request.asset_selection


@pytest.mark.parametrize(
    "arguments",
    [
        {"run_key": 5},
        {"tags": {1: "a"}},
        {"tags": {"a": {1}.__iter__()}},
        {"asset_selection": []},
        {"partition_key": 5},
    ],
)
def test_run_request_refuses(arguments: dict[str, Any]) -> None:
    """An argument of the wrong type is refused."""
    with pytest.raises(hw.InvalidParameterError):
        hw.RunRequest(**arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        {"run_requests": hw.RunRequest()},
        {"run_requests": ["a"]},
        {"asset_events": hw.AssetMaterialization("a")},
        {"asset_events": ["a"]},
        {"skip_reason": 5},
    ],
)
def test_sensor_result_refuses(arguments: dict[str, Any]) -> None:
    """Requests and events are lists of the right things."""
    with pytest.raises(hw.InvalidParameterError):
        hw.SensorResult(**arguments)


def test_sensor_result_does_not_skip_and_request() -> None:
    """Runs and a reason to skip contradict each other."""
    with pytest.raises(hw.SensorResultError, match="leave one out"):
        hw.SensorResult(run_requests=[hw.RunRequest()], skip_reason="why")

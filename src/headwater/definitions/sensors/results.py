"""From whatever a sensor's function returned or yielded to what its tick leads to."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Literal

import msgspec

from headwater.definitions.arguments import shown
from headwater.definitions.assets.events import ASSET_EVENTS, AssetEvent
from headwater.definitions.sensors.context import SensorEvaluationContext
from headwater.definitions.sensors.cursors import check_cursor_size
from headwater.definitions.sensors.requests import PartitionsRequest, RunRequest, SensorResult, SkipReason
from headwater.errors import SensorResultError

EMPTY_RESULT = "Sensor function returned an empty result"


class SensorOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a tick leads to. `cursor` is the value to keep, also where it has not changed."""

    run_requests: tuple[RunRequest, ...] = ()
    asset_events: tuple[AssetEvent, ...] = ()
    partitions: tuple[PartitionsRequest, ...] = ()
    skip_message: str | None = None
    cursor: str | None = None

    @property
    def status(self) -> Literal["success", "skipped"]:
        """A tick that recorded events, or requested runs or partitions, is a success."""
        return "success" if self.run_requests or self.asset_events or self.partitions else "skipped"


def normalize_sensor_result(result: object, context: SensorEvaluationContext) -> SensorOutcome:
    """What a tick leads to.

    Args:
        result: What the function returned: nothing, a `SensorResult`, a `SkipReason`, a `RunRequest` or a list of
            them, or a generator of these, which is run to its end here.
        context: The one that the function got; its cursor may have been updated.

    Raises:
        SensorResultError: the result has none of these forms; the message says which, and what to write.
        SensorStateError: the cursor is too large.
        Exception: whatever the generator raises.
    """
    items = _collect(result, context.sensor_name)
    whole = [item for item in items if isinstance(item, SensorResult)]
    if whole and len(items) > 1:
        raise SensorResultError(
            f"Sensor {context.sensor_name!r} gave a SensorResult and {len(items) - 1} more; "
            "put everything into one SensorResult."
        )
    outcome = _from_sensor_result(whole[0], context) if whole else _from_items(items, context)
    check_cursor_size(outcome.cursor, context.sensor_name)
    return outcome


def _from_sensor_result(result: SensorResult, context: SensorEvaluationContext) -> SensorOutcome:
    if result.cursor and context.cursor_updated:
        raise SensorResultError(
            f"Sensor {context.sensor_name!r} both called context.update_cursor and returned a SensorResult with a "
            "cursor; do one of the two."
        )
    done = bool(result.run_requests or result.asset_events or result.dynamic_partitions_requests)
    empty = None if done else EMPTY_RESULT
    return SensorOutcome(
        run_requests=result.run_requests,
        asset_events=result.asset_events,
        partitions=result.dynamic_partitions_requests,
        skip_message=empty if result.skip_reason is None else result.skip_reason.skip_message,
        cursor=result.cursor or context.cursor,
    )


def _from_items(items: list[Any], context: SensorEvaluationContext) -> SensorOutcome:
    requests = tuple(item for item in items if isinstance(item, RunRequest))
    reasons = [item for item in items if isinstance(item, SkipReason)]
    if reasons and len(items) > 1:
        raise SensorResultError(
            f"Sensor {context.sensor_name!r} gave a SkipReason together with {len(items) - 1} more; a tick either "
            "skips, for one reason, or does something."
        )
    if reasons:
        return SensorOutcome(skip_message=reasons[0].skip_message, cursor=context.cursor)
    empty = None if requests else EMPTY_RESULT
    return SensorOutcome(run_requests=requests, skip_message=empty, cursor=context.cursor)


def _collect(result: object, sensor: str) -> list[Any]:
    """The parts of a result, each of a form that a tick can have."""
    if isinstance(result, Generator):
        return _drain(result, sensor)
    if isinstance(result, list):
        return [_checked(item, sensor, "returned a list that holds") for item in result]
    return [] if result is None else [_checked(result, sensor, "returned")]


def _drain(generator: Generator[Any, Any, Any], sensor: str) -> list[Any]:
    items: list[Any] = []
    while True:
        try:
            item = next(generator)
        except StopIteration as stop:
            # What a generator returns counts like what it yields.
            return items + _collect(stop.value, sensor)
        if item is not None:
            items.append(_checked(item, sensor, "yielded"))


def _checked(item: object, sensor: str, verb: str) -> object:
    if isinstance(item, (RunRequest, SkipReason, SensorResult)):
        return item
    raise SensorResultError(f"Sensor {sensor!r} {verb} {shown(item)}; {_mend(item)}")


def _mend(item: object) -> str:
    """What to return instead of something that a tick can't end with."""
    if isinstance(item, ASSET_EVENTS):
        return "put it into SensorResult(asset_events=[...])."
    if isinstance(item, tuple):
        return "return a list instead of a tuple."
    if isinstance(item, list):
        return "give its elements one by one."
    if isinstance(item, str):
        return "return SkipReason(...) to say why nothing is done, or SensorResult(cursor=...) to keep a cursor."
    if item is None:
        return "leave it out."
    if hasattr(item, "__await__"):
        return "await it in an `async def`, and return what comes of it."
    return "return a SensorResult, a RunRequest or a list of them, a SkipReason, or nothing."

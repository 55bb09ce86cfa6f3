"""What a sensor's function can ask and tell while it ticks, and the builder with which tests make a context."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from headwater.definitions.arguments import check_cursor
from headwater.definitions.contexts.ticks import TickContext
from headwater.definitions.functions.logs import ContextLog, RecordedLog
from headwater.definitions.resources.definition import Resources, given_resources
from headwater.definitions.sensors.kept_state import KeptState


class SensorEvaluationContext(TickContext):
    """What a sensor's function can ask and tell. The runtime makes it; tests use `build_sensor_context`.

    Args:
        sensor_name: The sensor.
        log: Where `context.log` writes; its lines are kept with the tick.
        cursor: What the last tick that did not fail has left to this one.
        last_tick_completion_time: When the tick before this one was, in seconds since the epoch; None for the first.
        last_run_key: The run key of the newest run that the sensor requested.
        last_sensor_start_time: When the sensor was last switched on, in seconds since the epoch.
        is_first_tick_since_sensor_start: Whether the sensor has not ticked since it was last switched on.
        resources: What `required_resource_keys` asked for.
        state: What it keeps beside the cursor.
        instance: Opens the deployment, for `context.instance`.
        definitions: The `Definitions` that the sensor belongs to.

    Example:
        >>> @sensor
        ... def watch(context: SensorEvaluationContext):
        ...     context.update_cursor(str(int(context.cursor or 0) + 1))
        >>> context = build_sensor_context(cursor="7")
        >>> watch(context)
        >>> context.cursor
        '8'
    """

    def __init__(
        self,
        *,
        sensor_name: str,
        log: ContextLog,
        cursor: str | None = None,
        last_tick_completion_time: float | None = None,
        last_run_key: str | None = None,
        last_sensor_start_time: float | None = None,
        is_first_tick_since_sensor_start: bool = False,
        resources: Resources | None = None,
        state: KeptState | None = None,
        instance: Callable[[], Any] | None = None,
        definitions: Any = None,
    ) -> None:
        super().__init__(log=log, resources=resources, instance=instance, definitions=definitions)
        self._cursor = cursor
        self.cursor_updated = False
        self.sensor_name = sensor_name
        self.last_tick_completion_time = last_tick_completion_time
        self.last_run_key = last_run_key
        self.last_sensor_start_time = last_sensor_start_time
        self.is_first_tick_since_sensor_start = is_first_tick_since_sensor_start
        self.state = KeptState() if state is None else state

    @property
    def cursor(self) -> str | None:
        """How far the sensor has come, as it said itself; None if it never did."""
        return self._cursor

    @property
    def last_completion_time(self) -> float | None:
        """The same as `last_tick_completion_time`."""
        return self.last_tick_completion_time

    def update_cursor(self, cursor: str | None) -> None:
        """Keep a new cursor once the tick ends well; None or an empty string forgets the old one.

        Raises:
            InvalidParameterError: it is no string.
        """
        self._cursor = check_cursor(cursor, f"The cursor of sensor {self.sensor_name!r}") or None
        self.cursor_updated = True


def build_sensor_context(
    instance: Any = None,
    cursor: str | None = None,
    *,
    sensor_name: str = "sensor",
    last_tick_completion_time: float | None = None,
    last_run_key: str | None = None,
    last_sensor_start_time: float | None = None,
    is_first_tick_since_sensor_start: bool = True,
    resources: Mapping[str, Any] | None = None,
    state: Mapping[str, Any] | None = None,
    definitions: Any = None,
    repository_def: Any = None,
) -> SensorEvaluationContext:
    """A context with which a test calls a sensor; its log is a `RecordedLog`.

    Args:
        instance: What `context.instance` is, such as `HeadwaterInstance.ephemeral()`.
        cursor: What the tick before has left.
        sensor_name: The sensor.
        last_tick_completion_time: When the tick before was, in seconds since the epoch.
        last_run_key: The run key of the newest run that it requested.
        last_sensor_start_time: When it was last switched on, in seconds since the epoch.
        is_first_tick_since_sensor_start: Whether it has not ticked since.
        resources: What the function finds in `context.resources`.
        state: What earlier ticks have kept in `context.state`.
        definitions: The `Definitions` that the sensor belongs to.
        repository_def: The same as `definitions`.

    Example:
        >>> context = build_sensor_context(cursor="7", state={"a.csv": "e3b0"})
        >>> context.cursor, context.state["a.csv"]
        ('7', 'e3b0')
    """
    kept = KeptState()
    kept.update(state or {})
    return SensorEvaluationContext(
        sensor_name=sensor_name,
        log=RecordedLog(),
        cursor=cursor,
        last_tick_completion_time=last_tick_completion_time,
        last_run_key=last_run_key,
        last_sensor_start_time=last_sensor_start_time,
        is_first_tick_since_sensor_start=is_first_tick_since_sensor_start,
        resources=given_resources(resources),
        state=KeptState(kept.changes()[0]),
        instance=None if instance is None else lambda: instance,
        definitions=repository_def if definitions is None else definitions,
    )

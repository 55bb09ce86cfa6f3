"""What the functions of event-driven sensors can ask, and the builders with which tests make their contexts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from headwater.clock import SystemClock, to_datetime
from headwater.definitions.arguments import check_asset_key
from headwater.definitions.contexts.ticks import TickContext
from headwater.definitions.downstream_partitions import downstream_partition_keys
from headwater.definitions.functions.logs import ContextLog, RecordedLog
from headwater.definitions.resources.definition import Resources, given_resources
from headwater.definitions.sensors.context import SensorEvaluationContext
from headwater.errors import InvalidInvocationError, InvalidParameterError
from headwater.keys import AssetKey, CoercibleToAssetKey


class RunStatusSensorContext(TickContext):
    """What the function of a `@run_status_sensor` can ask. Tests use `build_run_status_sensor_context`.

    Args:
        sensor_name: The sensor.
        run: The run: its `run_id`, `job_name`, `assets`, `status`, `tags`, `partition`, `error` and times.
        event: What happened to it: `event_type`, `timestamp`, `message`.
        log: Where `context.log` writes; its lines are kept with the tick.
        step_failures: The events of the steps that failed.
        resources: What `required_resource_keys` asked for.
        instance: Opens the deployment, for `context.instance`.
        definitions: The `Definitions` that the sensor belongs to.
        partition_key: The partition, where it is not to be the run's.

    Example:
        >>> @run_status_sensor(RunStatus.SUCCESS)
        ... def tell(context: RunStatusSensorContext):
        ...     return SkipReason(f"{context.run.job_name} made it at {context.event.timestamp}")
    """

    def __init__(
        self,
        *,
        sensor_name: str,
        run: Any,
        event: Any,
        log: ContextLog,
        step_failures: Sequence[Any] = (),
        resources: Resources | None = None,
        instance: Callable[[], Any] | None = None,
        definitions: Any = None,
        partition_key: str | None = None,
    ) -> None:
        super().__init__(log=log, resources=resources, instance=instance, definitions=definitions)
        self.sensor_name = sensor_name
        self.run = run
        self.event = event
        self._partition_key = partition_key
        self._step_failures = tuple(step_failures)

    @property
    def dagster_run(self) -> Any:
        """The same as `run`."""
        return self.run

    @property
    def dagster_event(self) -> Any:
        """The same as `event`."""
        return self.event

    @property
    def partition_key(self) -> str | None:
        """The partition that the run makes, if it is one."""
        partition: str | None = self.run.partition if self._partition_key is None else self._partition_key
        return partition

    def for_run_failure(self) -> RunFailureSensorContext:
        """The same as the function of a `@run_failure_sensor` has it."""
        return RunFailureSensorContext(
            sensor_name=self.sensor_name,
            run=self.run,
            event=self.event,
            log=self.log,
            step_failures=self._step_failures,
            resources=self.resources,
            instance=self._open_instance,
            definitions=self.definitions,
            partition_key=self._partition_key,
        )


class RunFailureSensorContext(RunStatusSensorContext):
    """What the function of a `@run_failure_sensor` can ask besides.

    Example:
        >>> @run_failure_sensor
        ... def tell(context: RunFailureSensorContext):
        ...     return SkipReason(context.failure_event.message)
    """

    @property
    def failure_event(self) -> Any:
        """What happened to the run: its `message` says why it failed."""
        return self.event

    def get_step_failure_events(self) -> list[Any]:
        """The events of the steps that failed, in order: `step_key`, `message`, `error`, `asset_keys`."""
        return list(self._step_failures)


class MultiAssetSensorEvaluationContext(SensorEvaluationContext):
    """What the function of a `@multi_asset_sensor` can ask. Tests use `build_multi_asset_sensor_context`.

    What it has not advanced its cursors beyond comes again with the next event.

    Args:
        monitored: The assets that it watches.
        records: The materializations of each that it has not advanced beyond, the oldest first.
        options: As for `SensorEvaluationContext`.

    Example:
        >>> @multi_asset_sensor(["orders", "customers"])
        ... def both(context: MultiAssetSensorEvaluationContext):
        ...     if all(context.latest_materialization_records_by_key().values()):
        ...         context.advance_all_cursors()
    """

    def __init__(
        self, *, monitored: Sequence[AssetKey], records: Mapping[AssetKey, Sequence[Any]], **options: Any
    ) -> None:
        super().__init__(**options)
        self.asset_keys = tuple(monitored)
        self._records = {key: list(records.get(key, ())) for key in monitored}
        self._positions: dict[str, int] = read_positions(self.cursor)

    def latest_materialization_records_by_key(
        self, asset_keys: Sequence[CoercibleToAssetKey] | None = None
    ) -> dict[AssetKey, Any | None]:
        """The newest materialization of each asset that it has not advanced beyond; None where there is none."""
        return {key: (self._records[key] or [None])[-1] for key in self._chosen(asset_keys)}

    def materialization_records_for_key(self, asset_key: CoercibleToAssetKey, limit: int | None = None) -> list[Any]:
        """The materializations of an asset that it has not advanced beyond, the oldest first."""
        (key,) = self._chosen([asset_key])
        return self._records[key][:limit]

    def latest_materialization_records_by_partition(self, asset_key: CoercibleToAssetKey) -> dict[str, Any]:
        """The newest materialization of each partition of an asset that it has not advanced beyond."""
        (key,) = self._chosen([asset_key])
        return {record.partition: record for record in self._records[key] if record.partition is not None}

    def latest_materialization_records_by_partition_and_asset(self) -> dict[str, dict[AssetKey, Any]]:
        """By partition, the newest materialization of each asset that it has not advanced beyond."""
        found: dict[str, dict[AssetKey, Any]] = {}
        for key in self.asset_keys:
            for partition, record in self.latest_materialization_records_by_partition(key).items():
                found.setdefault(partition, {})[key] = record
        return found

    def all_partitions_materialized(
        self, asset_key: CoercibleToAssetKey, partitions: Sequence[str] | None = None
    ) -> bool:
        """Whether every one of some partitions has ever been made; asks the instance."""
        wanted = set(partitions or ())
        made: set[str] = self.instance.get_materialized_partitions(check_asset_key(asset_key, "asset_key"))
        return wanted <= made if partitions is not None else bool(made)

    def get_trailing_unconsumed_events(self, asset_key: CoercibleToAssetKey) -> list[Any]:
        """What lies before the newest materialization of an asset, and was not advanced beyond."""
        return self.materialization_records_for_key(asset_key)[:-1]

    def get_downstream_partition_keys(
        self, partition_key: str, from_asset_key: CoercibleToAssetKey, to_asset_key: CoercibleToAssetKey
    ) -> list[str]:
        """The partitions of an asset that read a partition of another one, which it depends on.

        Raises:
            InvalidInvocationError: a test has built the context without definitions, or one has dynamic partitions
                and there is no instance.
            InvalidParameterError: one of the assets is unknown, has no partitions, or does not depend on the other.
        """
        if self.definitions is None:
            raise InvalidInvocationError("This context has no definitions. Pass definitions=... to what builds it.")
        dynamic = None if self._open_instance is None else self.instance
        now = to_datetime(SystemClock().now())
        upstream, downstream = (
            check_asset_key(key, name)
            for key, name in ((from_asset_key, "from_asset_key"), (to_asset_key, "to_asset_key"))
        )
        return downstream_partition_keys(
            self.definitions.resolve().specs, upstream, partition_key, downstream, now, dynamic
        )

    def advance_cursor(self, records_by_key: Mapping[Any, Any]) -> None:
        """Take the materializations of some assets, up to a record of each, as dealt with; None changes nothing."""
        for asset_key, record in records_by_key.items():
            if record is not None:
                (key,) = self._chosen([asset_key])
                self._positions[key.to_escaped_user_string()] = record.seq
        self.update_cursor(json.dumps(self._positions, sort_keys=True))

    def advance_all_cursors(self) -> None:
        """Take everything that came so far as dealt with."""
        self.advance_cursor(self.latest_materialization_records_by_key())

    def _chosen(self, asset_keys: Iterable[CoercibleToAssetKey] | None) -> list[AssetKey]:
        if asset_keys is None:
            return list(self.asset_keys)
        return [key for key in (check_asset_key(item, "asset_key") for item in asset_keys) if key in self._records]


def read_positions(cursor: str | None) -> dict[str, int]:
    """How far a `@multi_asset_sensor` has come with each asset, by escaped key."""
    try:
        read = json.loads(cursor or "{}")
    except ValueError:
        return {}
    return {key: place for key, place in read.items() if isinstance(place, int)} if isinstance(read, dict) else {}


def build_run_status_sensor_context(
    sensor_name: str,
    dagster_event: Any,
    dagster_run: Any,
    dagster_instance: Any = None,
    *,
    context: TickContext | None = None,
    resources: Mapping[str, Any] | None = None,
    step_failures: Sequence[Any] = (),
    partition_key: str | None = None,
    repository_def: Any = None,
) -> RunStatusSensorContext:
    """A context with which a test calls a run status sensor; its log is a `RecordedLog`.

    Args:
        sensor_name: The sensor.
        dagster_event: What happened to the run.
        dagster_run: The run, as `instance.get_run_by_id` gives it.
        dagster_instance: What `context.instance` is.
        context: A context whose log and resources are taken over.
        resources: What the function finds in `context.resources`.
        step_failures: What `get_step_failure_events` gives.
        partition_key: The partition, where it is not to be the run's.
        repository_def: The `Definitions` that the sensor belongs to.

    Example:
        >>> from types import SimpleNamespace
        >>> run = SimpleNamespace(run_id="r1", job_name="nightly", partition=None)
        >>> build_run_status_sensor_context("tell", SimpleNamespace(message="failed"), run).run.job_name
        'nightly'
    """
    return RunStatusSensorContext(
        sensor_name=sensor_name,
        run=dagster_run,
        event=dagster_event,
        log=RecordedLog() if context is None else context.log,
        step_failures=step_failures,
        resources=given_resources(resources) if context is None else context.resources,
        instance=None if dagster_instance is None else lambda: dagster_instance,
        definitions=repository_def,
        partition_key=partition_key,
    )


def build_multi_asset_sensor_context(
    monitored_assets: Sequence[CoercibleToAssetKey],
    *,
    instance: Any = None,
    cursor: str | None = None,
    records: Mapping[Any, Sequence[Any]] | None = None,
    cursor_from_latest_materializations: bool = False,
    sensor_name: str = "sensor",
    resources: Mapping[str, Any] | None = None,
    definitions: Any = None,
    repository_def: Any = None,
    last_sensor_start_time: float | None = None,
) -> MultiAssetSensorEvaluationContext:
    """A context with which a test calls a multi-asset sensor; its log is a `RecordedLog`.

    Args:
        monitored_assets: The assets that it watches.
        instance: What `context.instance` is; the newest materialization of each asset is asked of it, if there are no
            `records`.
        cursor: What an earlier tick has left.
        records: The materializations of each asset, the oldest first.
        cursor_from_latest_materializations: Whether it has dealt with all that the instance knows already: its cursor
            stands at the newest materialization of each asset.
        sensor_name: The sensor.
        resources: What the function finds in `context.resources`.
        definitions: The `Definitions` that the sensor belongs to.
        repository_def: The same as `definitions`.
        last_sensor_start_time: When it was last switched on, in seconds since the epoch.

    Raises:
        InvalidParameterError: there are both a cursor and `cursor_from_latest_materializations`, or no instance for it.

    Example:
        >>> context = build_multi_asset_sensor_context(["orders"])
        >>> context.latest_materialization_records_by_key()
        {AssetKey(['orders']): None}
    """
    keys = [check_asset_key(item, "An element of monitored_assets") for item in monitored_assets]
    found = {} if instance is None else {key: instance.get_latest_materialization_event(key) for key in keys}
    latest = {key: record for key, record in found.items() if record is not None}
    if cursor_from_latest_materializations:
        if cursor is not None or instance is None:
            raise InvalidParameterError("cursor_from_latest_materializations needs an instance, and no cursor.")
        cursor = json.dumps({key.to_escaped_user_string(): record.seq for key, record in latest.items()})
    if records is None:
        places = read_positions(cursor)
        latest = {k: each for k, each in latest.items() if each.seq > places.get(k.to_escaped_user_string(), 0)}
        records = {key: [record] for key, record in latest.items()}
    given = {check_asset_key(key, "A key of records"): list(each) for key, each in (records or {}).items()}
    return MultiAssetSensorEvaluationContext(
        monitored=keys,
        records=given,
        sensor_name=sensor_name,
        log=RecordedLog(),
        cursor=cursor,
        is_first_tick_since_sensor_start=cursor is None,
        last_sensor_start_time=last_sensor_start_time,
        resources=given_resources(resources),
        instance=None if instance is None else lambda: instance,
        definitions=repository_def if definitions is None else definitions,
    )

"""What a user's function can ask and tell while it runs, and the builders with which tests make one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from headwater.definitions.arguments import check_cursor, shown
from headwater.definitions.metadata import MetadataValue, normalize_metadata
from headwater.errors import InvalidInvocationError, InvalidParameterError
from headwater.keys import AssetCheckKey, AssetKey, CoercibleToAssetKey

_OUTSIDE = "EPHEMERAL"
"""The id of the run that there is not, in a context that a test has built."""


class ContextLog(Protocol):
    """Where a user's function writes its log; messages take `%` arguments as in `logging`."""

    def debug(self, msg: object, *args: object) -> None:
        """A detail."""
        ...

    def info(self, msg: object, *args: object) -> None:
        """What happens."""
        ...

    def warning(self, msg: object, *args: object) -> None:
        """What may be wrong."""
        ...

    def error(self, msg: object, *args: object) -> None:
        """What is wrong."""
        ...

    def exception(self, msg: object, *args: object) -> None:
        """What is wrong, with the exception that is being handled."""
        ...

    def critical(self, msg: object, *args: object) -> None:
        """What keeps everything from working."""
        ...


class RecordedLog:
    """A log that is only kept, for functions called outside a run.

    Example:
        >>> log = RecordedLog()
        >>> log.info("read %d rows", 3)
        >>> log.records
        [('info', 'read 3 rows')]
    """

    def __init__(self) -> None:
        self.records: list[tuple[str, str]] = []

    def debug(self, msg: object, *args: object) -> None:
        """A detail."""
        self._keep("debug", msg, args)

    def info(self, msg: object, *args: object) -> None:
        """What happens."""
        self._keep("info", msg, args)

    def warning(self, msg: object, *args: object) -> None:
        """What may be wrong."""
        self._keep("warning", msg, args)

    def error(self, msg: object, *args: object) -> None:
        """What is wrong."""
        self._keep("error", msg, args)

    def exception(self, msg: object, *args: object) -> None:
        """What is wrong."""
        self._keep("error", msg, args)

    def critical(self, msg: object, *args: object) -> None:
        """What keeps everything from working."""
        self._keep("critical", msg, args)

    def _keep(self, level: str, msg: object, args: tuple[object, ...]) -> None:
        self.records.append((level, str(msg) % args if args else str(msg)))


class _StepContext:
    """What the contexts of assets and checks have in common."""

    def __init__(
        self,
        *,
        run_id: str,
        log: ContextLog,
        partition_key: str | None,
        retry_number: int,
        run_tags: Mapping[str, str] | None,
        job_name: str | None,
    ) -> None:
        self._partition_key = partition_key
        self.run_id = run_id
        self.log = log
        self.retry_number = retry_number
        self.run_tags = dict(run_tags or {})
        self.job_name = job_name

    @property
    def has_partition_key(self) -> bool:
        """Whether a partition is being worked on."""
        return self._partition_key is not None

    @property
    def partition_key(self) -> str:
        """The partition that is being worked on.

        Raises:
            InvalidInvocationError: there is none.
        """
        if self._partition_key is None:
            raise InvalidInvocationError(
                "This run has no partition key. Ask `context.has_partition_key` first, give the asset a "
                "`partitions_def`, or name the partition when you start the run."
            )
        return self._partition_key


class AssetExecutionContext(_StepContext):
    """What the function of an asset can ask and tell. The runtime makes it; tests use `build_asset_context`.

    Args:
        asset_key: The asset that is being made; None in a test that did not say.
        run_id: The run.
        log: Where `context.log` writes.
        partition_key: The partition that is being made, if it is one.
        retry_number: 0 at the first attempt.
        run_tags: The run's tags.
        job_name: The job that the run belongs to.
        selected_asset_keys: All assets that the run makes; by default only this one.
    """

    def __init__(
        self,
        *,
        asset_key: AssetKey | None,
        run_id: str,
        log: ContextLog,
        partition_key: str | None = None,
        retry_number: int = 0,
        run_tags: Mapping[str, str] | None = None,
        job_name: str | None = None,
        selected_asset_keys: frozenset[AssetKey] | None = None,
    ) -> None:
        super().__init__(
            run_id=run_id,
            log=log,
            partition_key=partition_key,
            retry_number=retry_number,
            run_tags=run_tags,
            job_name=job_name,
        )
        self._asset_key = asset_key
        self._selected = selected_asset_keys
        self.collected_metadata: dict[str, MetadataValue] = {}

    @property
    def asset_key(self) -> AssetKey:
        """The asset that is being made.

        Raises:
            InvalidInvocationError: a test built the context without one.
        """
        if self._asset_key is None:
            raise InvalidInvocationError(
                "This context was built without an asset; write build_asset_context(asset_key=...)."
            )
        return self._asset_key

    @property
    def selected_asset_keys(self) -> frozenset[AssetKey]:
        """All assets that the run makes."""
        return frozenset({self.asset_key}) if self._selected is None else self._selected

    def add_output_metadata(self, metadata: Mapping[str, Any]) -> None:
        """Add to the metadata of the materialization; a name that is already there gets the new value.

        Raises:
            InvalidMetadataError: a value can't be stored.
        """
        self.collected_metadata.update(normalize_metadata(metadata))

    def add_asset_metadata(self, metadata: Mapping[str, Any], asset_key: CoercibleToAssetKey | None = None) -> None:
        """The same as `add_output_metadata`, for functions that name the asset.

        Raises:
            InvalidMetadataError: a value can't be stored.
            InvalidParameterError: the function does not make that asset.
        """
        if asset_key is not None and AssetKey.from_coercible(asset_key) != self.asset_key:
            raise InvalidParameterError(
                f"asset_key of add_asset_metadata is the asset being made, {self.asset_key!r}, "
                f"but got {shown(asset_key)}."
            )
        self.add_output_metadata(metadata)


class AssetCheckExecutionContext(_StepContext):
    """What the function of a check can ask. The runtime makes it; tests use `build_asset_check_context`.

    Args:
        check_key: The check that is being carried out.
        run_id: The run.
        log: Where `context.log` writes.
        partition_key: The partition that is judged, if it is one.
        retry_number: 0 at the first attempt.
        run_tags: The run's tags.
        job_name: The job that the run belongs to.
    """

    def __init__(
        self,
        *,
        check_key: AssetCheckKey,
        run_id: str,
        log: ContextLog,
        partition_key: str | None = None,
        retry_number: int = 0,
        run_tags: Mapping[str, str] | None = None,
        job_name: str | None = None,
    ) -> None:
        super().__init__(
            run_id=run_id,
            log=log,
            partition_key=partition_key,
            retry_number=retry_number,
            run_tags=run_tags,
            job_name=job_name,
        )
        self.check_key = check_key

    @property
    def asset_key(self) -> AssetKey:
        """The asset that is judged."""
        return self.check_key.asset_key


class SensorEvaluationContext:
    """What a sensor's function can ask and tell. The runtime makes it; tests use `build_sensor_context`.

    Args:
        sensor_name: The sensor.
        log: Where `context.log` writes.
        cursor: What the last tick that did not fail has left to this one.
        last_tick_completion_time: When the tick before this one was, in seconds since the epoch; None for the first.
        last_run_key: The run key of the newest run that the sensor requested.
        is_first_tick_since_sensor_start: Whether the sensor has not ticked since it was last switched on.
    """

    def __init__(
        self,
        *,
        sensor_name: str,
        log: ContextLog,
        cursor: str | None = None,
        last_tick_completion_time: float | None = None,
        last_run_key: str | None = None,
        is_first_tick_since_sensor_start: bool = False,
    ) -> None:
        self._cursor = cursor
        self.cursor_updated = False
        self.sensor_name = sensor_name
        self.log = log
        self.last_tick_completion_time = last_tick_completion_time
        self.last_run_key = last_run_key
        self.is_first_tick_since_sensor_start = is_first_tick_since_sensor_start

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


def build_asset_context(
    *,
    asset_key: CoercibleToAssetKey | None = None,
    partition_key: str | None = None,
    run_id: str = _OUTSIDE,
    run_tags: Mapping[str, str] | None = None,
    retry_number: int = 0,
) -> AssetExecutionContext:
    """A context with which a test calls the function of an asset; its log is a `RecordedLog`."""
    return AssetExecutionContext(
        asset_key=None if asset_key is None else AssetKey.from_coercible(asset_key),
        run_id=run_id,
        log=RecordedLog(),
        partition_key=partition_key,
        retry_number=retry_number,
        run_tags=run_tags,
    )


def build_asset_check_context(
    asset_key: CoercibleToAssetKey = "asset",
    check_name: str = "check",
    *,
    partition_key: str | None = None,
    run_id: str = _OUTSIDE,
    run_tags: Mapping[str, str] | None = None,
) -> AssetCheckExecutionContext:
    """A context with which a test calls the function of a check; its log is a `RecordedLog`."""
    return AssetCheckExecutionContext(
        check_key=AssetCheckKey(AssetKey.from_coercible(asset_key), check_name),
        run_id=run_id,
        log=RecordedLog(),
        partition_key=partition_key,
        run_tags=run_tags,
    )


def build_sensor_context(
    cursor: str | None = None,
    *,
    sensor_name: str = "sensor",
    last_tick_completion_time: float | None = None,
    last_run_key: str | None = None,
    is_first_tick_since_sensor_start: bool = True,
) -> SensorEvaluationContext:
    """A context with which a test calls a sensor; its log is a `RecordedLog`."""
    return SensorEvaluationContext(
        sensor_name=sensor_name,
        log=RecordedLog(),
        cursor=cursor,
        last_tick_completion_time=last_tick_completion_time,
        last_run_key=last_run_key,
        is_first_tick_since_sensor_start=is_first_tick_since_sensor_start,
    )

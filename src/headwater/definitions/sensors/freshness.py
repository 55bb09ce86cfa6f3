"""A ready-made sensor that carries out freshness checks when their results may have become others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from headwater.clock import SystemClock, to_seconds
from headwater.definitions.arguments import check_several, check_type
from headwater.definitions.checks.decorator import AssetCheckDefinition
from headwater.definitions.sensors.context import SensorEvaluationContext
from headwater.definitions.sensors.definition import DefaultSensorStatus, SensorDefinition, define_sensor
from headwater.definitions.sensors.requests import RunRequest, SkipReason
from headwater.keys import AssetCheckKey

_FRESH_UNTIL = "dagster/fresh_until_timestamp"
_LONGEST_SECONDS = 3_600.0


def build_sensor_for_freshness_checks(
    *,
    freshness_checks: Sequence[AssetCheckDefinition],
    minimum_interval_seconds: float | None = None,
    name: str = "freshness_checks_sensor",
    default_status: DefaultSensorStatus | None = None,
    tags: Mapping[str, str] | None = None,
) -> SensorDefinition:
    """A sensor that carries out freshness checks: those that never were, and those whose results may be others by now.

    A result may be another once the asset was updated since, once the moment has passed until which it was fresh, or,
    where it names no such moment, an hour later.

    Args:
        freshness_checks: What `build_last_update_freshness_checks` and its siblings made.
        minimum_interval_seconds: How often to look; 30 if left out.
        name: The sensor's.
        default_status: Whether it is on as long as nobody has switched it.
        tags: Names and short values to find it by.

    Raises:
        InvalidParameterError: an element is no check, or another argument has the wrong type or form.

    Example:
        >>> from datetime import timedelta
        >>> checks = build_last_update_freshness_checks(assets=["orders"], lower_bound_delta=timedelta(hours=2))
        >>> build_sensor_for_freshness_checks(freshness_checks=checks).name
        'freshness_checks_sensor'
    """
    where = "An element of freshness_checks"
    keys = sorted(
        key
        for check in check_several(freshness_checks, "freshness_checks")
        for key in check_type(check, AssetCheckDefinition, where, "a check").keys
    )

    def look(context: SensorEvaluationContext) -> RunRequest | SkipReason:
        now = to_seconds(SystemClock().now())
        due = {key: place for key in keys if (place := _place_if_due(context, key, now)) is not None}
        if not due:
            return SkipReason(f"None of {len(keys)} freshness checks can have another result by now.")
        # While that run is under way it is not asked for again; if it fails, in an hour.
        told = ", ".join(f"{key.to_user_string()} after {place}" for key, place in due.items())
        return RunRequest(run_key=f"{told}, hour {now // _LONGEST_SECONDS:.0f}", asset_check_keys=list(due))

    return define_sensor(
        look,
        decorator="build_sensor_for_freshness_checks",
        name=name,
        minimum_interval_seconds=minimum_interval_seconds,
        default_status=default_status,
        tags=tags,
        metadata=None,
        description="Carries out freshness checks when their results may have become others.",
    )


def _place_if_due(context: SensorEvaluationContext, key: AssetCheckKey, now: float) -> int | None:
    """The place in the log of the newest thing that is known for a check, if its result may be another by now."""
    latest = context.instance.get_latest_asset_check_evaluation(key)
    newest = max((update.seq for update in context.instance.updates_of(key.asset_key)), default=0)
    if latest is None or newest > latest.seq:
        return newest
    until = latest.metadata.get(_FRESH_UNTIL)
    ends = latest.evaluated_at + _LONGEST_SECONDS if until is None else until.value
    return latest.seq if now > ends else None

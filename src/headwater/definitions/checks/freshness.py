"""Ready-made checks that an asset was updated recently enough, by what is recorded of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from headwater.clock import SystemClock, to_datetime
from headwater.definitions.arguments import shown
from headwater.definitions.assets.results import AssetCheckResult, AssetCheckSeverity
from headwater.definitions.checks.builders import CheckedAssets, build_recorded_check
from headwater.definitions.checks.decorator import AssetCheckDefinition
from headwater.definitions.contexts.steps import AssetCheckExecutionContext
from headwater.definitions.cron_text import check_cron
from headwater.definitions.metadata.infer import MetadataValue
from headwater.definitions.partitions import TimeWindowPartitionsDefinition
from headwater.definitions.partitions.rules import ticks
from headwater.definitions.partitions.time_windows import check_zone
from headwater.errors import InvalidParameterError
from headwater.keys import AssetKey

_LONGEST_BETWEEN_TICKS = timedelta(days=366 * 8)


def build_last_update_freshness_checks(
    *,
    assets: CheckedAssets,
    lower_bound_delta: timedelta,
    deadline_cron: str | None = None,
    timezone: str = "UTC",
    severity: AssetCheckSeverity = AssetCheckSeverity.WARN,
    blocking: bool = False,
) -> list[AssetCheckDefinition]:
    """Checks that assets were updated recently: within some time of now, or of the last deadline.

    An update is a materialization, or an observation that says `dagster/last_updated_timestamp`.

    Args:
        assets: Which; native or external.
        lower_bound_delta: How long ago the last update may be.
        deadline_cron: Counted back from the last tick of this cron expression instead of from now.
        timezone: The zone of the cron expression, an IANA name.
        severity: How bad it is to be late.
        blocking: Whether nothing downstream is made when it fails with severity ERROR.

    Raises:
        InvalidParameterError: an argument has the wrong type or form.

    Example:
        >>> checks = build_last_update_freshness_checks(assets=["orders"], lower_bound_delta=timedelta(hours=2))
        >>> [key.to_user_string() for key in checks[0].keys]
        ['orders:freshness_check']
    """
    if not isinstance(lower_bound_delta, timedelta) or lower_bound_delta <= timedelta(0):
        raise InvalidParameterError(f"lower_bound_delta is a timedelta above zero, but got {shown(lower_bound_delta)}.")
    cron = None if deadline_cron is None else check_cron(deadline_cron, "deadline_cron")
    zone = check_zone(timezone)

    def judge(context: AssetCheckExecutionContext, key: AssetKey) -> AssetCheckResult:
        now = _now()
        deadline = now if cron is None else last_tick(cron, zone, now)
        bound = deadline - lower_bound_delta
        updated = max(
            (update.updated_at for update in context.instance.updates_of(key) if update.updated_at is not None),
            default=None,
        )
        is_fresh = updated is not None and updated >= bound.timestamp()
        metadata = {"dagster/freshness_lower_bound_timestamp": MetadataValue.timestamp(bound)}
        if cron is not None:
            metadata["dagster/latest_cron_tick_timestamp"] = MetadataValue.timestamp(deadline)
        if updated is not None:
            metadata["dagster/last_updated_timestamp"] = MetadataValue.timestamp(updated)
            if is_fresh and cron is None:
                until = updated + lower_bound_delta.total_seconds()
                metadata["dagster/fresh_until_timestamp"] = MetadataValue.timestamp(until)
        return AssetCheckResult(
            passed=is_fresh, severity=severity, description=_described(updated, bound), metadata=metadata
        )

    return [build_recorded_check("freshness_check", assets, severity, judge, blocking=blocking)]


def build_time_partition_freshness_checks(
    *,
    assets: CheckedAssets,
    deadline_cron: str,
    timezone: str = "UTC",
    severity: AssetCheckSeverity = AssetCheckSeverity.WARN,
    blocking: bool = False,
) -> list[AssetCheckDefinition]:
    """Checks that the newest window that had ended at the last deadline was made.

    Args:
        assets: Definitions or specs that are partitioned by time.
        deadline_cron: When the newest window has to be there, as a cron expression.
        timezone: The zone of the cron expression, an IANA name.
        severity: How bad it is to be late.
        blocking: Whether nothing downstream is made when it fails with severity ERROR.

    Raises:
        InvalidParameterError: an argument has the wrong type or form, or an asset is not partitioned by time.

    Example:
        >>> from headwater import AssetSpec, DailyPartitionsDefinition
        >>> orders = AssetSpec("orders", partitions_def=DailyPartitionsDefinition("2026-01-01"))
        >>> checks = build_time_partition_freshness_checks(assets=[orders], deadline_cron="0 6 * * *")
        >>> [key.to_user_string() for key in checks[0].keys]
        ['orders:freshness_check']
    """
    cron, zone = check_cron(deadline_cron, "deadline_cron"), check_zone(timezone)
    windows = {getattr(item, "key", None): _windows_of(item) for item in assets}

    def judge(context: AssetCheckExecutionContext, key: AssetKey) -> AssetCheckResult:
        deadline = last_tick(cron, zone, _now())
        wanted = windows[key].get_last_partition_key(deadline)
        is_fresh = wanted is None or wanted in context.instance.get_materialized_partitions(key)
        return AssetCheckResult(
            passed=is_fresh,
            severity=severity,
            description=_due(wanted, is_fresh, deadline),
            metadata={"dagster/latest_cron_tick_timestamp": MetadataValue.timestamp(deadline)},
        )

    return [build_recorded_check("freshness_check", assets, severity, judge, blocking=blocking)]


def last_tick(cron: str, zone: ZoneInfo, now: datetime) -> datetime:
    """The last tick of a cron expression up to a moment."""
    reach = timedelta(hours=1)
    while True:
        found = None
        for tick in ticks(cron, zone, int((now - reach).timestamp())):
            if tick > now:
                break
            found = tick
        if found is not None or reach > _LONGEST_BETWEEN_TICKS:
            return found or now
        reach *= 8


def _windows_of(item: object) -> TimeWindowPartitionsDefinition:
    spec = getattr(item, "spec", item)
    windows = getattr(spec, "partitions_def", None)
    if not isinstance(windows, TimeWindowPartitionsDefinition):
        raise InvalidParameterError(
            f"build_time_partition_freshness_checks takes assets that are partitioned by time, but got {shown(item)}; "
            "pass the spec or the decorated function, not its key."
        )
    return windows


def _now() -> datetime:
    # A check says how things are at the moment in which it is carried out, which nobody but the clock knows.
    return to_datetime(SystemClock().now())


def _due(partition: str | None, is_made: bool, deadline: datetime) -> str:
    if partition is None:
        return "No window had ended at the last deadline."
    return f"Partition {partition} was {'' if is_made else 'not '}made; it is due since {deadline:%Y-%m-%d %H:%M %Z}."


def _described(updated: float | None, bound: datetime) -> str:
    if updated is None:
        return "No update is recorded."
    moment = datetime.fromtimestamp(updated, bound.tzinfo)
    return f"Updated at {moment:%Y-%m-%d %H:%M:%S %Z}; expected at {bound:%Y-%m-%d %H:%M:%S %Z} or later."

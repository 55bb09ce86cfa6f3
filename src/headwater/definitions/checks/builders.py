"""Ready-made checks that look at what is recorded of an asset, not at its data, so that they serve external assets too.

Each builder gives one definition whose function carries out a check for each of its assets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from headwater.definitions.arguments import check_asset_key, check_several, shown
from headwater.definitions.assets.deps import HasAssetKey
from headwater.definitions.assets.events import check_severity
from headwater.definitions.assets.results import AssetCheckResult, AssetCheckSeverity
from headwater.definitions.assets.specs import AssetCheckSpec
from headwater.definitions.checks.decorator import AssetCheckDefinition
from headwater.definitions.checks.multi import multi_asset_check
from headwater.definitions.contexts.steps import AssetCheckExecutionContext
from headwater.definitions.metadata.from_wire import schema_from_plain
from headwater.definitions.metadata.infer import MetadataValue
from headwater.definitions.metadata.tables import TableSchema
from headwater.errors import HeadwaterError, InvalidParameterError
from headwater.keys import AssetKey, CoercibleToAssetKey

CheckedAssets = Sequence[CoercibleToAssetKey | HasAssetKey]
Judge = Callable[[AssetCheckExecutionContext, AssetKey], AssetCheckResult]
"""Judges one asset, as of what the context's instance has recorded."""

_SCHEMA = "dagster/column_schema"
_ROW_COUNT = "dagster/row_count"
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_]+")


def build_column_schema_change_checks(
    *, assets: CheckedAssets, severity: AssetCheckSeverity = AssetCheckSeverity.WARN
) -> list[AssetCheckDefinition]:
    """Checks that the columns of assets are those of the update before, by the metadata `dagster/column_schema`.

    Args:
        assets: Which.
        severity: How bad a change is.

    Raises:
        InvalidParameterError: an argument has the wrong type.

    Example:
        >>> checks = build_column_schema_change_checks(assets=["orders"])
        >>> [key.to_user_string() for key in checks[0].keys]
        ['orders:column_schema_change']
    """

    def judge(context: AssetCheckExecutionContext, key: AssetKey) -> AssetCheckResult:
        new, old = (_columns(value) for value in _newest_values(context, key, _SCHEMA, 2))
        if new is None or old is None:
            return _nothing_to_judge(severity, f"Two updates with the metadata {_SCHEMA!r} are needed to compare.")
        changes = {
            "added": sorted(new.keys() - old.keys()),
            "removed": sorted(old.keys() - new.keys()),
            "retyped": sorted(name for name in old.keys() & new.keys() if old[name] != new[name]),
        }
        said = [f"{what} {', '.join(names)}" for what, names in changes.items() if names]
        return AssetCheckResult(
            passed=not said,
            severity=severity,
            description="; ".join(said).capitalize() if said else "The columns are those of the update before.",
            metadata={name: names for name, names in changes.items() if names},
        )

    return [build_recorded_check("column_schema_change", assets, severity, judge)]


def build_row_count_change_checks(
    *,
    assets: CheckedAssets,
    max_change: float,
    metadata_key: str = _ROW_COUNT,
    severity: AssetCheckSeverity = AssetCheckSeverity.WARN,
) -> list[AssetCheckDefinition]:
    """Checks that the number of rows of assets has not changed by more than a share since the update before.

    Args:
        assets: Which.
        max_change: The largest share by which it may grow or shrink: 0.5 for a half.
        metadata_key: Where updates say how many rows there are.
        severity: How bad a larger change is.

    Raises:
        InvalidParameterError: an argument has the wrong type, or `max_change` is below 0.

    Example:
        >>> checks = build_row_count_change_checks(assets=["orders"], max_change=0.2)
        >>> [key.to_user_string() for key in checks[0].keys]
        ['orders:row_count_change']
    """
    if not _is_number(max_change) or max_change < 0:
        raise InvalidParameterError(f"max_change is a share of at least 0, such as 0.5, but got {shown(max_change)}.")

    def judge(context: AssetCheckExecutionContext, key: AssetKey) -> AssetCheckResult:
        now, before = _newest_values(context, key, metadata_key, 2)
        if not _is_number(now) or not _is_number(before):
            return _nothing_to_judge(severity, f"Two updates with the metadata {metadata_key!r} are needed to compare.")
        change = 0.0 if now == before else float("inf") if before == 0 else abs(now - before) / abs(before)
        return AssetCheckResult(
            passed=change <= max_change,
            severity=severity,
            description=f"{now:,} rows after {before:,}; a change by at most {max_change:.0%} is expected.",
            metadata={"rows": now, "rows_before": before},
        )

    return [build_recorded_check("row_count_change", assets, severity, judge)]


def build_metadata_bounds_checks(
    *,
    assets: CheckedAssets,
    metadata_key: str,
    min_value: float | None = None,
    max_value: float | None = None,
    exclusive_min: bool = False,
    exclusive_max: bool = False,
    severity: AssetCheckSeverity = AssetCheckSeverity.WARN,
) -> list[AssetCheckDefinition]:
    """Checks that a number which updates of assets carry lies between bounds.

    Args:
        assets: Which.
        metadata_key: Where updates carry the number.
        min_value: The smallest allowed; none if left out.
        max_value: The largest allowed; none if left out.
        exclusive_min: Whether `min_value` itself is too small.
        exclusive_max: Whether `max_value` itself is too large.
        severity: How bad it is outside.

    Raises:
        InvalidParameterError: an argument has the wrong type, or there is no bound.

    Example:
        >>> checks = build_metadata_bounds_checks(assets=["orders"], metadata_key="dagster/row_count", min_value=1)
        >>> [key.to_user_string() for key in checks[0].keys]
        ['orders:dagster_row_count_bounds']
    """
    fits, bounds = _bounds(min_value, max_value, exclusive_min, exclusive_max)

    def judge(context: AssetCheckExecutionContext, key: AssetKey) -> AssetCheckResult:
        (value,) = _newest_values(context, key, metadata_key, 1)
        if not _is_number(value):
            return _nothing_to_judge(severity, f"No update carries a number as {metadata_key!r}.")
        return AssetCheckResult(
            passed=fits(value),
            severity=severity,
            description=f"{metadata_key} is {value:,}; {bounds} is expected.",
            metadata={metadata_key: value},
        )

    return [build_recorded_check(f"{_name(metadata_key)}_bounds", assets, severity, judge)]


def build_column_range_checks(
    *,
    assets: CheckedAssets,
    column: str,
    min_value: float | None = None,
    max_value: float | None = None,
    metadata_key: str = "column_ranges",
    severity: AssetCheckSeverity = AssetCheckSeverity.WARN,
) -> list[AssetCheckDefinition]:
    """Checks that the smallest and largest value of a column, which updates of assets carry, lie between bounds.

    An update carries them as JSON: `{"amount": {"min": 0, "max": 120.5}}`.

    Args:
        assets: Which.
        column: The column.
        min_value: The smallest value allowed; any if left out.
        max_value: The largest value allowed; any if left out.
        metadata_key: Where updates carry the ranges.
        severity: How bad it is outside.

    Raises:
        InvalidParameterError: an argument has the wrong type, or there is no bound.

    Example:
        >>> checks = build_column_range_checks(assets=["orders"], column="amount", min_value=0)
        >>> [key.to_user_string() for key in checks[0].keys]
        ['orders:amount_range']
    """
    fits, bounds = _bounds(min_value, max_value, False, False)

    def judge(context: AssetCheckExecutionContext, key: AssetKey) -> AssetCheckResult:
        (ranges,) = _newest_values(context, key, metadata_key, 1)
        found = ranges.get(column) if isinstance(ranges, dict) else None
        ends = [found[end] for end in ("min", "max") if _is_number(found.get(end))] if isinstance(found, dict) else []
        if len(ends) != 2:
            return _nothing_to_judge(severity, f"No update carries min and max of {column!r} as {metadata_key!r}.")
        return AssetCheckResult(
            passed=all(fits(end) for end in ends),
            severity=severity,
            description=f"{column} goes from {ends[0]:,} to {ends[1]:,}; {bounds} is expected.",
            metadata={"min": ends[0], "max": ends[1]},
        )

    return [build_recorded_check(f"{_name(column)}_range", assets, severity, judge)]


def build_recorded_check(
    name: str, assets: CheckedAssets, severity: AssetCheckSeverity, judge: Judge, *, blocking: bool = False
) -> AssetCheckDefinition:
    """A definition that judges each of some assets by what is recorded of it."""
    check_severity(severity)
    keys = [check_asset_key(item, "An element of assets") for item in check_several(assets, "assets")]
    specs = [AssetCheckSpec(name, asset=key, blocking=blocking) for key in dict.fromkeys(keys)]

    @multi_asset_check(specs=specs, name=f"{name}_of_{_joined(keys)}", can_subset=True)
    def carry_out(context: AssetCheckExecutionContext) -> Iterable[AssetCheckResult]:
        for check in sorted(context.selected_asset_check_keys):
            found = judge(context, check.asset_key)
            yield AssetCheckResult(
                passed=found.passed,
                asset_key=check.asset_key,
                check_name=check.name,
                metadata=found.metadata,
                severity=found.severity,
                description=found.description,
            )

    return carry_out


def _newest_values(context: AssetCheckExecutionContext, key: AssetKey, name: str, count: int) -> list[Any]:
    """The values of a metadata entry in the newest updates that have it, the newest first; None for want of one."""
    values: list[Any] = []
    for update in context.instance.updates_of(key):
        if name in update.metadata:
            value = update.metadata[name]
            values.append(value.value if isinstance(value, MetadataValue) else value)
            if len(values) == count:
                break
    return values + [None] * (count - len(values))


def _columns(schema: object) -> dict[str, str] | None:
    """The types of columns by name; a script that reports by HTTP gives its schema as plain JSON."""
    if isinstance(schema, dict):
        try:
            schema = schema_from_plain(schema)
        except (HeadwaterError, TypeError, KeyError, AttributeError):
            return None
    return {column.name: column.type for column in schema.columns} if isinstance(schema, TableSchema) else None


def _nothing_to_judge(severity: AssetCheckSeverity, why: str) -> AssetCheckResult:
    return AssetCheckResult(passed=True, severity=severity, description=why)


def _bounds(least: float | None, most: float | None, above: bool, below: bool) -> tuple[Callable[[float], bool], str]:
    for name, bound in (("min_value", least), ("max_value", most)):
        if bound is not None and not _is_number(bound):
            raise InvalidParameterError(f"{name} is a number, but got {shown(bound)}.")
    if least is None and most is None:
        raise InvalidParameterError("Without min_value and max_value there is nothing to check; give one of them.")

    def fits(value: float) -> bool:
        large = least is None or value > least or (value == least and not above)
        return large and (most is None or value < most or (value == most and not below))

    low = None if least is None else f"{'more than' if above else 'at least'} {least:,}"
    high = None if most is None else f"{'less than' if below else 'at most'} {most:,}"
    return fits, " and ".join(each for each in (low, high) if each)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value == value


def _name(text: str) -> str:
    return _NOT_IN_NAMES.sub("_", text)


def _joined(keys: Sequence[AssetKey]) -> str:
    """Some keys as part of a name: the first, and how many more."""
    if not keys:
        raise InvalidParameterError("assets is empty; name at least one asset to check.")
    more = f"_and_{len(keys) - 1}" if len(keys) > 1 else ""
    return f"{_name(keys[0].to_python_identifier())}{more}"

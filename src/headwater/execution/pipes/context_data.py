"""What a program is told of the step that it carries out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

from headwater.definitions.assets.context import AssetExecutionContext
from headwater.definitions.contexts.steps import AssetCheckExecutionContext
from headwater.errors import InvalidInvocationError, PipesError
from headwater.keys import AssetKey

PipesContextData: TypeAlias = Mapping[str, Any]
StepContext: TypeAlias = AssetExecutionContext | AssetCheckExecutionContext


def assets_of(context: StepContext) -> tuple[AssetKey, ...]:
    """The assets that a step makes or judges, in a fixed order."""
    if isinstance(context, AssetCheckExecutionContext):
        return (context.asset_key,)
    return tuple(sorted(context.selected_asset_keys))


def context_data(context: StepContext, extras: Mapping[str, Any] | None) -> PipesContextData:
    """The context as the protocol has it.

    Args:
        context: The function's.
        extras: What else the program is told; JSON.

    Raises:
        PipesError: the extras are no JSON.
        InvalidInvocationError: the step makes partitions that are no range.
    """
    try:
        json.dumps(extras or {})
    except (TypeError, ValueError) as error:
        raise PipesError(f"extras of a Pipes process are JSON, but: {error}.") from error
    keys = {key: key.to_escaped_user_string() for key in assets_of(context)}
    return {
        "asset_keys": list(keys.values()),
        "code_version_by_asset_key": {text: _code_version(context, key) for key, text in keys.items()},
        "provenance_by_asset_key": {text: _provenance(context, key) for key, text in keys.items()},
        **_partitions(context),
        "run_id": context.run_id,
        "job_name": context.job_name,
        "retry_number": context.retry_number,
        "extras": dict(extras or {}),
    }


def _code_version(context: StepContext, key: AssetKey) -> str | None:
    if isinstance(context, AssetCheckExecutionContext):
        return None
    try:
        return context.assets_def.specs_by_key[key].code_version
    except InvalidInvocationError:  # a test built the context
        return None


def _provenance(context: StepContext, key: AssetKey) -> dict[str, Any] | None:
    """What the newest version of an asset, or of the partition that the step makes, was made from."""
    if isinstance(context, AssetCheckExecutionContext):
        return None
    partitions = context.partition_keys if context.has_partition_key_range else ()
    try:
        found = context.instance.get_latest_data_provenance(key, partitions[0] if len(partitions) == 1 else None)
    except InvalidInvocationError:  # a test built the context
        return None
    if found is None:
        return None
    inputs = found.input_data_versions.items()
    return {
        "code_version": found.code_version,
        "input_data_versions": {each.to_escaped_user_string(): version.value for each, version in inputs},
        "is_user_provided": found.is_user_provided,
    }


def _partitions(context: StepContext) -> dict[str, Any]:
    if not context.has_partition_key_range:
        return {"partition_key": None, "partition_key_range": None, "partition_time_window": None}
    keys = context.partition_keys
    several: dict[str, Any] = {
        "partition_key": keys[0] if len(keys) == 1 else None,
        "partition_key_range": {"start": keys[0], "end": keys[-1]},
        "partition_time_window": None,
    }
    if isinstance(context, AssetExecutionContext):
        key_range = context.partition_key_range
        several["partition_key_range"] = {"start": key_range.start, "end": key_range.end}
        several["partition_time_window"] = _window(context)
    return several


def _window(context: AssetExecutionContext) -> dict[str, str] | None:
    try:
        window = context.partition_time_window
    except InvalidInvocationError:  # the partitions are no windows of time
        return None
    return {"start": window.start.isoformat(), "end": window.end.isoformat()}

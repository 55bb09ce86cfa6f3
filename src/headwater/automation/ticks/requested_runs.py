"""Run requests as user code makes them, on their way to the engine."""

from __future__ import annotations

from collections.abc import Iterable

from headwater.automation.ticks.messages import RequestedRun
from headwater.definitions.definitions import Definitions
from headwater.definitions.run_ops import check_config_names, keys_of_request
from headwater.definitions.selectable import target_keys
from headwater.definitions.sensors.requests import RunRequest
from headwater.errors import InvalidConfigError
from headwater.keys import AssetKey


def requested(request: RunRequest) -> RequestedRun:
    """A run request as plain values."""
    selection, checks = request.asset_selection, request.asset_check_keys
    return RequestedRun(
        run_key=request.run_key,
        assets=None if selection is None else tuple(key.to_escaped_user_string() for key in selection),
        checks=None
        if checks is None
        else tuple((check.asset_key.to_escaped_user_string(), check.name) for check in checks),
        partition=request.partition_key,
        tags=dict(request.tags),
        run_config=request.run_config,
        job_name=request.job_name,
        stale_only=request.stale_assets_only,
    )


def check_configs(definitions: Definitions, name: str, requests: Iterable[RequestedRun]) -> None:
    """See that the config of each run that a sensor or schedule requests names what the run will be of.

    Args:
        definitions: All.
        name: The sensor's or schedule's.
        requests: What it asks for.

    Raises:
        InvalidConfigError: one does not.
    """
    resolved = definitions.resolve()
    item = resolved.schedules.get(name) or resolved.sensors[name]
    for request in requests:
        if not request.run_config:
            continue
        jobs = item.run_targets.job_names if request.job_name is None else (request.job_name,)
        named = [*(request.assets or ()), *(key for key, _ in request.checks or ())]
        keys = map(AssetKey.from_escaped_user_string, named)
        targets = keys if named else target_keys(item.run_targets.assets, definitions.selection_index)
        try:
            check_config_names(definitions, request.run_config, keys_of_request(definitions, jobs, targets))
        except InvalidConfigError as error:
            key = "" if request.run_key is None else f" {request.run_key!r}"
            raise InvalidConfigError(f"The run{key} that {name!r} requested: {error}") from None

"""Run requests as user code makes them, on their way to the engine."""

from __future__ import annotations

from headwater.automation.ticks.messages import RequestedRun
from headwater.definitions.sensors.requests import RunRequest


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

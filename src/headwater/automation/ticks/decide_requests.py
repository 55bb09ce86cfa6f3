"""The runs that the run requests of a sensor or schedule mean."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import msgspec

from headwater.automation.ticks.decide_due import Ticking
from headwater.automation.ticks.messages import RequestedRun
from headwater.clock import to_datetime
from headwater.definitions.partitions import DynamicPartitionsStore
from headwater.definitions.snapshot import ScheduleSnapshot
from headwater.errors import ScheduleResultError, SensorResultError
from headwater.graph.asset_graph import AssetGraph
from headwater.records.runs.requests import plan_check_runs, plan_job, plan_runs
from headwater.records.runs.runs import Cause, Run

SENSOR_TAG = "headwater/sensor_name"
SCHEDULE_TAG = "headwater/schedule_name"
SCHEDULED_TAG = "headwater/scheduled_at"
RUN_KEY_TAG = "headwater/run_key"


class RequestFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the store knows that run requests depend on."""

    used_keys: Collection[str] = ()
    """The run keys that the sensor has used in earlier ticks."""
    dynamic_keys: DynamicPartitionsStore | None = None
    """The keys of dynamic partitions, with those that this very tick adds."""
    is_fresh: Callable[[str, str | None], bool] = lambda _key, _partition: False
    """Whether an asset, or one partition of it, is made from the newest of its inputs."""


NO_FACTS = RequestFacts()


def plan_requested(
    graph: AssetGraph,
    item: Ticking,
    request: RequestedRun,
    now: int,
    facts: RequestFacts = NO_FACTS,
    scheduled_at: int | None = None,
) -> list[Run]:
    """The runs that one run request means; none where only what is stale is wanted, and nothing is.

    Args:
        graph: All assets and jobs.
        item: Whose request it is.
        request: The request.
        now: When, in microseconds.
        facts: What the store knows that it depends on.
        scheduled_at: The time that a schedule's tick stands for.

    Raises:
        SensorResultError: it says not what to run, or names what is no target of the sensor.
        ScheduleResultError: the same of a schedule.
        HeadwaterError: the assets can't be made; see `plan_runs`.
    """
    job = _job_of(item, request)
    if job is None and request.checks and request.assets is None:
        return _check_runs(graph, item, request, (), now, scheduled_at)
    wanted = _assets_of(item, request) if job is None else request.assets
    if request.stale_only:
        everything = graph.job(job)[0].assets if job is not None and wanted is None else wanted or ()
        wanted = tuple(key for key in everything if not facts.is_fresh(key, request.partition))
        if not wanted:
            return []
    cause, tags = _cause(item, request, scheduled_at), {**request.tags, **_own_tags(item, request, scheduled_at)}
    if job is None:
        made = plan_runs(
            graph,
            wanted or (),
            cause=cause,
            now=now,
            partition=request.partition,
            tags=tags,
            run_config=request.run_config,
            dynamic_keys=facts.dynamic_keys,
        )
        return [*made, *_check_runs(graph, item, request, made, now, scheduled_at)]
    planned = plan_job(
        graph,
        job,
        cause=cause,
        now=now,
        partition=request.partition,
        tags=tags,
        run_config=request.run_config,
        keys=wanted,
        dynamic_keys=facts.dynamic_keys,
    )
    return [planned, *_check_runs(graph, item, request, [planned], now, scheduled_at)]


def _check_runs(
    graph: AssetGraph, item: Ticking, request: RequestedRun, made: Sequence[Run], now: int, scheduled_at: int | None
) -> list[Run]:
    """The runs of checks alone that a request asks for; those of assets that are made are carried out with them."""
    along = {key for run in made for key in run.assets}
    checks = [check for check in request.checks or () if check[0] not in along]
    if not checks:
        return []
    return plan_check_runs(
        graph,
        checks,
        cause=_cause(item, request, scheduled_at),
        now=now,
        partition=request.partition,
        tags={**request.tags, **_own_tags(item, request, scheduled_at)},
        run_config=request.run_config,
    )


def _job_of(item: Ticking, request: RequestedRun) -> str | None:
    """The job that is to be run; None where it is assets."""
    if not item.jobs:
        return request.job_name
    if request.job_name is None:
        if len(item.jobs) > 1:
            raise _refusal(item, f"has several jobs ({', '.join(item.jobs)}); give the RunRequest a job_name.")
        return item.jobs[0]
    if request.job_name not in item.jobs:
        raise _refusal(item, f"requested a run of job {request.job_name!r}, which is not among its jobs.")
    return request.job_name


def _assets_of(item: Ticking, request: RequestedRun) -> Sequence[str]:
    if request.assets is None:
        if item.targets is None:
            raise _refusal(
                item,
                "requested a run without saying of what. Give the RunRequest an asset_selection, or the "
                f"{_word(item).lower()} a target.",
            )
        return item.targets
    foreign = sorted(set(request.assets) - set(item.targets)) if item.targets is not None else []
    if foreign:
        raise _refusal(item, f"requested a run of {', '.join(foreign)}, which is not among its targets.")
    return request.assets


def _cause(item: Ticking, request: RequestedRun, scheduled_at: int | None) -> Cause:
    if isinstance(item, ScheduleSnapshot):
        moment = None if scheduled_at is None else to_datetime(scheduled_at).isoformat()
        return Cause(kind="schedule", name=item.name, reason=moment)
    return Cause(kind="sensor", name=item.name, reason=request.run_key)


def _own_tags(item: Ticking, request: RequestedRun, scheduled_at: int | None) -> dict[str, str]:
    tags = {SCHEDULE_TAG if isinstance(item, ScheduleSnapshot) else SENSOR_TAG: item.name}
    if scheduled_at is not None:
        tags[SCHEDULED_TAG] = to_datetime(scheduled_at).isoformat()
    return tags if request.run_key is None else {**tags, RUN_KEY_TAG: request.run_key}


def _refusal(item: Ticking, reason: str) -> SensorResultError | ScheduleResultError:
    error = ScheduleResultError if isinstance(item, ScheduleSnapshot) else SensorResultError
    return error(f"{_word(item)} {item.name!r} {reason}")


def _word(item: Ticking) -> str:
    return "Schedule" if isinstance(item, ScheduleSnapshot) else "Sensor"

"""From what conditions ask for to runs: what belongs together is made together, and each run is told why."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from headwater.automation.conditions.checks import asset_of, check_of
from headwater.automation.conditions.decide import Conditions
from headwater.automation.conditions.decisions import Evaluated, Request
from headwater.automation.conditions.jobs import job_of, nodes_of
from headwater.automation.conditions.switches import run_tags
from headwater.errors import HeadwaterError
from headwater.graph.asset_graph import AssetGraph
from headwater.records.runs.requests import new_run_id, plan_job
from headwater.records.runs.runs import Cause, Run, RunStatus

_NAMED_CAUSES = 20
_log = structlog.get_logger(__name__)


def plan_requests(graph: AssetGraph, requests: Sequence[Request], at: Conditions) -> list[Run]:
    """One run for what has one location, partition and tags in common, so that it is made together and in order.

    A job has runs of its own, one for each partition.
    """
    of_jobs = [(job, request) for request in requests if (job := job_of(request.asset_key)) is not None]
    grouped: dict[tuple[str, str | None, tuple[tuple[str, str], ...], bool], list[Request]] = {}
    for request in requests:
        if job_of(request.asset_key) is not None:
            continue
        location = graph.node(request.asset_key).location or ""
        tags = tuple(sorted(run_tags(graph, asset_of(request.asset_key)).items()))
        is_check = check_of(request.asset_key) is not None
        for partition in request.partitions:
            grouped.setdefault((location, partition, tags, is_check), []).append(request)
    return [
        Run(
            run_id=new_run_id(),
            location=location,
            assets=tuple(sorted({asset_of(request.asset_key) for request in mine})),
            checks=tuple(sorted(check for request in mine if (check := check_of(request.asset_key)) is not None)),
            status=RunStatus.QUEUED,
            cause=_cause(mine, at.seq),
            created_at=at.now,
            partition=partition,
            tags=dict(tags),
        )
        for (location, partition, tags, _), mine in grouped.items()
    ] + [run for job, request in of_jobs for run in _runs_of_job(graph, job, request, at)]


def _runs_of_job(graph: AssetGraph, job: str, request: Request, at: Conditions) -> list[Run]:
    cause = _cause([request], at.seq)
    try:
        return [
            plan_job(graph, job, cause=cause, now=at.now, partition=partition, dynamic_keys=at.dynamic)
            for partition in request.partitions
        ]
    except HeadwaterError as error:
        _log.error("a job that its condition asks for can't be run", job=job, reason=str(error))
        return []


def _cause(requests: Sequence[Request], seq: int) -> Cause:
    made_here = {request.asset_key for request in requests}
    changed = {key: at for request in requests for key, at in request.because_of.items() if key not in made_here and at}
    schedules = sorted({request.schedule for request in requests if request.schedule is not None})
    named = sorted(changed)
    if schedules:
        reason: str | None = f"the schedule {', '.join(schedules)} ticked"
    elif named:
        reason = f"{', '.join(named[:_NAMED_CAUSES])} {'was' if len(named) == 1 else 'were'} updated"
    else:
        reason = None
    events = tuple(sorted(set(changed.values())))[-_NAMED_CAUSES:]
    return Cause(kind="automation", reason=reason, events=events, decided_at=seq)


def runs_of(evaluated: Evaluated, planned: Sequence[Run]) -> tuple[str, ...]:
    """Those of some runs that an evaluation asked for."""
    if not evaluated.requested:
        return ()
    return tuple(
        run.run_id for run in planned if run.partition in evaluated.requested and evaluated.asset_key in nodes_of(run)
    )

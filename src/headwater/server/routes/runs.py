"""Runs: listed, requested, cancelled; their events and logs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from sqlalchemy.engine import Connection

from headwater.clock import from_seconds
from headwater.definitions.runs.run_config import plain_run_config
from headwater.errors import InvalidParameterError, InvalidTransitionError
from headwater.records.catalog.existing_inputs import check_reads
from headwater.records.log.events import Event, EventKind
from headwater.records.runs.requests import plan_check_runs, plan_retry, plan_runs
from headwater.records.runs.runs import ENDED, Cause, Run, RunStatus
from headwater.records.runs.wanted_config import check_wanted_config
from headwater.server import shapes
from headwater.server.deployment import Deployment
from headwater.server.resources import history, runs
from headwater.server.resources.queue import with_queue
from headwater.server.routes.parameters import Moment
from headwater.storage.log.writer import Unit
from headwater.storage.runs import requests as run_requests
from headwater.storage.runs import runs as run_store
from headwater.storage.runs.filter import RunFilter

Limit = Annotated[int, QueryParameter(ge=1, le=1_000)]
Tags = Annotated[
    list[str] | None, QueryParameter(description="With this tag, `name=value`, or `name` for any value; all of them.")
]
CauseKind = Annotated[
    str | None,
    QueryParameter(
        description="What asked for it: `app`, `cli`, `api`, `automation`, `sensor`, `schedule`, `backfill`."
    ),
]


@get("/runs", sync_to_thread=True, summary="Runs, newest first")
def list_runs(
    deployment: NamedDependency[Deployment],
    status: FromQuery[list[shapes.RunStatusName] | None] = None,
    asset: FromQuery[str | None] = None,
    tag: Tags = None,
    cause: CauseKind = None,
    cause_name: FromQuery[str | None] = None,
    location: FromQuery[str | None] = None,
    job: FromQuery[str | None] = None,
    since: Moment = None,
    until: Moment = None,
    active_since: Moment = None,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> shapes.RunPage:
    """Runs that are all that is asked for.

    `since` and `until` (not included) go by when they were requested; `active_since` leaves out what had ended before.
    """
    wanted = RunFilter(
        statuses=[RunStatus(name) for name in status or ()],
        asset_key=asset,
        tags=dict(_tag(each) for each in tag or ()),
        cause=cause,
        cause_name=cause_name,
        location=location,
        job_name=job,
        since=None if since is None else from_seconds(since),
        until=None if until is None else from_seconds(until),
        active_since=None if active_since is None else from_seconds(active_since),
    )
    graph, now = deployment.graph(), deployment.clock.now()

    def read(connection: Connection) -> shapes.RunPage:
        page = runs.run_page(connection, wanted, cursor=cursor, limit=limit)
        return shapes.RunPage(items=with_queue(connection, graph, now, page.items), next=page.next)

    return deployment.store.read(read)


def _tag(text: str) -> tuple[str, str | None]:
    name, has_value, value = text.partition("=")
    return name, value if has_value else None


@post("/runs", sync_to_thread=True, summary="Make or look at assets, or carry out checks")
def request_run(
    deployment: NamedDependency[Deployment], asked_by: NamedDependency[Cause], data: JSONBody[shapes.RunRequestBody]
) -> shapes.RunView:
    """Request a run of some assets or checks of one code location; the answer comes once the request is on disk."""
    planned = _planned(deployment, asked_by, data)
    check_wanted_config(deployment.graph(), planned)
    deployment.store.write(run_requests.unit_of(planned))
    return runs.run_view(planned[0])


def _planned(deployment: Deployment, cause: Cause, data: shapes.RunRequestBody) -> list[Run]:
    graph, now = deployment.graph(), deployment.clock.now()
    config = plain_run_config(data.run_config)
    if bool(data.assets) == bool(data.checks):
        raise InvalidParameterError("A run makes assets or carries out checks: give either `assets` or `checks`.")
    if data.checks:
        checks = [(each.asset, each.name) for each in data.checks]
        return plan_check_runs(
            graph, checks, cause=cause, now=now, partition=data.partition, tags=data.tags, run_config=config
        )
    planned = plan_runs(
        graph,
        data.assets,
        cause=cause,
        now=now,
        partition=data.partition,
        partitions=data.partitions,
        tags=data.tags,
        run_config=config,
    )
    for run in planned:
        check_reads(graph, run.assets, run.partition_keys or (), now)
    return planned


@get("/runs/{run_id:str}", sync_to_thread=True, summary="One run with its steps")
def get_run(deployment: NamedDependency[Deployment], run_id: FromPath[str]) -> shapes.RunDetail:
    """A run, and each step that began or was skipped."""
    graph, now = deployment.graph(), deployment.clock.now()

    def read(connection: Connection) -> shapes.RunDetail:
        detail = runs.run_detail(connection, graph, run_id, deployment.run_logs)
        (run,) = with_queue(connection, graph, now, [detail.run])
        return msgspec.structs.replace(detail, run=run)

    return deployment.store.read(read)


@get("/runs/{run_id:str}/events", sync_to_thread=True, summary="A run's events")
def list_run_events(
    deployment: NamedDependency[Deployment],
    run_id: FromPath[str],
    cursor: FromQuery[str | None] = None,
    limit: Limit = 500,
) -> shapes.EventPage:
    """Everything that the log has of a run, oldest first."""
    deployment.store.read(lambda c: run_store.get(c, run_id))
    return deployment.store.read(lambda c: history.run_events(c, run_id, cursor=cursor, limit=limit))


@get("/runs/{run_id:str}/log", sync_to_thread=True, summary="A run's log")
def read_run_log(
    deployment: NamedDependency[Deployment],
    run_id: FromPath[str],
    after: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=10_000)] = 1_000,
) -> shapes.LogPage:
    """What the steps logged and printed, from where the last answer ended."""
    return runs.run_log(deployment.store, deployment.run_logs, run_id, after=after, limit=limit)


@post("/runs/{run_id:str}/cancel", status_code=202, sync_to_thread=True, summary="Cancel a run")
def cancel_run(deployment: NamedDependency[Deployment], run_id: FromPath[str]) -> shapes.RunView:
    """End a run: one that waits at once, one that works as soon as its engine hears of it."""
    return runs.run_view(deployment.store.write(cancel_unit(deployment, run_id)))


@post("/runs/{run_id:str}/retry", sync_to_thread=True, summary="Retry a run")
def retry_run(
    deployment: NamedDependency[Deployment], asked_by: NamedDependency[Cause], run_id: FromPath[str]
) -> shapes.RunView:
    """Request a run of what an ended one did not make."""
    return runs.run_view(request_retry(deployment, run_id, asked_by))


def request_retry(deployment: Deployment, run_id: str, cause: Cause) -> Run:
    """Request a run of what an ended one did not make.

    Raises:
        InvalidTransitionError: it has not ended, or made everything.
        InvalidConfigError: its config does not fit its assets by now.
    """
    run = deployment.store.read(lambda c: run_store.get(c, run_id))
    made = deployment.store.read(lambda c: runs.made_assets(c, run_id))
    again = plan_retry(deployment.graph(), run, made, cause=cause, now=deployment.clock.now())
    check_wanted_config(deployment.graph(), [again])
    deployment.store.write(run_requests.unit_of([again]))
    return again


def cancel_unit(deployment: Deployment, run_id: str) -> Unit[Run]:
    """What to write to cancel a run."""
    run = deployment.store.read(lambda c: run_store.get(c, run_id))
    if run.status in ENDED:
        raise InvalidTransitionError(f"Run {run_id} has ended already ({run.status}), so it can't be canceled.")
    if run.status is RunStatus.QUEUED:
        event = run.event(EventKind.RUN_CANCELED, settles=run.assets, reason="canceled while it waited")

        def end(connection: Connection, _events: Sequence[Event]) -> Run:
            return run_store.move(connection, run_id, EventKind.RUN_CANCELED, deployment.clock.now())

        return Unit(events=[event], effect=end)

    def ask(connection: Connection, _events: Sequence[Event]) -> Run:
        run_store.request_cancel(connection, run_id)
        return run_store.get(connection, run_id)

    return Unit(events=[run.event(EventKind.RUN_CANCEL_REQUESTED)], effect=ask)

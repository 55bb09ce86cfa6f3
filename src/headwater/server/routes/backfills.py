"""Backfills: planned, requested, listed, and moved on."""

from __future__ import annotations

from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from headwater.records.log.events import Reporter
from headwater.records.runs.backfills import BackfillStatus
from headwater.records.runs.runs import Cause
from headwater.server.deployment import Deployment
from headwater.server.resources import backfills
from headwater.server.shapes import RunPage
from headwater.server.shapes import backfills as shapes

Limit = Annotated[int, QueryParameter(ge=1, le=1_000)]


@post("/backfills/plan", status_code=200, sync_to_thread=True, summary="What a backfill would make")
def plan_backfill(
    deployment: NamedDependency[Deployment], data: JSONBody[shapes.BackfillRequestBody]
) -> shapes.BackfillPlan:
    """How many partitions of which assets, in how many runs; nothing is requested."""
    return backfills.plan(deployment, data)


@post("/backfills", sync_to_thread=True, summary="Make many partitions")
def request_backfill(
    deployment: NamedDependency[Deployment],
    reporter: NamedDependency[Reporter],
    asked_by: NamedDependency[Cause],
    data: JSONBody[shapes.BackfillRequestBody],
) -> shapes.BackfillDetail:
    """Request a backfill; the answer comes once the request is on disk."""
    return backfills.request(deployment, data, asked_by, reporter)


@get("/backfills", sync_to_thread=True, summary="Backfills, newest first")
def list_backfills(
    deployment: NamedDependency[Deployment],
    status: FromQuery[list[shapes.BackfillStatusName] | None] = None,
    asset: FromQuery[str | None] = None,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> shapes.BackfillPage:
    """Backfills, of an asset or with a status where that is asked for."""
    statuses = [BackfillStatus(name) for name in status] if status else None
    return deployment.store.read(
        lambda c: backfills.page(c, statuses=statuses, asset_key=asset, cursor=cursor, limit=limit)
    )


@get("/backfills/{backfill_id:str}", sync_to_thread=True, summary="One backfill with its progress")
def get_backfill(deployment: NamedDependency[Deployment], backfill_id: FromPath[str]) -> shapes.BackfillDetail:
    """How each partition of each asset stands, and what it waits for."""
    return backfills.detail(deployment, backfill_id)


@get("/backfills/{backfill_id:str}/runs", sync_to_thread=True, summary="A backfill's runs")
def list_backfill_runs(
    deployment: NamedDependency[Deployment],
    backfill_id: FromPath[str],
    cursor: FromQuery[str | None] = None,
    limit: Limit = 100,
) -> RunPage:
    """The runs that were requested for a backfill, the newest first."""
    return deployment.store.read(lambda c: backfills.run_page(c, backfill_id, cursor=cursor, limit=limit))


@post("/backfills/{backfill_id:str}/pause", status_code=202, sync_to_thread=True, summary="Pause a backfill")
def pause_backfill(
    deployment: NamedDependency[Deployment], reporter: NamedDependency[Reporter], backfill_id: FromPath[str]
) -> shapes.BackfillView:
    """Request no further runs; those under way go on."""
    return backfills.command(deployment, backfill_id, backfills.COMMANDS["pause"], reporter)


@post("/backfills/{backfill_id:str}/resume", status_code=202, sync_to_thread=True, summary="Resume a backfill")
def resume_backfill(
    deployment: NamedDependency[Deployment], reporter: NamedDependency[Reporter], backfill_id: FromPath[str]
) -> shapes.BackfillView:
    """Go on with a paused one."""
    return backfills.command(deployment, backfill_id, backfills.COMMANDS["resume"], reporter)


@post("/backfills/{backfill_id:str}/cancel", status_code=202, sync_to_thread=True, summary="Cancel a backfill")
def cancel_backfill(
    deployment: NamedDependency[Deployment], reporter: NamedDependency[Reporter], backfill_id: FromPath[str]
) -> shapes.BackfillView:
    """End it with its runs: those that wait at once, those that work as soon as their engine hears of it."""
    return backfills.command(deployment, backfill_id, backfills.COMMANDS["cancel"], reporter)


@post("/backfills/{backfill_id:str}/retry", status_code=202, sync_to_thread=True, summary="Retry a backfill")
def retry_backfill(
    deployment: NamedDependency[Deployment], reporter: NamedDependency[Reporter], backfill_id: FromPath[str]
) -> shapes.BackfillView:
    """Make again what failed, and what was not made because of that or because it was canceled."""
    return backfills.command(deployment, backfill_id, backfills.COMMANDS["retry"], reporter)

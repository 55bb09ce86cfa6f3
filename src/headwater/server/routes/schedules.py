"""Schedules: listed, switched, asked to tick."""

from __future__ import annotations

from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from headwater.records.log.events import EventKind, Reporter
from headwater.server import shapes
from headwater.server.deployment import Deployment
from headwater.server.resources import ticking
from headwater.server.ticking import SCHEDULES, switched_on


@get("/schedules", sync_to_thread=True, summary="Every schedule")
def list_schedules(deployment: NamedDependency[Deployment]) -> shapes.ScheduleList:
    """Every schedule and how it stands, by name."""
    graph, now = deployment.graph(), deployment.clock.now()
    return deployment.store.read(lambda c: ticking.schedule_list(c, graph, now))


@get("/schedules/{name:str}", sync_to_thread=True, summary="One schedule")
def get_schedule(deployment: NamedDependency[Deployment], name: FromPath[str]) -> shapes.ScheduleView:
    """One schedule, how it stands, and its next times."""
    return SCHEDULES.view(deployment, name)


@get("/schedules/{name:str}/ticks", sync_to_thread=True, summary="A schedule's ticks")
def list_schedule_ticks(
    deployment: NamedDependency[Deployment],
    name: FromPath[str],
    status: FromQuery[list[shapes.TickStatusName] | None] = None,
    cursor: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=1_000)] = 50,
) -> shapes.TickPage:
    """What each evaluation came to, the last first; with a status, where that is asked for."""
    return SCHEDULES.ticks(deployment, name, status, cursor, limit)


@post("/schedules/{name:str}/start", status_code=202, sync_to_thread=True, summary="Switch a schedule on")
def start_schedule(
    deployment: NamedDependency[Deployment], reporter: NamedDependency[Reporter], name: FromPath[str]
) -> shapes.ScheduleView:
    """Let it tick at its times from now on, whatever its definition says."""
    changes = {**switched_on(deployment), "scheduled_at": deployment.clock.now()}
    return SCHEDULES.change(deployment, reporter, name, EventKind.SCHEDULE_STARTED, changes)


@post("/schedules/{name:str}/stop", status_code=202, sync_to_thread=True, summary="Switch a schedule off")
def stop_schedule(
    deployment: NamedDependency[Deployment], reporter: NamedDependency[Reporter], name: FromPath[str]
) -> shapes.ScheduleView:
    """Let it rest: times that come meanwhile are not made up for. A tick that is under way is dropped."""
    return SCHEDULES.change(deployment, reporter, name, EventKind.SCHEDULE_STOPPED, {"running": False})


@post(
    "/schedules/{name:str}/reset", status_code=202, sync_to_thread=True, summary="Leave a schedule's switch to its code"
)
def reset_schedule(
    deployment: NamedDependency[Deployment], reporter: NamedDependency[Reporter], name: FromPath[str]
) -> shapes.ScheduleView:
    """Let it be on or off as its definition says."""
    changes = {**switched_on(deployment), "running": None, "scheduled_at": deployment.clock.now()}
    return SCHEDULES.change(deployment, reporter, name, EventKind.SCHEDULE_STARTED, changes)


@post("/schedules/{name:str}/tick", status_code=202, sync_to_thread=True, summary="Tick a schedule now")
def tick_schedule(
    deployment: NamedDependency[Deployment], reporter: NamedDependency[Reporter], name: FromPath[str]
) -> shapes.ScheduleView:
    """Ask for one tick that stands for this moment, also of a schedule that is off."""
    return SCHEDULES.change(deployment, reporter, name, EventKind.SCHEDULE_TICK_REQUESTED, {"tick_requested": True})


@post("/schedules/{name:str}/dry-run", status_code=200, summary="What a schedule's tick would come to")
async def dry_run_schedule(
    deployment: NamedDependency[Deployment], name: FromPath[str], data: JSONBody[shapes.DryRunBody]
) -> shapes.DryRunView:
    """Let the engine evaluate a tick, at its next time or the one that is given, and keep nothing of it."""
    return await SCHEDULES.dry_run(deployment, name, data)

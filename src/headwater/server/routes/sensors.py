"""Sensors: listed, switched, asked to tick, set back or on."""

from __future__ import annotations

from typing import Annotated

from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from headwater.records.log.events import EventKind, Reporter
from headwater.server import shapes
from headwater.server.deployment import Deployment
from headwater.server.resources import ticking
from headwater.server.ticking import SENSORS, clear_values, switched_on
from headwater.storage.automation import sensor_values
from headwater.storage.log import event_log


@get("/sensors", sync_to_thread=True, summary="Every sensor")
def list_sensors(deployment: NamedDependency[Deployment]) -> shapes.SensorList:
    """Every sensor and how it stands, by name."""
    graph, now = deployment.graph(), deployment.clock.now()
    return deployment.store.read(lambda c: ticking.sensor_list(c, graph, now))


@get("/sensors/{name:str}", sync_to_thread=True, summary="One sensor")
def get_sensor(deployment: NamedDependency[Deployment], name: FromPath[str]) -> shapes.SensorView:
    """One sensor and how it stands."""
    return SENSORS.view(deployment, name)


@get("/sensors/{name:str}/ticks", sync_to_thread=True, summary="A sensor's ticks")
def list_ticks(
    deployment: NamedDependency[Deployment],
    name: FromPath[str],
    status: FromQuery[list[shapes.TickStatusName] | None] = None,
    cursor: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=1_000)] = 50,
) -> shapes.TickPage:
    """What each evaluation came to, the last first; with a status, where that is asked for."""
    return SENSORS.ticks(deployment, name, status, cursor, limit)


@get("/sensors/{name:str}/state", sync_to_thread=True, summary="What a sensor keeps")
def get_state(
    deployment: NamedDependency[Deployment],
    name: FromPath[str],
    prefix: FromQuery[str | None] = None,
    cursor: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=1_000)] = 100,
) -> shapes.SensorStatePage:
    """What it keeps beside its cursor in `context.state`, by key; only keys with a prefix, if one is given."""
    ticking.find_sensor(deployment.graph(), name)
    found = deployment.store.read(
        lambda c: sensor_values.read_page(c, name, prefix=prefix or "", after=cursor, limit=limit + 1)
    )
    items = [shapes.SensorStateItem(key=key, value=value) for key, value in found[:limit]]
    return shapes.SensorStatePage(items=items, next=items[-1].key if len(found) > limit else None)


@delete("/sensors/{name:str}/state", status_code=202, sync_to_thread=True, summary="Forget what a sensor keeps")
def clear_state(
    deployment: NamedDependency[Deployment], reporter: NamedDependency[Reporter], name: FromPath[str]
) -> shapes.SensorView:
    """Forget all of `context.state`: the next tick finds it empty."""
    ticking.find_sensor(deployment.graph(), name)
    clear_values(deployment, name, reporter)
    return SENSORS.view(deployment, name)


@post("/sensors/{name:str}/start", status_code=202, sync_to_thread=True, summary="Switch a sensor on")
def start_sensor(
    deployment: NamedDependency[Deployment], reporter: NamedDependency[Reporter], name: FromPath[str]
) -> shapes.SensorView:
    """Let it tick, whatever its definition says."""
    return SENSORS.change(deployment, reporter, name, EventKind.SENSOR_STARTED, switched_on(deployment))


@post("/sensors/{name:str}/stop", status_code=202, sync_to_thread=True, summary="Switch a sensor off")
def stop_sensor(
    deployment: NamedDependency[Deployment], reporter: NamedDependency[Reporter], name: FromPath[str]
) -> shapes.SensorView:
    """Let it rest; a tick that is under way is dropped."""
    return SENSORS.change(deployment, reporter, name, EventKind.SENSOR_STOPPED, {"running": False})


@post("/sensors/{name:str}/reset", status_code=202, sync_to_thread=True, summary="Leave a sensor's switch to its code")
def reset_sensor(
    deployment: NamedDependency[Deployment], reporter: NamedDependency[Reporter], name: FromPath[str]
) -> shapes.SensorView:
    """Let it be on or off as its definition says."""
    return SENSORS.change(
        deployment, reporter, name, EventKind.SENSOR_STARTED, {**switched_on(deployment), "running": None}
    )


@post("/sensors/{name:str}/tick", status_code=202, sync_to_thread=True, summary="Tick a sensor now")
def tick_sensor(
    deployment: NamedDependency[Deployment], reporter: NamedDependency[Reporter], name: FromPath[str]
) -> shapes.SensorView:
    """Ask for one tick as soon as possible, also of a sensor that is off."""
    return SENSORS.change(deployment, reporter, name, EventKind.SENSOR_TICK_REQUESTED, {"tick_requested": True})


@post("/sensors/{name:str}/cursor", status_code=202, sync_to_thread=True, summary="Set a sensor's cursor")
def set_cursor(
    deployment: NamedDependency[Deployment],
    reporter: NamedDependency[Reporter],
    name: FromPath[str],
    data: JSONBody[shapes.CursorBody],
) -> shapes.SensorView:
    """Let the next tick begin from another cursor; a tick that is under way is dropped.

    `to_end` lets a sensor that is called for events skip all that it has not seen yet.
    """
    sensor = ticking.find_sensor(deployment.graph(), name)
    cursor = data.cursor
    if data.to_end and sensor.watch is not None and sensor.watch.one_by_one:
        cursor = str(deployment.store.read(event_log.head))
    changes = {"cursor": cursor or None, "failures": 0, "retry_at": None}
    return SENSORS.change(deployment, reporter, name, EventKind.SENSOR_CURSOR_SET, changes)


@post("/sensors/{name:str}/dry-run", status_code=200, summary="What a sensor's tick would come to")
async def dry_run_sensor(
    deployment: NamedDependency[Deployment], name: FromPath[str], data: JSONBody[shapes.DryRunBody]
) -> shapes.DryRunView:
    """Let the engine evaluate a tick, from another cursor if one is given, and keep nothing of it."""
    return await SENSORS.dry_run(deployment, name, data)

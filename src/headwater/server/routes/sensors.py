"""Sensors: listed, switched, asked to tick."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter
from sqlalchemy.engine import Connection

from headwater.records.events import Event, EventKind, NewEvent, Reporter, SensorSwitched
from headwater.server import shapes
from headwater.server.deployment import Deployment
from headwater.server.resources import sensors
from headwater.storage import sensors as sensor_store
from headwater.storage.writer import Unit


@get("/sensors", sync_to_thread=True, summary="Every sensor")
def list_sensors(deployment: NamedDependency[Deployment]) -> shapes.SensorList:
    """Every sensor and how it stands, by name."""
    graph = deployment.graph()
    return deployment.store.read(lambda c: sensors.sensor_list(c, graph))


@get("/sensors/{name:str}", sync_to_thread=True, summary="One sensor")
def get_sensor(deployment: NamedDependency[Deployment], name: FromPath[str]) -> shapes.SensorView:
    """One sensor and how it stands."""
    graph = deployment.graph()
    return deployment.store.read(lambda c: sensors.sensor_view(c, graph, name))


@get("/sensors/{name:str}/ticks", sync_to_thread=True, summary="A sensor's ticks")
def list_ticks(
    deployment: NamedDependency[Deployment],
    name: FromPath[str],
    cursor: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=1_000)] = 50,
) -> shapes.TickPage:
    """What each evaluation came to, the last first."""
    sensors.find_sensor(deployment.graph(), name)
    return deployment.store.read(lambda c: sensors.tick_page(c, name, cursor=cursor, limit=limit))


@post("/sensors/{name:str}/start", status_code=202, sync_to_thread=True, summary="Switch a sensor on")
def start_sensor(deployment: NamedDependency[Deployment], name: FromPath[str]) -> shapes.SensorView:
    """Let it tick, whatever its definition says."""
    return _change(deployment, name, EventKind.SENSOR_STARTED, {"running": True})


@post("/sensors/{name:str}/stop", status_code=202, sync_to_thread=True, summary="Switch a sensor off")
def stop_sensor(deployment: NamedDependency[Deployment], name: FromPath[str]) -> shapes.SensorView:
    """Let it rest; a tick that is under way is dropped."""
    return _change(deployment, name, EventKind.SENSOR_STOPPED, {"running": False})


@post("/sensors/{name:str}/tick", status_code=202, sync_to_thread=True, summary="Tick a sensor now")
def tick_sensor(deployment: NamedDependency[Deployment], name: FromPath[str]) -> shapes.SensorView:
    """Ask for one tick as soon as possible, also of a sensor that is off."""
    return _change(deployment, name, EventKind.SENSOR_TICK_REQUESTED, {"tick_requested": True})


def _change(deployment: Deployment, name: str, kind: EventKind, changes: Mapping[str, bool]) -> shapes.SensorView:
    graph = deployment.graph()
    sensors.find_sensor(graph, name)

    def keep(connection: Connection, _events: Sequence[Event]) -> shapes.SensorView:
        state = sensor_store.read_state(connection, name)
        sensor_store.save_states(connection, [msgspec.structs.replace(state, **changes)])
        return sensors.sensor_view(connection, graph, name)

    switched = NewEvent(kind=kind, payload=SensorSwitched(sensor=name, reporter=Reporter("app")))
    return deployment.store.write(Unit(events=[switched], effect=keep))

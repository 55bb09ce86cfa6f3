"""Code locations: listed, and loaded anew; and the engines that serve them."""

from __future__ import annotations

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from headwater.records.log.events import Reporter
from headwater.server import shapes
from headwater.server.deployment import Deployment
from headwater.server.resources import engines, locations


@get("/locations", sync_to_thread=True, summary="Every code location")
def list_locations(deployment: NamedDependency[Deployment]) -> shapes.LocationList:
    """Every code location: what it defines, or why it can't be loaded."""
    return shapes.LocationList(items=deployment.store.read(locations.location_list))


@post("/locations/{name:str}/reload", status_code=202, sync_to_thread=True, summary="Load a location anew")
def reload_location(
    deployment: NamedDependency[Deployment], reporter: NamedDependency[Reporter], name: FromPath[str]
) -> shapes.LocationView:
    """Ask whoever serves it to load its files as they are now; runs under way end with what they began with."""
    unit = deployment.store.read(lambda c: locations.reload_unit(c, name, reporter))
    deployment.store.write(unit)
    listed = deployment.store.read(locations.location_list)
    return next(location for location in listed if location.name == name)


@get("/engines", sync_to_thread=True, summary="Every engine")
def list_engines(deployment: NamedDependency[Deployment]) -> shapes.EngineList:
    """The engines that are at work, or went without a word."""
    now = deployment.clock.now()
    return shapes.EngineList(items=deployment.store.read(lambda c: engines.engine_list(c, now)))

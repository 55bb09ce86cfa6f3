"""Code locations as the API shows them."""

from __future__ import annotations

import msgspec
from sqlalchemy.engine import Connection

from headwater.clock import to_seconds
from headwater.errors import UnknownLocationError
from headwater.records.catalog.locations import Location
from headwater.records.log.events import EventKind, LocationReload, NewEvent, Reporter
from headwater.server import shapes
from headwater.server.resources.events import error_view
from headwater.storage.catalog import definitions as catalog
from headwater.storage.log.writer import Unit


def location_list(connection: Connection) -> list[shapes.LocationView]:
    """Every code location, by name."""
    return [_location_view(connection, location) for location in catalog.read_locations(connection)]


def reload_unit(connection: Connection, name: str, reporter: Reporter) -> Unit[list[object]]:
    """What to write to have a location loaded as its files are now, by every engine that serves it.

    Raises:
        UnknownLocationError: there is none of that name.
    """
    known = [location.name for location in catalog.read_locations(connection)]
    if name not in known:
        raise UnknownLocationError(f"There is no code location {name!r}. There are: {', '.join(known) or 'none'}.")
    payload = LocationReload(location=name, reporter=reporter)
    return Unit(events=[NewEvent(kind=EventKind.LOCATION_RELOAD_REQUESTED, payload=payload)])


def _location_view(connection: Connection, location: Location) -> shapes.LocationView:
    snapshot = None if location.snapshot is None else catalog.read_snapshot(connection, location.snapshot)
    view = shapes.LocationView(
        name=location.name,
        status=location.status.value,
        error=error_view(location.error),
        loaded_at=None if location.loaded_at is None else to_seconds(location.loaded_at),
        snapshot=location.snapshot,
        warnings=[],
    )
    if snapshot is None:
        return view
    return msgspec.structs.replace(
        view,
        warnings=list(snapshot.warnings),
        assets=len(snapshot.assets),
        sensors=len(snapshot.sensors),
        jobs=len(snapshot.jobs),
    )

"""Dynamic partitions: their keys listed, added and deleted."""

from __future__ import annotations

from collections.abc import Sequence

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.engine import Connection

from headwater.records.access.tokens import Principal
from headwater.records.log.events import Event, EventKind, NewEvent, PartitionsChanged, Reporter
from headwater.server import shapes
from headwater.server.deployment import Deployment
from headwater.server.resources import dynamic_keys
from headwater.storage.log.writer import Unit


@get("/dynamic_partitions/{name:str}", sync_to_thread=True, summary="The keys of dynamic partitions")
def list_dynamic_keys(deployment: NamedDependency[Deployment], name: FromPath[str]) -> shapes.DynamicKeysView:
    """The keys that are there now, and whose they are."""
    graph = deployment.graph()
    return deployment.store.read(lambda c: dynamic_keys.planned(c, graph, name, shapes.DynamicKeysBody()))


@post("/dynamic_partitions/{name:str}", status_code=200, sync_to_thread=True, summary="Add and delete keys")
def change_dynamic_keys(
    deployment: NamedDependency[Deployment],
    principal: NamedDependency[Principal],
    name: FromPath[str],
    data: JSONBody[shapes.DynamicKeysBody],
) -> shapes.DynamicKeysView:
    """Add and delete keys in one go; those that are there, or are gone already, stay as they are."""
    graph, now = deployment.graph(), deployment.clock.now()
    plan = deployment.store.read(lambda c: dynamic_keys.planned(c, graph, name, data))
    if data.dry_run or not (plan.added or plan.deleted):
        return plan
    told = PartitionsChanged(
        name=name, added=tuple(plan.added), deleted=tuple(plan.deleted), reporter=Reporter("app", principal.name)
    )

    def change(connection: Connection, _events: Sequence[Event]) -> shapes.DynamicKeysView:
        return dynamic_keys.carry_out(connection, graph, name, data, now)

    return deployment.store.write(
        Unit(events=[NewEvent(kind=EventKind.PARTITIONS_CHANGED, payload=told)], effect=change)
    )

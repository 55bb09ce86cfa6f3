"""Dynamic partitions: their keys listed, added and deleted."""

from __future__ import annotations

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from headwater.records.log.events import Reporter
from headwater.server import shapes
from headwater.server.deployment import Deployment
from headwater.server.resources import dynamic_keys


@get("/dynamic_partitions/{name:str}", sync_to_thread=True, summary="The keys of dynamic partitions")
def list_dynamic_keys(deployment: NamedDependency[Deployment], name: FromPath[str]) -> shapes.DynamicKeysView:
    """The keys that are there now, and whose they are."""
    graph = deployment.graph()
    return deployment.store.read(lambda c: dynamic_keys.planned(c, graph, name, shapes.DynamicKeysBody()))


@post("/dynamic_partitions/{name:str}", status_code=200, sync_to_thread=True, summary="Add and delete keys")
def change_dynamic_keys(
    deployment: NamedDependency[Deployment],
    reporter: NamedDependency[Reporter],
    name: FromPath[str],
    data: JSONBody[shapes.DynamicKeysBody],
) -> shapes.DynamicKeysView:
    """Add and delete keys in one go; those that are there, or are gone already, stay as they are."""
    graph, now = deployment.graph(), deployment.clock.now()
    plan = deployment.store.read(lambda c: dynamic_keys.planned(c, graph, name, data))
    if data.dry_run or not (plan.added or plan.deleted):
        return plan
    return deployment.store.write(dynamic_keys.change_unit(plan, graph, data, reporter, now))

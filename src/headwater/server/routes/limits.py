"""How many runs may go on at once: read and set."""

from __future__ import annotations

from litestar import delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody

from headwater.records.log.events import Reporter
from headwater.records.runs.limits import Kind, Limit
from headwater.server import shapes
from headwater.server.deployment import Deployment
from headwater.server.resources.queue import limit_list
from headwater.storage.runs import limits as limit_store


@get("/limits", sync_to_thread=True, summary="Limits of runs")
def list_limits(deployment: NamedDependency[Deployment]) -> shapes.LimitList:
    """How many runs of a kind may go on at once, and how many do."""
    return _listed(deployment)


@put("/limits", sync_to_thread=True, summary="Set a limit")
def set_limit(
    deployment: NamedDependency[Deployment], reporter: NamedDependency[Reporter], data: JSONBody[shapes.LimitBody]
) -> shapes.LimitList:
    """Let at most so many runs of a kind go on at once, in place of what held before; those under way go on."""
    limit = Limit(kind=data.kind, name=data.name, most=data.most)
    deployment.store.write(limit_store.set_unit(limit, reporter))
    return _listed(deployment)


@delete("/limits", status_code=200, sync_to_thread=True, summary="Lift a limit")
def remove_limit(
    deployment: NamedDependency[Deployment],
    reporter: NamedDependency[Reporter],
    kind: FromQuery[Kind],
    name: FromQuery[str] = "",
) -> shapes.LimitList:
    """Let any number of runs of a kind go on."""
    limit = Limit(kind=kind, name=name, most=0)
    deployment.store.write(limit_store.remove_unit(limit, reporter))
    return _listed(deployment)


def _listed(deployment: Deployment) -> shapes.LimitList:
    graph = deployment.graph()
    return shapes.LimitList(items=deployment.store.read(lambda c: limit_list(c, graph)))

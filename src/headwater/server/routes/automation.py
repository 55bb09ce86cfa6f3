"""Why an asset is made or is not, and why a run was requested."""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from headwater.server.deployment import Deployment
from headwater.server.resources import automation
from headwater.server.routes.parameters import LARGEST
from headwater.server.shapes import conditions as shapes

Limit = Annotated[int, QueryParameter(ge=1, le=200)]


@get("/assets/automation", sync_to_thread=True, summary="Why an asset is made, or is not")
def get_automation(
    deployment: NamedDependency[Deployment],
    key: FromQuery[str],
    check: FromQuery[str | None] = None,
    partition: FromQuery[str | None] = None,
    cursor: Annotated[int | None, QueryParameter(ge=0, le=LARGEST)] = None,
    limit: Limit = 20,
) -> shapes.AutomationView:
    """The condition of the asset, or of its `check`: the value of every part now, and evaluations that mattered."""
    graph, now = deployment.graph(), deployment.clock.now()
    return deployment.store.read(
        lambda c: automation.automation_view(
            c, graph, key, now, check=check, partition=partition, before=cursor, limit=limit
        )
    )


@get("/runs/{run_id:str}/why", sync_to_thread=True, summary="Why a run was requested")
def get_run_why(deployment: NamedDependency[Deployment], run_id: FromPath[str]) -> shapes.RunWhy:
    """What asked for the run, the events that led to it, and each asset's condition as it was then."""
    graph, now = deployment.graph(), deployment.clock.now()
    return deployment.store.read(lambda c: automation.run_why(c, graph, run_id, now))

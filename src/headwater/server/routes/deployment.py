"""What the app begins with: the deployment and its locations."""

from __future__ import annotations

import asyncio

from litestar import Request, get
from litestar.datastructures import State
from litestar.di import NamedDependency

from headwater.records.access.tokens import Scope
from headwater.server import shapes
from headwater.server.access.guard import identify
from headwater.server.access.hosts import Hosts
from headwater.server.deployment import Deployment
from headwater.server.resources import locations
from headwater.version import package_version


@get("/deployment", summary="The deployment and its code locations")
async def get_deployment(
    deployment: NamedDependency[Deployment], hosts: NamedDependency[Hosts], request: Request[None, None, State]
) -> shapes.DeploymentView:
    """Answers without a token too, but then only says that one is needed."""
    principal = await identify(dict(request.scope), deployment, exposed=hosts.exposed)
    required = hosts.exposed or (await deployment.access.state_async()).required
    signed_in = principal is not None and principal.may(Scope.READ)
    return await asyncio.to_thread(_deployment_view, deployment, required, signed_in)


def _deployment_view(deployment: Deployment, required: bool, signed_in: bool) -> shapes.DeploymentView:
    return shapes.DeploymentView(
        name=deployment.name,
        version=package_version() if signed_in else "",
        auth_required=required,
        signed_in=signed_in,
        seq=deployment.store.tail.head if signed_in else 0,
        locations=deployment.store.read(locations.location_list) if signed_in else [],
    )

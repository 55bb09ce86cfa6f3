"""Deployments: listed by anybody of the default one, created and removed by its admins."""

from __future__ import annotations

import msgspec
from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from headwater.errors import NotAllowedError
from headwater.records.access.audit import Note
from headwater.records.access.tokens import Principal, Scope
from headwater.server.deployment import DEFAULT, Deployment, Deployments
from headwater.storage.access import audit
from headwater.storage.access import tokens as access
from headwater.storage.log.writer import Unit


class DeploymentBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A deployment to make."""

    name: str


class DeploymentEntry(msgspec.Struct, kw_only=True):
    """A deployment and where it is served."""

    name: str
    path: str


class DeploymentList(msgspec.Struct, kw_only=True):
    """Every deployment, the default one first."""

    items: list[DeploymentEntry]


class NewDeploymentView(msgspec.Struct, kw_only=True):
    """A deployment and a token for its admin, which is shown this once."""

    name: str
    path: str
    token: str


@get("/deployments", sync_to_thread=True, summary="Every deployment")
def list_deployments(
    deployment: NamedDependency[Deployment], deployments: NamedDependency[Deployments]
) -> DeploymentList:
    """Those of any but the default one learn of their own alone."""
    names = deployments.names() if deployment.name == DEFAULT else [deployment.name]
    return DeploymentList(items=[_entry(name) for name in names])


@post("/deployments", sync_to_thread=True, summary="Make a deployment")
def create_deployment(
    deployment: NamedDependency[Deployment],
    deployments: NamedDependency[Deployments],
    principal: NamedDependency[Principal],
    data: JSONBody[DeploymentBody],
) -> NewDeploymentView:
    """It has a store of its own and demands a token from the start; this answer has the first one, for its admin."""
    _demand_default(deployment)
    created = deployments.create(data.name)
    now = created.clock.now()
    new = access.NewToken(name="admin", scopes=[Scope.ADMIN])
    _, secret = created.access.change(
        lambda c: access.create_token(c, new, now, principal.actor),
        lambda made: Note(actor=principal.actor, action="token created", target=f"admin ({made[0].token_id})"),
    )
    _note(deployment, principal, "deployment created", data.name)
    return NewDeploymentView(name=data.name, path=f"/{data.name}/", token=secret)


@delete("/deployments/{name:str}", status_code=200, sync_to_thread=True, summary="Remove a deployment")
def remove_deployment(
    deployment: NamedDependency[Deployment],
    deployments: NamedDependency[Deployments],
    principal: NamedDependency[Principal],
    name: FromPath[str],
) -> DeploymentEntry:
    """It is served no more. Its folder is put aside in the server's home, not deleted."""
    _demand_default(deployment)
    deployments.remove(name)
    _note(deployment, principal, "deployment removed", name)
    return _entry(name)


def _demand_default(deployment: Deployment) -> None:
    if deployment.name != DEFAULT:
        raise NotAllowedError(
            f"Deployments are made and removed by admins of the default one, at the server's root, not of "
            f"{deployment.name!r}."
        )


def _note(deployment: Deployment, principal: Principal, action: str, name: str) -> None:
    now = deployment.clock.now()
    note = Note(actor=principal.actor, action=action, target=name)
    deployment.store.write(Unit(effect=lambda connection, _events: audit.enter(connection, now, note)))


def _entry(name: str) -> DeploymentEntry:
    return DeploymentEntry(name=name, path="/" if name == DEFAULT else f"/{name}/")

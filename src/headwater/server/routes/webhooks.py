"""Webhooks: which there are, made, removed, and tried with what a sender sends."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from headwater.errors import UnknownWebhookError
from headwater.records.access.tokens import Principal
from headwater.records.reports.webhooks import WebhookRule, check_rule
from headwater.server.deployment import Deployment
from headwater.server.doors.strict import ReportAnswer
from headwater.server.doors.webhooks import PREFIX, turn
from headwater.server.shapes import webhooks as shapes
from headwater.storage.log.writer import Unit
from headwater.storage.reports.webhooks import read_webhooks, remove_webhook, save_webhook


@get("/webhooks", sync_to_thread=True, summary="Every webhook")
def list_webhooks(deployment: NamedDependency[Deployment]) -> shapes.WebhookList:
    """The rules that turn what other systems send into reports."""
    rules = deployment.store.read(read_webhooks)
    return shapes.WebhookList(items=[_view(rule) for rule in rules.values()])


@put("/webhooks/{name:str}", sync_to_thread=True, summary="Make a webhook")
def put_webhook(
    deployment: NamedDependency[Deployment], name: FromPath[str], data: JSONBody[shapes.WebhookBody]
) -> shapes.WebhookView:
    """Make a rule, in place of the one of that name. It is in force within a second."""
    rule = msgspec.convert({"name": name, **msgspec.to_builtins(data)}, WebhookRule)
    check_rule(rule)
    deployment.store.write(Unit(effect=lambda connection, _events: save_webhook(connection, rule)))
    return _view(rule)


@delete("/webhooks/{name:str}", sync_to_thread=True, summary="Remove a webhook")
def delete_webhook(deployment: NamedDependency[Deployment], name: FromPath[str]) -> None:
    """From then on what is sent to it is refused."""
    if not deployment.store.write(Unit(effect=lambda connection, _events: remove_webhook(connection, name))):
        raise _unknown(name)


@post("/webhooks/{name:str}/try", status_code=200, summary="Try a webhook")
async def try_webhook(
    deployment: NamedDependency[Deployment],
    principal: NamedDependency[Principal],
    name: FromPath[str],
    data: JSONBody[shapes.WebhookTrial],
) -> ReportAnswer:
    """What would become of something that a sender sends; nothing is kept, and no signature is looked at."""
    rule = (await deployment.store.read_async(read_webhooks)).get(name)
    if rule is None:
        raise _unknown(name)
    headers = {key.lower(): value for key, value in data.headers.items()}
    body: Any = data.body
    return await turn(deployment, rule, principal, body, headers, dry_run=True)


def _view(rule: WebhookRule) -> shapes.WebhookView:
    return msgspec.convert(
        {**msgspec.to_builtins(rule), "path": PREFIX + rule.name}, shapes.WebhookView, from_attributes=True
    )


def _unknown(name: str) -> UnknownWebhookError:
    return UnknownWebhookError(f"There is no webhook {name!r}; `headwater webhook list` shows all.")

"""`POST /hooks/NAME`: what another system sends in its own form, turned into reports by the rule of that name."""

from __future__ import annotations

from typing import Any

import msgspec

from headwater.clock import to_seconds
from headwater.environment import read_secret
from headwater.errors import (
    HeadwaterError,
    IdempotencyConflictError,
    ReportRefusedError,
    RequestForbiddenError,
    SettingsError,
    StoreError,
)
from headwater.records.access.tokens import Principal
from headwater.records.access.tokens import Scope as AccessScope
from headwater.records.log.events import Reporter
from headwater.records.reports.webhooks import WebhookRule, check_signature, reports_of
from headwater.server.access.guard import authorize
from headwater.server.deployment import Deployment
from headwater.server.doors import strict as strict_door
from headwater.server.http import Receive, Scope, Send, read_body, send_json
from headwater.server.problems import plain_problem, problem_of, send_problem
from headwater.traces import current_trace

PREFIX = "/hooks/"


async def take(deployment: Deployment, path: str, scope: Scope, receive: Receive, send: Send) -> None:
    """Take one request; the answer comes once everything that it accepts is on disk.

    A rule with a signature trusts who signs; any other needs a token that may report.
    """
    if scope["method"] != "POST":
        await send_problem(send, plain_problem(405, "A webhook is sent by POST."), [(b"allow", b"POST")])
        return
    rule = (await deployment.webhooks.get()).get(path.removeprefix(PREFIX))
    if rule is None:
        detail = f"There is no webhook {path.removeprefix(PREFIX)!r}; `headwater webhook list` shows all."
        await send_problem(send, plain_problem(404, detail))
        return
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    try:
        body = await read_body(scope, receive)
        sender = await _sender(rule, scope, body, headers, deployment)
        answer = await turn(deployment, rule, sender, _parse(body), headers, dry_run=False)
    except ConnectionError:
        return
    except RequestForbiddenError:
        raise
    except IdempotencyConflictError as error:
        await send_problem(send, problem_of(error))
    except StoreError as error:
        await send_problem(send, problem_of(error, status=503), [(b"retry-after", b"1")])
    except HeadwaterError as error:
        await send_problem(send, problem_of(error))
    else:
        await send_json(send, 200 if answer.accepted or not answer.refused else 400, answer)


async def turn(
    deployment: Deployment,
    rule: WebhookRule,
    principal: Principal,
    body: Any,
    headers: dict[str, str],
    *,
    dry_run: bool,
) -> strict_door.ReportAnswer:
    """Turn what was sent into reports and keep those that are good, or in a dry run only judge them.

    Raises:
        SettingsError: the rule does not fit what was sent.
        StoreError: the store did not take the reports.
    """
    raws = [msgspec.json.encode(report) for report in reports_of(rule, body, headers)]
    request = strict_door.Request(mode="each", dry_run=dry_run)
    reporter = Reporter("webhook", rule.name, trace=current_trace.get())
    return await strict_door.record(deployment, request, principal, reporter, raws, [None] * len(raws))


async def _sender(
    rule: WebhookRule, scope: Scope, body: bytes, headers: dict[str, str], deployment: Deployment
) -> Principal:
    if rule.signature is None:
        exposed = scope["state"]["headwater_hosts"].exposed
        return await authorize(scope, deployment, strict_door.PATH, exposed=exposed)
    secret = read_secret(rule.signature.secret_env)
    if not secret:
        raise SettingsError(
            f"The webhook {rule.name!r} checks signatures with the secret in {rule.signature.secret_env}, which is not "
            "set in the server's environment."
        )
    check_signature(rule.signature, secret, body, headers, to_seconds(deployment.clock.now()))
    return Principal(kind="token", name=f"webhook {rule.name}", scopes=frozenset({AccessScope.REPORT}))


def _parse(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ReportRefusedError(f"The body is not JSON: {error}.") from error

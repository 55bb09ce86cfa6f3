"""The whole server as one ASGI application: deployments, report doors, API, live stream, health, web app."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog

from headwater.errors import NotAllowedError, ReportRefusedError, RequestForbiddenError, TooManyRequestsError
from headwater.records.access.audit import Note
from headwater.records.access.tokens import Principal
from headwater.server import health
from headwater.server.access.guard import (
    PRINCIPAL,
    TokenRequiredError,
    authorize,
    check_origin,
    principal_of,
    reason_of,
)
from headwater.server.access.hosts import Hosts
from headwater.server.access.permissions import changes_something, is_secret
from headwater.server.access.security_headers import with_security_headers
from headwater.server.answers import ThriftyAnswers
from headwater.server.api import build_api
from headwater.server.api_bodies import read_ahead
from headwater.server.deployment import DEFAULT, Deployment, Deployments, is_possible_name
from headwater.server.doors import openlineage as openlineage_door
from headwater.server.doors import strict as strict_door
from headwater.server.doors import webhooks as webhook_door
from headwater.server.doors.live import stream
from headwater.server.doors.mcp import PATH as PATH_OF_AGENTS
from headwater.server.doors.mcp import McpDoor
from headwater.server.doors.report import find_door, report
from headwater.server.http import ROUTE, BodyTooLargeError, Message, Receive, Scope, Send, send_bytes, send_json
from headwater.server.metrics import CONTENT_TYPE, Metrics
from headwater.server.problems import invalid_request, plain_problem, problem_of, send_problem
from headwater.server.static import WebApp
from headwater.version import package_version

_DOORS = frozenset({*openlineage_door.PATHS, strict_door.PATH, "/api/live"})
_REFUSALS = {401: "no valid token", 403: "not allowed", 429: "too many requests"}
_log = structlog.get_logger(__name__)


class Server:
    """Finds the deployment that a request is for, and the door that its path leads to."""

    def __init__(self, deployments: Deployments, hosts: Hosts, *, metrics: Metrics | None = None) -> None:
        """Prepare.

        Args:
            deployments: What to serve.
            hosts: The names under which the server may be asked.
            metrics: What `/metrics` shows.
        """
        self._metrics = metrics or Metrics(deployments)
        self._deployments = deployments
        self._hosts = hosts
        self._api: Any = ThriftyAnswers(build_api())
        self._agents = McpDoor()
        self._web = WebApp()
        self._openlineage = openlineage_door.OpenLineageDoor()
        self._following: dict[str, asyncio.Task[None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or the server's start and stop."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._take(scope, receive, send)

    def stop_streams(self) -> None:
        """End the live streams, so that a graceful stop need not wait for them."""
        for deployment in self._deployments.opened():
            deployment.live.stop()

    async def _take(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, base = scope["path"], "/"
        door = find_door(path)
        if door is not None:
            # Looked for first, because nothing else comes as often.
            deployment = self._deployments.find_opened(DEFAULT) or self._deployments.default()
        else:
            deployment, path, base = await self._find_deployment(path)
            door = find_door(path)
        self._follow(deployment)
        secure = self._hosts.secure or scope["scheme"] == "https"
        send = with_security_headers(send, secure=secure, secret=is_secret(path))
        if base == "/" and door is None and (stray := _stray_deployment(path)) is not None:
            await send_json(send, 404, {"error": f"There is no deployment {stray!r}.", "status": 404})
            return
        try:
            check_origin(scope, self._hosts)
            principal = await authorize(scope, deployment, path, exposed=self._hosts.exposed)
            scope["state"] = {
                **(scope.get("state") or {}),
                "headwater_deployment": deployment,
                "headwater_deployments": self._deployments,
                "headwater_hosts": self._hosts,
                PRINCIPAL: principal,
            }
            if door is not None:
                scope[ROUTE] = door[0].value
                await report(deployment, principal, *door, scope, receive, send)
            else:
                await self._route(deployment, path, base, scope, receive, send)
        except RequestForbiddenError as error:
            await _refuse(deployment, path, base.rstrip("/"), error, scope, send)

    async def _route(
        self, deployment: Deployment, path: str, base: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if path in (PATH_OF_AGENTS, PATH_OF_AGENTS + "/"):
            scope[ROUTE] = PATH_OF_AGENTS
            await self._agents.take(deployment, principal_of(scope), scope, receive, send)
        elif path.startswith(webhook_door.PREFIX):
            scope[ROUTE] = webhook_door.PREFIX
            await webhook_door.take(deployment, path, scope, receive, send)
        elif path in health.PATHS:
            await self._answer_health(deployment, path, send)
        elif path == "/metrics":
            scope[ROUTE] = path
            text = await asyncio.to_thread(self._metrics.render)
            await send_bytes(send, 200, text, CONTENT_TYPE)
        elif path == "/server_info":
            await send_json(send, 200, {"headwater_version": package_version()})
        elif path == "/api" or path.startswith("/api/"):
            await self._answer_api(deployment, path, base, scope, receive, send)
        elif scope["method"] not in ("GET", "HEAD"):
            detail = (
                f"Nothing at {path} takes a {scope['method']}. Report by POST to {strict_door.PATH} or "
                f"/report_asset_materialization/; {base}api/docs describes all else."
            )
            await send_problem(send, plain_problem(405, detail), [(b"allow", b"GET, HEAD")])
        else:
            await self._web.serve(scope, send, path, base)

    async def _find_deployment(self, path: str) -> tuple[Deployment, str, str]:
        """The deployment, the path below it, and where it begins."""
        first, slash, rest = path[1:].partition("/")
        if first == "api":
            # As the API's own router reads it, so that what is checked is what is answered.
            return self._deployments.default(), _plain(path), "/"
        if self._deployments.exists(first):
            found = self._deployments.find_opened(first) or await asyncio.to_thread(self._deployments.find, first)
            if found is not None:
                below = slash + rest or "/"
                return found, _plain(below) if below.startswith("/api") else below, f"/{first}/"
        elif first != DEFAULT and self._deployments.find_opened(first) is not None:
            await asyncio.to_thread(self._deployments.let_go, first)
        return self._deployments.default(), path, "/"

    async def _answer_api(
        self, deployment: Deployment, path: str, base: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        principal = principal_of(scope)
        scope[ROUTE] = path if path in _DOORS else "/api"
        if path in openlineage_door.PATHS:
            await self._openlineage.take(deployment, principal, scope, receive, send)
            return
        if path == strict_door.PATH:
            await strict_door.take(deployment, principal, scope, receive, send)
            return
        if path == "/api/live":
            await stream(deployment, base.rstrip("/"), scope, receive, send)
            return
        below: Any = dict(scope)
        # With the root before it: the router takes away what comes before the root's first place in the path.
        below["root_path"] = base.rstrip("/")
        below["path"] = below["root_path"] + path
        below["raw_path"] = below["path"].encode()
        try:
            receive = await read_ahead(scope, receive)
        except BodyTooLargeError as error:
            await send_problem(send, plain_problem(413, str(error)))
            return
        except ReportRefusedError as error:
            await send_problem(send, invalid_request(str(error), below["root_path"]))
            return
        except ConnectionError:
            return
        is_change = changes_something(scope["method"], path)
        if is_change:
            await deployment.audit.enter(_note(principal, path, scope, "allowed"))
        await self._api(below, receive, _watched(deployment, principal, path, is_change, scope, send))
        scope[ROUTE] = below.get("path_template", "/api")

    async def _answer_health(self, deployment: Deployment, path: str, send: Send) -> None:
        if path == "/health/live":
            await send_json(send, 200, {"status": "live", "version": package_version()})
            return
        serves, found = await asyncio.to_thread(health.health_of, deployment)
        await send_json(send, 200 if serves else 503, {**found, "version": package_version()})

    def _follow(self, deployment: Deployment) -> None:
        """Keep up with a deployment from the first request for it on."""
        if deployment.name not in self._following:
            self._let_go()
            self._following[deployment.name] = asyncio.create_task(self._follow_forever(deployment))

    def _let_go(self) -> None:
        """Follow no deployment any more that was removed."""
        for name in self._following.keys() - {deployment.name for deployment in self._deployments.opened()}:
            self._following.pop(name).cancel()

    async def _follow_forever(self, deployment: Deployment) -> None:
        """Begin anew after an error, which must not leave the app showing an old state for good."""
        while True:
            try:
                await deployment.follow()
            except Exception:
                _log.exception("following the log failed; it begins anew", deployment=deployment.name)
                await deployment.clock.sleep(1.0)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self._follow(self._deployments.default())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.stop_streams()
        await self._agents.close()
        for task in self._following.values():
            task.cancel()
        await asyncio.gather(*self._following.values(), return_exceptions=True)
        await send({"type": "lifespan.shutdown.complete"})


async def _refuse(
    deployment: Deployment, path: str, base: str, error: RequestForbiddenError, scope: Scope, send: Send
) -> None:
    client = scope.get("client")
    sender = f"address:{client[0]}" if client else "anyone"
    deployment.audit.refuse(sender, f"{scope['method']} {path}", str(error), reason_of(error))
    if isinstance(error, NotAllowedError) and find_door(path) is not None:
        # The established answer of this door; clients match on its status and beginning.
        await send_json(send, 401, {"error": f"Not authorized to report runless asset events. {error}"})
    elif isinstance(error, TokenRequiredError):
        await send_problem(send, problem_of(error, base, 401), [(b"www-authenticate", b"Bearer")])
    elif isinstance(error, TooManyRequestsError):
        await send_problem(send, problem_of(error, base), [(b"retry-after", b"%d" % error.retry_after)])
    else:
        await send_problem(send, problem_of(error, base))


def _watched(
    deployment: Deployment, principal: Principal, path: str, is_change: bool, scope: Scope, send: Send
) -> Send:
    """Enters into the audit log what the API refuses, and which change came to nothing."""

    async def send_watched(message: Message) -> None:
        if message["type"] == "http.response.start":
            status: int = message["status"]
            if status in _REFUSALS:
                deployment.audit.refuse(principal.actor, f"{scope['method']} {path}", "", _REFUSALS[status])
            elif is_change and status >= 400:
                await deployment.audit.enter(_note(principal, path, scope, "failed", f"status {status}"))
        await send(message)

    return send_watched


def _note(principal: Principal, path: str, scope: Scope, outcome: str, detail: str = "") -> Note:
    query = scope["query_string"].decode("latin-1")[:200]
    action = f"{scope['method']} {path}"[:200]
    return Note(actor=principal.actor, action=action, target=query, outcome=outcome, detail=detail)


def _plain(path: str) -> str:
    return "/" + "/".join(part for part in path.split("/") if part)


def _stray_deployment(path: str) -> str | None:
    """The name before a path that only a deployment has, where there is no such deployment."""
    first, _, rest = path[1:].partition("/")
    below = "/" + rest
    meant = below.startswith("/api/") or find_door(below) is not None
    return first if meant and is_possible_name(first) else None

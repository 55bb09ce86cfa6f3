"""The whole server as one ASGI application: deployments, report doors, API, live stream, health, web app."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog

from headwater.server import health, openlineage_door, strict_door
from headwater.server.api import build_api
from headwater.server.deployment import Deployment, Deployments, is_possible_name
from headwater.server.guard import ForeignOriginError, TokenRequiredError, check_origin, check_token
from headwater.server.http import ROUTE, Receive, Scope, Send, send_bytes, send_json
from headwater.server.live_door import stream
from headwater.server.metrics import CONTENT_TYPE, Metrics
from headwater.server.report_doors import find_door, report
from headwater.server.static import WebApp
from headwater.server.version import package_version

_DOORS = frozenset({*openlineage_door.PATHS, strict_door.PATH, "/api/live"})
_OPEN_API_PATHS = frozenset({"/api/deployment", "/api/session"})
_log = structlog.get_logger(__name__)


class Server:
    """Finds the deployment that a request is for, and the door that its path leads to."""

    def __init__(self, deployments: Deployments, *, loopback: bool, metrics: Metrics | None = None) -> None:
        """Prepare.

        Args:
            deployments: What to serve.
            loopback: Whether only this machine can reach the server.
            metrics: What `/metrics` shows.
        """
        self._metrics = metrics or Metrics(deployments)
        self._deployments = deployments
        self._loopback = loopback
        self._api: Any = build_api()
        self._web = WebApp()
        self._openlineage = openlineage_door.OpenLineageDoor()
        self._following: dict[str, asyncio.Task[None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or the server's start and stop."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            try:
                check_origin(scope, loopback=self._loopback)
                await self._route(scope, receive, send)
            except ForeignOriginError as error:
                await send_json(send, 403, {"error": str(error), "status": 403})

    def stop_streams(self) -> None:
        """End the live streams, so that a graceful stop need not wait for them."""
        for deployment in self._deployments.opened():
            deployment.live.stop()

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        deployment, path, base = await self._find_deployment(scope["path"])
        self._follow(deployment)
        door = find_door(path)
        if base == "/" and (stray := _stray_deployment(path)) is not None:
            await send_json(send, 404, {"error": f"There is no deployment {stray!r}.", "status": 404})
        elif door is not None:
            scope[ROUTE] = door[0].value
            await report(deployment, *door, scope, receive, send)
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
            await send_bytes(send, 405, b"Method Not Allowed", b"text/plain", [(b"allow", b"GET, HEAD")])
        else:
            await self._web.serve(scope, send, path, base)

    async def _find_deployment(self, path: str) -> tuple[Deployment, str, str]:
        """The deployment, the path below it, and where it begins."""
        first, slash, rest = path[1:].partition("/")
        if self._deployments.exists(first):
            found = self._deployments.find_opened(first) or await asyncio.to_thread(self._deployments.find, first)
            if found is not None:
                return found, slash + rest or "/", f"/{first}/"
        return self._deployments.default(), path, "/"

    async def _answer_api(
        self, deployment: Deployment, path: str, base: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        sender: str | None = None
        if path not in _OPEN_API_PATHS:
            try:
                sender = await check_token(scope, deployment)
            except TokenRequiredError as error:
                answer = {"error": str(error), "status": 401}
                await send_json(send, 401, answer, [(b"www-authenticate", b"Bearer")])
                return
        scope[ROUTE] = path if path in _DOORS else "/api"
        if path in openlineage_door.PATHS:
            await self._openlineage.take(deployment, scope, receive, send)
            return
        if path == strict_door.PATH:
            await strict_door.take(deployment, sender, scope, receive, send)
            return
        if path == "/api/live":
            await stream(deployment.live, scope, receive, send)
            return
        below: Any = dict(scope)
        below["path"] = path
        below["raw_path"] = path.encode()
        below["root_path"] = base.rstrip("/")
        below["state"] = {**(scope.get("state") or {}), "headwater_deployment": deployment}
        await self._api(below, receive, send)
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
            self._following[deployment.name] = asyncio.create_task(self._follow_forever(deployment))

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
        for task in self._following.values():
            task.cancel()
        await asyncio.gather(*self._following.values(), return_exceptions=True)
        await send({"type": "lifespan.shutdown.complete"})


def _stray_deployment(path: str) -> str | None:
    """The name before a path that only a deployment has, where there is no such deployment."""
    first, _, rest = path[1:].partition("/")
    below = "/" + rest
    meant = below.startswith("/api/") or find_door(below) is not None
    return first if meant and is_possible_name(first) else None

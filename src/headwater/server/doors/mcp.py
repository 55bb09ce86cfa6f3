"""`/mcp`: the tools of `mcp_tools` for agents, by the Model Context Protocol, without state between requests."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Awaitable, Callable
from typing import Any

from headwater.errors import HeadwaterError
from headwater.records.access.tokens import Principal
from headwater.server.deployment import Deployment
from headwater.server.doors import mcp_tools
from headwater.server.doors.mcp_tools import Caller
from headwater.server.http import Receive, Scope, Send
from headwater.server.problems import plain_problem, send_problem
from headwater.version import package_version

PATH = "/mcp"
_INSTRUCTIONS = (
    "Headwater shows one lineage of all data assets of an organisation, whoever makes them. Find assets first; cite "
    "the seq of the events that an answer rests on, and its as_of. External assets can only be reported, not made."
)
_MISSING = "Agents are served by the extra mcp, which is not installed here: pip install 'headwater[mcp]'."


class McpDoor:
    """Serves the protocol; what it needs is imported at the first request, since it takes a second."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._app: Any = None
        self._running: asyncio.Task[None] | None = None

    async def take(
        self, deployment: Deployment, principal: Principal, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Answer one request of an agent."""
        try:
            app = await self._started()
        except ImportError:
            await send_problem(send, plain_problem(501, _MISSING))
            return
        token = mcp_tools.caller.set(Caller(deployment, principal))
        try:
            await app({**scope, "path": PATH, "raw_path": PATH.encode(), "root_path": ""}, receive, send)
        finally:
            mcp_tools.caller.reset(token)

    async def close(self) -> None:
        """Stop what serves."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def _started(self) -> Any:
        async with self._lock:
            if self._app is None:
                app = await asyncio.to_thread(_build)
                started = asyncio.Event()
                self._running = asyncio.create_task(_keep_running(app, started))
                await started.wait()
                self._app = app
            return self._app


async def _keep_running(app: Any, started: asyncio.Event) -> None:
    async with app.router.lifespan_context(app):
        started.set()
        await asyncio.Event().wait()


def _build() -> Any:
    from mcp.server import MCPServer  # an extra
    from mcp.server.transport_security import TransportSecuritySettings
    from mcp.types import ToolAnnotations

    server = MCPServer(name="headwater", version=package_version(), instructions=_INSTRUCTIONS, log_level="WARNING")
    for tool in mcp_tools.READING:
        server.tool(annotations=ToolAnnotations(read_only_hint=True))(_saying_what_is_wrong(tool))
    for tool in mcp_tools.WRITING:
        server.tool(annotations=ToolAnnotations(read_only_hint=False))(_saying_what_is_wrong(tool))
    # Hosts and origins are checked for every request of the server, before it comes here.
    trusting = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    return server.streamable_http_app(
        streamable_http_path=PATH, json_response=True, stateless_http=True, transport_security=trusting
    )


def _saying_what_is_wrong(tool: Callable[..., Awaitable[dict[str, Any]]]) -> Callable[..., Awaitable[dict[str, Any]]]:
    """The tool, whose errors reach the agent as sentences and not as tracebacks."""
    from mcp.server.mcpserver.exceptions import ToolError

    @functools.wraps(tool)
    async def told(*args: Any, **kwargs: Any) -> dict[str, Any]:
        try:
            return await tool(*args, **kwargs)
        except HeadwaterError as error:
            raise ToolError(str(error)) from error
        except ValueError as error:
            raise ToolError(f"An argument can't be used: {error}.") from error

    told.__doc__ = inspect.getdoc(tool)
    return told

"""`/api/live`: the live feed of a deployment as a response that lasts."""

from __future__ import annotations

import asyncio

from headwater.digits import whole_number
from headwater.errors import HeadwaterError
from headwater.server.deployment import Deployment
from headwater.server.doors.live_wanted import Request, Wanted, read_request
from headwater.server.http import Receive, Scope, Send, header
from headwater.server.live import Listener
from headwater.server.problems import problem_of, send_problem
from headwater.server.resources.selections import keys_of

_FIELDS = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store"), (b"x-accel-buffering", b"no")]


async def stream(deployment: Deployment, base: str, scope: Scope, receive: Receive, send: Send) -> None:
    """Send what the feed hands out until the listener goes, or the server stops."""
    try:
        request = read_request(scope["query_string"].decode("latin-1"))
        wanted = await asyncio.to_thread(_resolve, deployment, request)
    except HeadwaterError as error:
        await send_problem(send, problem_of(error, base))
        return
    heard = header(scope, b"last-event-id")
    again = None if heard is None else whole_number(heard)
    # A browser that comes back would rather read its page anew; who asked for all from a place on gets all.
    listener = deployment.live.join(
        request.after if again is None else again, wanted, complete=request.after is not None
    )
    await send({"type": "http.response.start", "status": 200, "headers": _FIELDS})
    watching = asyncio.create_task(_leave_on_disconnect(receive, listener))
    renew = None if request.selection is None else lambda: _resolve(deployment, request)
    try:
        async for text in deployment.live.listen(listener, renew):
            await send({"type": "http.response.body", "body": text, "more_body": True})
        if not listener.is_gone:
            await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        watching.cancel()


def _resolve(deployment: Deployment, request: Request) -> Wanted:
    return request.wanted(lambda selection: keys_of(deployment.graph(), selection))


async def _leave_on_disconnect(receive: Receive, listener: Listener) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    listener.leave()

"""Bodies of the API are read before anything is made of them: within a bound, and no deeper than anybody needs."""

from __future__ import annotations

import re

from headwater.errors import ReportRefusedError
from headwater.server.http import Message, Receive, Scope, read_body

MOST_BYTES = 1024 * 1024
MOST_DEPTH = 64
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
# A text is passed over whole, also one without its end; so no byte is looked at twice.
_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)


async def read_ahead(scope: Scope, receive: Receive) -> Receive:
    """Read the body of a request that may change something; gives what hands it out again.

    Raises:
        BodyTooLargeError: it is over `MOST_BYTES`.
        ReportRefusedError: it is nested too deeply.
        ConnectionError: the client went away.
    """
    if scope["method"] in _READING:
        return receive
    body = await read_body(scope, receive, most=MOST_BYTES)
    check_depth(body)
    whole: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return whole.pop() if whole else await receive()

    return receive_again


def check_depth(body: bytes) -> None:
    """Refuse JSON that is nested more deeply than `MOST_DEPTH`.

    Raises:
        ReportRefusedError: it is.
    """
    if body.count(b"[") + body.count(b"{") <= MOST_DEPTH:
        return
    depth = 0
    for found in _BRACKETS.finditer(body):
        bracket = found[0]
        depth += 1 if bracket in (b"[", b"{") else -1 if bracket in (b"]", b"}") else 0
        if depth > MOST_DEPTH:
            raise ReportRefusedError(f"The JSON is nested too deeply; {MOST_DEPTH} levels are taken.")

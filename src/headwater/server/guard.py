"""Who may come in: the right host and origin, and a token where the deployment demands one."""

from __future__ import annotations

import asyncio
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from headwater.errors import RequestForbiddenError
from headwater.server.deployment import Deployment
from headwater.server.http import Scope, header

COOKIE = "headwater_session"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class ForeignOriginError(RequestForbiddenError):
    """A page of another web origin sent the request, or it names a host that is not this server."""


class TokenRequiredError(RequestForbiddenError):
    """The deployment demands a token, and none that is valid came along."""


def check_origin(scope: Scope, *, loopback: bool) -> None:
    """Refuse what a foreign web page makes a browser send.

    Args:
        scope: The request.
        loopback: Whether the server listens on loopback only. Then another host's name in the request means that
            somebody pointed that name here (DNS rebinding).

    Raises:
        ForeignOriginError: it comes from elsewhere.
    """
    host = header(scope, b"host") or ""
    if loopback and _hostname(host) not in _LOOPBACK:
        raise ForeignOriginError(
            f"The request is for the host {host!r}, but this server only answers on localhost. Open it there, or start "
            "it with --host."
        )
    origin = header(scope, b"origin")
    if origin is None or scope["method"] in _SAFE_METHODS:
        return
    if urlsplit(origin).netloc != host:
        raise ForeignOriginError(f"The request comes from the web origin {origin!r}, which is not this server's own.")


async def check_token(scope: Scope, deployment: Deployment) -> str | None:
    """Find the token of a request, where the deployment demands one.

    Returns:
        The token's name; None where tokens are not demanded and none came.

    Raises:
        TokenRequiredError: it is missing, wrong or revoked.
    """
    if not deployment.auth_required():
        return None
    secret = read_secret(scope)
    if secret is None:
        raise TokenRequiredError(
            f"The deployment {deployment.name!r} needs a token. Send it as 'Authorization: Bearer TOKEN', or in the "
            "header Dagster-Cloud-Api-Token; `headwater token create NAME` makes one."
        )
    token = await asyncio.to_thread(deployment.find_token, secret)
    if token is None:
        raise TokenRequiredError(f"The token is not one of the deployment {deployment.name!r}, or was revoked.")
    return token.name


def read_secret(scope: Scope) -> str | None:
    """The token that a request carries in one of the three places."""
    authorization = header(scope, b"authorization")
    if authorization is not None and authorization[:7].lower() == "bearer ":
        return authorization[7:].strip()
    if (token := header(scope, b"dagster-cloud-api-token")) is not None:
        return token.strip()
    cookies: SimpleCookie = SimpleCookie()
    try:
        cookies.load(header(scope, b"cookie") or "")
    except CookieError:
        return None
    return cookies[COOKIE].value if COOKIE in cookies else None


def _hostname(host: str) -> str:
    return urlsplit(f"//{host}").hostname or ""

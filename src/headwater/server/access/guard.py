"""Who may come in: the right host and origin, then a token or session that is good for what is asked."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie

import msgspec

from headwater.errors import NotAllowedError, RequestForbiddenError, TooManyRequestsError
from headwater.records.access.tokens import ALL_SCOPES, ANYONE, Principal
from headwater.server.access.hosts import Hosts
from headwater.server.access.permissions import Access, needed
from headwater.server.deployment import Deployment
from headwater.server.http import Scope, header, headers

COOKIE = "headwater_session"
PRINCIPAL = "headwater_principal"
"""Under this name a request's `state` holds whom it comes from."""
_TOKEN_HEADER = b"dagster-cloud-api-token"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_NAVIGATIONS = frozenset({"none", "same-origin"})


class ForeignOriginError(RequestForbiddenError):
    """A page of another web origin sent the request, or it names a host that is not this server."""


class TokenRequiredError(RequestForbiddenError):
    """The deployment demands a token, and none that is valid came along."""


def check_origin(scope: Scope, hosts: Hosts) -> None:
    """Refuse what a foreign web page makes a browser send.

    Args:
        scope: The request.
        hosts: The names of this server. Another one in the request means that somebody pointed it here (DNS rebinding).

    Raises:
        ForeignOriginError: it comes from elsewhere.
    """
    host = header(scope, b"host") or ""
    if not hosts.allows_header(host):
        raise ForeignOriginError(f"The request is for the host {host[:200]!r}, but {hosts.mend}")
    origin = header(scope, b"origin")
    if origin is None or scope["method"] in _SAFE_METHODS:
        return
    if origin.partition("://")[2] != host and not hosts.is_own_origin(origin):
        raise ForeignOriginError(
            f"The request comes from the web origin {origin[:200]!r}, which is not this server's own."
        )


async def authorize(scope: Scope, deployment: Deployment, path: str, *, exposed: bool) -> Principal:
    """Find out whom a request comes from, and whether that may do what it asks for.

    Args:
        scope: The request.
        deployment: That it is for.
        path: The path below the deployment.
        exposed: Whether others than this machine can reach the server, so that a token is demanded in any case.

    Raises:
        TokenRequiredError: a token is missing, wrong, expired or revoked.
        NotAllowedError: the token or person may not do that.
        ForeignOriginError: a browser sent its cookie without saying from which page.
        TooManyRequestsError: the token was used too often.
    """
    need = needed(scope["method"], path)
    if need is Access.OPEN:
        return ANYONE
    principal = await identify(scope, deployment, exposed=exposed)
    if principal is None:
        raise TokenRequiredError(await _explain(scope, deployment))
    if not isinstance(need, Access):
        principal.demand(need)
    return principal


async def identify(scope: Scope, deployment: Deployment, *, exposed: bool) -> Principal | None:
    """Whom a request comes from; None where its token or session is good for nothing, or there is none.

    Raises:
        ForeignOriginError: a browser sent its cookie without saying from which page.
        TooManyRequestsError: the token was used too often.
    """
    state = deployment.access.peek()
    if state is None:
        state = await deployment.access.state_async()
    secret = read_secret(scope)
    if not state.required and not exposed:
        # Open to this machine: a token changes only what the sender is called.
        found = None if secret is None else deployment.access.find(state, secret)
        return ANYONE if found is None else msgspec.structs.replace(found, scopes=ALL_SCOPES, selection=None)
    if secret is None:
        return None
    found = deployment.access.find(state, secret)
    if found is not None and found.session_id is not None:
        _check_page(scope)
    return found


def principal_of(scope: Scope) -> Principal:
    """Whom an authorized request comes from."""
    found: Principal = scope["state"][PRINCIPAL]
    return found


def read_secret(scope: Scope) -> str | None:
    """The token or session that a request carries in one of the three places."""
    sent = headers(scope)
    for name, value in scope["headers"] if b"authorization" in sent or _TOKEN_HEADER in sent else ():
        if name == b"authorization" and value[:7].lower() == b"bearer ":
            return str(value[7:].decode("latin-1").strip())
        if name == _TOKEN_HEADER:
            return str(value.decode("latin-1").strip())
    return read_cookie(scope, COOKIE)


def read_cookie(scope: Scope, name: str) -> str | None:
    """A cookie of a request."""
    sent = header(scope, b"cookie")
    if sent is None:
        return None
    cookies: SimpleCookie = SimpleCookie()
    try:
        cookies.load(sent)
    except CookieError:
        return None
    return cookies[name].value if name in cookies else None


def reason_of(error: RequestForbiddenError) -> str:
    """In a few words that are the same for all refusals of a sort, why one was refused."""
    if isinstance(error, TokenRequiredError):
        return "no valid token"
    if isinstance(error, TooManyRequestsError):
        return "too many requests"
    return "not allowed" if isinstance(error, NotAllowedError) else "foreign host or origin"


def _check_page(scope: Scope) -> None:
    """A browser sends its cookie for any page; for a change, it must say that it was one of ours."""
    if scope["method"] in _SAFE_METHODS:
        return
    site = header(scope, b"sec-fetch-site")
    if header(scope, b"origin") is None and (site is None or site not in _NAVIGATIONS):
        raise ForeignOriginError(
            "A change by a signed-in browser needs the header Origin, which every browser sends. A script sends a "
            "token in Authorization instead of a cookie."
        )


async def _explain(scope: Scope, deployment: Deployment) -> str:
    secret = read_secret(scope)
    if secret is None:
        return (
            f"The deployment {deployment.name!r} needs a token. Send it as 'Authorization: Bearer TOKEN', or in the "
            "header Dagster-Cloud-Api-Token; `headwater token create NAME` makes one."
        )
    state = await deployment.access.state_async()
    why = deployment.access.explain(state, secret)
    return (
        f"The token or session {why} in the deployment {deployment.name!r}. `headwater token create NAME` makes a new "
        "token; in the app, sign in again."
    )

"""Signing in by a provider: the browser goes there, and comes back with what proves who sent it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import quote

from litestar import Request, Response, get
from litestar.datastructures import Cookie, State
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect

from headwater.errors import NotAllowedError, SettingsError
from headwater.records.access.audit import Note
from headwater.records.access.tokens import Person, Principal, scopes_of_role
from headwater.server.access.guard import read_cookie
from headwater.server.access.hosts import Hosts
from headwater.server.deployment import Deployment
from headwater.server.refusals import ANY_PARAMETERS
from headwater.server.routes.session import base_path, open_session
from headwater.storage.access import people

if TYPE_CHECKING:
    from headwater.server.access.oidc import SignIn

_COOKIE = "headwater_sign_in"

_Request = Request[None, None, State]


@get("/session/start", summary="Begin to sign in by the provider")
async def start_sign_in(
    deployment: NamedDependency[Deployment],
    hosts: NamedDependency[Hosts],
    request: _Request,
    following: FromQuery[str] = "",
) -> Response[None]:
    """Sends the browser to the provider; `following` is the page of the app that it comes back to."""
    from headwater.server.access import oidc  # a driver that is not always installed

    sign_in = _provider_of(deployment)
    try:
        address, flow = await sign_in.begin(_callback(hosts, request), following[:500])
    except oidc.SignInFailedError as error:
        return _failed(deployment, request, str(error))
    key = await asyncio.to_thread(deployment.sign_in_key)
    cookie = Cookie(
        key=_COOKIE,
        value=oidc.seal(flow, key, deployment.clock.now()),
        path=_path(request),
        httponly=True,
        # It must come along when the provider sends the browser back.
        samesite="lax",
        secure=hosts.secure,
        max_age=oidc.FLOW_SECONDS,
    )
    return Redirect(address, status_code=302, cookies=[cookie])


# What comes is the provider's, which may add to what the standard names.
@get("/session/callback", summary="Come back from the provider", opt={ANY_PARAMETERS: True})
async def finish_sign_in(
    deployment: NamedDependency[Deployment], hosts: NamedDependency[Hosts], request: _Request
) -> Response[None]:
    """Opens a session for whom the provider names, if the rules give them a role."""
    from headwater.server.access import oidc  # a driver that is not always installed

    sign_in = _provider_of(deployment)
    settings = deployment.sign_in_settings
    assert settings is not None
    try:
        key = await asyncio.to_thread(deployment.sign_in_key)
        sealed = read_cookie(dict(request.scope), _COOKIE) or ""
        flow = oidc.unseal(sealed, key, deployment.clock.now())
        query = {name: value for name, value in request.query_params.multi_items() if isinstance(value, str)}
        claims = await sign_in.finish(_callback(hosts, request), flow, query)
    except oidc.SignInFailedError as error:
        return _failed(deployment, request, str(error))
    role = settings.role_of(claims)
    shown = str(claims.get("email") or claims["sub"])
    if role is None:
        return _failed(deployment, request, "no rule gives a role", actor=f"person:{shown}", code="refused")
    identity = people.Identity(
        issuer=settings.issuer,
        subject=str(claims["sub"]),
        email=_text(claims.get("email")),
        name=_text(claims.get("name")),
        role=role,
    )
    try:
        cookie = await asyncio.to_thread(_let_in, deployment, hosts, base_path(request), identity)
    except NotAllowedError:
        return _failed(deployment, request, "shut out", actor=f"person:{shown}", code="refused")
    gone = Cookie(key=_COOKIE, value="", path=_path(request), max_age=0, httponly=True, samesite="lax")
    page = quote(flow.next.lstrip("/\\"), safe="/?=&%:+,~#")
    base = base_path(request).rstrip("/")
    return Redirect(f"{base}/{page}", status_code=302, cookies=[cookie, gone])


def _let_in(deployment: Deployment, hosts: Hosts, path: str, identity: people.Identity) -> Cookie:
    now = deployment.clock.now()

    def note(person: Person) -> Note:
        return Note(actor=f"person:{person.shown_name}", action="identified", detail=f"role {person.effective_role}")

    person = deployment.access.change(lambda c: people.remember(c, identity, now), note)
    scopes = scopes_of_role(person.effective_role)
    principal = Principal(kind="person", name=person.shown_name, subject_id=person.person_id, scopes=scopes)
    return open_session(deployment, hosts, path, principal)


def _provider_of(deployment: Deployment) -> SignIn:
    found = deployment.sign_in()
    if found is None:
        raise SettingsError(
            f"People sign in to the deployment {deployment.name!r} by a token; it has no [oidc] in settings.toml."
        )
    return found


def _callback(hosts: Hosts, request: _Request) -> str:
    own = hosts.public_url or f"{request.scope['scheme']}://{request.headers['host']}"
    return own + _path(request) + "/callback"


def _path(request: _Request) -> str:
    return base_path(request).rstrip("/") + "/api/session"


def _failed(
    deployment: Deployment, request: _Request, reason: str, *, actor: str = "anyone", code: str = "failed"
) -> Response[None]:
    """Back to the app, which says that it did not work; why stands in the audit log."""
    deployment.audit.refuse(actor, "sign in", "", reason)
    return Redirect(f"{base_path(request).rstrip('/')}/?sign_in={code}", status_code=302)


def _text(value: object) -> str | None:
    return value[:200] if isinstance(value, str) else None

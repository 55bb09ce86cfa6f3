"""Signing in and out: a session in a cookie that scripts of the page can't read, by a token or a provider."""

from __future__ import annotations

import asyncio
import secrets

from litestar import Request, Response, delete, get, post
from litestar.datastructures import Cookie, State
from litestar.di import NamedDependency
from litestar.params import JSONBody

from headwater.clock import MICROSECONDS
from headwater.records.access.audit import Note
from headwater.records.access.tokens import Principal, Session
from headwater.server.access.guard import COOKIE, TokenRequiredError, identify
from headwater.server.access.hosts import Hosts
from headwater.server.deployment import Deployment
from headwater.server.shapes import access as shapes
from headwater.storage.access import people
from headwater.storage.access import tokens as access

_SESSION_SECONDS = 12 * 3_600

_Request = Request[None, None, State]


@get("/session", sync_to_thread=False, summary="How people sign in")
def get_sign_in_ways(deployment: NamedDependency[Deployment]) -> shapes.SignInWays:
    """By a token in any case, and by the provider that is named, if any."""
    settings = deployment.sign_in_settings
    return shapes.SignInWays(
        provider=None if settings is None else settings.name, path=None if settings is None else "api/session/start"
    )


@post("/session", status_code=204, summary="Sign in by a token")
async def sign_in(
    deployment: NamedDependency[Deployment],
    hosts: NamedDependency[Hosts],
    request: _Request,
    data: JSONBody[shapes.SignInBody],
) -> Response[None]:
    """The session ends after twelve hours, as the token is revoked or expires, or at signing out."""
    state = await deployment.access.state_async()
    principal = deployment.access.find(state, data.token.strip())
    if principal is None or principal.session_id is not None:
        raise TokenRequiredError(
            "The token is not known here, has expired or was revoked. `headwater token create NAME` makes one."
        )
    cookie = await asyncio.to_thread(open_session, deployment, hosts, base_path(request), principal)
    return Response(None, cookies=[cookie])


@delete("/session", status_code=204, summary="Sign out")
async def sign_out(
    deployment: NamedDependency[Deployment], hosts: NamedDependency[Hosts], request: _Request
) -> Response[None]:
    """The session lets nobody in any more, wherever its cookie may be kept."""
    principal = await identify(dict(request.scope), deployment, exposed=hosts.exposed)
    if principal is not None and (session_id := principal.session_id) is not None:
        actor = principal.actor
        await asyncio.to_thread(
            deployment.access.change,
            lambda c: people.end_sessions(c, session_id=session_id),
            lambda _count: Note(actor=actor, action="signed out", target=session_id),
        )
    gone = Cookie(
        key=COOKIE, value="", path=base_path(request), max_age=0, httponly=True, samesite="strict", secure=hosts.secure
    )
    return Response(None, cookies=[gone])


def open_session(deployment: Deployment, hosts: Hosts, path: str, principal: Principal) -> Cookie:
    """A new session of a token or person, as the cookie that carries its secret."""
    secret, now = "hs_" + secrets.token_urlsafe(32), deployment.clock.now()
    person_id = principal.subject_id if principal.kind == "person" else None
    token_id = principal.subject_id if principal.kind == "token" else None

    def note(session: Session) -> Note:
        return Note(actor=principal.actor, action="signed in", target=session.session_id)

    deployment.access.change(
        lambda c: people.open_session(
            c,
            access.hash_secret(secret),
            now,
            now + _SESSION_SECONDS * MICROSECONDS,
            person_id=person_id,
            token_id=token_id,
        ),
        note,
    )
    return Cookie(
        key=COOKIE,
        value=secret,
        path=path,
        httponly=True,
        samesite="strict",
        secure=hosts.secure,
        max_age=_SESSION_SECONDS,
    )


def base_path(request: _Request) -> str:
    """Where the deployment begins, which is as far as its cookies go."""
    return request.scope.get("root_path") or "/"

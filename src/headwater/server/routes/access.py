"""Tokens, people and the audit log: for admins, but for `/api/me`."""

from __future__ import annotations

from typing import Annotated

from litestar import delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from headwater.clock import MICROSECONDS
from headwater.errors import InvalidCursorError
from headwater.records.access.audit import Head, Note, parse_anchor
from headwater.records.access.tokens import Principal
from headwater.server.deployment import Deployment
from headwater.server.resources import access as views
from headwater.server.shapes import access as shapes
from headwater.storage.access import people
from headwater.storage.access import tokens as access

_DAY = 86_400 * MICROSECONDS
_LAST_MOMENT = 253_402_300_799 * MICROSECONDS


@get("/me", sync_to_thread=False, summary="Who you are")
def get_me(principal: NamedDependency[Principal]) -> shapes.MeView:
    """Whom the request comes from, and what that may do."""
    return views.me_view(principal)


@get("/tokens", sync_to_thread=True, summary="Every token")
def list_tokens(deployment: NamedDependency[Deployment]) -> shapes.TokenList:
    """Without secrets, which are not kept."""
    now = deployment.clock.now()
    tokens = deployment.store.read(access.list_tokens)
    return shapes.TokenList(items=[views.token_view(deployment.access, token, now) for token in tokens])


@post("/tokens", sync_to_thread=True, summary="Make a token")
def create_token(
    deployment: NamedDependency[Deployment],
    principal: NamedDependency[Principal],
    data: JSONBody[shapes.TokenBody],
) -> shapes.NewTokenView:
    """The secret is in this answer and nowhere else. From the first token on, the deployment demands one."""
    now = deployment.clock.now()
    days = data.expires_in_days
    new = access.NewToken(
        name=data.name,
        scopes=data.scopes,
        selection=data.selection,
        expires_at=None if days is None else int(min(max(now + days * _DAY, 0), _LAST_MOMENT)),
        rate_limit=data.rate_limit,
    )
    token, secret = deployment.access.change(
        lambda c: access.create_token(c, new, now, principal.actor),
        lambda made: Note(
            actor=principal.actor,
            action="token created",
            target=f"{made[0].name} ({made[0].token_id})",
            detail=f"{' '.join(made[0].scopes)}; {made[0].selection or 'all assets'}",
        ),
    )
    return shapes.NewTokenView(secret=secret, token=views.token_view(deployment.access, token, now))


@delete("/tokens/{token_id:str}", status_code=200, sync_to_thread=True, summary="Revoke a token")
def revoke_token(
    deployment: NamedDependency[Deployment], principal: NamedDependency[Principal], token_id: FromPath[str]
) -> shapes.TokenView:
    """It lets nobody in from now on, nor do the sessions that it opened."""
    now = deployment.clock.now()
    revoked = deployment.access.change(
        lambda c: access.revoke_token(c, token_id, now),
        lambda done: Note(actor=principal.actor, action="token revoked", target=f"{done.name} ({done.token_id})"),
    )
    return views.token_view(deployment.access, revoked, now)


@get("/people", sync_to_thread=True, summary="Everybody who has signed in")
def list_people(deployment: NamedDependency[Deployment]) -> shapes.PersonList:
    """With the role of each."""
    now = deployment.clock.now()
    return shapes.PersonList(items=deployment.store.read(lambda c: views.person_views(c, now)))


@patch("/people/{person_id:str}", sync_to_thread=True, summary="Give somebody a role, or shut them out")
def change_person(
    deployment: NamedDependency[Deployment],
    principal: NamedDependency[Principal],
    person_id: FromPath[str],
    data: JSONBody[shapes.PersonBody],
) -> shapes.PersonView:
    """It counts at once; whoever is shut out is signed out everywhere."""
    now = deployment.clock.now()
    changed = deployment.access.change(
        lambda c: people.change_person(c, person_id, now, given_role=data.given_role, disabled=data.disabled),
        lambda person: Note(
            actor=principal.actor,
            action="person changed",
            target=person.shown_name,
            detail="shut out" if data.disabled else f"role {person.effective_role}",
        ),
    )
    shown = deployment.store.read(lambda c: views.person_views(c, now))
    return next(person for person in shown if person.person_id == changed.person_id)


@delete("/people/{person_id:str}/sessions", status_code=204, sync_to_thread=True, summary="Sign somebody out")
def end_sessions(
    deployment: NamedDependency[Deployment], principal: NamedDependency[Principal], person_id: FromPath[str]
) -> None:
    """In every browser; they may sign in again."""
    deployment.access.change(
        lambda c: people.end_sessions(c, person_id=person_id),
        lambda count: Note(
            actor=principal.actor, action="sessions ended", target=person_id, detail=f"{count} sessions"
        ),
    )


@get("/audit", sync_to_thread=True, summary="The audit log")
def list_audit(
    deployment: NamedDependency[Deployment],
    cursor: FromQuery[str | None] = None,
    actor: FromQuery[str | None] = None,
    outcome: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=1_000)] = 100,
) -> shapes.AuditPage:
    """Every change and refusal, the newest first."""
    return deployment.store.read(
        lambda c: views.audit_page(c, cursor=cursor, limit=limit, actor=actor, outcome=outcome)
    )


@get("/audit/verdict", sync_to_thread=True, summary="Whether the audit log is whole")
def verify_audit(deployment: NamedDependency[Deployment], anchor: FromQuery[str | None] = None) -> shapes.AuditVerdict:
    """Reads all of it and compares each entry's hash; `anchor` is an earlier `head`, which must still be in it."""
    noted = None if anchor is None else _anchor(anchor)
    return deployment.store.read(lambda c: views.audit_verdict(c, noted))


def _anchor(text: str) -> Head:
    try:
        return parse_anchor(text)
    except ValueError as error:
        raise InvalidCursorError(f"{text!r} is no anchor; write the `head` of an earlier verdict, SEQ:HASH.") from error

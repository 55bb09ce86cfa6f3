"""Tokens, people and the audit log as the API shows them."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from headwater.clock import to_seconds
from headwater.digits import whole_number
from headwater.errors import InvalidCursorError
from headwater.records.access.audit import AuditEntry, Head
from headwater.records.access.tokens import Person, Principal, Token
from headwater.server.access.book import AccessBook
from headwater.server.shapes import access as shapes
from headwater.storage.access import audit
from headwater.storage.access.people import list_people, read_sessions


def token_view(book: AccessBook, token: Token, now: int) -> shapes.TokenView:
    """A token as it is shown."""
    return shapes.TokenView(
        token_id=token.token_id,
        name=token.name,
        scopes=list(token.scopes),
        selection=token.selection,
        state=token.state(now),
        created_at=to_seconds(token.created_at),
        created_by=token.created_by,
        expires_at=_seconds(token.expires_at),
        last_used_at=_seconds(book.last_used_at(token)),
        revoked_at=_seconds(token.revoked_at),
        rate_limit=token.rate_limit,
    )


def person_views(connection: Connection, now: int) -> list[shapes.PersonView]:
    """Everybody, and how many browsers each is signed in with."""
    live = [session.person_id for session in read_sessions(connection).values() if session.expires_at > now]
    return [person_view(person, live.count(person.person_id)) for person in list_people(connection)]


def person_view(person: Person, sessions: int) -> shapes.PersonView:
    """A person as shown."""
    return shapes.PersonView(
        person_id=person.person_id,
        name=person.shown_name,
        email=person.email,
        issuer=person.issuer,
        role=person.effective_role,
        given_role=person.given_role,
        disabled=person.disabled_at is not None,
        created_at=to_seconds(person.created_at),
        seen_at=to_seconds(person.seen_at),
        sessions=sessions,
    )


def me_view(principal: Principal) -> shapes.MeView:
    """Whom a request comes from."""
    return shapes.MeView(
        kind=principal.kind,
        name=principal.name,
        scopes=sorted(principal.scopes),
        selection=principal.selection,
        can_sign_out=principal.session_id is not None,
    )


def audit_page(
    connection: Connection, *, cursor: str | None, limit: int, actor: str | None, outcome: str | None
) -> shapes.AuditPage:
    """A page of the audit log.

    Raises:
        InvalidCursorError: the cursor is not one of ours.
    """
    before = None if cursor is None else whole_number(cursor)
    if cursor is not None and before is None:
        raise InvalidCursorError(f"{cursor!r} is no cursor of this listing; begin without one.")
    entries = audit.read_newest(connection, before=before, limit=limit + 1, actor=actor, outcome=outcome)
    shown = entries[:limit]
    return shapes.AuditPage(
        items=[_entry_view(entry) for entry in shown],
        cursor=str(shown[-1].seq) if len(entries) > limit else None,
    )


def audit_verdict(connection: Connection, anchor: Head | None) -> shapes.AuditVerdict:
    """Whether the audit log is whole."""
    problems = audit.verify(connection, anchor)
    head = audit.read_head(connection)
    return shapes.AuditVerdict(whole=not problems, problems=problems, entries=head.seq, head=f"{head.seq}:{head.hash}")


def _entry_view(entry: AuditEntry) -> shapes.AuditEntryView:
    return shapes.AuditEntryView(
        seq=entry.seq,
        at=to_seconds(entry.at),
        actor=entry.actor,
        action=entry.action,
        target=entry.target,
        outcome=entry.outcome,
        detail=entry.detail,
        hash=entry.hash,
    )


def _seconds(moment: int | None) -> float | None:
    return None if moment is None else to_seconds(moment)

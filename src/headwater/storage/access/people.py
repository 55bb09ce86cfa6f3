"""People who have signed in, and the sessions of their browsers."""

from __future__ import annotations

import secrets

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.errors import NotAllowedError, UnknownPrincipalError
from headwater.records.access.tokens import Person, Role, Session
from headwater.storage import settings
from headwater.storage.log.transaction import lock_log
from headwater.storage.schema import people, sessions

_KEY = "sign_in_key"


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a provider says that somebody is, and the role that the rules give them."""

    issuer: str
    subject: str
    email: str | None
    name: str | None
    role: Role


def remember(connection: Connection, identity: Identity, now: int) -> Person:
    """The person of an identity, new or known.

    Raises:
        NotAllowedError: an admin has shut them out.
    """
    query = sa.select(people).where(people.c.issuer == identity.issuer, people.c.subject == identity.subject)
    row = connection.execute(query).first()
    if row is None:
        fields = msgspec.structs.asdict(identity)
        person = Person(
            person_id=secrets.token_hex(6), given_role=None, created_at=now, seen_at=now, disabled_at=None, **fields
        )
        connection.execute(sa.insert(people).values(msgspec.structs.asdict(person)))
        return person
    known = _person(row)
    if known.disabled_at is not None:
        raise NotAllowedError(f"{known.shown_name} was shut out of this deployment. Ask an admin to let them in again.")
    person = msgspec.structs.replace(known, email=identity.email, name=identity.name, role=identity.role, seen_at=now)
    _save(connection, person)
    return person


def list_people(connection: Connection) -> list[Person]:
    """Everybody who has ever signed in, the first one first."""
    return [_person(row) for row in connection.execute(sa.select(people).order_by(people.c.created_at))]


def change_person(
    connection: Connection, person_id: str, now: int, *, given_role: Role | None, disabled: bool
) -> Person:
    """Give somebody a role whatever the rules say (None: as the rules say), or shut them out.

    Raises:
        UnknownPrincipalError: there is no such person.
    """
    row = connection.execute(sa.select(people).where(people.c.person_id == person_id)).first()
    if row is None:
        raise UnknownPrincipalError(f"There is no person {person_id!r}. `headwater people list` shows all.")
    known = _person(row)
    disabled_at = (known.disabled_at or now) if disabled else None
    person = msgspec.structs.replace(known, given_role=given_role, disabled_at=disabled_at)
    _save(connection, person)
    if disabled:
        end_sessions(connection, person_id=person_id)
    return person


def open_session(
    connection: Connection, hashed: str, now: int, expires_at: int, *, person_id: str | None, token_id: str | None
) -> Session:
    """A session of a person or of a token; only the hash of its secret is kept."""
    connection.execute(sa.delete(sessions).where(sessions.c.expires_at <= now))
    session = Session(
        session_id=secrets.token_hex(6),
        person_id=person_id,
        token_id=token_id,
        created_at=now,
        expires_at=expires_at,
    )
    connection.execute(sa.insert(sessions).values({**msgspec.structs.asdict(session), "hash": hashed}))
    return session


def read_sessions(connection: Connection) -> dict[str, Session]:
    """Every session by the hash of its secret."""
    found = {}
    for row in connection.execute(sa.select(sessions)):
        fields = dict(row._mapping)
        hashed = fields.pop("hash")
        found[hashed] = Session(**fields)
    return found


def end_sessions(
    connection: Connection,
    *,
    session_id: str | None = None,
    person_id: str | None = None,
    token_id: str | None = None,
) -> int:
    """End one session, or all of a person or token; returns how many."""
    given = {"session_id": session_id, "person_id": person_id, "token_id": token_id}
    conditions = [sessions.c[name] == value for name, value in given.items() if value is not None]
    if not conditions:
        return 0
    return connection.execute(sa.delete(sessions).where(*conditions)).rowcount


def sign_in_key(connection: Connection) -> str:
    """A random key of this deployment, made when it is first asked for; the caller's transaction writes."""
    lock_log(connection)
    key = settings.read(connection, _KEY)
    if key is None:
        key = secrets.token_urlsafe(32)
        settings.save(connection, _KEY, key)
    return key


def _save(connection: Connection, person: Person) -> None:
    values = msgspec.structs.asdict(person)
    connection.execute(sa.update(people).where(people.c.person_id == person.person_id).values(values))


def _person(row: sa.Row[tuple[object, ...]]) -> Person:
    fields = dict(row._mapping)
    fields["role"] = Role(row.role)
    fields["given_role"] = None if row.given_role is None else Role(row.given_role)
    return Person(**fields)

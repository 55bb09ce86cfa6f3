"""Tokens, hashed at rest, and the switch that demands them; every change tells the other processes."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.errors import SettingsError, UnknownPrincipalError
from headwater.records.access.tokens import USUAL_SCOPES, Person, Scope, Session, Token, check_selection
from headwater.storage import settings
from headwater.storage.access import people
from headwater.storage.log.notifications import ACCESS_CHANNEL
from headwater.storage.schema import tokens

_REQUIRED = "auth_required"


class NewToken(msgspec.Struct, frozen=True, kw_only=True):
    """What a token is to be; see `headwater.records.access.tokens.Token`."""

    name: str
    scopes: Sequence[Scope] = USUAL_SCOPES
    selection: str | None = None
    expires_at: int | None = None
    rate_limit: int | None = None


class AccessState(msgspec.Struct, frozen=True, kw_only=True):
    """All that decides whether somebody may come in: tokens and sessions by the hash of their secret."""

    required: bool
    tokens: Mapping[str, Token]
    sessions: Mapping[str, Session]
    people: Mapping[str, Person]

    def token(self, token_id: str) -> Token | None:
        """A token by its id."""
        return next((token for token in self.tokens.values() if token.token_id == token_id), None)


def read_state(connection: Connection) -> AccessState:
    """Everything that may let somebody in now."""
    valid = sa.select(tokens).where(tokens.c.revoked_at.is_(None))
    return AccessState(
        required=is_required(connection),
        tokens={row.hash: _from_row(row) for row in connection.execute(valid)},
        sessions=people.read_sessions(connection),
        people={person.person_id: person for person in people.list_people(connection)},
    )


def create_token(connection: Connection, new: NewToken, now: int, created_by: str | None = None) -> tuple[Token, str]:
    """A new token and its secret, which is shown this once and not kept.

    Raises:
        SettingsError: the name is taken or empty, there is no scope, or it would have expired already.
        SelectionError: the selection can't be used.
    """
    _check(connection, new, now)
    secret = "hw_" + secrets.token_urlsafe(32)
    token = Token(
        token_id=secrets.token_hex(6),
        name=new.name,
        scopes=tuple(sorted(set(new.scopes))),
        selection=new.selection,
        created_at=now,
        created_by=created_by,
        expires_at=new.expires_at,
        rate_limit=new.rate_limit,
        last_used_at=None,
        revoked_at=None,
    )
    row = {**msgspec.structs.asdict(token), "scopes": " ".join(token.scopes), "hash": hash_secret(secret)}
    connection.execute(sa.insert(tokens).values(row))
    # Whoever makes a first token wants it to be needed.
    set_required(connection, True)
    return token, secret


def list_tokens(connection: Connection) -> list[Token]:
    """Every token, the oldest first."""
    return [_from_row(row) for row in connection.execute(sa.select(tokens).order_by(tokens.c.created_at))]


def revoke_token(connection: Connection, token_id: str, now: int) -> Token:
    """Make a token useless from now on, and with it the sessions that it opened.

    Raises:
        UnknownPrincipalError: there is no such token.
    """
    statement = sa.update(tokens).where(tokens.c.token_id == token_id)
    statement = statement.values(revoked_at=sa.func.coalesce(tokens.c.revoked_at, now))
    row = connection.execute(statement.returning(tokens)).first()
    if row is None:
        raise UnknownPrincipalError(f"There is no token {token_id!r}. `headwater token list` shows all.")
    people.end_sessions(connection, token_id=token_id)
    announce(connection)
    return _from_row(row)


def keep_uses(connection: Connection, uses: Mapping[str, int]) -> None:
    """Remember when some tokens were last used."""
    for token_id, used_at in uses.items():
        newer = sa.or_(tokens.c.last_used_at.is_(None), tokens.c.last_used_at < used_at)
        statement = sa.update(tokens).where(tokens.c.token_id == token_id, newer)
        connection.execute(statement.values(last_used_at=used_at))


def is_required(connection: Connection) -> bool:
    """Whether requests need a token."""
    return settings.read(connection, _REQUIRED) == "true"


def set_required(connection: Connection, required: bool) -> None:
    """Demand tokens from now on, or no more."""
    settings.save(connection, _REQUIRED, "true" if required else "false")
    announce(connection)


def announce(connection: Connection) -> None:
    """Tell the other processes, as the transaction commits, that who may come in has changed.

    SQLite has no way to tell; there the caller touches a file.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_notify(ACCESS_CHANNEL, "")))


def hash_secret(secret: str) -> str:
    """What is kept of a secret. Secrets are random and long, so a plain hash can't be guessed backwards."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _check(connection: Connection, new: NewToken, now: int) -> None:
    if not new.name.strip() or not new.name.isprintable() or len(new.name) > 200:
        raise SettingsError("A token's name has 1 to 200 printable characters; it says who uses the token.")
    if not new.scopes:
        raise SettingsError(f"A token needs a scope: {', '.join(Scope)}.")
    if new.selection is not None:
        check_selection(new.selection)
        if Scope.ADMIN in new.scopes:
            raise SettingsError("A token with the scope admin may do everything, so it takes no selection.")
    if new.expires_at is not None and new.expires_at <= now:
        raise SettingsError("The token would have expired already; name a later moment.")
    if new.rate_limit is not None and new.rate_limit < 1:
        raise SettingsError("A rate limit is at least one request a minute; leave it out for none.")
    taken = sa.select(tokens.c.token_id).where(tokens.c.name == new.name, tokens.c.revoked_at.is_(None))
    if (other := connection.execute(taken).scalar()) is not None:
        raise SettingsError(
            f"There is a token named {new.name!r} already ({other}). Choose another name, or revoke that one first."
        )


def _from_row(row: sa.Row[tuple[object, ...]]) -> Token:
    fields = dict(row._mapping)
    del fields["hash"]
    fields["scopes"] = tuple(Scope(scope) for scope in row.scopes.split())
    return Token(**fields)

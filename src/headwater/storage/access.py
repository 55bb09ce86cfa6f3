"""Tokens, hashed at rest, and the switch that demands them."""

from __future__ import annotations

import hashlib
import secrets

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.errors import SettingsError
from headwater.storage import settings
from headwater.storage.schema import tokens

_REQUIRED = "auth_required"


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """A token as kept: never its secret. Times are microseconds since the epoch."""

    token_id: str
    name: str
    created_at: int
    revoked_at: int | None


def create_token(connection: Connection, name: str, now: int) -> tuple[Token, str]:
    """A new token and its secret, which is shown this once and not kept."""
    secret = "hw_" + secrets.token_urlsafe(32)
    token = Token(token_id=secrets.token_hex(6), name=name, created_at=now, revoked_at=None)
    connection.execute(sa.insert(tokens).values(**msgspec.structs.asdict(token), hash=_hash(secret)))
    return token, secret


def find_token(connection: Connection, secret: str) -> Token | None:
    """The token that a secret belongs to, unless it was revoked."""
    query = sa.select(tokens).where(tokens.c.hash == _hash(secret), tokens.c.revoked_at.is_(None))
    row = connection.execute(query).first()
    return None if row is None else _from_row(row)


def list_tokens(connection: Connection) -> list[Token]:
    """Every token, the oldest first."""
    return [_from_row(row) for row in connection.execute(sa.select(tokens).order_by(tokens.c.created_at))]


def revoke_token(connection: Connection, token_id: str, now: int) -> None:
    """Make a token useless from now on.

    Raises:
        SettingsError: there is no such token.
    """
    statement = sa.update(tokens).where(tokens.c.token_id == token_id).values(revoked_at=now)
    if connection.execute(statement).rowcount == 0:
        raise SettingsError(f"There is no token {token_id!r}. `headwater token list` shows all.")


def is_required(connection: Connection) -> bool:
    """Whether requests need a token."""
    return settings.read(connection, _REQUIRED) == "true"


def set_required(connection: Connection, required: bool) -> None:
    """Demand tokens from now on, or no more."""
    settings.save(connection, _REQUIRED, "true" if required else "false")


def _hash(secret: str) -> str:
    # Secrets are random and long, so a plain hash can't be guessed backwards.
    return hashlib.sha256(secret.encode()).hexdigest()


def _from_row(row: sa.Row[tuple[object, ...]]) -> Token:
    fields = dict(row._mapping)
    del fields["hash"]
    return Token(**fields)

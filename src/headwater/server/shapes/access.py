"""The wire shapes of tokens, people, sessions and the audit log. Times are seconds since the epoch, UTC."""

from __future__ import annotations

from typing import Literal

import msgspec

from headwater.records.access.tokens import USUAL_SCOPES, Role, Scope, TokenState


class TokenBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A token to make. `selection` says which assets it may report; `expires_in_days` counts from now."""

    name: str
    scopes: tuple[Scope, ...] = USUAL_SCOPES
    selection: str | None = None
    expires_in_days: float | None = None
    rate_limit: int | None = None
    """Requests a minute."""


class TokenView(msgspec.Struct, kw_only=True):
    """A token without its secret. `selection` is None where it may report every asset."""

    token_id: str
    name: str
    scopes: list[Scope]
    selection: str | None
    state: TokenState
    created_at: float
    created_by: str | None
    expires_at: float | None
    last_used_at: float | None
    revoked_at: float | None
    rate_limit: int | None


class NewTokenView(msgspec.Struct, kw_only=True):
    """A token and its secret, which is shown this once."""

    secret: str
    token: TokenView


class TokenList(msgspec.Struct, kw_only=True):
    """Every token, the oldest first."""

    items: list[TokenView]


class PersonView(msgspec.Struct, kw_only=True):
    """Somebody who has signed in. `given_role` is an admin's decision, which goes before what the rules say."""

    person_id: str
    name: str
    email: str | None
    issuer: str
    role: Role
    given_role: Role | None
    disabled: bool
    created_at: float
    seen_at: float
    sessions: int


class PersonList(msgspec.Struct, kw_only=True):
    """Everybody who has signed in, the first one first."""

    items: list[PersonView]


class PersonBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to decide of a person: a role whatever the rules say (null: as they say), and whether to shut them out."""

    given_role: Role | None = None
    disabled: bool = False


class MeView(msgspec.Struct, kw_only=True):
    """Whom the request comes from, and what that may do."""

    kind: Literal["anyone", "token", "person"]
    name: str | None
    scopes: list[Scope]
    selection: str | None
    can_sign_out: bool


class SignInBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A token to sign in with."""

    token: str


class SignInWays(msgspec.Struct, kw_only=True):
    """How people sign in: by a token in any case, and by a provider where there is one; `path` begins there."""

    provider: str | None
    path: str | None


class AuditEntryView(msgspec.Struct, kw_only=True):
    """Who did, or was refused, what."""

    seq: int
    at: float
    actor: str
    action: str
    target: str
    outcome: str
    detail: str
    hash: str


class AuditPage(msgspec.Struct, kw_only=True):
    """Entries, the newest first; `cursor` leads to older ones."""

    items: list[AuditEntryView]
    cursor: str | None


class AuditVerdict(msgspec.Struct, kw_only=True):
    """Whether the log is whole; `head` is what to note elsewhere, as SEQ:HASH, to compare with later."""

    whole: bool
    problems: list[str]
    entries: int
    head: str

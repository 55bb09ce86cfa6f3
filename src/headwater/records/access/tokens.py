"""Who may do what: scopes, roles, and whom a request turned out to come from; pure.

Times are microseconds since the epoch. No secret is ever part of these values.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Literal

import msgspec

from headwater.errors import NotAllowedError, SettingsError
from headwater.graph.asset_graph import AssetGraph


class Scope(StrEnum):
    """What a token may be for."""

    REPORT = "report"
    READ = "read"
    OPERATE = "operate"
    ADMIN = "admin"


class Role(StrEnum):
    """What a person is."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"


TokenState = Literal["valid", "expired", "revoked"]

ALL_SCOPES = frozenset(Scope)
USUAL_SCOPES = (Scope.REPORT, Scope.READ)
"""What a token may do if nobody says otherwise."""
_WIDER: dict[Scope, frozenset[Scope]] = {
    Scope.REPORT: frozenset({Scope.REPORT}),
    Scope.READ: frozenset({Scope.READ}),
    Scope.OPERATE: frozenset({Scope.OPERATE, Scope.READ}),
    Scope.ADMIN: ALL_SCOPES,
}
_OF_ROLE: dict[Role, frozenset[Scope]] = {
    Role.VIEWER: frozenset({Scope.READ}),
    Role.OPERATOR: frozenset({Scope.READ, Scope.OPERATE, Scope.REPORT}),
    Role.ADMIN: ALL_SCOPES,
}


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """A token as kept.

    `selection` says in the selection language which assets it may report, None for all. `rate_limit` is in requests a
    minute.
    """

    token_id: str
    name: str
    scopes: tuple[Scope, ...]
    selection: str | None
    created_at: int
    created_by: str | None
    expires_at: int | None
    rate_limit: int | None
    last_used_at: int | None
    revoked_at: int | None

    def state(self, now: int) -> TokenState:
        """Whether it lets anybody in."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "valid"


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who has signed in: known to `issuer` as `subject`.

    `role` is what the rules gave at the last sign-in; `given_role` is what an admin decided, which goes before it.
    """

    person_id: str
    issuer: str
    subject: str
    email: str | None
    name: str | None
    role: Role
    given_role: Role | None
    created_at: int
    seen_at: int
    disabled_at: int | None

    @property
    def effective_role(self) -> Role:
        """What counts."""
        return self.given_role or self.role

    @property
    def shown_name(self) -> str:
        """What they are called in the log."""
        return self.email or self.name or self.subject


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A browser that is signed in, for a person or by a token."""

    session_id: str
    person_id: str | None
    token_id: str | None
    created_at: int
    expires_at: int


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a request comes from, and what that may do. `anyone` is whoever reaches an open server on loopback."""

    kind: Literal["anyone", "token", "person"]
    name: str | None = None
    subject_id: str | None = None
    scopes: frozenset[Scope] = ALL_SCOPES
    selection: str | None = None
    session_id: str | None = None

    @property
    def actor(self) -> str:
        """How the audit log calls it."""
        return self.kind if self.name is None else f"{self.kind}:{self.name}"

    def may(self, scope: Scope) -> bool:
        """Whether something of that scope is allowed."""
        return scope in self.scopes

    def demand(self, scope: Scope) -> None:
        """Go on only where something of that scope is allowed.

        Raises:
            NotAllowedError: it is not.
        """
        if scope not in self.scopes:
            has = ", ".join(sorted(self.scopes)) or "nothing"
            raise NotAllowedError(
                f"{self.actor} may {has}; this needs the scope {scope.value!r}. Ask an admin for a token or role that "
                "has it."
            )

    def demand_report(self, keys: Iterable[str | None], graph: AssetGraph) -> None:
        """Go on only where one of the names of an asset is in the selection that this may report.

        Args:
            keys: The asset's names, in the escaped text form.
            graph: All assets that are known.

        Raises:
            NotAllowedError: none is.
        """
        self.demand(Scope.REPORT)
        if self.selection is None:
            return
        named = list(dict.fromkeys(key for key in keys if key is not None))
        if not any(graph.is_selected(self.selection, key) for key in named):
            raise NotAllowedError(
                f"{self.actor} may report the assets of the selection {self.selection!r}, and {', '.join(named)!r} is "
                "not one of them. Report another asset, or ask an admin for a token whose selection has it."
            )


ANYONE = Principal(kind="anyone")


def scopes_of(scopes: Iterable[Scope]) -> frozenset[Scope]:
    """Everything that some scopes allow."""
    return frozenset(each for scope in scopes for each in _WIDER[scope])


def scopes_of_role(role: Role) -> frozenset[Scope]:
    """Everything that a role allows."""
    return _OF_ROLE[role]


def check_selection(selection: str) -> None:
    """Refuse what can't say which assets a token may report.

    Raises:
        SelectionError: it can't be read, or asks for what changes from one moment to the next.
        SettingsError: it is empty.
    """
    if not selection.strip():
        raise SettingsError("The selection is empty; leave it out to allow all assets.")
    AssetGraph((), ()).is_selected(selection, "any")

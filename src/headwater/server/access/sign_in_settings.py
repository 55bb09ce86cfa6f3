"""How people sign in to a deployment: the table `[oidc]` of its `settings.toml`, and the role that its rules give."""

from __future__ import annotations

import ipaddress
import tomllib
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from headwater.errors import SettingsError
from headwater.records.access.tokens import Role
from headwater.server.store_settings import FILE

_RANK = (Role.ADMIN, Role.OPERATOR, Role.VIEWER)


class RoleRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who gets a role: whoever has one of the `values` in a `claim`, or an e-mail address like one of these (`*`)."""

    role: Role
    claim: str | None = None
    values: tuple[str, ...] = ()
    email: tuple[str, ...] = ()


class SignInSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The provider by which people sign in.

    The secret stands in the environment variable `client_secret_env`. Whoever no rule fits gets the `default_role`, or
    is not let in where there is none. An e-mail address counts only if the provider has verified it, unless
    `trust_email` says that it always has.
    """

    issuer: str
    client_id: str
    client_secret_env: str | None = None
    name: str = "single sign-on"
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    roles: tuple[RoleRule, ...] = ()
    default_role: Role | None = None
    trust_email: bool = False

    def role_of(self, claims: Mapping[str, object]) -> Role | None:
        """The widest role that the rules give to somebody, by what the provider says of them."""
        fitting = {rule.role for rule in self.roles if self._fits(rule, claims)}
        return next((role for role in _RANK if role in fitting), self.default_role)

    def _fits(self, rule: RoleRule, claims: Mapping[str, object]) -> bool:
        if rule.claim is not None:
            held = claims.get(rule.claim)
            given = {str(each) for each in held} if isinstance(held, (list, tuple)) else {str(held)}
            if held is not None and given & set(rule.values):
                return True
        email = claims.get("email")
        if not isinstance(email, str) or not (self.trust_email or claims.get("email_verified") is True):
            return False
        return any(fnmatchcase(email.lower(), pattern.lower()) for pattern in rule.email)


def read_sign_in_settings(folder: Path) -> SignInSettings | None:
    """The provider of the deployment in a folder, None where it has none.

    Raises:
        SettingsError: the table has what it may not, or the provider is asked without TLS.
    """
    try:
        table = tomllib.loads((folder / FILE).read_text()).get("oidc")
    except FileNotFoundError:
        return None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{folder / FILE} is not TOML: {error}.") from error
    if table is None:
        return None
    try:
        settings = msgspec.convert(table, SignInSettings)
    except msgspec.ValidationError as error:
        raise SettingsError(f"The table [oidc] of {folder / FILE} can't be used: {error}.") from error
    address = urlsplit(settings.issuer)
    if address.scheme != "https" and not _is_loopback(address.hostname or ""):
        raise SettingsError(f"The issuer {settings.issuer!r} of {folder / FILE} must begin with https://.")
    return settings


def _is_loopback(name: str) -> bool:
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False

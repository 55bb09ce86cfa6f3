"""Sign in by OpenID Connect: the authorization code flow with PKCE, state and nonce.

What must be remembered between the two requests is in a signed cookie, so that whoever only begins to sign in writes
nothing anywhere, and any server process can go on.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from typing import Any

import httpx2
import msgspec
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet, OctKey
from joserfc.jws import JWSRegistry

from headwater.clock import MICROSECONDS, Clock
from headwater.environment import read_secret
from headwater.errors import HeadwaterError, SettingsError
from headwater.server.access.sign_in_settings import SignInSettings

FLOW_SECONDS = 600
_TIMEOUT_SECONDS = 10.0
_KEPT_SECONDS = 3_600.0
_LEEWAY_SECONDS = 60
# Never one whose key is a shared secret: then whoever knows the client's secret could make any token.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")


class SignInFailedError(HeadwaterError):
    """The provider or the browser sent what can't be trusted; `reason` goes to the audit log."""


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered while somebody is at the provider."""

    state: str
    nonce: str
    verifier: str
    next: str


class _Provider(msgspec.Struct, frozen=True, kw_only=True):
    """What the provider says of itself."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    id_token_signing_alg_values_supported: tuple[str, ...] = ("RS256",)


class SignIn:
    """One deployment's provider."""

    def __init__(self, settings: SignInSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._provider: tuple[float, _Provider] | None = None
        self._keys: Any = None

    async def begin(self, callback: str, following: str) -> tuple[str, Flow]:
        """Where to send the browser, and what to remember.

        Args:
            callback: Where the provider is to send it back to.
            following: The page that the person wanted.

        Raises:
            SignInFailedError: the provider does not answer as it should.
        """
        provider = await self._find_provider()
        flow = Flow(
            state=secrets.token_urlsafe(24),
            nonce=secrets.token_urlsafe(24),
            verifier=secrets.token_urlsafe(48),
            next=following,
        )
        async with self._client(callback) as client:
            address, _ = client.create_authorization_url(
                provider.authorization_endpoint, state=flow.state, nonce=flow.nonce, code_verifier=flow.verifier
            )
        return str(address), flow

    async def finish(self, callback: str, flow: Flow, query: Mapping[str, str]) -> dict[str, Any]:
        """What the provider says of the person who comes back.

        Args:
            callback: As in `begin`.
            flow: What was remembered.
            query: The parameters that the browser brought.

        Raises:
            SignInFailedError: they are not the answer to what was asked, or the provider's word can't be trusted.
        """
        if not hmac.compare_digest(query.get("state", "").encode(), flow.state.encode()):
            raise SignInFailedError("the state is not the one that was sent")
        if "error" in query or "code" not in query:
            raise SignInFailedError(f"the provider refused: {query.get('error', 'no code')}")
        if query.get("iss", self._settings.issuer) != self._settings.issuer:
            raise SignInFailedError("another provider answered than was asked")
        provider = await self._find_provider()
        try:
            async with self._client(callback) as client:
                token = await client.fetch_token(
                    provider.token_endpoint, code=query["code"], code_verifier=flow.verifier
                )
                claims = await self._read_claims(provider, token, flow.nonce)
                if provider.userinfo_endpoint is not None:
                    # Some providers say no more in the token itself than who it is.
                    more = (await client.get(provider.userinfo_endpoint)).raise_for_status().json()
                    claims = {**more, **claims} if more.get("sub") == claims["sub"] else claims
            return claims
        except (httpx2.HTTPError, AuthlibBaseError, JoseError, ValueError, KeyError, TypeError) as error:
            raise SignInFailedError(f"the provider's answer can't be trusted: {type(error).__name__}") from error

    async def _read_claims(self, provider: _Provider, token: Mapping[str, Any], nonce: str) -> dict[str, Any]:
        supported = [name for name in provider.id_token_signing_alg_values_supported if name in _ALGORITHMS]
        registry = JWSRegistry(algorithms=supported or ["RS256"], strict_check_header=False)
        encoded: str = token["id_token"]
        try:
            read = jwt.decode(encoded, key=await self._find_keys(provider), registry=registry)
        except InvalidKeyIdError:
            # The provider has changed its keys since they were read.
            self._keys = None
            read = jwt.decode(encoded, key=await self._find_keys(provider), registry=registry)
        claims = CodeIDToken(
            read.claims,
            read.header,
            options={
                "iss": {"essential": True, "value": provider.issuer},
                "aud": {"essential": True, "value": self._settings.client_id},
                "nonce": {"essential": True, "value": nonce},
            },
            params={"nonce": nonce, "client_id": self._settings.client_id, "access_token": token.get("access_token")},
        )
        claims.validate(now=self._clock.now() // MICROSECONDS, leeway=_LEEWAY_SECONDS)
        return dict(claims)

    async def _find_provider(self) -> _Provider:
        now = self._clock.monotonic()
        if self._provider is None or now - self._provider[0] > _KEPT_SECONDS:
            address = self._settings.issuer.rstrip("/") + "/.well-known/openid-configuration"
            try:
                found = msgspec.convert(await _fetch(address), _Provider)
            except (httpx2.HTTPError, msgspec.MsgspecError, ValueError) as error:
                raise SignInFailedError(f"the provider does not answer at {address}: {error}") from error
            if found.issuer.rstrip("/") != self._settings.issuer.rstrip("/"):
                raise SignInFailedError(f"the provider calls itself {found.issuer!r}")
            self._provider, self._keys = (now, found), None
        return self._provider[1]

    async def _find_keys(self, provider: _Provider) -> Any:
        if self._keys is None:
            self._keys = KeySet.import_key_set(await _fetch(provider.jwks_uri))
        return self._keys

    def _client(self, callback: str) -> Any:
        name = self._settings.client_secret_env
        secret = None if name is None else read_secret(name)
        if name is not None and secret is None:
            raise SettingsError(f"The environment variable {name}, which [oidc] names, is not set.")
        return AsyncOAuth2Client(
            client_id=self._settings.client_id,
            client_secret=secret,
            scope=" ".join(self._settings.scopes),
            redirect_uri=callback,
            code_challenge_method="S256",
            token_endpoint_auth_method="none" if secret is None else "client_secret_basic",
            timeout=_TIMEOUT_SECONDS,
        )


def seal(flow: Flow, key: str, now: int) -> str:
    """A flow as a cookie that nobody else can make; `now` is in microseconds."""
    claims = {**msgspec.structs.asdict(flow), "exp": now // MICROSECONDS + FLOW_SECONDS}
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(key))


def unseal(cookie: str, key: str, now: int) -> Flow:
    """The flow in a cookie.

    Raises:
        SignInFailedError: it is not one of ours, or too old.
    """
    try:
        claims = jwt.decode(cookie, OctKey.import_key(key), algorithms=["HS256"]).claims
        if claims["exp"] <= now // MICROSECONDS:
            raise SignInFailedError("signing in took too long")
        return msgspec.convert({name: claims[name] for name in Flow.__struct_fields__}, Flow)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise SignInFailedError("the cookie of the beginning is not one of ours") from error


async def _fetch(address: str) -> Any:
    async with httpx2.AsyncClient(timeout=_TIMEOUT_SECONDS) as client:
        answer = await client.get(address)
        answer.raise_for_status()
        return answer.json()

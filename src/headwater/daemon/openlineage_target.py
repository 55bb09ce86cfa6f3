"""Where OpenLineage events of this deployment's runs go, as the environment says, and the sending of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from headwater.errors import HeadwaterError
from headwater.records.alerts.alerts import check_url

_URL = "HEADWATER_OPENLINEAGE_URL"
_KEY = "HEADWATER_OPENLINEAGE_API_KEY"
_NAMESPACE = "HEADWATER_OPENLINEAGE_NAMESPACE"
_DEFAULT_PATH = "/api/v1/lineage"
_TIMEOUT_SECONDS = 15.0
_REFUSED = frozenset({400, 413, 422})
"""Answers that say that the event is at fault, and would be at the next try."""


class NotTakenError(HeadwaterError):
    """The receiver did not take an event; `for_good` where it never will."""

    def __init__(self, reason: str, *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.for_good = for_good


class OpenLineageTarget(msgspec.Struct, frozen=True):
    """A receiver of OpenLineage events, such as Marquez, DataHub or another Headwater.

    `namespace` is that of this deployment's jobs, and of its assets where no other system has a name for them.
    """

    url: str
    namespace: str
    api_key: str | None = None


def read_target(environment: Mapping[str, str], deployment: str) -> OpenLineageTarget | None:
    """The receiver that the environment names, if any.

    Raises:
        SettingsError: its address is none.
    """
    url = environment.get(_URL, "").strip()
    if not url:
        return None
    check_url(url, _URL)
    has_path = urlsplit(url).path.strip("/")
    return OpenLineageTarget(
        url=url if has_path else f"{url.rstrip('/')}{_DEFAULT_PATH}",
        namespace=environment.get(_NAMESPACE) or f"headwater://{deployment}",
        api_key=environment.get(_KEY) or None,
    )


class TargetClient:
    """Sends events over one connection that stays open."""

    def __init__(self, target: OpenLineageTarget) -> None:
        import httpx2  # 2 MB, of which an engine that tells nobody has no use

        self._target = target
        self._error = (httpx2.HTTPError, httpx2.InvalidURL)
        headers = {"content-type": "application/json", "user-agent": "Headwater"}
        if target.api_key is not None:
            headers["authorization"] = f"Bearer {target.api_key}"
        self._client = httpx2.AsyncClient(timeout=_TIMEOUT_SECONDS, follow_redirects=False, headers=headers)

    async def send(self, event: Mapping[str, Any]) -> None:
        """Send one.

        Raises:
            NotTakenError: it was not taken, as far as is known.
        """
        try:
            response = await self._client.post(self._target.url, content=msgspec.json.encode(event))
        except self._error as error:
            raise NotTakenError(f"{type(error).__name__}: {error}"[:500]) from error
        if 200 <= response.status_code < 300:
            return
        said = response.text[:500].strip()
        raise NotTakenError(
            f"It answered {response.status_code}{f': {said}' if said else ''}",
            for_good=response.status_code in _REFUSED,
        )

    async def close(self) -> None:
        """Close the connection."""
        await self._client.aclose()

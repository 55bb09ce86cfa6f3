"""The client for code that runs in an event loop."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import Any, TypeVar, Unpack

import httpx2

from headwater.client import calls
from headwater.client.calls import Answer, Call, CheckFields, EventFields, RunPage
from headwater.client.connection import DEFAULT_URL, Connection, from_environment, read_answer
from headwater.client.retrying import wait_before_retry
from headwater.clock import SystemClock
from headwater.errors import ClientError
from headwater.keys import AssetKey, CoercibleToAssetKey

_T = TypeVar("_T")


class AsyncHeadwaterClient:
    """`HeadwaterClient` with methods to await; arguments, results and errors are the same.

    Example:
        >>> async with AsyncHeadwaterClient() as client:  # doctest: +SKIP
        ...     await client.report_materialization("raw_transactions", metadata={"rows": 1200})
        '17'
    """

    def __init__(
        self,
        url: str = DEFAULT_URL,
        *,
        token: str | None = None,
        timeout: float = 10.0,
        deployment: str | None = None,
        retries: int = 3,
    ) -> None:
        self._connection = Connection(url, token, timeout, deployment, retries)
        self._clock = SystemClock()
        self._http = httpx2.AsyncClient(**self._connection.options())

    @classmethod
    def from_env(
        cls, *, timeout: float = 10.0, deployment: str | None = None, retries: int = 3
    ) -> AsyncHeadwaterClient:
        """A client for the address in `HEADWATER_URL` and the token in `HEADWATER_TOKEN`, where they are set."""
        url, token = from_environment()
        return cls(url, token=token, timeout=timeout, deployment=deployment, retries=retries)

    async def __aenter__(self) -> AsyncHeadwaterClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def report_materialization(self, asset_key: CoercibleToAssetKey, **fields: Unpack[EventFields]) -> str:
        """Say that an asset, or a partition of it, was written."""
        return await self.send(calls.report_materialization(asset_key, fields))

    async def report_observation(self, asset_key: CoercibleToAssetKey, **fields: Unpack[EventFields]) -> str:
        """Say that something was learnt about an asset."""
        return await self.send(calls.report_observation(asset_key, fields))

    async def report_check(
        self, asset_key: CoercibleToAssetKey, check_name: str, passed: bool, **fields: Unpack[CheckFields]
    ) -> str:
        """Say how a check of an asset went."""
        return await self.send(calls.report_check(asset_key, check_name, passed, fields))

    async def assets(self) -> list[dict[str, Any]]:
        """Every asset of the catalog with its state, by key."""
        return await self.send(calls.assets())

    async def asset(self, key: CoercibleToAssetKey) -> dict[str, Any]:
        """Everything about one asset but its history."""
        return await self.send(calls.asset(key))

    async def sensors(self) -> list[dict[str, Any]]:
        """Every sensor as it stands, by name."""
        return await self.send(calls.sensors())

    async def runs(
        self,
        *,
        status: str | None = None,
        asset: CoercibleToAssetKey | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> RunPage:
        """Runs, newest first."""
        return await self.send(calls.runs(status, asset, limit, cursor))

    async def materialize(
        self, keys: str | AssetKey | Iterable[CoercibleToAssetKey], partition: str | None = None
    ) -> dict[str, Any]:
        """Request a run that makes native assets."""
        return await self.send(calls.materialize(keys, partition))

    async def send(self, call: Call[_T]) -> _T:
        """Send a call, again if need be, and read its answer."""
        failures = 0
        while True:
            outcome = await self._try(call)
            answer = outcome if isinstance(outcome, Answer) else None
            failures += 1
            wait = wait_before_retry(call, answer, failures, self._connection.retries)
            if wait is not None:
                await self._clock.sleep(wait)
                continue
            if isinstance(outcome, ClientError):
                raise outcome
            return call.finish(outcome)

    async def _try(self, call: Call[_T]) -> Answer | ClientError:
        try:
            response = await self._http.request(**self._connection.request(call))
        except httpx2.HTTPError as error:
            failure = self._connection.explain(error, call)
            failure.__cause__ = error
            return failure
        return read_answer(response)

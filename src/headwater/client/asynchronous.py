"""The client for code that runs in an event loop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, TypeVar

import httpx2

from headwater.client import calls
from headwater.client.calls import Call, RunPage, Severity
from headwater.client.connection import DEFAULT_URL, Connection, from_environment, read_answer
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
        self, url: str = DEFAULT_URL, *, token: str | None = None, timeout: float = 10.0, deployment: str | None = None
    ) -> None:
        self._connection = Connection(url, token, timeout, deployment)
        self._http = httpx2.AsyncClient(**self._connection.options())

    @classmethod
    def from_env(cls, *, timeout: float = 10.0, deployment: str | None = None) -> AsyncHeadwaterClient:
        """A client for the address in `HEADWATER_URL` and the token in `HEADWATER_TOKEN`, where they are set."""
        url, token = from_environment()
        return cls(url, token=token, timeout=timeout, deployment=deployment)

    async def __aenter__(self) -> AsyncHeadwaterClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def report_materialization(
        self,
        asset_key: CoercibleToAssetKey,
        *,
        metadata: Mapping[str, Any] | None = None,
        description: str | None = None,
        partition: str | None = None,
        data_version: str | None = None,
    ) -> str:
        """Say that an asset, or a partition of it, was written."""
        return await self._send(calls.report_materialization(asset_key, metadata, description, partition, data_version))

    async def report_observation(
        self,
        asset_key: CoercibleToAssetKey,
        *,
        metadata: Mapping[str, Any] | None = None,
        description: str | None = None,
        partition: str | None = None,
        data_version: str | None = None,
    ) -> str:
        """Say that something was learnt about an asset; arguments and result are as for a materialization."""
        return await self._send(calls.report_observation(asset_key, metadata, description, partition, data_version))

    async def report_check(
        self,
        asset_key: CoercibleToAssetKey,
        check_name: str,
        passed: bool,
        *,
        severity: Severity = "ERROR",
        metadata: Mapping[str, Any] | None = None,
        partition: str | None = None,
    ) -> str:
        """Say how a check of an asset went."""
        return await self._send(calls.report_check(asset_key, check_name, passed, severity, metadata, partition))

    async def assets(self) -> list[dict[str, Any]]:
        """Every asset of the catalog with its state, by key."""
        return await self._send(calls.assets())

    async def asset(self, key: CoercibleToAssetKey) -> dict[str, Any]:
        """Everything about one asset but its history."""
        return await self._send(calls.asset(key))

    async def sensors(self) -> list[dict[str, Any]]:
        """Every sensor as it stands, by name."""
        return await self._send(calls.sensors())

    async def runs(
        self,
        *,
        status: str | None = None,
        asset: CoercibleToAssetKey | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> RunPage:
        """Runs, newest first."""
        return await self._send(calls.runs(status, asset, limit, cursor))

    async def materialize(
        self, keys: str | AssetKey | Iterable[CoercibleToAssetKey], partition: str | None = None
    ) -> dict[str, Any]:
        """Request a run that makes native assets."""
        return await self._send(calls.materialize(keys, partition))

    async def _send(self, call: Call[_T]) -> _T:
        try:
            response = await self._http.request(**self._connection.request(call))
        except httpx2.HTTPError as error:
            raise self._connection.explain(error) from error
        return call.finish(read_answer(response))

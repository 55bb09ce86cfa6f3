"""The client for ordinary code."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Any, TypeVar, Unpack

import httpx2

from headwater.client import calls
from headwater.client.calls import Answer, Call, CheckFields, EventFields, RunPage
from headwater.client.connection import DEFAULT_URL, Connection, from_environment, read_answer
from headwater.client.retrying import wait_before_retry
from headwater.errors import ClientError
from headwater.keys import AssetKey, CoercibleToAssetKey

_T = TypeVar("_T")


class HeadwaterClient:
    """Reports to a Headwater server and asks it; keeps its connections open until it is closed.

    A string names an asset of one part; pass a list or an `AssetKey` for one of several.

    Args:
        url: Of the server.
        token: Where the deployment demands one.
        timeout: The most that connecting, sending and each wait for more of the answer may take, in seconds.
        deployment: None for the server's own.
        retries: How often a report or question is sent again after a failure that may pass. A report carries an
            idempotency key, so it is recorded once however often it is sent.

    Raises:
        InvalidParameterError: an argument can't be used.
        ClientError: (every method) the server can't be reached, or refuses; then it is a `ResponseError`.

    Example:
        >>> with HeadwaterClient() as client:  # doctest: +SKIP
        ...     client.report_materialization("raw_transactions", metadata={"rows": 1200})
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
        self._closing = threading.Event()
        self._http = httpx2.Client(**self._connection.options())

    @classmethod
    def from_env(cls, *, timeout: float = 10.0, deployment: str | None = None, retries: int = 3) -> HeadwaterClient:
        """A client for the address in `HEADWATER_URL` and the token in `HEADWATER_TOKEN`, where they are set."""
        url, token = from_environment()
        return cls(url, token=token, timeout=timeout, deployment=deployment, retries=retries)

    def __enter__(self) -> HeadwaterClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; a call that waits to be sent again is not."""
        self._closing.set()
        self._http.close()

    def report_materialization(self, asset_key: CoercibleToAssetKey, **fields: Unpack[EventFields]) -> str:
        """Say that an asset, or a partition of it, was written.

        Args:
            asset_key: Which asset.
            fields: Whatever else there is to say; see `EventFields`.

        Returns:
            The id of the event, which is on the server's disk by then.
        """
        return self.send(calls.report_materialization(asset_key, fields))

    def report_observation(self, asset_key: CoercibleToAssetKey, **fields: Unpack[EventFields]) -> str:
        """Say that something was learnt about an asset; arguments and result are as for a materialization."""
        return self.send(calls.report_observation(asset_key, fields))

    def report_check(
        self, asset_key: CoercibleToAssetKey, check_name: str, passed: bool, **fields: Unpack[CheckFields]
    ) -> str:
        """Say how a check of an asset went.

        Args:
            asset_key: Which asset.
            check_name: Which of its checks.
            passed: How it went.
            fields: Whatever else there is to say; see `CheckFields`.

        Returns:
            The id of the event, which is on the server's disk by then.
        """
        return self.send(calls.report_check(asset_key, check_name, passed, fields))

    def assets(self) -> list[dict[str, Any]]:
        """Every asset of the catalog with its state, by key."""
        return self.send(calls.assets())

    def asset(self, key: CoercibleToAssetKey) -> dict[str, Any]:
        """Everything about one asset but its history."""
        return self.send(calls.asset(key))

    def sensors(self) -> list[dict[str, Any]]:
        """Every sensor as it stands, by name."""
        return self.send(calls.sensors())

    def runs(
        self,
        *,
        status: str | None = None,
        asset: CoercibleToAssetKey | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> RunPage:
        """Runs, newest first.

        Args:
            status: Only those that are `queued`, `started`, `success`, `failure` or `canceled`.
            asset: Only those that make this asset.
            limit: How many at most.
            cursor: Where to go on: `next` of an earlier page.
        """
        return self.send(calls.runs(status, asset, limit, cursor))

    def materialize(
        self, keys: str | AssetKey | Iterable[CoercibleToAssetKey], partition: str | None = None
    ) -> dict[str, Any]:
        """Request a run that makes native assets.

        Args:
            keys: One key (a string or an `AssetKey`), or several.
            partition: Which partition of each.

        Returns:
            The run as requested; it has not begun.
        """
        return self.send(calls.materialize(keys, partition))

    def send(self, call: Call[_T]) -> _T:
        """Send a call, again if need be, and read its answer."""
        failures = 0
        while True:
            outcome = self._try(call)
            answer = outcome if isinstance(outcome, Answer) else None
            failures += 1
            wait = wait_before_retry(call, answer, failures, self._connection.retries)
            if wait is not None and not self._closing.wait(wait):
                continue
            if isinstance(outcome, ClientError):
                raise outcome
            return call.finish(outcome)

    def _try(self, call: Call[_T]) -> Answer | ClientError:
        try:
            response = self._http.request(**self._connection.request(call))
        except httpx2.HTTPError as error:
            failure = self._connection.explain(error, call)
            failure.__cause__ = error
            return failure
        return read_answer(response)

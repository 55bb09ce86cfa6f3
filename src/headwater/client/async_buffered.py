"""The buffer of reports for code that runs in an event loop."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import TracebackType
from typing import Unpack

from headwater.client.buffered import ReportBuffer
from headwater.client.calls import CheckFields, EventFields
from headwater.client.spool import SpooledReport
from headwater.client.synchronous import HeadwaterClient
from headwater.keys import CoercibleToAssetKey


class AsyncReportBuffer:
    """`ReportBuffer` with methods to await; what it promises is the same, and the event loop waits for no disk.

    A report is on this machine's disk once the method has returned. Delivery goes on in a thread of its own, so the
    client is the synchronous one; it stays open when the buffer is closed.

    Args:
        client: Sends the reports.
        path: The file that holds them, opened as the `async with` begins.
        most: How many may wait.

    Raises:
        ClientError: the file can't be used, or (from a report) does not take any more.

    Example:
        >>> with HeadwaterClient() as client:  # doctest: +SKIP
        ...     async with AsyncReportBuffer(client, "reports.spool") as buffer:
        ...         await buffer.report_materialization("raw_transactions", metadata={"rows": 1200})
    """

    def __init__(self, client: HeadwaterClient, path: str | Path, *, most: int = 100_000) -> None:
        self._client = client
        self._path = path
        self._most = most
        self._opened: ReportBuffer | None = None

    async def __aenter__(self) -> AsyncReportBuffer:
        self._opened = await asyncio.to_thread(ReportBuffer, self._client, self._path, most=self._most)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def report_materialization(self, asset_key: CoercibleToAssetKey, **fields: Unpack[EventFields]) -> None:
        """Say that an asset, or a partition of it, was written; arguments as for `HeadwaterClient`."""
        await asyncio.to_thread(self._buffer.report_materialization, asset_key, **fields)

    async def report_observation(self, asset_key: CoercibleToAssetKey, **fields: Unpack[EventFields]) -> None:
        """Say that something was learnt about an asset."""
        await asyncio.to_thread(self._buffer.report_observation, asset_key, **fields)

    async def report_check(
        self, asset_key: CoercibleToAssetKey, check_name: str, passed: bool, **fields: Unpack[CheckFields]
    ) -> None:
        """Say how a check of an asset went."""
        await asyncio.to_thread(self._buffer.report_check, asset_key, check_name, passed, **fields)

    async def pending(self) -> int:
        """How many reports wait to be delivered."""
        return await asyncio.to_thread(lambda: self._buffer.pending)

    async def refused(self) -> list[SpooledReport]:
        """The reports that the server refused for good, each with the reason."""
        return await asyncio.to_thread(self._buffer.refused)

    async def flush(self, timeout: float | None = None) -> None:
        """Wait until nothing is left to deliver.

        Args:
            timeout: The most seconds to wait; None waits for as long as it takes.

        Raises:
            ClientError: reports still wait; they stay on disk, and the message says what the last try came to.
        """
        await asyncio.to_thread(self._buffer.flush, timeout)

    async def close(self, timeout: float = 5.0) -> None:
        """Try to deliver what waits for at most some seconds, and stop; the rest stays on disk for the next time."""
        opened, self._opened = self._opened, None
        if opened is not None:
            await asyncio.to_thread(opened.close, timeout)

    @property
    def _buffer(self) -> ReportBuffer:
        if self._opened is None:
            raise RuntimeError(
                "An AsyncReportBuffer is used inside of its `async with`; it was not entered, or closed."
            )
        return self._opened

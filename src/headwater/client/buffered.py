"""Reports that never wait for the server: kept on this machine's disk first, delivered in the background."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Unpack

from headwater.client import calls
from headwater.client.calls import Call, CheckFields, EventFields, ResponseError
from headwater.client.retrying import PASSING, backoff
from headwater.client.spool import Spool, SpooledReport
from headwater.client.synchronous import HeadwaterClient
from headwater.clock import SystemClock
from headwater.errors import ClientError
from headwater.keys import CoercibleToAssetKey

# Of the statuses that blame the request, these blame the moment, the token or the address, not the report.
_NOT_THE_REPORTS_FAULT = PASSING | {401, 403, 404, 405}


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a pass over a spool came to: event ids of what was delivered, what was refused for good, what stopped it."""

    event_ids: tuple[str, ...]
    refused: tuple[SpooledReport, ...]
    stopped_by: ClientError | None
    waiting: int


class ReportBuffer:
    """Keeps reports on disk and delivers them in the background: in order, each once, also after a restart.

    A report is on this machine's disk when the method returns, and carries an idempotency key and its moment. While
    the server is down the reports wait, in this process or the next one that opens the same file. What the server
    refuses for good is set aside with the reason; see `refused`. In an event loop, call it by `asyncio.to_thread`.

    Args:
        client: Sends the reports; it stays open when the buffer is closed.
        path: The file that holds them.
        most: How many may wait.

    Raises:
        ClientError: the file can't be used, or (from a report) does not take any more.

    Example:
        >>> with HeadwaterClient() as client, ReportBuffer(client, "reports.spool") as buffer:  # doctest: +SKIP
        ...     buffer.report_materialization("raw_transactions", metadata={"rows": 1200})
    """

    def __init__(self, client: HeadwaterClient, path: str | Path, *, most: int = 100_000) -> None:
        self._client = client
        self._spool = Spool(path, most=most)
        self._clock = SystemClock()
        self._progress = threading.Condition()
        self._news = True
        self._closing = False
        self._failures = 0
        self._last_failure: ClientError | None = None
        self._thread = threading.Thread(target=self._deliver_forever, name="headwater-reports", daemon=True)
        self._thread.start()

    def __enter__(self) -> ReportBuffer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def report_materialization(self, asset_key: CoercibleToAssetKey, **fields: Unpack[EventFields]) -> None:
        """Say that an asset, or a partition of it, was written; arguments as for `HeadwaterClient`."""
        self._put(calls.report_materialization(asset_key, fields))

    def report_observation(self, asset_key: CoercibleToAssetKey, **fields: Unpack[EventFields]) -> None:
        """Say that something was learnt about an asset."""
        self._put(calls.report_observation(asset_key, fields))

    def report_check(
        self, asset_key: CoercibleToAssetKey, check_name: str, passed: bool, **fields: Unpack[CheckFields]
    ) -> None:
        """Say how a check of an asset went."""
        self._put(calls.report_check(asset_key, check_name, passed, fields))

    @property
    def pending(self) -> int:
        """How many reports wait to be delivered."""
        return self._spool.count()

    def refused(self) -> list[SpooledReport]:
        """The reports that the server refused for good, each with the reason."""
        return self._spool.refused()

    def flush(self, timeout: float | None = None) -> None:
        """Wait until nothing is left to deliver.

        Args:
            timeout: The most seconds to wait; None waits for as long as it takes.

        Raises:
            ClientError: reports still wait; they stay on disk, and the message says what the last try came to.
        """
        limit = None if timeout is None else self._clock.monotonic() + timeout
        with self._progress:
            self._wake()
            while self.pending:
                left = None if limit is None else limit - self._clock.monotonic()
                if (left is not None and left <= 0) or self._closing:
                    reason = f" The last try: {self._last_failure}" if self._last_failure else ""
                    raise ClientError(f"{self.pending:,} reports wait in {self._spool.path} still.{reason}")
                self._progress.wait(left)

    def close(self, timeout: float = 5.0) -> None:
        """Try to deliver what waits for at most some seconds, and stop; the rest stays on disk for the next time."""
        try:
            self.flush(timeout)
        except ClientError:
            pass
        finally:
            with self._progress:
                self._closing = True
                self._progress.notify_all()
            self._thread.join()
            self._spool.close()

    def _put(self, call: Call[str]) -> None:
        self._spool.put(call)
        with self._progress:
            self._wake()

    def _wake(self) -> None:
        self._news = True
        self._progress.notify_all()

    def _deliver_forever(self) -> None:
        while self._wait_for_work():
            delivery = deliver(self._client, self._spool)
            with self._progress:
                self._last_failure = delivery.stopped_by
                self._failures = self._failures + 1 if delivery.waiting else 0
                self._progress.notify_all()

    def _wait_for_work(self) -> bool:
        """Wait for news, or after a failure for a while, which news do not shorten. False when it is time to stop."""
        with self._progress:
            if self._failures:
                self._progress.wait_for(lambda: self._closing, backoff(self._failures))
            else:
                self._progress.wait_for(lambda: self._closing or self._news)
            self._news = False
            return not self._closing


def deliver(client: HeadwaterClient, spool: Spool) -> Delivery:
    """Send what waits in a spool, oldest first, until it is empty or the server does not take it.

    Args:
        client: Sends the reports.
        spool: Holds them.
    """
    event_ids: list[str] = []
    refused: list[SpooledReport] = []
    failure: ClientError | None = None
    with spool.delivering() as mine:
        if not mine:
            failure = ClientError(f"Another process delivers what waits in {spool.path}.")
        while failure is None and (reports := spool.waiting()):
            for report in reports:
                try:
                    event_ids.append(client.send(report.call()))
                except ResponseError as error:
                    if not 400 <= error.status < 500 or error.status in _NOT_THE_REPORTS_FAULT:
                        failure = error
                        break
                    spool.refuse(report, str(error))
                    refused.append(replace(report, refused=str(error)))
                except ClientError as error:
                    failure = error
                    break
                else:
                    spool.delivered(report)
    return Delivery(tuple(event_ids), tuple(refused), failure, spool.count())

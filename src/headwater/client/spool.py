"""A file on this machine that holds reports until a server has acknowledged them, in the order of their making.

It is a SQLite database, so that several processes may add to it at once and a killed one loses nothing that it kept.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from headwater.client import calls
from headwater.client.calls import Call
from headwater.clock import SystemClock, to_seconds
from headwater.errors import ClientError

_SCHEMA = """
create table if not exists reports (
  id integer primary key autoincrement, path text not null, body blob not null, headers text not null,
  made_at integer not null, refused text
) strict;
create index if not exists ix_reports_refused on reports (id) where refused is null;
"""
_TIMEOUT_SECONDS = 30.0


class SpoolFullError(ClientError):
    """The spool holds as many reports as it may; the server has not taken any for long."""


@dataclass(frozen=True, slots=True)
class SpooledReport:
    """A report that waits, or that the server refused for good; then `refused` says why. `made_at` is in seconds."""

    id: int
    path: str
    body: bytes
    headers: dict[str, str]
    made_at: float
    refused: str | None

    def call(self) -> Call[str]:
        """The call that sends it."""
        return calls.resend(self.path, self.body, self.headers)


class Spool:
    """Reports that are on this machine's disk and not yet on the server's.

    Args:
        path: The file; it is made where there is none.
        most: How many reports may wait.

    Raises:
        ClientError: the file can't be used.
    """

    def __init__(self, path: str | Path, *, most: int = 100_000) -> None:
        self.path = Path(path)
        self._most = most
        self._clock = SystemClock()
        self._lock = threading.Lock()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = _open(self.path, _TIMEOUT_SECONDS)
            self._connection.execute("pragma synchronous=full")
            self._connection.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise ClientError(
                f"{self.path} can't be used as a spool of reports: {error}. Name another file."
            ) from error

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def put(self, call: Call[str]) -> None:
        """Keep a report; it is on disk when this returns.

        A report that says no moment of its own gets this one, since it may be delivered much later.

        Raises:
            SpoolFullError: too many wait already.
            ClientError: the disk does not take it.
        """
        now = self._clock.now()
        headers = {"Headwater-Timestamp": repr(to_seconds(now)), **call.headers}
        with self._lock, self._changing("keep a report") as connection:
            (waiting,) = connection.execute("select count(*) from reports where refused is null").fetchone()
            if waiting >= self._most:
                raise SpoolFullError(
                    f"{waiting:,} reports wait in {self.path} already, as many as may. `headwater report flush` says "
                    "why the server does not take them."
                )
            connection.execute(
                "insert into reports (path, body, headers, made_at) values (?, ?, ?, ?)",
                (call.path, call.body or b"", json.dumps(headers), now),
            )

    def waiting(self, limit: int = 100) -> list[SpooledReport]:
        """The reports to deliver next, oldest first."""
        return self._read("refused is null", limit)

    def refused(self, limit: int = 1_000) -> list[SpooledReport]:
        """The reports that the server refused for good, oldest first."""
        return self._read("refused is not null", limit)

    def count(self) -> int:
        """How many wait."""
        with self._lock:
            (waiting,) = self._connection.execute("select count(*) from reports where refused is null").fetchone()
        return int(waiting)

    def delivered(self, report: SpooledReport) -> None:
        """Forget a report that the server has."""
        with self._lock, self._changing("forget a delivered report") as connection:
            connection.execute("delete from reports where id = ?", (report.id,))

    def refuse(self, report: SpooledReport, reason: str) -> None:
        """Set a report aside that can never be delivered, so that the others go on."""
        with self._lock, self._changing("set a refused report aside") as connection:
            connection.execute("update reports set refused = ? where id = ?", (reason, report.id))

    def forget_refused(self) -> int:
        """Drop what was refused, and say how many those were."""
        with self._lock, self._changing("drop refused reports") as connection:
            return connection.execute("delete from reports where refused is not null").rowcount

    @contextmanager
    def delivering(self) -> Iterator[bool]:
        """Be the only one to deliver, so that the order is kept; False where another process is at it.

        The lock is that of a second database, which the kernel lets go of when the process ends, however it does.
        """
        lock = _open(self.path.with_name(self.path.name + ".lock"), timeout=0.0)
        try:
            try:
                lock.execute("begin exclusive")
            except sqlite3.OperationalError:
                yield False
            else:
                yield True
        finally:
            with suppress(sqlite3.Error):
                lock.rollback()
            lock.close()

    @contextmanager
    def _changing(self, what: str) -> Iterator[sqlite3.Connection]:
        try:
            self._connection.execute("begin immediate")
            try:
                yield self._connection
            except BaseException:
                self._connection.rollback()
                raise
            self._connection.commit()
        except sqlite3.Error as error:
            raise ClientError(f"The spool {self.path} could not {what}: {error}.") from error

    def _read(self, condition: str, limit: int) -> list[SpooledReport]:
        columns = "id, path, body, headers, made_at, refused"
        statement = f"select {columns} from reports where {condition} order by id limit ?"  # noqa: S608, no input in it
        with self._lock:
            rows = self._connection.execute(statement, (limit,)).fetchall()
        return [
            SpooledReport(number, path, body, json.loads(headers), to_seconds(made_at), refused)
            for number, path, body, headers, made_at, refused in rows
        ]


def _open(path: Path, timeout: float) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=timeout, isolation_level=None, check_same_thread=False)

"""One deployment's store: a database, its writer and its tail."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import DBAPIError

from headwater.clock import Clock, SystemClock
from headwater.errors import SchemaVersionError, StoreUnavailableError
from headwater.records.log.events import Event
from headwater.storage.database.engine import Synchronous, open_engine
from headwater.storage.database.stalled import end_stalled
from headwater.storage.log import event_log
from headwater.storage.log.file_changes import FileChanges
from headwater.storage.log.notifications import Listener
from headwater.storage.log.tail import Tail
from headwater.storage.log.writer import GroupWriter, Unit
from headwater.storage.upkeep import migrate, reclaim

T = TypeVar("T")


class Store:
    """Reads on pooled connections, writes through the group-committing writer."""

    def __init__(
        self, url: str | URL, *, clock: Clock | None = None, synchronous: Synchronous = Synchronous.FULL
    ) -> None:
        """Open a database. An empty one gets its schema, an older one on SQLite the present one.

        Args:
            url: `sqlite:///…` or `postgresql://…`.
            clock: Gives the time of receipt; the system's by default.
            synchronous: What an acknowledgement on SQLite outlasts.

        Raises:
            SettingsError: the address is not usable.
            SchemaVersionError: another release wrote the database; the message says what to do.
            StoreUnavailableError: the database does not answer.
        """
        self.clock = clock or SystemClock()
        self._engine = open_engine(url, synchronous=synchronous)
        try:
            migrate.prepare(self._engine.execution_options(headwater_write=True))
            self._listener = Listener(self._engine.url, self._is_own) if self.is_shared else None
            file = None if self.is_shared else self._engine.url.database
            changes = FileChanges(file) if file else None
            self.tail = Tail(lambda: self.read(self._look), self._listener, changes or (lambda: True))
        except SchemaVersionError:
            self._engine.dispose()
            raise
        except DBAPIError as error:
            self._engine.dispose()
            raise StoreUnavailableError(f"The database {shown_url(url)} does not answer: {error.orig}") from error
        self._writer = GroupWriter(
            self._engine,
            self.clock,
            lambda events: self.tail.advance(events[-1].seq, events),
            (lambda _connection: None) if changes is None else changes.note_own,
        )

    def _look(self, connection: Connection) -> int:
        """How far the log reaches; whoever keeps others from writing to it without doing anything is ended."""
        if self.is_shared:
            end_stalled(connection)
        return event_log.head(connection)

    def _is_own(self, backend: int) -> bool:
        return backend == self._writer.backend

    @property
    def access_changes(self) -> int:
        """Counts up as other processes change who may come in, where the database tells of it."""
        return 0 if self._listener is None else self._listener.access_changes

    @property
    def is_shared(self) -> bool:
        """Whether several engines can work on it: the database tells each of what the others commit."""
        return self._engine.dialect.name == "postgresql"

    @property
    def url(self) -> str:
        """Where the database is, with its password."""
        return self._engine.url.render_as_string(hide_password=False)

    def read(self, query: Callable[[Connection], T]) -> T:
        """Run a query on a connection of its own, in one transaction."""
        try:
            with self._engine.begin() as connection:
                return query(connection)
        except DBAPIError as error:
            raise StoreUnavailableError(f"The database could not be read: {error.orig}") from error

    def read_one_state(self, query: Callable[[Connection], T]) -> T:
        """`read` for long queries: all that it reads is of one moment, whatever is written meanwhile."""
        if self._engine.dialect.name == "sqlite":
            return self.read(query)
        try:
            with self._engine.execution_options(isolation_level="REPEATABLE READ").begin() as connection:
                return query(connection)
        except DBAPIError as error:
            raise StoreUnavailableError(f"The database could not be read: {error.orig}") from error

    @property
    def sqlite_file(self) -> str | None:
        """The database's file; None on PostgreSQL."""
        return self._engine.url.database if self._engine.dialect.name == "sqlite" else None

    async def read_async(self, query: Callable[[Connection], T]) -> T:
        """`read` for a caller in an event loop."""
        return await asyncio.to_thread(self.read, query)

    async def read_after(self, seq: int, limit: int) -> Sequence[Event]:
        """Events beyond a place in the log, in commit order; from memory where they were committed just now."""
        kept = self.tail.kept_after(seq, limit)
        if kept is not None:
            return kept
        return await self.read_async(lambda connection: event_log.read_after(connection, seq, limit))

    def vacuum(self) -> None:
        """Give all free room back to the disk; on SQLite, writers wait."""
        try:
            reclaim.vacuum(self._engine)
        except DBAPIError as error:
            raise StoreUnavailableError(f"The database could not be vacuumed: {error.orig}") from error

    def write(self, unit: Unit[T]) -> T:
        """Write a unit and wait until it is on disk; see `GroupWriter.write`."""
        return self._writer.write(unit)

    async def write_async(self, unit: Unit[T]) -> T:
        """`write` for a caller in an event loop."""
        return await self._writer.write_async(unit)

    def close(self) -> None:
        """Write what is waiting, then let go of the database."""
        self._writer.close()
        self._engine.dispose()


def shown_url(url: str | URL) -> str:
    """An address without its password, for messages."""
    return make_url(url).render_as_string(hide_password=True)

"""The group-committing writer: one thread a process through which every change of the store goes.

Whatever is waiting when a transaction begins goes into it together, so that many callers share one write to the
disk; each is answered after the commit. A unit that fails leaves nothing behind and does not harm the others.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

import msgspec
import structlog
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError

from headwater.clock import Clock
from headwater.errors import HeadwaterError, StoreError, StoreUnavailableError
from headwater.records.log.events import Event, NewEvent
from headwater.records.log.receipts import Receipt, ReportKey
from headwater.storage.database.engine import begin_write, commit_write, prepare_writer
from headwater.storage.log import transaction
from headwater.storage.log.report_keys import Ledger, forget_expired

T = TypeVar("T")
_MOST_UNITS = 1_000
_MOST_TURNS = 8
"""Of an event loop, for which units are gathered while more come."""
_LARGE = 100
"""Units of so many events are not gathered."""
_FORGET_SECONDS = 5.0
_log = structlog.get_logger(__name__)


class Unit(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """What must be written together or not at all.

    `guard` runs before anything of the unit is written, and refuses it by raising. `effect` runs after its events
    are appended and gives the unit's result.
    """

    events: Sequence[NewEvent] = ()
    keys: Sequence[ReportKey | None] | None = None
    """For reports: the idempotency key of each event. Then the unit's result is a receipt for each."""
    guard: Callable[[Connection], None] | None = None
    effect: Callable[[Connection, Sequence[Event]], T] | None = None

    @property
    def is_plain(self) -> bool:
        """Whether it is nothing but events, without anything that must be read or written with them."""
        if self.guard is not None or self.effect is not None:
            return False
        return not self.keys or not any(self.keys)


def report(
    events: Sequence[NewEvent],
    keys: Sequence[ReportKey | None] = (),
    *,
    beside: Callable[[Connection], None] | None = None,
) -> Unit[list[Receipt]]:
    """The unit that keeps reports from outside; its result has a receipt for each.

    Args:
        events: What was reported.
        keys: The idempotency key of each, where any has one.
        beside: What is written with them.
    """
    effect: Any = None if beside is None else lambda connection, _events: beside(connection)
    return Unit(events=events, keys=keys or [None] * len(events), effect=effect)


class _Waiting:
    """A unit and whom to tell: a caller in an event loop, or one that blocks."""

    __slots__ = ("future", "loop", "unit")

    def __init__(self, unit: Unit[Any], loop: asyncio.AbstractEventLoop | None) -> None:
        self.unit = unit
        self.loop = loop
        self.future: Any = Future() if loop is None else loop.create_future()


_Outcome = tuple[_Waiting, Any, BaseException | None]


class GroupWriter:
    """Owns the one connection that writes."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        on_commit: Callable[[Sequence[Event]], None],
        on_own: Callable[[Connection], None] = lambda _connection: None,
    ) -> None:
        """Start the thread.

        Args:
            engine: The database.
            clock: Gives `recorded_at`.
            on_commit: Told, on the writer's thread, of the events of each commit that has any.
            on_own: Given the connection after each commit that is more than an append, also on that thread; it must
                not raise.
        """
        self._engine = engine.execution_options(headwater_write=True)
        self._clock = clock
        self._on_commit = on_commit
        self._on_own = on_own
        self._queue: queue.SimpleQueue[list[_Waiting] | None] = queue.SimpleQueue()
        self._gathered: dict[asyncio.AbstractEventLoop, list[_Waiting]] = {}
        self._closed = False
        self._connection: Connection | None = None
        self.backend = 0
        """The database's own process for the connection that writes, where it has one."""
        self._committing = False
        self._reconnecting = False
        self._forgotten_at = clock.monotonic()
        self._thread = threading.Thread(target=self._work, name="headwater-writer", daemon=True)
        self._thread.start()

    def write(self, unit: Unit[T]) -> T:
        """Write a unit and wait until it is on disk.

        Raises:
            StoreUnavailableError: the database does not take it now.
            HeadwaterError: what the unit's own guard or effect raised.
        """
        waiting = self._waiting(unit, None)
        self._queue.put([waiting])
        return waiting.future.result()  # type: ignore[no-any-return]

    async def write_async(self, unit: Unit[T]) -> T:
        """`write` for a caller in an event loop.

        What comes close together is handed over together: the first alone would wake the writer, whose transaction the
        others would then wait for. A large unit goes alone, so that it is written while the loop reads the next.
        """
        loop = asyncio.get_running_loop()
        waiting = self._waiting(unit, loop)
        gathered = self._gathered.get(loop)
        if gathered is None:
            gathered = self._gathered[loop] = []
            loop.call_soon(self._gather, loop, 1, _MOST_TURNS)
        gathered.append(waiting)
        if len(unit.events) >= _LARGE:
            self._hand_over(loop)
        return await waiting.future  # type: ignore[no-any-return]

    def close(self) -> None:
        """Write what is waiting, then stop."""
        self._closed = True
        for loop in list(self._gathered):
            self._hand_over(loop)
        self._queue.put(None)
        self._thread.join()
        if self._connection is not None:
            self._connection.close()

    def _waiting(self, unit: Unit[T], loop: asyncio.AbstractEventLoop | None) -> _Waiting:
        if self._closed:
            raise StoreError("The store is closed, so nothing can be written any more.")
        return _Waiting(unit, loop)

    def _gather(self, loop: asyncio.AbstractEventLoop, before: int, turns: int) -> None:
        """Hand over what a loop has gathered, unless each of its turns brings more and they are not too many."""
        now = len(self._gathered.get(loop, ()))
        if now > before and turns:
            loop.call_soon(self._gather, loop, now, turns - 1)
        else:
            self._hand_over(loop)

    def _hand_over(self, loop: asyncio.AbstractEventLoop) -> None:
        gathered = self._gathered.pop(loop, None)
        if gathered is not None:
            self._queue.put(gathered)

    def _work(self) -> None:
        while (turn := self._queue.get()) is not None:
            units = [*turn]
            while len(units) < _MOST_UNITS:
                try:
                    turn = self._queue.get_nowait()
                except queue.Empty:
                    break
                if turn is None:
                    break
                units += turn
            _tell(self._commit(units))
            if turn is None:
                break

    def _commit(self, group: list[_Waiting]) -> list[_Outcome]:
        try:
            return self._commit_once(group)
        except Exception as error:
            lost = isinstance(error, DBAPIError) and error.connection_invalidated
            if lost and not self._committing and not self._reconnecting:
                # The database was gone before anything could be committed, perhaps for long and by now is back.
                return self._commit_again(group)
            # A connection lost in mid-commit may have committed: to write again could repeat an event.
            if len(group) == 1 or lost:
                return [(waiting, None, _translate(error, unsure=lost and self._committing)) for waiting in group]
        # Somebody in the group is at fault: each alone, so that only that one hears of it.
        return [outcome for waiting in group for outcome in self._commit([waiting])]

    def _commit_again(self, group: list[_Waiting]) -> list[_Outcome]:
        self._reconnecting = True
        try:
            return self._commit(group)
        finally:
            self._reconnecting = False

    def _commit_once(self, group: list[_Waiting]) -> list[_Outcome]:
        self._committing = False
        with self._connected() as connection:
            if all(waiting.unit.is_plain for waiting in group):
                outcomes, appended = self._append(connection, group)
            else:
                outcomes, appended = self._carry_out_and_commit(connection, group)
                self._on_own(connection)
        if appended:
            self._on_commit(appended)
        return outcomes

    def _append(self, connection: Connection, group: list[_Waiting]) -> tuple[list[_Outcome], list[Event]]:
        """Commit events that nothing is read or written with, at the least cost that the database allows."""
        new_events: list[NewEvent] = []
        for waiting in group:
            new_events += waiting.unit.events
        if transaction.is_one_statement(connection, new_events):
            self._committing = True
            appended = transaction.append(connection, new_events, self._clock.now())
        else:
            begin_write(connection)
            appended = transaction.append(connection, new_events, self._clock.now())
            self._committing = True
            commit_write(connection)
        outcomes: list[_Outcome] = []
        start = 0
        for waiting in group:
            mine = appended[start : start + len(waiting.unit.events)]
            start += len(mine)
            outcomes.append((waiting, mine if waiting.unit.keys is None else [Receipt(e.seq) for e in mine], None))
        return outcomes, appended

    def _carry_out_and_commit(
        self, connection: Connection, group: list[_Waiting]
    ) -> tuple[list[_Outcome], list[Event]]:
        with connection.begin() as transaction_of_group:
            if connection.dialect.name != "sqlite":
                begin_write(connection)
            carried_out = self._carry_out(connection, group)
            self._committing = True
            transaction_of_group.commit()
        return carried_out

    def _carry_out(self, connection: Connection, group: list[_Waiting]) -> tuple[list[_Outcome], list[Event]]:
        units = [waiting.unit for waiting in group]
        keys = [key for unit in units if unit.keys for key in unit.keys if key is not None]
        if keys or any(unit.guard for unit in units):
            transaction.lock_log(connection)
        ledger = Ledger(connection, keys) if keys else None
        outcomes: list[_Outcome] = []
        accepted: list[tuple[_Waiting, list[int | None]]] = []
        new_events: list[NewEvent] = []
        for waiting in group:
            try:
                places = _place(connection, waiting.unit, ledger, new_events)
            except HeadwaterError as error:
                outcomes.append((waiting, None, error))
            else:
                accepted.append((waiting, places))
        appended = transaction.append(connection, new_events, self._clock.now())
        for waiting, places in accepted:
            outcomes.append((waiting, _result(connection, waiting.unit, places, ledger, appended), None))
        if ledger is not None:
            ledger.save(appended)
            self._forget_expired(connection)
        return outcomes, appended

    def _forget_expired(self, connection: Connection) -> None:
        now = self._clock.monotonic()
        if now - self._forgotten_at > _FORGET_SECONDS:
            self._forgotten_at = now
            forget_expired(connection, self._clock.now())

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        """The one connection that writes, kept open as long as nothing goes wrong."""
        if self._connection is None:
            self._connection = self._engine.connect()
            self.backend = prepare_writer(self._connection)
        try:
            yield self._connection
        except HeadwaterError:
            # A caller's own refusal; the database has done nothing wrong.
            raise
        except BaseException:
            broken, self._connection = self._connection, None
            self.backend = 0
            # Its settings are a writer's: nobody else may get it.
            broken.invalidate()
            broken.close()
            raise


def _place(
    connection: Connection, unit: Unit[Any], ledger: Ledger | None, new_events: list[NewEvent]
) -> list[int | None]:
    """Put a unit's events among those of the group; None stands for one that was reported before.

    Raises:
        HeadwaterError: the unit is refused.
    """
    if unit.guard is not None:
        unit.guard(connection)
    start = len(new_events)
    if ledger is None or unit.keys is None:
        new_events += unit.events
        return list(range(start, len(new_events)))
    ledger.check(unit.keys)
    places: list[int | None] = []
    for event, key in zip(unit.events, unit.keys, strict=True):
        is_new = ledger.claim(key, len(new_events))
        places.append(len(new_events) if is_new else None)
        if is_new:
            new_events.append(event)
    return places


def _result(
    connection: Connection, unit: Unit[Any], places: list[int | None], ledger: Ledger | None, appended: list[Event]
) -> Any:
    if unit.keys is None:
        mine = [appended[place] for place in places if place is not None]
        return mine if unit.effect is None else unit.effect(connection, mine)
    receipts: list[Receipt] = []
    for place, key in zip(places, unit.keys, strict=True):
        if place is not None:
            receipts.append(Receipt(appended[place].seq))
        else:
            assert ledger is not None
            assert key is not None
            receipts.append(ledger.receipt(key, appended))
    if unit.effect is not None:
        unit.effect(connection, [appended[place] for place in places if place is not None])
    return receipts


def _translate(error: Exception, *, unsure: bool) -> BaseException:
    if isinstance(error, DBAPIError):
        _log.error("the store refused a write", error=str(error.orig))
        kept = "Whether it was kept is not known." if unsure else "Nothing was kept."
        unavailable = StoreUnavailableError(f"The database could not take the write: {error.orig}. {kept}")
        unavailable.__cause__ = error
        return unavailable
    return error


def _tell(outcomes: list[_Outcome]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[_Outcome]] = {}
    for outcome in outcomes:
        loop = outcome[0].loop
        if loop is None:
            _resolve([outcome])
        else:
            by_loop.setdefault(loop, []).append(outcome)
    for loop, mine in by_loop.items():
        # One wake-up for all of a loop's callers. A loop that is closed has nobody left to tell.
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, mine)


def _resolve(outcomes: list[_Outcome]) -> None:
    for waiting, result, error in outcomes:
        if waiting.future.done():
            continue
        if error is None:
            waiting.future.set_result(result)
        else:
            waiting.future.set_exception(error)

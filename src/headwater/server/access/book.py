"""Who may come in, kept in memory: a request costs no query, and a revocation counts from the next request on."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import structlog
from sqlalchemy.engine import Connection

from headwater.clock import MICROSECONDS
from headwater.errors import StoreError
from headwater.records.access.audit import Note
from headwater.records.access.tokens import Person, Principal, Session, Token, scopes_of, scopes_of_role
from headwater.server.access.rate_limits import RateLimits
from headwater.storage.access import audit
from headwater.storage.access import tokens as access
from headwater.storage.log.writer import Unit
from headwater.storage.store import Store

T = TypeVar("T")
_STAMP = "access.stamp"
_LOOK_SECONDS = 0.005
"""Under load, so many requests share one look at the file; a person who revokes a token can't be faster."""
_SLOW_LOOK_SECONDS = 5.0
_KEEP_USES_SECONDS = 60.0
_log = structlog.get_logger(__name__)


class AccessBook:
    """A deployment's tokens, sessions and people.

    Other processes tell of their changes: on PostgreSQL by its notifications, on SQLite by a file that grows with each,
    at whose size requests look: two changes within a tick of the file system's clock would have one time. Behind both,
    everything is read again every few seconds.
    """

    def __init__(self, store: Store, home: Path) -> None:
        """Prepare; nothing is read before somebody asks.

        Args:
            store: The deployment's.
            home: Its folder, where the file is.
        """
        self._store = store
        self._stamp = home / _STAMP
        self._lock = threading.Lock()
        self._state: access.AccessState | None = None
        self._read_from: tuple[int, int] = (-1, -1)
        self._read_at = 0.0
        self._looked_at = 0.0
        self._uses: dict[str, int] = {}
        self._limits = RateLimits()

    def peek(self) -> access.AccessState | None:
        """What is in memory, unless it may be old."""
        state, now = self._state, self._store.clock.monotonic()
        if state is None or now - self._read_at > _SLOW_LOOK_SECONDS:
            return None
        if now - self._looked_at > _LOOK_SECONDS:
            if self._version() != self._read_from:
                return None
            self._looked_at = now
        return state

    def state(self) -> access.AccessState:
        """What holds now; may read the store, so not for an event loop."""
        with self._lock:
            if (fresh := self.peek()) is not None:
                return fresh
            # Noted before reading: what changes meanwhile is read again.
            version, moment = self._version(), self._store.clock.monotonic()
            state = self._store.read(access.read_state)
            self._state, self._read_from, self._read_at = state, version, moment
            return state

    async def state_async(self) -> access.AccessState:
        """`state` for a caller in an event loop, which waits only where the store must be read."""
        fresh = self.peek()
        return await asyncio.to_thread(self.state) if fresh is None else fresh

    def change(self, effect: Callable[[Connection], T], note: Callable[[T], Note]) -> T:
        """Change who may come in, and enter it into the audit log with it.

        Args:
            effect: What changes it.
            note: What the audit log says of it.
        """
        now = self._store.clock.now()

        def carry_out(connection: Connection) -> T:
            done = effect(connection)
            access.announce(connection)
            audit.enter(connection, now, note(done))
            return done

        done: T = self._store.write(Unit(effect=lambda connection, _events: carry_out(connection)))
        with self._stamp.open("ab") as stamp:
            stamp.write(b".")
        self._state = None
        return done

    def find(self, state: access.AccessState, secret: str) -> Principal | None:
        """Whom the secret of a token or session belongs to, None where it lets nobody in now.

        Raises:
            TooManyRequestsError: the token was used more often than it may.
        """
        hashed, now = access.hash_secret(secret), self._store.clock.now()
        if (token := state.tokens.get(hashed)) is not None:
            return self._by_token(token, now)
        session = state.sessions.get(hashed)
        if session is None or session.expires_at <= now:
            return None
        return self._by_session(state, session, now)

    def explain(self, state: access.AccessState, secret: str) -> str:
        """Why a secret lets nobody in; only whoever holds it learns that it has expired."""
        hashed = access.hash_secret(secret)
        if hashed in state.tokens or hashed in state.sessions:
            return "has expired"
        return "is not known here, or was revoked"

    async def keep_uses(self) -> None:
        """Write down now and then when tokens were last used, until cancelled."""
        try:
            while True:
                await self._store.clock.sleep(_KEEP_USES_SECONDS)
                await asyncio.to_thread(self.write_uses)
        finally:
            self.write_uses()

    def write_uses(self) -> None:
        """Write down when tokens were last used."""
        uses, self._uses = self._uses, {}
        if not uses:
            return
        try:
            self._store.write(Unit(effect=lambda connection, _events: access.keep_uses(connection, uses)))
        except StoreError as error:
            _log.warning("when tokens were last used could not be kept", reason=str(error))

    def last_used_at(self, token: Token) -> int | None:
        """When a token was last used, as far as this process knows."""
        return self._uses.get(token.token_id, token.last_used_at)

    def _by_token(self, token: Token, now: int) -> Principal | None:
        if token.state(now) != "valid":
            return None
        if token.rate_limit is not None:
            self._limits.spend(token.token_id, token.rate_limit, now / MICROSECONDS)
        self._uses[token.token_id] = now
        return Principal(
            kind="token",
            name=token.name,
            subject_id=token.token_id,
            scopes=scopes_of(token.scopes),
            selection=token.selection,
        )

    def _by_session(self, state: access.AccessState, session: Session, now: int) -> Principal | None:
        if session.token_id is not None:
            token = state.token(session.token_id)
            found = None if token is None else self._by_token(token, now)
        else:
            person = state.people.get(session.person_id or "")
            found = None if person is None else _by_person(person)
        if found is None:
            return None
        return Principal(
            kind=found.kind,
            name=found.name,
            subject_id=found.subject_id,
            scopes=found.scopes,
            selection=found.selection,
            session_id=session.session_id,
        )

    def _version(self) -> tuple[int, int]:
        """Another one whenever some process has changed who may come in."""
        try:
            size = self._stamp.stat().st_size
        except FileNotFoundError:
            size = 0
        return size, self._store.access_changes


def _by_person(person: Person) -> Principal | None:
    if person.disabled_at is not None:
        return None
    scopes = scopes_of_role(person.effective_role)
    return Principal(kind="person", name=person.shown_name, subject_id=person.person_id, scopes=scopes)

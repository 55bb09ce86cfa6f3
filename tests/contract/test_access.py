"""Who may come in, on every database: kept in memory, and changed for all processes at once."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.errors import SettingsError
from headwater.records.access.audit import Note
from headwater.records.access.tokens import Scope, Token
from headwater.server.access.book import AccessBook
from headwater.storage.access import audit
from headwater.storage.access import tokens as access
from headwater.storage.log.notifications import Listener
from headwater.storage.log.writer import Unit
from headwater.storage.schema import audit as audit_table
from headwater.storage.store import Store

LIMIT = 60.0
both = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


def make(book: AccessBook, name: str = "partner") -> tuple[Token, str]:
    """A token that may do all."""
    new = access.NewToken(name=name, scopes=[Scope.ADMIN])
    return book.change(lambda c: access.create_token(c, new, 1), lambda _made: Note(actor="test", action="made"))


def revoke(book: AccessBook, token: Token) -> None:
    """Make it useless."""
    book.change(lambda c: access.revoke_token(c, token.token_id, 2), lambda _done: Note(actor="test", action="revoked"))


def lets_in(book: AccessBook, secret: str) -> bool:
    """Whether a secret is good for anything now."""
    return book.find(book.state(), secret) is not None


@both
async def test_a_revocation_counts_for_other_processes_at_once(
    open_store: Callable[[], Store], database_url: sa.URL, tmp_path: Path
) -> None:
    """PostgreSQL tells of it, a file does so beside SQLite; nothing is asked of the database meanwhile."""
    mine, other = AccessBook(open_store(), tmp_path), AccessBook(theirs := open_store(), tmp_path)
    token, secret = make(mine)
    listener: Listener | None = theirs._listener
    if listener is not None:
        await listener.hear(LIMIT)
    before = lets_in(other, secret)

    revoke(mine, token)
    if listener is not None:
        await listener.hear(LIMIT)
        await listener.close()
    after = lets_in(other, secret)

    assert (True, False) == (before, after)
    assert not lets_in(mine, secret)


def test_changes_at_one_moment_of_the_file_systems_clock_are_told_apart(
    open_store: Callable[[], Store], tmp_path: Path
) -> None:
    """That clock moves on every few milliseconds only; a change within the same of them is not overlooked."""
    mine, other = AccessBook(open_store(), tmp_path), AccessBook(open_store(), tmp_path)
    token, secret = make(mine)
    [stamp] = tmp_path.glob("*.stamp")
    os.utime(stamp, ns=(0, 0))
    before = lets_in(other, secret)
    revoke(mine, token)
    os.utime(stamp, ns=(0, 0))

    assert (True, False) == (before, lets_in(other, secret))


@both
def test_a_token_is_kept_without_its_secret(store: Store, tmp_path: Path) -> None:
    """Its name is its own until it is revoked, and it is demanded from the first one on."""
    book = AccessBook(store, tmp_path)
    required_before = store.read(access.is_required)
    token, secret = make(book)

    with pytest.raises(SettingsError, match="named 'partner' already"):
        make(book)
    revoke(book, token)
    make(book)

    stored = [str(tuple(row)) for row in store.read(lambda c: c.execute(sa.text("SELECT * FROM tokens")).all())]
    assert (False, True) == (required_before, store.read(access.is_required))
    assert not any(secret in row or secret.removeprefix("hw_") in row for row in stored)


@both
def test_its_last_use_is_kept_without_a_write_for_each(store: Store, tmp_path: Path) -> None:
    """It is seen at once, and written down now and then."""
    book = AccessBook(store, tmp_path)
    token, secret = make(book)
    for _ in range(100):
        lets_in(book, secret)

    seen = book.last_used_at(token)
    [before] = store.read(access.list_tokens)
    book.write_uses()
    [after] = store.read(access.list_tokens)

    assert (None, seen) == (before.last_used_at, after.last_used_at)
    assert seen is not None


def entered(store: Store, count: int) -> None:
    """Some entries of the audit log."""
    for number in range(count):
        store.write(_entry(Note(actor="cli:ann", action=f"did {number}")))


def _entry(note: Note) -> Unit[None]:
    return Unit(effect=lambda connection, _events: audit.enter(connection, 5, note))


def tamper(store: Store, statement: sa.Executable) -> None:
    """What somebody with the database's password could do."""

    def carry_out(connection: Connection, _events: object) -> None:
        connection.execute(statement)

    store.write(Unit(effect=carry_out))


@both
def test_what_is_done_to_the_audit_log_is_named(store: Store) -> None:
    """A row that is altered, one that is removed, and a tail that is cut off."""
    entered(store, 9)
    whole = store.read(audit.verify)
    head = store.read(audit.read_head)

    tamper(store, sa.update(audit_table).where(audit_table.c.seq == 2).values(actor="cli:bob"))
    tamper(store, sa.delete(audit_table).where(audit_table.c.seq == 5))
    tamper(store, sa.delete(audit_table).where(audit_table.c.seq > 7))

    assert [] == whole
    assert [
        "Entry 2 is not what was written, or the one before it was replaced.",
        "Entry 5 is missing.",
        "Entries 8 to 9 at the end are missing.",
        "The anchor names entry 9, which is not there.",
    ] == store.read(lambda c: audit.verify(c, head))


@both
def test_the_audit_log_goes_on_from_several_processes(open_store: Callable[[], Store]) -> None:
    """Their entries are one chain."""
    stores = [open_store(), open_store()]
    for number in range(6):
        entered(stores[number % 2], 2)

    assert [] == stores[0].read(audit.verify)
    assert 12 == stores[1].read(audit.read_head).seq

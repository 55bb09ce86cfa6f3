"""The append as one statement, on PostgreSQL: each is a round trip there, while others wait for the log's head.

What most reports need goes in together: the next numbers, the events, the latest states, the counts by day and the
notification. Whoever gives rows does not know their numbers yet, so those count from 1 and the database adds the rest.
"""

from __future__ import annotations

import select
from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Connection, Dialect

from headwater.storage.database.driver import Row, compile_ordered, execute
from headwater.storage.log.notifications import CHANNEL
from headwater.storage.schema import event_days, events, latest, log_head

_NUMBERED = {"seq", "news_seq"}
"""The columns that count from 1 as they are given."""


class OneStatement:
    """Appends rows of events with the states and counts that they change."""

    def __init__(self, dialect: Dialect, changes: dict[sa.Table, Any]) -> None:
        """Prepare.

        Args:
            dialect: PostgreSQL's.
            changes: For tables whose rows may be there already: from the columns as kept and as given to the values of
                those that change.
        """
        amount = sa.bindparam("amount", type_=sa.BigInteger())
        advance = sa.update(log_head).where(log_head.c.id == sa.literal_column("1")).values(seq=log_head.c.seq + amount)
        head = advance.returning(log_head.c.seq, (log_head.c.seq - amount).label("before")).cte("head")
        parts = [_insert(table, head, changes.get(table)).cte(f"kept_{table.name}") for table in _TABLES]
        notified = sa.func.pg_notify(sa.literal_column(f"'{CHANNEL}'"), sa.cast(head.c.seq, sa.Text()))
        statement = sa.select(head.c.seq, notified).add_cte(*parts)
        self._text, self._names = compile_ordered(statement, dialect)

    def run(self, connection: Connection, amount: int, *rows: Sequence[Row]) -> int:
        """Append; gives the number of the last event.

        Args:
            connection: On which each statement is a transaction, or within one.
            amount: How many events.
            rows: Of `events`, `latest` and `event_days`.

        Raises:
            OperationalError: the database does not take them.
        """
        values: dict[str, Any] = {"amount": amount}
        for table, mine in zip(_TABLES, rows, strict=True):
            names = _NAMES[table.name]
            values[table.name] = msgspec.json.encode([dict(zip(names, row, strict=True)) for row in mine]).decode()
        found = execute(connection, self._text, tuple(values[name] for name in self._names)).fetchall()
        head: int = found[0][0]
        return head


_TABLES = (events, latest, event_days)
_NAMES = {table.name: [column.name for column in table.columns] for table in _TABLES}


def is_quiet(connection: Connection) -> bool:
    """Whether the database has said nothing that was not asked for, such as that it ends the connection."""
    driver: Any = connection.connection.driver_connection
    readable, _, _ = select.select([driver.fileno()], [], [], 0)
    return not readable


def _insert(table: sa.Table, head: Any, changes: Any) -> Any:
    columns = list(table.columns)
    sent = sa.func.json_to_recordset(sa.cast(sa.bindparam(table.name, type_=sa.Text()), postgresql.JSON()))
    given = sent.table_valued(*(sa.column(each.name, each.type) for each in columns))
    given = given.render_derived(name=f"given_{table.name}", with_types=True)
    values = [head.c.before + given.c[each.name] if each.name in _NUMBERED else given.c[each.name] for each in columns]
    # Joined with the head, so that nothing is written before its lock is held.
    select_values = sa.select(*values).select_from(head.join(given, sa.true()))
    insert = postgresql.insert(table).from_select([each.name for each in columns], select_values)
    if changes is None:
        return insert
    set_ = changes(table.c, insert.excluded)
    return insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=set_)

"""Runs and backfills by the beginnings of their ids, as people type them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.errors import HeadwaterError, UnknownBackfillError, UnknownRunError
from headwater.storage.runs.filter import starts_with
from headwater.storage.schema import backfills, runs

_MOST_SHOWN = 3


def find_run_id(connection: Connection, beginning: str) -> str:
    """The id of the one run whose id is, or begins with, some text.

    Raises:
        UnknownRunError: there is none, or more than one.
    """
    return _find(connection, runs.c.run_id, beginning, "run", UnknownRunError)


def find_backfill_id(connection: Connection, beginning: str) -> str:
    """The id of the one backfill whose id is, or begins with, some text.

    Raises:
        UnknownBackfillError: there is none, or more than one.
    """
    return _find(connection, backfills.c.backfill_id, beginning, "backfill", UnknownBackfillError)


def _find(
    connection: Connection, column: sa.Column[Any], beginning: str, noun: str, error: type[HeadwaterError]
) -> str:
    if connection.execute(sa.select(column).where(column == beginning)).first() is not None:
        return beginning
    query = sa.select(column).where(starts_with(column, beginning)).order_by(column)
    found = list(connection.scalars(query.limit(_MOST_SHOWN + 1))) if beginning else []
    if len(found) == 1:
        return str(found[0])
    if not found:
        raise error(
            f"There is no {noun} whose id is, or begins with, {beginning!r}. `headwater {noun} list` shows all."
        )
    shown = ", ".join([*found[:_MOST_SHOWN], *(["…"] if len(found) > _MOST_SHOWN else [])])
    raise error(f"{beginning!r} is the beginning of several {noun}s: {shown}. Write more of the id.")

"""Which runs a reader wants, as conditions on their rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from headwater.records.runs.runs import BACKFILL_TAG, RunStatus
from headwater.storage.schema import backfill_runs, run_assets, runs


class RunFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What the runs that are wanted have in common; whatever is left out may be anything.

    A tag whose value is None may have any. `since` and `until` (not included) go by when they were requested,
    `active_since` by whether they had not ended before; all in microseconds.
    """

    statuses: Sequence[RunStatus] = ()
    asset_key: str | None = None
    tags: Mapping[str, str | None] = {}
    cause: str | None = None
    """The kind of what asked for them, such as `sensor`."""
    cause_name: str | None = None
    location: str | None = None
    job_name: str | None = None
    since: int | None = None
    until: int | None = None
    active_since: int | None = None
    id_starts: str | None = None
    """The beginning of their ids, in hexadecimal digits."""

    def narrow(self, query: sa.Select[Any]) -> sa.Select[Any]:
        """A query of runs, for these alone."""
        if self.statuses:
            query = query.where(runs.c.status.in_([status.value for status in self.statuses]))
        if self.asset_key is not None:
            mine = sa.select(run_assets.c.run_id).where(run_assets.c.asset_key == self.asset_key)
            query = query.where(runs.c.run_id.in_(mine))
        for name, value in self.tags.items():
            query = query.where(_has_tag(name, value))
        if self.cause is not None:
            query = query.where(_holds(runs.c.cause, "kind", self.cause))
        if self.cause_name is not None:
            query = query.where(_holds(runs.c.cause, "name", self.cause_name))
        for column, wanted in ((runs.c.location, self.location), (runs.c.job_name, self.job_name)):
            if wanted is not None:
                query = query.where(column == wanted)
        if self.since is not None:
            query = query.where(runs.c.created_at >= self.since)
        if self.until is not None:
            query = query.where(runs.c.created_at < self.until)
        if self.active_since is not None:
            query = query.where(sa.or_(runs.c.ended_at.is_(None), runs.c.ended_at >= self.active_since))
        if self.id_starts is not None:
            query = query.where(starts_with(runs.c.run_id, self.id_starts))
        return query


ANY_RUN = RunFilter()


def starts_with(column: sa.ColumnElement[Any], digits: str) -> sa.ColumnElement[bool]:
    """Whether an id of hexadecimal digits begins with some; a range, which an index answers on both databases."""
    return sa.and_(column >= digits, column < f"{digits}g")


def _has_tag(name: str, value: str | None) -> sa.ColumnElement[bool]:
    if name == BACKFILL_TAG and value is not None:
        return runs.c.run_id.in_(sa.select(backfill_runs.c.run_id).where(backfill_runs.c.backfill_id == value))
    return _holds(runs.c.tags, name, value)


def _holds(column: sa.ColumnElement[Any], name: str, value: str | None) -> sa.ColumnElement[bool]:
    """Whether an object that is kept as JSON has a field, with that text in it.

    Quotes in a text are escaped, so what is looked for never stands inside of one. Both databases know `replace`; it
    tells capitals from small letters, which `LIKE` does not on each.
    """
    field = msgspec.json.encode(name).decode() + ":"
    wanted = field if value is None else field + msgspec.json.encode(value).decode()
    return sa.func.replace(column, wanted, "") != column

"""Definitions in force: snapshots by content, the locations that serve them, and lineage learnt from outside."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headwater.definitions.snapshot import DefinitionsSnapshot, content_hash, decode_snapshot, encode_snapshot
from headwater.records.catalog.definition_history import DefinitionEntry
from headwater.records.catalog.locations import Location, LocationStatus
from headwater.records.log.events import ErrorInfo
from headwater.storage.log.transaction import insert_for
from headwater.storage.schema import definition_history, lineage_edges, locations, snapshots

_error_info_decoder = msgspec.json.Decoder(ErrorInfo)


def save_snapshot(connection: Connection, snapshot: DefinitionsSnapshot, now: int) -> str:
    """Keep a snapshot under its content hash, which is returned; one that is known is kept once."""
    body = encode_snapshot(snapshot)
    name = content_hash(body)
    statement = insert_for(connection, snapshots).values(hash=name, body=body, created_at=now)
    connection.execute(statement.on_conflict_do_nothing())
    return name


def read_snapshot(connection: Connection, name: str) -> DefinitionsSnapshot:
    """A snapshot by its content hash."""
    query = sa.select(snapshots.c.body).where(snapshots.c.hash == name)
    return decode_snapshot(connection.execute(query).scalar_one())


def save_location(connection: Connection, location: Location) -> None:
    """Keep how a location stands."""
    row = msgspec.structs.asdict(location)
    row["status"] = location.status.value
    row["error"] = None if location.error is None else msgspec.json.encode(location.error).decode()
    statement = insert_for(connection, locations).values(row)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=row))


def forget_locations(connection: Connection, names: Iterable[str]) -> None:
    """Drop locations that are served no more."""
    connection.execute(sa.delete(locations).where(locations.c.name.in_(list(names))))


def read_locations(connection: Connection) -> list[Location]:
    """Every location, by name."""
    return [_from_row(row) for row in connection.execute(sa.select(locations).order_by(locations.c.name))]


def read_placed_at(connection: Connection, moment: int) -> list[tuple[str, str]]:
    """Each location that was served at a moment (microseconds since the epoch), and its snapshot's content hash."""
    newest = sa.select(definition_history.c.location, sa.func.max(definition_history.c.seq).label("seq"))
    newest = newest.where(definition_history.c.since <= moment).group_by(definition_history.c.location)
    at = newest.subquery()
    query = sa.select(definition_history.c.location, definition_history.c.snapshot)
    query = query.join(
        at, sa.and_(definition_history.c.location == at.c.location, definition_history.c.seq == at.c.seq)
    )
    query = query.where(definition_history.c.snapshot != "").order_by(definition_history.c.location)
    return [(row.location, row.snapshot) for row in connection.execute(query)]


def read_body(connection: Connection, name: str) -> bytes | None:
    """A snapshot as it is encoded; None if it is not kept any more."""
    query = sa.select(snapshots.c.body).where(snapshots.c.hash == name)
    body: bytes | None = connection.execute(query).scalar()
    return body


def read_changes(connection: Connection, *, before: int | None, limit: int) -> list[DefinitionEntry]:
    """When definitions changed, the newest first; `before` is the `seq` of the last one of the page before."""
    query = sa.select(definition_history).order_by(definition_history.c.seq.desc()).limit(limit)
    if before is not None:
        query = query.where(definition_history.c.seq < before)
    return [DefinitionEntry(**row._mapping) for row in connection.execute(query)]


def read_history(connection: Connection) -> list[DefinitionEntry]:
    """Which snapshot each location served from when, the oldest first."""
    query = sa.select(definition_history).order_by(definition_history.c.seq)
    return [DefinitionEntry(**row._mapping) for row in connection.execute(query)]


def save_edges(connection: Connection, edges: Iterable[tuple[str, str]], seq: int) -> None:
    """Remember dependencies (upstream, downstream) that an outside system told us of, from when it first did."""
    rows = [{"upstream": up, "downstream": down, "seq": seq} for up, down in sorted(set(edges))]
    if rows:
        connection.execute(insert_for(connection, lineage_edges).on_conflict_do_nothing(), rows)


def read_edges(connection: Connection, until_seq: int | None = None) -> list[tuple[str, str]]:
    """Every dependency (upstream, downstream) that outside systems told us of, up to a place in the log."""
    query = sa.select(lineage_edges).order_by(lineage_edges.c.upstream, lineage_edges.c.downstream)
    if until_seq is not None:
        query = query.where(lineage_edges.c.seq <= until_seq)
    return [(row.upstream, row.downstream) for row in connection.execute(query)]


def _from_row(row: Any) -> Location:
    fields = dict(row._mapping)
    if fields["error"] is not None:
        fields["error"] = _error_info_decoder.decode(fields["error"])
    fields["status"] = LocationStatus(fields["status"])
    return Location(**fields)

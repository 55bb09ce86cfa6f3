"""The log, and what is kept of events beside it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text, literal_column

from headwater.storage.schema.conventions import SERIAL_KEY, metadata

log_head = Table(
    "log_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("seq", SERIAL_KEY, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("asset_key", Text),
    Column("partition", Text),
    Column("run_id", Text),
    Column("timestamp", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("data_version", Text),
    Column("payload", Text, nullable=False),
)
Index(
    "ix_events_asset",
    events.c.asset_key,
    events.c.kind,
    events.c.timestamp,
    events.c.seq,
    sqlite_where=events.c.asset_key.is_not(None),
    postgresql_where=events.c.asset_key.is_not(None),
)
Index(
    "ix_events_run",
    events.c.run_id,
    events.c.seq,
    sqlite_where=events.c.run_id.is_not(None),
    postgresql_where=events.c.run_id.is_not(None),
)
Index(
    "ix_events_partition",
    events.c.asset_key,
    events.c.partition,
    events.c.timestamp,
    events.c.seq,
    sqlite_where=events.c.partition.is_not(None),
    postgresql_where=events.c.partition.is_not(None),
)
REPORTED_KINDS = ("materialization", "observation", "check_evaluation")
"""What most events are; an index finds the others by kind."""
_is_rare = events.c.kind.not_in([literal_column(f"'{kind}'") for kind in REPORTED_KINDS])
Index("ix_events_rare", events.c.kind, events.c.seq, sqlite_where=_is_rare, postgresql_where=_is_rare)

report_keys = Table(
    "report_keys",
    metadata,
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False),
)
Index("ix_report_keys_used_at", report_keys.c.used_at)

withdrawn = Table(
    "withdrawn",
    metadata,
    Column("seq", SERIAL_KEY, primary_key=True, autoincrement=False),
    Column("by_seq", BigInteger, nullable=False),
)

asset_aliases = Table(
    "asset_aliases",
    metadata,
    Column("alias", Text, primary_key=True),
    Column("asset_key", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
)

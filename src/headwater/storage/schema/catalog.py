"""What code defines, and what is known of the graph from elsewhere."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, LargeBinary, PrimaryKeyConstraint, Table, Text

from headwater.storage.schema.conventions import metadata

dynamic_partitions = Table(
    "dynamic_partitions",
    metadata,
    Column("name", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("added_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("name", "key"),
)

lineage_edges = Table(
    "lineage_edges",
    metadata,
    Column("upstream", Text, nullable=False),
    Column("downstream", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    PrimaryKeyConstraint("upstream", "downstream"),
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

locations = Table(
    "locations",
    metadata,
    Column("name", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("error", Text),
    Column("snapshot", Text),
    Column("loaded_at", BigInteger),
)

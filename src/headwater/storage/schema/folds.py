"""What is derived from the log, and what retention has taken from it.

`rebuild` derives `FOLDS` again. What retention drops from the log leaves its part in them in `dropped_counts` and
`dropped_days`, and its numbers in `series_days`. A `day` counts days since the epoch, in UTC.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    literal_column,
)

from headwater.storage.schema.conventions import metadata

latest = Table(
    "latest",
    metadata,
    Column("asset_key", Text, nullable=False),
    Column("partition", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("timestamp", BigInteger, nullable=False),
    Column("run_id", Text),
    Column("data_version", Text),
    Column("event_partition", Text),
    Column("read_seq", BigInteger),
    Column("news_seq", BigInteger),
    Column("count", BigInteger, nullable=False),
    Column("basis", Text),
    PrimaryKeyConstraint("asset_key", "partition", "kind"),
    # Room for the next version of a row in its page, so that no index need change with it.
    postgresql_with={"fillfactor": 60},
)
is_whole = latest.c.partition == literal_column("''")
"""That a state is of a whole asset: in the words of the index, so that a database sees that it may use it."""
Index("ix_latest_whole", latest.c.asset_key, latest.c.kind, sqlite_where=is_whole, postgresql_where=is_whole)

check_latest = Table(
    "check_latest",
    metadata,
    Column("asset_key", Text, nullable=False),
    Column("check_name", Text, nullable=False),
    Column("partition", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("timestamp", BigInteger, nullable=False),
    Column("passed", Boolean, nullable=False),
    Column("severity", Text, nullable=False),
    PrimaryKeyConstraint("asset_key", "check_name", "partition"),
)

event_days = Table(
    "event_days",
    metadata,
    Column("asset_key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("day", Integer, nullable=False),
    Column("count", BigInteger, nullable=False),
    PrimaryKeyConstraint("asset_key", "kind", "day"),
    sqlite_with_rowid=False,
)

partition_slots = Table(
    "partition_slots",
    metadata,
    Column("asset_key", Text, nullable=False),
    Column("partition", Text, nullable=False),
    Column("slot", Integer, nullable=False),
    PrimaryKeyConstraint("asset_key", "partition"),
    sqlite_with_rowid=False,
)

partition_pages = Table(
    "partition_pages",
    metadata,
    Column("asset_key", Text, nullable=False),
    Column("page", Integer, nullable=False),
    Column("keys", Text, nullable=False),
    Column("states", Text, nullable=False),
    PrimaryKeyConstraint("asset_key", "page"),
)

version_inputs = Table(
    "version_inputs",
    metadata,
    Column("upstream_seq", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    PrimaryKeyConstraint("upstream_seq", "seq"),
    sqlite_with_rowid=False,
)
Index("ix_version_inputs_seq", version_inputs.c.seq)

definition_history = Table(
    "definition_history",
    metadata,
    Column("location", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("snapshot", Text, nullable=False),
    PrimaryKeyConstraint("location", "seq"),
)

dropped_counts = Table(
    "dropped_counts",
    metadata,
    Column("asset_key", Text, nullable=False),
    Column("partition", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("news_seq", BigInteger),
    PrimaryKeyConstraint("asset_key", "partition", "kind"),
    sqlite_with_rowid=False,
)

dropped_days = Table(
    "dropped_days",
    metadata,
    Column("asset_key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("day", Integer, nullable=False),
    Column("count", BigInteger, nullable=False),
    PrimaryKeyConstraint("asset_key", "kind", "day"),
    sqlite_with_rowid=False,
)

series_days = Table(
    "series_days",
    metadata,
    Column("asset_key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("day", Integer, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("total", Double, nullable=False),
    Column("smallest", Double, nullable=False),
    Column("largest", Double, nullable=False),
    PrimaryKeyConstraint("asset_key", "name", "day"),
    sqlite_with_rowid=False,
)
FOLDS = (
    latest,
    check_latest,
    event_days,
    partition_slots,
    partition_pages,
    version_inputs,
    definition_history,
)
"""What can be derived from the other tables."""

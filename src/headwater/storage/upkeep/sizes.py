"""What takes the room: by table with its indexes, and by asset."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from headwater.storage.schema import dropped_days, event_days, events, metadata

_SAMPLE = 20
_ROW_OVERHEAD = 40
_COUNTED = 10_000
"""Tables up to so many rows are counted in any case."""
_LOOKED_THROUGH_BYTES = 64 * 1024 * 1024
"""Files of SQLite up to this size are looked through, page by page, in any case."""


class TableSize(msgspec.Struct, frozen=True, kw_only=True):
    """A table; `bytes_on_disk` has its indexes too, and is None where it was not looked for or SQLite can't tell."""

    table: str
    rows: int
    is_estimate: bool
    """Whether `rows` is about how many there are: PostgreSQL's own estimate, or what may lie between SQLite's first row
    and its last."""
    bytes_on_disk: int | None


class AssetSize(msgspec.Struct, frozen=True, kw_only=True):
    """An asset's events in the log, those that retention dropped, and about how many bytes are in the log."""

    asset_key: str
    events: int
    dropped: int
    about_bytes: int


class StoreSize(msgspec.Struct, frozen=True, kw_only=True):
    """What a store takes; `free_bytes` are in its file and used by nothing, until retention gives them back."""

    bytes_on_disk: int
    free_bytes: int
    tables: list[TableSize]
    assets: list[AssetSize]


def measure(connection: Connection, most_assets: int = 20, *, exact: bool = True) -> StoreSize:
    """What takes the room; the assets with most in the log first.

    Args:
        connection: Where to read.
        most_assets: How many assets to tell of.
        exact: Whether every row is counted and, on SQLite, every page looked at, which takes a while on a large log.
            Without it large tables are estimated, and the tables of a large file of SQLite have no sizes.
    """
    is_sqlite = connection.dialect.name == "sqlite"
    page = _pragma(connection, "page_size") if is_sqlite else 0
    free = page * _pragma(connection, "freelist_count") if is_sqlite else 0
    whole = page * _pragma(connection, "page_count") if is_sqlite else _database_size(connection)
    if not is_sqlite:
        by_table = _postgres_tables(connection)
    else:
        by_table = _sqlite_tables(connection) if exact or whole <= _LOOKED_THROUGH_BYTES else {}
    tables = [_size(connection, table, by_table, exact) for table in metadata.sorted_tables]
    tables.sort(key=lambda each: (-(each.bytes_on_disk or 0), -each.rows, each.table))
    assets = _assets(connection, most_assets)
    return StoreSize(bytes_on_disk=whole, free_bytes=free, tables=tables, assets=assets)


def _size(connection: Connection, table: sa.Table, by_table: dict[str, int], exact: bool) -> TableSize:
    # SQLAlchemy's names are of a kind of their own, which JSON does not know.
    name = str(table.name)
    size = by_table.get(name)
    if exact or not _can_be_estimated(connection, table):
        rows = connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        return TableSize(table=name, rows=rows, is_estimate=False, bytes_on_disk=size)
    some = sa.select(sa.literal(1)).select_from(table).limit(_COUNTED + 1).subquery()
    rows = connection.execute(sa.select(sa.func.count()).select_from(some)).scalar_one()
    is_large = rows > _COUNTED
    if is_large:
        rows = max(rows, _estimated(connection, table))
    return TableSize(table=name, rows=rows, is_estimate=is_large, bytes_on_disk=size)


def _can_be_estimated(connection: Connection, table: sa.Table) -> bool:
    """Tables of SQLite without numbers of rows are those of folds, which are small beside the log."""
    has_numbers: bool = table.dialect_options["sqlite"]["with_rowid"]
    return connection.dialect.name != "sqlite" or has_numbers


def _estimated(connection: Connection, table: sa.Table) -> int:
    found: float | None
    if connection.dialect.name == "sqlite":
        # Found at the ends of the table's tree; what was deleted in between is counted too.
        number: sa.ColumnClause[int] = sa.literal_column("_rowid_")
        last, first = (
            sa.select(end(number)).select_from(table).scalar_subquery() for end in (sa.func.max, sa.func.min)
        )
        found = connection.execute(sa.select(last - first + 1)).scalar()
    else:
        # The first is right after an ANALYZE, the second between two of them.
        found = connection.execute(
            sa.text(
                "SELECT greatest(c.reltuples, s.n_live_tup) FROM pg_class c"
                " JOIN pg_stat_user_tables s ON s.relid = c.oid WHERE c.oid = to_regclass(:name)"
            ),
            {"name": table.name},
        ).scalar()
    return int(found or 0)


def _pragma(connection: Connection, name: str) -> int:
    value: int = connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
    return value


def _sqlite_tables(connection: Connection) -> dict[str, int]:
    owner: dict[str, str] = {
        row[0]: row[1] for row in connection.exec_driver_sql("SELECT name, tbl_name FROM sqlite_schema")
    }
    sizes: dict[str, int] = {}
    try:
        found = connection.exec_driver_sql("SELECT name, pgsize FROM dbstat WHERE aggregate = TRUE").all()
    except OperationalError:
        # Not every build of SQLite has this table.
        return {}
    for row in found:
        name: str = row[0]
        table = owner.get(name, name)
        sizes[table] = sizes.get(table, 0) + row[1]
    return sizes


def _postgres_tables(connection: Connection) -> dict[str, int]:
    names = [table.name for table in metadata.sorted_tables]
    return {
        name: connection.execute(sa.select(sa.func.pg_total_relation_size(sa.cast(name, sa.Text)))).scalar_one()
        for name in names
    }


def _database_size(connection: Connection) -> int:
    size: int = connection.execute(sa.select(sa.func.pg_database_size(sa.func.current_database()))).scalar_one()
    return size


def _assets(connection: Connection, most: int) -> list[AssetSize]:
    """The counts are those by day; the size of an event is that of an asset's latest ones."""
    dropped = _sums(connection, dropped_days)
    counts = {key: count - dropped.get(key, 0) for key, count in _sums(connection, event_days).items()}
    largest = sorted(counts, key=lambda key: (-counts[key], key))[:most]
    return [
        AssetSize(
            asset_key=key,
            events=counts[key],
            dropped=dropped.get(key, 0),
            about_bytes=counts[key] * _usual_bytes(connection, key),
        )
        for key in largest
    ]


def _sums(connection: Connection, table: sa.Table) -> dict[str, int]:
    query = sa.select(table.c.asset_key, sa.func.sum(table.c["count"])).where(table.c.asset_key != "")
    return {key: int(total) for key, total in connection.execute(query.group_by(table.c.asset_key))}


def _usual_bytes(connection: Connection, asset_key: str) -> int:
    sample = sa.select(sa.func.length(events.c.payload).label("size")).where(events.c.asset_key == asset_key)
    found = list(connection.execute(sample.limit(_SAMPLE)).scalars())
    return _ROW_OVERHEAD + sum(found) // len(found) if found else 0

"""Parquet files that appear whole or not at all, and what there is to tell of them."""

import os
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

import headwater as hw
from partner_transactions.settings import DATA

_PREVIEW_ROWS = 10


def path_of(table: str, partition: str | None = None) -> Path:
    """The file of a table, or of one partition of it."""
    return DATA / f"{table}.parquet" if partition is None else DATA / table / f"{partition}.parquet"


def save(frame: pl.DataFrame, path: Path) -> dict[str, Any]:
    """Write a table in place of the one before it, and return metadata for its materialization.

    Whoever reads the file meanwhile sees the old table or the new one, and a crash leaves the old one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    frame.write_parquet(unfinished)
    unfinished.replace(path)
    return {
        "dagster/row_count": frame.height,
        "dagster/column_schema": _schema(frame),
        "path": hw.MetadataValue.path(path),
        "size_bytes": path.stat().st_size,
        "preview": preview(frame),
    }


def preview(frame: pl.DataFrame, rows: int = _PREVIEW_ROWS) -> hw.TableMetadataValue:
    """The first rows, for people."""
    records = [
        hw.TableRecord({name: _plain(value) for name, value in row.items()})
        for row in frame.head(rows).iter_rows(named=True)
    ]
    return hw.MetadataValue.table(records, schema=_schema(frame))


def made_from(columns: dict[str, list[tuple[hw.AssetKey, str]]]) -> dict[str, hw.TableColumnLineage]:
    """Metadata that says from which columns of other assets, as (key, column), each column is made."""
    deps = {name: [hw.TableColumnDep(*each) for each in above] for name, above in columns.items()}
    return {"dagster/column_lineage": hw.TableColumnLineage(deps)}


def _schema(frame: pl.DataFrame) -> hw.TableSchema:
    return hw.TableSchema([hw.TableColumn(name, str(kind).lower()) for name, kind in frame.schema.items()])


def _plain(value: object) -> str | float | bool | None:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)

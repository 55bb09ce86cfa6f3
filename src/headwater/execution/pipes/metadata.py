"""Metadata as the protocol writes it: `{"raw_value": ..., "type": ...}`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from headwater.definitions.metadata.infer import MetadataValue, normalize_metadata
from headwater.definitions.metadata.tables import (
    TableColumn,
    TableColumnConstraints,
    TableColumnDep,
    TableColumnLineage,
    TableConstraints,
    TableRecord,
    TableSchema,
)
from headwater.errors import HeadwaterError
from headwater.keys import AssetKey

_INFER = "__infer__"


def read_metadata(raw: Mapping[str, Any]) -> tuple[dict[str, MetadataValue], list[str]]:
    """Metadata by name, and what is wrong with the entries that are left out or kept as they are."""
    found: dict[str, MetadataValue] = {}
    complaints: list[str] = []
    for name, entry in raw.items():
        typed = isinstance(entry, dict) and set(entry) == {"raw_value", "type"}
        kind, value = (entry["type"], entry["raw_value"]) if typed else (_INFER, entry)
        read = _READERS.get(kind)
        if read is None:
            known = ", ".join(_READERS)
            complaints.append(f"{name!r} has the type {kind!r}, which there is not; it is one of {known}.")
            read = _infer
        try:
            found[name] = read(value)
        except (HeadwaterError, TypeError, ValueError, KeyError, AttributeError) as error:
            complaints.append(f"{name!r} is not of the type {kind!r}, so it was left out: {error}")
    return found, complaints


def _infer(value: Any) -> MetadataValue:
    return normalize_metadata({"value": value})["value"]


def _float(value: Any) -> MetadataValue:
    # JSON writes whole floats without a point in some languages.
    return MetadataValue.float(float(value) if isinstance(value, int) and not isinstance(value, bool) else value)


def _column(raw: Mapping[str, Any]) -> TableColumn:
    limits = raw.get("constraints") or {}
    return TableColumn(
        name=raw["name"],
        type=raw.get("type", "string"),
        description=raw.get("description"),
        tags=raw.get("tags") or {},
        constraints=TableColumnConstraints(
            nullable=limits.get("nullable", True), unique=limits.get("unique", False), other=limits.get("other")
        ),
    )


def _schema(raw: Mapping[str, Any]) -> TableSchema:
    limits = raw.get("constraints") or {}
    constraints = TableConstraints(other=limits.get("other") or []) if limits else None
    return TableSchema(columns=[_column(column) for column in raw["columns"]], constraints=constraints)


def _table(raw: Mapping[str, Any]) -> MetadataValue:
    records = [TableRecord(record) for record in raw["records"]]
    columns = raw.get("schema")
    schema = None if columns is None else _schema(columns if isinstance(columns, dict) else {"columns": columns})
    return MetadataValue.table(records, schema)


def _lineage(raw: Mapping[str, Any]) -> MetadataValue:
    deps = {
        column: [
            TableColumnDep(
                asset_key=AssetKey.from_escaped_user_string(dep["asset_key"]), column_name=dep["column_name"]
            )
            for dep in entries
        ]
        for column, entries in raw["deps_by_column"].items()
    }
    return MetadataValue.column_lineage(TableColumnLineage(deps_by_column=deps))


_READERS: dict[str, Callable[[Any], MetadataValue]] = {
    _INFER: _infer,
    "text": MetadataValue.text,
    "url": MetadataValue.url,
    "path": MetadataValue.path,
    "notebook": MetadataValue.notebook,
    "json": MetadataValue.json,
    "md": MetadataValue.md,
    "float": _float,
    "int": MetadataValue.int,
    "bool": MetadataValue.bool,
    "dagster_run": MetadataValue.run,
    "asset": lambda value: MetadataValue.asset(AssetKey.from_escaped_user_string(value)),
    "null": lambda _value: MetadataValue.null(),
    "table": _table,
    "table_schema": lambda value: MetadataValue.table_schema(_schema(value)),
    "table_column_lineage": _lineage,
    "timestamp": lambda value: MetadataValue.timestamp(float(value)),
}

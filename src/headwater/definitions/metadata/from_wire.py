"""Stored metadata as the values that Python users read: the inverse of `to_wire`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from headwater.definitions.metadata.code_references import (
    CodeReferencesMetadataValue,
    LocalFileCodeReference,
    UrlCodeReference,
)
from headwater.definitions.metadata.kinds import MetadataValue
from headwater.definitions.metadata.tables import (
    TableColumn,
    TableColumnConstraints,
    TableColumnDep,
    TableColumnLineage,
    TableConstraints,
    TableSchema,
)
from headwater.definitions.snapshot import WireValue
from headwater.errors import HeadwaterError
from headwater.keys import AssetKey


def from_wire(metadata: Mapping[str, WireValue]) -> dict[str, MetadataValue]:
    """Metadata as it was given; a value of a kind or form that this release does not know is JSON."""
    return {name: _read(entry) for name, entry in metadata.items()}


def schema_from_plain(plain: Any) -> TableSchema:
    """A schema from its plain form, of which only the names of columns are needed.

    Raises:
        TypeError: it has another form.
        HeadwaterError: a name or type is no text.
        KeyError: a column has no name.
    """
    constraints = plain.get("constraints")
    return TableSchema(_columns(plain["columns"]), TableConstraints(constraints) if constraints else None)


def _read(entry: WireValue) -> MetadataValue:
    reader = _READERS.get(entry.type)
    if reader is not None:
        try:
            return reader(entry.value)
        except (HeadwaterError, TypeError, ValueError, KeyError, AttributeError):
            # Whoever reported it, or a later release, has written it in another form.
            pass
    return MetadataValue.json(entry.value)


def _columns(plain: Sequence[Any]) -> list[TableColumn]:
    return [
        TableColumn(
            column["name"],
            "string" if column.get("type") is None else column["type"],
            column.get("description"),
            TableColumnConstraints(**column["constraints"]) if column.get("constraints") else None,
            column.get("tags"),
        )
        for column in plain
    ]


def _lineage(plain: Any) -> TableColumnLineage:
    return TableColumnLineage(
        {
            name: [
                TableColumnDep(AssetKey.from_escaped_user_string(dep["asset_key"]), dep["column_name"]) for dep in deps
            ]
            for name, deps in plain["deps_by_column"].items()
        }
    )


def _job(plain: Any) -> MetadataValue:
    if isinstance(plain, str):
        return MetadataValue.job(plain)
    return MetadataValue.job(
        plain["job_name"], plain.get("location_name"), repository_name=plain.get("repository_name")
    )


def _code_references(plain: Any) -> MetadataValue:
    return CodeReferencesMetadataValue(
        [
            UrlCodeReference(each["url"], each.get("label"))
            if "url" in each
            else LocalFileCodeReference(each["file"], each.get("line"), each.get("label"))
            for each in plain
        ]
    )


_READERS: dict[str, Callable[[Any], MetadataValue]] = {
    "text": MetadataValue.text,
    "url": MetadataValue.url,
    "path": MetadataValue.path,
    "notebook": MetadataValue.notebook,
    "md": MetadataValue.md,
    "int": lambda value: MetadataValue.int(int(value)),
    "float": lambda value: MetadataValue.float(float(value)),
    "bool": MetadataValue.bool,
    "timestamp": lambda value: MetadataValue.timestamp(float(value)),
    "asset": lambda value: MetadataValue.asset(AssetKey.from_escaped_user_string(value)),
    "run": MetadataValue.run,
    "job": _job,
    "null": lambda _value: MetadataValue.null(),
    "table": lambda value: MetadataValue.table(value["records"], _columns(value["schema"])),
    "table_schema": lambda value: MetadataValue.table_schema(schema_from_plain(value)),
    "column_lineage": lambda value: MetadataValue.column_lineage(_lineage(value)),
    "code_references": _code_references,
}

"""Tables as metadata: schemas, rows, and which columns a column is made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from headwater.definitions.arguments import (
    check_asset_key,
    check_bool,
    check_mapping,
    check_optional_text,
    check_several,
    check_text,
    check_type,
    shown,
)
from headwater.definitions.plain_json import plain_json
from headwater.errors import InvalidParameterError
from headwater.keys import AssetKey, CoercibleToAssetKey

_force = msgspec.structs.force_setattr
_TYPE_NAMES = ((bool, "bool"), (int, "int"), (float, "float"))


class TableColumnConstraints(msgspec.Struct, frozen=True):
    """What a column promises; `other` are rules in words.

    Args:
        nullable: Whether it may have no value in some rows.
        unique: Whether no two rows have the same value.
        other: Further rules, in words.

    Example:
        >>> TableColumnConstraints(nullable=False, other=["> 0"]).to_plain()
        {'nullable': False, 'unique': False, 'other': ['> 0']}
    """

    nullable: bool = True
    unique: bool = False
    other: Sequence[str] | None = None

    def __post_init__(self) -> None:
        check_bool(self.nullable, "nullable of a column")
        check_bool(self.unique, "unique of a column")
        _force(self, "other", _texts(self.other, "other of a column's constraints"))

    def to_plain(self) -> dict[str, Any]:
        """The constraints as plain JSON."""
        return {"nullable": self.nullable, "unique": self.unique, "other": list(self.other or ())}


class TableConstraints(msgspec.Struct, frozen=True):
    """What a table promises as a whole, in words.

    Args:
        other: Each promise, in words.

    Example:
        >>> TableConstraints(["one row a customer"]).other
        ['one row a customer']
    """

    other: Sequence[str]

    def __post_init__(self) -> None:
        _force(self, "other", _texts(self.other, "other of a table's constraints"))


class TableColumn(msgspec.Struct, frozen=True):
    """A column: its name, its type as the database calls it, what it means and promises.

    Args:
        name: Its name.
        type: Its type, as the database calls it.
        description: What it means, in Markdown.
        constraints: What it promises.
        tags: Names and short values to find it by.

    Example:
        >>> TableColumn("amount", "decimal", constraints=TableColumnConstraints(nullable=False)).type
        'decimal'
    """

    name: str
    type: str = "string"
    description: str | None = None
    constraints: TableColumnConstraints | None = None
    tags: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        where = f"of column {shown(self.name)}"
        check_text(self.name, "The name of a column")
        check_text(self.type, f"The type {where}")
        check_optional_text(self.description, f"The description {where}")
        constraints = TableColumnConstraints() if self.constraints is None else self.constraints
        check_type(constraints, TableColumnConstraints, f"constraints {where}", "a TableColumnConstraints")
        _force(self, "constraints", constraints)
        tags = check_mapping(self.tags, f"tags {where}")
        for name, value in tags.items():
            check_text(name, f"A tag {where}")
            check_text(value, f"The value of tag {name!r} {where}")
        _force(self, "tags", tags)

    def to_plain(self) -> dict[str, Any]:
        """The column as plain JSON."""
        return {
            "name": self.name,
            "type": self.type,
            "description": self.description,
            "constraints": (self.constraints or TableColumnConstraints()).to_plain(),
            "tags": dict(self.tags or {}),
        }


class TableSchema(msgspec.Struct, frozen=True):
    """The columns of a table, in order.

    Args:
        columns: Its columns.
        constraints: What it promises as a whole.

    Example:
        >>> schema = TableSchema([TableColumn("id", "bigint"), TableColumn("name")])
        >>> [column.type for column in schema.columns]
        ['bigint', 'string']
    """

    columns: Sequence[TableColumn]
    constraints: TableConstraints | None = None

    def __post_init__(self) -> None:
        columns = [
            check_type(column, TableColumn, "A column of a TableSchema", "a TableColumn")
            for column in check_several(self.columns, "columns of a TableSchema")
        ]
        _force(self, "columns", columns)
        if self.constraints is not None:
            check_type(self.constraints, TableConstraints, "constraints of a TableSchema", "a TableConstraints")

    @staticmethod
    def from_name_type_dict(name_type_dict: Mapping[str, str]) -> TableSchema:
        """A schema from the types of its columns by name."""
        return TableSchema([TableColumn(name, type_name) for name, type_name in name_type_dict.items()])

    def to_plain(self) -> dict[str, Any]:
        """The schema as plain JSON."""
        return {
            "columns": [column.to_plain() for column in self.columns],
            "constraints": list(self.constraints.other) if self.constraints else [],
        }


class TableRecord(msgspec.Struct, frozen=True):
    """One row: a scalar for each column.

    Args:
        data: By column: a string, number, bool or None.

    Example:
        >>> TableRecord({"customer": "ada", "total": 17}).data["total"]
        17
    """

    data: Mapping[str, str | int | float | bool | None]

    def __post_init__(self) -> None:
        data = check_mapping(self.data, "A TableRecord")
        for name, value in data.items():
            check_text(name, "The name of a column")
            if value is not None and not isinstance(value, (str, int, float)):
                raise InvalidParameterError(
                    f"Column {name!r} of a TableRecord is a string, a number, a bool or None, but got {shown(value)}."
                )
        _force(self, "data", data)

    def to_plain(self) -> dict[str, Any]:
        """The row as plain JSON."""
        return {name: plain_json(value, f"column {name!r}") for name, value in self.data.items()}


class TableColumnDep(msgspec.Struct, frozen=True):
    """A column of an upstream asset that a column is made from; a string is one part of a key.

    Args:
        asset_key: The upstream asset.
        column_name: Its column.

    Example:
        >>> TableColumnDep("orders", "amount").column_name
        'amount'
    """

    asset_key: CoercibleToAssetKey
    column_name: str

    def __post_init__(self) -> None:
        _force(self, "asset_key", check_asset_key(self.asset_key, "asset_key of a TableColumnDep"))
        check_text(self.column_name, "column_name of a TableColumnDep")

    def to_plain(self) -> dict[str, Any]:
        """The dependency as plain JSON."""
        key = AssetKey.from_coercible(self.asset_key)
        return {"asset_key": key.to_escaped_user_string(), "column_name": self.column_name}


class TableColumnLineage(msgspec.Struct, frozen=True):
    """For each column of an asset, the upstream columns that it is made from.

    Args:
        deps_by_column: By column of the asset: the columns that it is made from.

    Example:
        >>> lineage = TableColumnLineage({"total": [TableColumnDep("orders", "amount")]})
        >>> lineage.deps_by_column["total"][0].column_name
        'amount'
    """

    deps_by_column: Mapping[str, Sequence[TableColumnDep]]

    def __post_init__(self) -> None:
        deps_by_column: dict[str, list[TableColumnDep]] = {}
        for name, deps in check_mapping(self.deps_by_column, "deps_by_column").items():
            where = f"deps_by_column[{name!r}]"
            deps_by_column[check_text(name, "A column of deps_by_column")] = [
                check_type(dep, TableColumnDep, f"An element of {where}", "a TableColumnDep")
                for dep in check_several(deps, where)
            ]
        _force(self, "deps_by_column", deps_by_column)

    def to_plain(self) -> dict[str, Any]:
        """The lineage as plain JSON."""
        return {
            "deps_by_column": {name: [dep.to_plain() for dep in deps] for name, deps in self.deps_by_column.items()}
        }


def infer_schema(record: TableRecord) -> TableSchema:
    """A schema from the Python types of one row's values; text where there is no better name."""
    return TableSchema([TableColumn(name, _type_name(value)) for name, value in record.data.items()])


def _type_name(value: object) -> str:
    return next((name for kind, name in _TYPE_NAMES if isinstance(value, kind)), "string")


def _texts(value: object, where: str) -> list[str]:
    return [check_text(item, f"An element of {where}") for item in check_several(value, where)]

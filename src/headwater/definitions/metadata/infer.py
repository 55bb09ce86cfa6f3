"""Metadata from what users and reporters pass: the kind of each value is inferred unless it is named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headwater.definitions.arguments import shown
from headwater.definitions.metadata.kinds import (
    AssetMetadataValue,
    BoolMetadataValue,
    FloatMetadataValue,
    IntMetadataValue,
    JobMetadataValue,
    JsonMetadataValue,
    MarkdownMetadataValue,
    MetadataValue,
    NotebookMetadataValue,
    NullMetadataValue,
    PathLike,
    PathMetadataValue,
    RunMetadataValue,
    TableColumnLineageMetadataValue,
    TableMetadataValue,
    TableSchemaMetadataValue,
    TextMetadataValue,
    TimestampMetadataValue,
    UrlMetadataValue,
)
from headwater.definitions.metadata.tables import TableColumnLineage, TableSchema
from headwater.definitions.plain_json import mend_for, plain_int, plain_json, plain_text
from headwater.definitions.snapshot import WireValue
from headwater.errors import InvalidMetadataError
from headwater.keys import AssetKey

__all__ = [
    "AssetMetadataValue",
    "BoolMetadataValue",
    "FloatMetadataValue",
    "IntMetadataValue",
    "JobMetadataValue",
    "JsonMetadataValue",
    "MarkdownMetadataValue",
    "MetadataValue",
    "NotebookMetadataValue",
    "NullMetadataValue",
    "PathMetadataValue",
    "RunMetadataValue",
    "TableColumnLineageMetadataValue",
    "TableMetadataValue",
    "TableSchemaMetadataValue",
    "TextMetadataValue",
    "TimestampMetadataValue",
    "UrlMetadataValue",
    "normalize_metadata",
    "to_wire",
    "wire_from_json",
]


_SMALL = 1 << 53
"""Whole numbers below it are sent as they are; see `IntMetadataValue`."""


def normalize_metadata(metadata: Mapping[str, Any] | None) -> dict[str, MetadataValue]:
    """Metadata with the kind of each value settled.

    Args:
        metadata: By key: a `MetadataValue`, or a string, number, bool, None, dict, list, path, asset key, table
            schema or column lineage.

    Raises:
        InvalidMetadataError: it is no mapping, or a key or value is of another kind; the message says what to write.

    Example:
        >>> normalize_metadata({"rows": 3})
        {'rows': IntMetadataValue(value=3)}
    """
    return {key: _infer(value, f"metadata[{key!r}]") for key, value in _checked_items(metadata)}


def to_wire(metadata: Mapping[str, Any] | None) -> dict[str, WireValue]:
    """Metadata as stored and sent; values are as for `normalize_metadata`."""
    return {key: value.to_wire() for key, value in normalize_metadata(metadata).items()}


def wire_from_json(metadata: Mapping[str, Any]) -> dict[str, WireValue]:
    """Metadata of a report over HTTP as stored: strings are text, and objects opaque JSON, whatever they hold.

    Args:
        metadata: A decoded JSON object.

    Raises:
        InvalidMetadataError: a value is nested too deep, or text is not Unicode.
    """
    wire: dict[str, WireValue] = {}
    for name, value in metadata.items():
        # Nearly all names and values are such ones, and each report pays for each of its own.
        key = name if name.isascii() else plain_text(name, "A key of metadata")
        if type(value) is str and value.isascii():
            wire[key] = WireValue("text", value)
        elif type(value) is int and -_SMALL < value < _SMALL:
            wire[key] = WireValue("int", value)
        elif isinstance(value, (dict, list)):
            wire[key] = WireValue("json", plain_json(value, f"metadata[{key!r}]"))
        else:
            wire[key] = _infer(value, f"metadata[{key!r}]").to_wire()
    return wire


def _checked_items(metadata: Mapping[str, Any] | None) -> list[tuple[str, Any]]:
    if metadata is None:
        return []
    if not isinstance(metadata, Mapping):
        raise InvalidMetadataError(f"metadata is a dict from strings to values, but got {shown(metadata)}.")
    items = []
    for key, value in metadata.items():
        if not isinstance(key, str):
            raise InvalidMetadataError(f"A key of metadata is a string, but got {shown(key)}; write str(key).")
        items.append((plain_text(key, "A key of metadata"), value))
    return items


def _infer(value: object, where: str) -> MetadataValue:
    """The value as the kind that its type stands for; bool comes before int, whose subclass it is."""
    if isinstance(value, MetadataValue):
        return value
    if value is None:
        return NullMetadataValue()
    if isinstance(value, str):
        return TextMetadataValue(plain_text(value, where))
    if isinstance(value, bool):
        return BoolMetadataValue(value)
    if isinstance(value, int):
        return IntMetadataValue(plain_int(value, where))
    if isinstance(value, float):
        return FloatMetadataValue(value)
    if isinstance(value, (dict, list)):
        return JsonMetadataValue(plain_json(value, where))
    return _infer_object(value, where)


def _infer_object(value: object, where: str) -> MetadataValue:
    if isinstance(value, AssetKey):
        return AssetMetadataValue(value)
    if isinstance(value, TableSchema):
        return TableSchemaMetadataValue(value)
    if isinstance(value, TableColumnLineage):
        return TableColumnLineageMetadataValue(value)
    if isinstance(value, PathLike):
        return MetadataValue.path(value)
    raise InvalidMetadataError(f"{where} is of a kind that can't be stored: {shown(value)}; {mend_for(value)}.")

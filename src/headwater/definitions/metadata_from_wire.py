"""Stored metadata as the values that Python users read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from headwater.definitions.metadata_values import MetadataValue
from headwater.definitions.snapshot import WireValue
from headwater.keys import AssetKey

_READERS: dict[str, Callable[[Any], MetadataValue]] = {
    "text": MetadataValue.text,
    "url": MetadataValue.url,
    "path": MetadataValue.path,
    "notebook": MetadataValue.notebook,
    "markdown": MetadataValue.md,
    "int": lambda value: MetadataValue.int(int(value)),
    "float": lambda value: MetadataValue.float(float(value)),
    "bool": MetadataValue.bool,
    "timestamp": lambda value: MetadataValue.timestamp(float(value)),
    "asset": lambda value: MetadataValue.asset(AssetKey.from_escaped_user_string(value)),
    "null": lambda _value: MetadataValue.null(),
}


def from_wire(metadata: Mapping[str, WireValue]) -> dict[str, MetadataValue]:
    """Metadata as it was given; tables and their schemas as JSON."""
    return {name: _READERS.get(entry.type, MetadataValue.json)(entry.value) for name, entry in metadata.items()}

"""The wire shapes of how long events are kept, and of what takes the room."""

from __future__ import annotations

from typing import Literal

import msgspec

SortName = Literal[
    "materialization",
    "observation",
    "check",
    "external",
    "run",
    "freshness",
    "correction",
    "definition",
    "other",
    "run_key",
]

RuleSource = Literal["default", "setting", "definition"]


class RetentionRule(msgspec.Struct, kw_only=True):
    """How long events of a sort are kept, of one asset or of all without a rule of their own. Null: no limit.

    It is a `default`, was made by a person (`setting`), or stands in the asset's `definition`.
    """

    asset: str | None
    sort: SortName
    days: float | None
    count: int | None
    source: RuleSource


class RetentionList(msgspec.Struct, kw_only=True):
    """Every rule in force: those for all assets, then those of single ones by key."""

    items: list[RetentionRule]


class RetentionBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A rule to set. Without `days` and `count`, everything is kept."""

    sort: SortName
    asset: str | None = None
    days: float | None = None
    count: int | None = None


class TableSizeView(msgspec.Struct, kw_only=True):
    """A table with its indexes; `bytes_on_disk` is null where it was not looked for, or SQLite can't tell."""

    table: str
    rows: int
    is_estimate: bool
    """Whether `rows` is about how many there are."""
    bytes_on_disk: int | None


class AssetSizeView(msgspec.Struct, kw_only=True):
    """An asset's events in the log, those that retention dropped, and about how many bytes are in the log."""

    asset: str
    events: int
    dropped: int
    about_bytes: int


class StorageView(msgspec.Struct, kw_only=True):
    """What takes the room; `free_bytes` are in the file and used by nothing, until retention gives them back."""

    bytes_on_disk: int
    free_bytes: int
    tables: list[TableSizeView]
    assets: list[AssetSizeView]

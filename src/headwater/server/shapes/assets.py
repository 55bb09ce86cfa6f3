"""The wire shapes of assets: rows of the catalog, and everything about one of them."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from headwater.server.shapes.conditions import FreshnessView
from headwater.server.shapes.partitions import PartitionsView
from headwater.server.shapes.values import ErrorView, EventRef, MetadataValue, SourceView

AssetKind = Literal["external", "native", "stub", "undefined"]
"""`stub`: others depend on it, nobody defined it. `undefined`: events came for it, nobody defined it."""

AssetStatus = Literal["fresh", "stale", "failed", "running", "missing", "reported", "unreported"]
"""Native: fresh, stale (an input is newer), failed, running, missing. All others: reported or unreported."""


class CheckCounts(msgspec.Struct, kw_only=True):
    """How the latest evaluations of an asset's checks stand."""

    passed: int
    warned: int
    failed: int
    missing: int


class AssetRow(msgspec.Struct, kw_only=True):
    """One asset as the catalog and the graph show it."""

    key: str
    kind: AssetKind
    status: AssetStatus
    group: str
    description: str | None
    owners: list[str]
    tags: dict[str, str]
    kinds: list[str]
    partitioned: bool
    observable: bool
    """Whether another system makes it, and a function here looks at it."""
    automated: bool
    location: str | None
    latest_materialization: EventRef | None
    latest_observation: EventRef | None
    materializations: int
    checks: CheckCounts
    freshness: str | None
    """`PASS`, `WARN`, `FAIL` or `UNKNOWN` for an asset with a freshness policy."""


class AssetList(msgspec.Struct, kw_only=True):
    """The whole catalog, by key."""

    items: list[AssetRow]
    seq: int


class Neighbour(msgspec.Struct, kw_only=True):
    """A direct upstream or downstream asset.

    `read_seq` is the version of the upper one that the latest version of the lower one has read.
    """

    asset: AssetRow
    read_seq: int | None
    changed_since: bool


class CheckView(msgspec.Struct, kw_only=True):
    """A check and its latest evaluation. A check that was only ever reported is not `defined`."""

    name: str
    description: str | None
    defined: bool
    executable: bool
    blocking: bool
    automated: bool
    """Whether it has an automation condition that is followed."""
    status: Literal["passed", "warned", "failed", "missing"]
    seq: int | None
    timestamp: float | None
    metadata: dict[str, MetadataValue]


class StaleReason(msgspec.Struct, kw_only=True):
    """What an asset was not made from yet: a newer input, or `via` stale inputs something that those are from.

    `kind` says what differs: the `data` of `upstream`; its `code`, which is the asset's own where `upstream` is itself;
    or that it became, or is no more, an input (`dependency`). The versions have names where they were given any.
    """

    upstream: str
    seq: int
    timestamp: float
    via: list[str]
    kind: Literal["code", "data", "dependency"]
    version_read: str | None
    version_now: str | None


class ConfigView(msgspec.Struct, kw_only=True):
    """What a function takes of a run's config, under `ops` by the name `op`; `shape` is JSON Schema."""

    op: str
    shape: dict[str, Any]


class AssetDetail(msgspec.Struct, kw_only=True):
    """Everything about one asset but its history."""

    asset: AssetRow
    metadata: dict[str, MetadataValue]
    latest_metadata: dict[str, MetadataValue]
    upstream: list[Neighbour]
    downstream: list[Neighbour]
    checks: list[CheckView]
    partitions: PartitionsView | None
    condition: str | None
    stale: list[StaleReason]
    code_version: str | None
    source: SourceView | None
    sensors: list[str]
    """Sensors that reported the asset."""
    last_error: ErrorView | None
    """Why the latest attempt to make it failed; None once a later one succeeded."""
    freshness: FreshnessView | None
    """How it stands with its freshness policy; None where it has none."""
    report_path: str | None
    """Where to POST a report of this asset; None for native assets."""
    config: ConfigView | None = None
    """What its function takes of a run's config; None where it takes none."""

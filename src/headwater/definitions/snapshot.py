"""The serialisable picture of a code location's definitions: all that server and engine know of user code.

Only plain values live here. Keys are written as `AssetKey.to_escaped_user_string` writes them. A new field needs
a default, so that a snapshot written by an older release can still be read.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from headwater.definitions.assets.backfill_policy import BackfillPolicy
from headwater.definitions.conditions.condition import AutomationCondition
from headwater.definitions.freshness import FreshnessPolicy
from headwater.definitions.partitions import MappingSnapshot, PartitionsSnapshot
from headwater.definitions.runs.executors import ExecutorSnapshot
from headwater.definitions.runs.retries import RetryPolicy

SNAPSHOT_VERSION = 1


class WireValue(msgspec.Struct, frozen=True, gc=False):
    """One metadata value as stored and sent: its kind (`int`, `url`, `table_schema`, …) and plain JSON."""

    type: str
    value: Any = None


class SourceRef(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a definition stands in the user's code."""

    file: str
    line: int


class ConfigSnapshot(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a function takes of a run's config, under the name `op`; `shape` is JSON Schema."""

    op: str
    shape: dict[str, Any] = {}


class ResourceSnapshot(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a resource takes of a run's config; a run must give it where it is `at_launch`."""

    name: str
    shape: dict[str, Any] = {}
    at_launch: bool = False


class AssetSnapshot(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One asset. `kind` is `stub` for a key that others depend on and nobody defined."""

    key: str
    kind: Literal["external", "native", "stub"]
    deps: tuple[str, ...] = ()
    mappings: dict[str, MappingSnapshot] = {}
    """The partition mapping of each dependency that was given one."""
    description: str | None = None
    metadata: dict[str, WireValue] = {}
    group: str = "default"
    owners: tuple[str, ...] = ()
    tags: dict[str, str] = {}
    kinds: tuple[str, ...] = ()
    code_version: str | None = None
    partitions: PartitionsSnapshot | None = None
    condition: AutomationCondition | None = None
    timeout: float | None = None
    source: SourceRef | None = None
    op: str | None = None
    """The function, where it makes several assets."""
    can_subset: bool = False
    observable: bool = False
    """Whether a function looks at it, though another system makes it."""
    retry: RetryPolicy | None = None
    config: ConfigSnapshot | None = None
    pool: str | None = None
    op_tags: dict[str, str] = {}
    freshness: FreshnessPolicy | None = None
    backfill: BackfillPolicy | None = None
    virtual: bool = False
    """Whether it holds no data of its own, as a view does."""


_asset_snapshot_decoder = msgspec.json.Decoder(AssetSnapshot)


class CheckSnapshot(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One check. One that is not `executable` by itself hears of its result by report, or from its asset's function."""

    asset_key: str
    name: str
    deps: tuple[str, ...] = ()
    description: str | None = None
    blocking: bool = False
    executable: bool = True
    metadata: dict[str, WireValue] = {}
    timeout: float | None = None
    source: SourceRef | None = None
    retry: RetryPolicy | None = None
    config: ConfigSnapshot | None = None
    op: str | None = None
    """The function, where it carries out several checks."""
    can_subset: bool = False
    partitioned: bool = False
    """Whether it judges the partitions of its asset one by one, and never the whole."""
    condition: AutomationCondition | None = None
    pool: str | None = None
    op_tags: dict[str, str] = {}


class WatchSnapshot(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The events that call an event-driven sensor.

    `kinds` are event kinds. `assets` are those that the events are about, or, for events of runs, that the runs make;
    `jobs` the jobs that the runs are of; None for any. Runs of other code locations count only `everywhere`.
    """

    kinds: tuple[str, ...]
    assets: tuple[str, ...] | None = None
    jobs: tuple[str, ...] | None = None
    everywhere: bool = True
    from_latest: bool = False
    one_by_one: bool = True


class TickSnapshot(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What sensors and schedules have in common. Times are in seconds.

    `targets` are the keys that run requests may name, None for any; `jobs` the jobs that they run, none for assets.
    """

    name: str
    description: str | None = None
    timeout: float = 60.0
    running_by_default: bool = True
    status_declared: bool = False
    targets: tuple[str, ...] | None = None
    jobs: tuple[str, ...] = ()
    tags: dict[str, str] = {}
    metadata: dict[str, WireValue] = {}
    owners: tuple[str, ...] = ()
    source: SourceRef | None = None


class SensorSnapshot(TickSnapshot, frozen=True, kw_only=True, omit_defaults=True):
    """One sensor. `watch` says what calls it if it is no interval."""

    kind: str = "interval"
    minimum_interval: float = 30.0
    watch: WatchSnapshot | None = None
    run_tags: dict[str, str] = {}
    """Of a switch of conditions: what the runs have that are requested for its assets."""


class ScheduleSnapshot(TickSnapshot, frozen=True, kw_only=True, omit_defaults=True):
    """One schedule. `catch_up` is how many missed times are made up for, None for all."""

    crons: tuple[str, ...]
    timezone: str = "UTC"
    catch_up: int | None = 1


class JobSnapshot(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One job: the assets that its selection means, or `checks` (an asset and a name each) where it makes nothing."""

    name: str
    assets: tuple[str, ...]
    selection: str
    checks: tuple[tuple[str, str], ...] = ()
    description: str | None = None
    run_config: dict[str, Any] = {}
    tags: dict[str, str] = {}
    run_tags: dict[str, str] = {}
    metadata: dict[str, WireValue] = {}
    partitions: PartitionsSnapshot | None = None
    owners: tuple[str, ...] = ()
    source: SourceRef | None = None
    executor: ExecutorSnapshot | None = None
    retry: RetryPolicy | None = None
    condition: AutomationCondition | None = None


class DefinitionsSnapshot(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything that one code location defines, sorted, so that equal definitions have equal bytes."""

    version: int = SNAPSHOT_VERSION
    assets: tuple[AssetSnapshot, ...] = ()
    checks: tuple[CheckSnapshot, ...] = ()
    sensors: tuple[SensorSnapshot, ...] = ()
    schedules: tuple[ScheduleSnapshot, ...] = ()
    jobs: tuple[JobSnapshot, ...] = ()
    metadata: dict[str, WireValue] = {}
    executor: ExecutorSnapshot | None = None
    resources: tuple[ResourceSnapshot, ...] = ()
    warnings: tuple[str, ...] = ()


_definitions_snapshot_decoder = msgspec.json.Decoder(DefinitionsSnapshot)


def encode_snapshot(snapshot: DefinitionsSnapshot) -> bytes:
    """The snapshot as JSON with its keys in a fixed order."""
    return msgspec.json.encode(snapshot, order="deterministic")


def decode_snapshot(body: bytes) -> DefinitionsSnapshot:
    """The inverse of `encode_snapshot`."""
    return _definitions_snapshot_decoder.decode(body)


class _Assets(msgspec.Struct):
    assets: list[msgspec.Raw] = []


_assets_decoder = msgspec.json.Decoder(_Assets)


def find_asset(body: bytes, key: str) -> AssetSnapshot | None:
    """One asset of an encoded snapshot, without decoding the others; None if it has none of that key."""
    wanted = b'"key":' + msgspec.json.encode(key)
    for raw in _assets_decoder.decode(body).assets:
        if wanted in bytes(raw):
            asset = _asset_snapshot_decoder.decode(raw)
            if asset.key == key:
                return asset
    return None


def content_hash(body: bytes) -> str:
    """The name of a snapshot: the SHA-256 of its encoded form, in hex."""
    # Not before: it is not needed to define anything.
    import hashlib

    return hashlib.sha256(body).hexdigest()

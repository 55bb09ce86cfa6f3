"""A dbt project that dbt runs: its models, seeds, snapshots, sources and exposures as external assets, tests as checks.

Read from the manifest that dbt writes with every command (`target/manifest.json`; https://docs.getdbt.com/reference/
artifacts/manifest-json), so that nothing is typed twice. Runs are reported by `dbt-ol`, or by whatever runs dbt.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

import headwater as hw
from headwater.connectors.errors import ConnectorError
from headwater.definitions.near import nearest

_DATA = ("model", "seed", "snapshot", "source")
_TESTS = "test"
_NOT_STORED = "ephemeral"
_VIEW = "view"
_NOT_IN_A_TAG = re.compile(r"[^A-Za-z0-9_.-]+")


class UnreadableManifestError(ConnectorError):
    """A file is no manifest that dbt wrote."""


class DbtProject(msgspec.Struct, frozen=True):
    """What a manifest defines, to be given to `Definitions`."""

    specs: list[hw.AssetSpec]
    """Models, seeds, snapshots, sources and exposures."""
    checks: list[hw.AssetCheckSpec]
    """The tests of columns and models, by the names under which `dbt-ol` reports them."""
    keys: dict[str, hw.AssetKey]
    """By what dbt calls each asset: its name, of a source `source.table`."""

    def key_of(self, name: str) -> hw.AssetKey:
        """The key of what dbt calls so: a model, seed, snapshot or exposure by its name, a source as `source.table`.

        Raises:
            UnknownAssetError: the manifest has no such thing.
        """
        if name not in self.keys:
            near = nearest(name, self.keys)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise hw.UnknownAssetError(f"The dbt project has no {name!r} that is an asset.{hint}")
        return self.keys[name]


class _Column(msgspec.Struct, frozen=True):
    name: str
    description: str | None = None
    data_type: str | None = None


class _Config(msgspec.Struct, frozen=True):
    materialized: str | None = None
    schema: str | None = None
    group: str | None = None
    severity: str | None = None
    meta: dict[str, Any] | None = None


class _Checksum(msgspec.Struct, frozen=True):
    checksum: str = ""


class _DependsOn(msgspec.Struct, frozen=True):
    nodes: list[str] = []


class _Limit(msgspec.Struct, frozen=True):
    count: int | None = None
    period: str | None = None


class _Freshness(msgspec.Struct, frozen=True):
    error_after: _Limit | None = None
    warn_after: _Limit | None = None


class _Owner(msgspec.Struct, frozen=True):
    name: str | None = None
    email: str | list[str] | None = None


class _Group(msgspec.Struct, frozen=True):
    name: str
    owner: _Owner = _Owner()


class _Node(msgspec.Struct, frozen=True):
    """Any node, source or exposure; what a kind does not have is left out."""

    unique_id: str
    name: str
    resource_type: str
    database: str | None = None
    schema: str | None = None
    alias: str | None = None
    identifier: str | None = None
    source_name: str | None = None
    description: str | None = None
    original_file_path: str | None = None
    relation_name: str | None = None
    tags: list[str] = []
    columns: dict[str, _Column] = {}
    config: _Config = _Config()
    checksum: _Checksum = _Checksum()
    depends_on: _DependsOn = _DependsOn()
    attached_node: str | None = None
    freshness: _Freshness | None = None
    owner: _Owner = _Owner()
    meta: dict[str, Any] = {}
    type: str | None = None
    url: str | None = None

    @property
    def is_stored(self) -> bool:
        """Whether there is something in the database, or for people to look at, that is an asset."""
        return (self.resource_type in _DATA and self.config.materialized != _NOT_STORED) or self.is_exposure

    @property
    def is_exposure(self) -> bool:
        return self.resource_type == "exposure"

    @property
    def spoken(self) -> str:
        """What it is called in the dbt project."""
        return f"{self.source_name}.{self.name}" if self.resource_type == "source" else self.name

    @property
    def said(self) -> Mapping[str, Any]:
        """What its `meta` says to an orchestrator: under `headwater`, or under `dagster` where it comes from there."""
        meta = {**(self.config.meta or {}), **self.meta}
        for name in ("headwater", "dagster"):
            if isinstance(meta.get(name), Mapping):
                found: Mapping[str, Any] = meta[name]
                return found
        return {}


class _About(msgspec.Struct, frozen=True):
    dbt_schema_version: str
    adapter_type: str | None = None


class _Manifest(msgspec.Struct, frozen=True):
    metadata: _About
    nodes: dict[str, _Node]
    sources: dict[str, _Node] = {}
    exposures: dict[str, _Node] = {}
    groups: dict[str, _Group] = {}


_manifest_decoder = msgspec.json.Decoder(_Manifest)


def load_dbt_manifest(
    manifest: str | Path, *, key_prefix: Sequence[str] = (), namespace: str | None = None
) -> DbtProject:
    """What the manifest of a dbt project defines, as external assets and their checks.

    A model's key is its name, behind the schema that its configuration names, if any; a source's is its source's name
    and its own. `meta: {headwater: {asset_key: [...], group: ...}}` in the dbt project says otherwise. Views hold no
    data of their own, so that news of what they show are news for what reads them; ephemeral models are left out, and
    what reads them depends on what they read.

    Args:
        manifest: The file, usually `target/manifest.json`.
        key_prefix: The first parts of every key.
        namespace: The one that OpenLineage has for the database, such as `snowflake://account` or
            `postgres://db:5432` (https://openlineage.io/docs/spec/naming). With it, what `dbt-ol` and others report of
            the tables is news of these assets.

    Raises:
        UnreadableManifestError: the file can't be read, or is no manifest.

    Example:
        >>> project = load_dbt_manifest("target/manifest.json", namespace="duckdb://shop.duckdb")  # doctest: +SKIP
        >>> defs = hw.Definitions(project.specs, asset_checks=project.checks)  # doctest: +SKIP
    """
    return _Reader(_read(Path(manifest)), tuple(key_prefix), namespace).project()


def _read(path: Path) -> _Manifest:
    mend = "`dbt parse` writes one at target/manifest.json."
    try:
        return _manifest_decoder.decode(path.read_bytes())
    except OSError as error:
        raise UnreadableManifestError(f"The manifest {path} can't be read: {error.strerror}. {mend}") from error
    except msgspec.DecodeError as error:
        raise UnreadableManifestError(f"{path} is no manifest of dbt: {error}. {mend}") from error


class _Reader:
    def __init__(self, manifest: _Manifest, prefix: tuple[str, ...], namespace: str | None) -> None:
        self._nodes = {**manifest.nodes, **manifest.sources, **manifest.exposures}
        self._groups = {group.name: group for group in manifest.groups.values()}
        self._adapter = manifest.metadata.adapter_type
        self._prefix = prefix
        self._namespace = namespace
        self._keys = {node.unique_id: self._key(node) for node in self._nodes.values() if node.is_stored}

    def project(self) -> DbtProject:
        specs = [self._spec(node) for node in self._nodes.values() if node.is_stored]
        checks = [check for node in self._nodes.values() if node.resource_type == _TESTS for check in self._check(node)]
        named = {node.spoken: self._keys[node.unique_id] for node in self._nodes.values() if node.is_stored}
        return DbtProject(specs, checks, named)

    def _key(self, node: _Node) -> hw.AssetKey:
        told = node.said.get("asset_key")
        if isinstance(told, list) and told:
            return hw.AssetKey([*self._prefix, *(str(part) for part in told)])
        if node.resource_type == "source":
            return hw.AssetKey([*self._prefix, node.source_name or node.schema or "source", node.name])
        schema = [node.config.schema] if node.config.schema else []
        return hw.AssetKey([*self._prefix, *schema, node.alias or node.name])

    def _upstream(self, unique_ids: Collection[str], seen: frozenset[str] = frozenset()) -> Iterator[hw.AssetKey]:
        """What nodes stand for: themselves, or, where they are not stored, what they read."""
        for unique_id in unique_ids:
            if unique_id in self._keys:
                yield self._keys[unique_id]
            elif unique_id in self._nodes and unique_id not in seen:
                yield from self._upstream(self._nodes[unique_id].depends_on.nodes, seen | {unique_id})

    def _spec(self, node: _Node) -> hw.AssetSpec:
        group = node.said.get("group") or node.config.group
        return hw.AssetSpec(
            self._keys[node.unique_id],
            deps=list(dict.fromkeys(self._upstream(node.depends_on.nodes))),
            description=node.description or None,
            metadata=dict(self._metadata(node)),
            group_name=None if group is None else str(group),
            code_version=node.checksum.checksum or None,
            owners=list(self._owners(node)),
            tags={_word(tag): "" for tag in node.tags},
            kinds={"dbt", *([node.type or "exposure"] if node.is_exposure else self._kinds(node))},
            freshness_policy=_freshness(node.freshness),
            is_virtual=node.config.materialized == _VIEW,
        )

    def _kinds(self, node: _Node) -> Iterator[str]:
        yield node.resource_type
        if self._adapter is not None:
            yield self._adapter

    def _owners(self, node: _Node) -> Iterator[str]:
        group = self._groups.get(node.config.group or "")
        owner = node.owner if node.is_exposure or group is None else group.owner
        if owner.email:
            yield from [owner.email] if isinstance(owner.email, str) else owner.email
        elif owner.name:
            yield f"team:{_word(owner.name)}"

    def _metadata(self, node: _Node) -> Iterator[tuple[str, Any]]:
        yield "dbt/unique_id", node.unique_id
        if node.original_file_path:
            yield "dbt/file", node.original_file_path
        if node.config.materialized:
            yield "dbt/materialized", node.config.materialized
        if node.relation_name:
            yield "dagster/table_name", node.relation_name.replace('"', "").replace("`", "")
        if node.url:
            yield "url", hw.MetadataValue.url(node.url)
        if node.columns:
            columns = [
                hw.TableColumn(column.name, column.data_type or "", description=column.description or None)
                for column in node.columns.values()
            ]
            yield "dagster/column_schema", hw.TableSchema(columns)
        name = ".".join(
            part for part in (node.database, node.schema, node.identifier or node.alias or node.name) if part
        )
        if self._namespace is not None and not node.is_exposure:
            yield "openlineage/datasets", {"namespace": self._namespace, "name": name}

    def _check(self, node: _Node) -> Iterator[hw.AssetCheckSpec]:
        """A test as a check of what it is attached to, else of the one thing that it reads."""
        read = list(dict.fromkeys(self._upstream(node.depends_on.nodes)))
        key = self._keys.get(node.attached_node or "") or (read[0] if read else None)
        if key is not None:
            yield hw.AssetCheckSpec(
                node.name,
                asset=key,
                description=node.description or None,
                additional_deps=[other for other in read if other != key],
                metadata={"dbt/unique_id": node.unique_id, "dbt/severity": (node.config.severity or "error").lower()},
            )


def _word(text: str) -> str:
    """What a tag or a team may be called that dbt calls so."""
    return _NOT_IN_A_TAG.sub("_", text)[:63]


def _freshness(limits: _Freshness | None) -> hw.FreshnessPolicy | None:
    if limits is None or (fail := _window(limits.error_after or limits.warn_after)) is None:
        return None
    warn = _window(limits.warn_after) if limits.error_after is not None else None
    return hw.FreshnessPolicy.time_window(fail, warn if warn is not None and warn < fail else None)


def _window(limit: _Limit | None) -> timedelta | None:
    if limit is None or not limit.count or limit.period not in ("minute", "hour", "day"):
        return None
    return timedelta(**{f"{limit.period}s": limit.count})

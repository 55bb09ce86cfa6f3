"""What is known of an asset or a check apart from the function that makes it: `AssetSpec` and `AssetCheckSpec`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import EllipsisType
from typing import Any

from headwater.definitions.arguments import (
    check_asset_key,
    check_bool,
    check_optional_text,
    check_printable,
    check_several,
    check_text,
    check_type,
    shown,
)
from headwater.definitions.assets.deps import AssetDep, CoercibleToAssetDep, HasAssetKey, check_deps, plain_deps
from headwater.definitions.conditions.condition import AutomationCondition
from headwater.definitions.freshness import FreshnessPolicy, check_freshness_policy
from headwater.definitions.labels import (
    check_group,
    check_kinds,
    check_owners,
    check_tags,
    plain_group,
    plain_kinds,
    plain_owners,
    plain_tags,
)
from headwater.definitions.metadata.infer import normalize_metadata
from headwater.definitions.partitions import PartitionMapping, PartitionsDefinition
from headwater.definitions.snapshot import SourceRef
from headwater.definitions.source import find_source
from headwater.definitions.values import Frozen
from headwater.keys import AssetCheckKey, AssetKey, CoercibleToAssetKey

_NO_KINDS: frozenset[str] = frozenset()
IO_MANAGER_METADATA = "dagster/io_manager_key"
"""The metadata with which a spec says how the data of an external asset is read, as the peers spell it."""


class AssetSpec(Frozen):
    """An asset that some other system makes; in `Definitions` it becomes an external asset.

    Args:
        key: Its name; a string is one part of a key, a list has one string a part.
        deps: The assets that it is made from: keys, specs, decorated functions or `AssetDep`.
        description: What it is, in Markdown.
        metadata: Anything that is known of it, by name. Kept as given.
        skippable: Whether its function may end without making it.
        group_name: Where it stands in the catalog; `default` if left out.
        code_version: Names the logic that makes it.
        automation_condition: When to make it; has no effect on an external asset.
        owners: E-mail addresses and `team:name`.
        tags: Names and short values to find it by.
        kinds: What it is made of or with, such as `csv`; at most ten.
        partitions_def: The parts that it consists of.
        freshness_policy: How recent its newest materialization has to be.
        is_virtual: Whether it holds no data of its own, as a view does. News of what it shows are news for what is made
            from it, in conditions and in staleness, and it is never stale for them itself.

    Raises:
        InvalidParameterError: an argument has the wrong type or form.
        InvalidMetadataError: a metadata value can't be stored.

    Example:
        >>> raw = AssetSpec("raw_transactions", owners=["team:partners"], kinds={"csv"})
        >>> AssetSpec("cleaned", deps=[raw]).deps[0].asset_key
        AssetKey(['raw_transactions'])
    """

    __slots__ = (
        "_metadata",
        "automation_condition",
        "code_version",
        "deps",
        "description",
        "freshness_policy",
        "group_name",
        "is_virtual",
        "key",
        "kinds",
        "owners",
        "partitions_def",
        "skippable",
        "source",
        "tags",
    )
    _not_compared = frozenset({"source"})

    key: AssetKey
    deps: tuple[AssetDep, ...]
    description: str | None
    _metadata: dict[str, Any] | None
    skippable: bool
    group_name: str | None
    code_version: str | None
    automation_condition: AutomationCondition | None
    owners: tuple[str, ...]
    tags: dict[str, str]
    kinds: frozenset[str]
    partitions_def: PartitionsDefinition | None
    freshness_policy: FreshnessPolicy | None
    is_virtual: bool
    source: SourceRef | None

    def __init__(
        self,
        key: CoercibleToAssetKey,
        *,
        deps: Iterable[CoercibleToAssetDep] | None = None,
        description: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        skippable: bool = False,
        group_name: str | None = None,
        code_version: str | None = None,
        automation_condition: AutomationCondition | None = None,
        owners: Sequence[str] | None = None,
        tags: Mapping[str, str] | None = None,
        kinds: Iterable[str] | None = None,
        partitions_def: PartitionsDefinition | None = None,
        freshness_policy: FreshnessPolicy | None = None,
        is_virtual: bool = False,
    ) -> None:
        own = check_asset_key(key, "key of an AssetSpec")
        if metadata is not None:
            normalize_metadata(metadata)
        # A hundred thousand of these are common: what is left out, or stands on many of them in the plain form, costs
        # nearly nothing here, and what messages call an asset is only put together for one.
        _set_key(self, own)
        _set_deps(self, () if deps is None else plain_deps(deps) or check_deps(deps, _of("deps", own)))
        _set_description(self, None if description is None else check_text(description, _of("description", own)))
        _set_metadata(self, dict(metadata) if metadata else None)
        _set_skippable(self, skippable is not False and check_bool(skippable, _of("skippable", own)))
        _set_group_name(
            self,
            None if group_name is None else plain_group(group_name) or check_group(group_name, _of("group_name", own)),
        )
        _set_code_version(self, None if code_version is None else check_text(code_version, _of("code_version", own)))
        _set_automation_condition(
            self,
            None
            if automation_condition is None
            else _check_condition(automation_condition, _of("automation_condition", own)),
        )
        _set_owners(self, () if owners is None else plain_owners(owners) or check_owners(owners, _of("owners", own)))
        _set_tags(self, {} if tags is None else plain_tags(tags) or check_tags(tags, _of("tags", own)))
        _set_kinds(self, _NO_KINDS if kinds is None else plain_kinds(kinds) or check_kinds(kinds, _of("kinds", own)))
        _set_partitions_def(
            self,
            None if partitions_def is None else _check_partitions_def(partitions_def, _of("partitions_def", own)),
        )
        _set_freshness_policy(
            self,
            None
            if freshness_policy is None
            else check_freshness_policy(freshness_policy, _of("freshness_policy", own)),
        )
        _set_is_virtual(self, is_virtual is not False and check_bool(is_virtual, _of("is_virtual", own)))
        _set_source(self, find_source())

    @property
    def metadata(self) -> dict[str, Any]:
        """What is known of it, by name, as given."""
        return {} if self._metadata is None else self._metadata

    @property
    def partition_mappings(self) -> dict[AssetKey, PartitionMapping]:
        """The mapping of each dependency that was given one, by the upstream key."""
        return {dep.asset_key: dep.partition_mapping for dep in self.deps if dep.partition_mapping is not None}

    @property
    def reads_its_past(self) -> bool:
        """Whether it depends on earlier partitions of itself, which is no circle."""
        mapping = self.partition_mappings.get(self.key)
        return mapping is not None and mapping.looks_back

    def replace_attributes(
        self,
        *,
        key: CoercibleToAssetKey | EllipsisType = ...,
        deps: Iterable[CoercibleToAssetDep] | EllipsisType | None = ...,
        description: str | EllipsisType | None = ...,
        metadata: Mapping[str, Any] | EllipsisType | None = ...,
        skippable: bool | EllipsisType = ...,
        group_name: str | EllipsisType | None = ...,
        code_version: str | EllipsisType | None = ...,
        automation_condition: AutomationCondition | EllipsisType | None = ...,
        owners: Sequence[str] | EllipsisType | None = ...,
        tags: Mapping[str, str] | EllipsisType | None = ...,
        kinds: Iterable[str] | EllipsisType | None = ...,
        partitions_def: PartitionsDefinition | EllipsisType | None = ...,
        freshness_policy: FreshnessPolicy | EllipsisType | None = ...,
        is_virtual: bool | EllipsisType = ...,
    ) -> AssetSpec:
        """This spec with some attributes replaced; None clears one that may be empty, `...` keeps it."""
        given = locals()
        return self._with({name: given[name] for name in self._compared() if given[name] is not ...})

    def merge_attributes(
        self,
        *,
        deps: Iterable[CoercibleToAssetDep] = (),
        metadata: Mapping[str, Any] | None = None,
        owners: Sequence[str] = (),
        tags: Mapping[str, str] | None = None,
        kinds: Iterable[str] = (),
    ) -> AssetSpec:
        """This spec with more of each; a name that is already there gets the new value."""
        changes: dict[str, Any] = {
            "deps": [*self.deps, *check_several(deps, "deps")],
            "metadata": {**self.metadata, **(metadata or {})},
            "owners": [*self.owners, *check_several(owners, "owners")],
            "tags": {**self.tags, **(tags or {})},
            "kinds": [*self.kinds, *check_several(kinds, "kinds")],
        }
        return self._with(changes)

    def with_io_manager_key(self, io_manager_key: str) -> AssetSpec:
        """This spec, whose data the resource of this name loads for functions that take its value."""
        return self.merge_attributes(metadata={IO_MANAGER_METADATA: check_text(io_manager_key, "io_manager_key")})

    def with_prefix(self, prefix: str | Sequence[str], *, among: Collection[AssetKey] = ()) -> AssetSpec:
        """This spec with parts put before its key, and before the key of each dependency that is in `among`."""
        return self.with_keys({key: key.with_prefix(prefix) for key in (self.key, *among)})

    def with_keys(self, keys: Mapping[AssetKey, AssetKey]) -> AssetSpec:
        """This spec with other keys, by the old ones, for itself and for what it depends on."""
        deps = [dep.with_asset(keys[dep.asset_key]) if dep.asset_key in keys else dep for dep in self.deps]
        return self.replace_attributes(key=keys.get(self.key, self.key), deps=deps)

    def _with(self, changes: Mapping[str, Any]) -> AssetSpec:
        changed = AssetSpec(**{**self._compared(), **changes})
        changed._set(source=self.source)
        return changed


(
    _set_key,
    _set_deps,
    _set_description,
    _set_metadata,
    _set_skippable,
    _set_group_name,
    _set_code_version,
    _set_automation_condition,
    _set_owners,
    _set_tags,
    _set_kinds,
    _set_partitions_def,
    _set_freshness_policy,
    _set_is_virtual,
    _set_source,
) = AssetSpec._in_order


def _of(name: str, key: AssetKey) -> str:
    """What a parameter of a spec is called in a message."""
    return f"{name} of asset {key.to_user_string()!r}"


class AssetCheckSpec(Frozen):
    """A check of an asset. In `Definitions` it is one that another system carries out and reports.

    Args:
        name: Its name, unique on the asset.
        asset: The asset that it judges: a key or a definition; a string is one part of a key.
        description: What must hold, in Markdown.
        additional_deps: Other assets that it looks at.
        blocking: Whether nothing downstream is made when it fails with severity ERROR.
        metadata: Anything that is known of it, by name. Kept as given.
        automation_condition: When to carry it out by itself, besides with its asset. What it is made from, in
            the condition's eyes, is the asset that it judges, and those that it looks at.
        partitions_def: The partitions of the asset, where the check judges them one by one and never the whole.

    Raises:
        InvalidParameterError: an argument has the wrong type or form.
        InvalidMetadataError: a metadata value can't be stored.

    Example:
        >>> AssetCheckSpec("not_empty", asset="orders", blocking=True).key.to_user_string()
        'orders:not_empty'
    """

    __slots__ = (
        "additional_deps",
        "asset_key",
        "automation_condition",
        "blocking",
        "description",
        "metadata",
        "name",
        "partitions_def",
        "source",
    )
    _not_compared = frozenset({"source"})

    name: str
    asset_key: AssetKey
    description: str | None
    additional_deps: tuple[AssetDep, ...]
    blocking: bool
    metadata: dict[str, Any]
    automation_condition: AutomationCondition | None
    partitions_def: PartitionsDefinition | None
    source: SourceRef | None

    def __init__(
        self,
        name: str,
        *,
        asset: CoercibleToAssetKey | HasAssetKey,
        description: str | None = None,
        additional_deps: Iterable[CoercibleToAssetDep] | None = None,
        blocking: bool = False,
        metadata: Mapping[str, Any] | None = None,
        automation_condition: AutomationCondition | None = None,
        partitions_def: PartitionsDefinition | None = None,
    ) -> None:
        of = f"of check {shown(name)}"
        normalize_metadata(metadata)
        self._set(
            name=check_printable(name, "The name of a check"),
            asset_key=check_asset_key(asset, f"asset {of}"),
            description=check_optional_text(description, f"description {of}"),
            additional_deps=check_deps(additional_deps, f"additional_deps {of}"),
            blocking=check_bool(blocking, f"blocking {of}"),
            metadata=dict(metadata or {}),
            automation_condition=_check_condition(automation_condition, f"automation_condition {of}"),
            partitions_def=_check_partitions_def(partitions_def, f"partitions_def {of}"),
            source=find_source(),
        )

    @property
    def key(self) -> AssetCheckKey:
        """Asset and name together."""
        return AssetCheckKey(self.asset_key, self.name)

    def with_asset(self, asset: CoercibleToAssetKey | HasAssetKey) -> AssetCheckSpec:
        """The same check of another asset."""
        return self._with(asset=asset)

    def with_description(self, description: str | None) -> AssetCheckSpec:
        """The same check, described otherwise."""
        return self._with(description=description)

    def _with(self, **changes: Any) -> AssetCheckSpec:
        arguments = {**self._compared(), "asset": self.asset_key, **changes}
        del arguments["asset_key"]
        changed = AssetCheckSpec(**arguments)
        changed._set(source=self.source)
        return changed


def _check_condition(condition: object, where: str) -> AutomationCondition | None:
    if condition is None:
        return None
    return check_type(condition, AutomationCondition, where, "an AutomationCondition")


def _check_partitions_def(partitions_def: object, where: str) -> PartitionsDefinition | None:
    if partitions_def is None:
        return None
    expected = "a partitions definition such as DailyPartitionsDefinition"
    return check_type(partitions_def, PartitionsDefinition, where, expected)  # type: ignore[type-abstract]

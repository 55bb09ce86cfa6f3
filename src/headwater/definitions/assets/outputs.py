"""What a function makes of each of its assets, as it is kept and as users write it: `AssetOutput`, `AssetOut`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from headwater.definitions.arguments import check_bool, check_optional_text, check_type
from headwater.definitions.assets.backfill_policy import BackfillPolicy, check_backfill_policy
from headwater.definitions.assets.deps import CoercibleToAssetDep
from headwater.definitions.assets.specs import AssetSpec
from headwater.definitions.conditions.condition import AutomationCondition
from headwater.definitions.freshness import FreshnessPolicy
from headwater.definitions.values import Frozen
from headwater.errors import InvalidDefinitionError
from headwater.keys import AssetKey, CoercibleToAssetKey

_OF_SPECS = (
    "description",
    "metadata",
    "group_name",
    "code_version",
    "automation_condition",
    "freshness_policy",
    "owners",
    "tags",
    "kinds",
    "is_virtual",
)


class AssetOutput(msgspec.Struct, frozen=True, kw_only=True):
    """What a function makes of one asset: under which name, and whether it must, and how the value is stored.

    One with `stores` False is stored by the function itself, so it needs no value.
    """

    name: str
    key: AssetKey
    io_manager_key: str | None = None
    is_required: bool = True
    stores: bool = True


class AssetOut(Frozen):
    """One asset of a `@multi_asset`, under the name that its value has there.

    Args:
        key_prefix: What comes before the output's name in the key.
        key: Or the whole key.
        io_manager_key: The resource that stores the value; `io_manager` if left out.
        is_required: Whether the function must give it.
        deps: Its own dependencies; those of all assets of the function if left out.
        backfill_policy: How many partitions one run of a backfill makes; one for all assets of the function.
        spec: What else an `AssetSpec` takes: `description`, `metadata`, `group_name`, `tags`, …

    Raises:
        InvalidDefinitionError: both a key and a prefix are given.

    Example:
        >>> AssetOut("lake", description="Cleaned orders.").to_spec("orders").key
        AssetKey(['lake', 'orders'])
    """

    __slots__ = ("backfill_policy", "deps", "io_manager_key", "is_required", "key", "key_prefix", "spec")

    key: AssetKey | None
    key_prefix: tuple[str, ...]
    io_manager_key: str | None
    is_required: bool
    deps: tuple[CoercibleToAssetDep, ...] | None
    backfill_policy: BackfillPolicy | None
    spec: dict[str, Any]

    def __init__(
        self,
        key_prefix: str | Sequence[str] | None = None,
        key: CoercibleToAssetKey | None = None,
        *,
        io_manager_key: str | None = None,
        is_required: bool = True,
        deps: Sequence[CoercibleToAssetDep] | None = None,
        description: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        group_name: str | None = None,
        code_version: str | None = None,
        automation_condition: AutomationCondition | None = None,
        freshness_policy: FreshnessPolicy | None = None,
        owners: Sequence[str] | None = None,
        tags: Mapping[str, str] | None = None,
        kinds: set[str] | frozenset[str] | None = None,
        backfill_policy: BackfillPolicy | None = None,
        is_virtual: bool = False,
    ) -> None:
        if key is not None and key_prefix is not None:
            raise InvalidDefinitionError(
                f"AssetOut has key={key!r} and key_prefix={key_prefix!r}; a key is whole, so leave key_prefix out."
            )
        spec = {
            "description": description,
            "metadata": metadata,
            "group_name": group_name,
            "code_version": code_version,
            "automation_condition": automation_condition,
            "freshness_policy": freshness_policy,
            "owners": owners,
            "tags": tags,
            "kinds": kinds,
            "is_virtual": check_bool(is_virtual, "is_virtual of AssetOut"),
        }
        self._set(
            key=None if key is None else AssetKey.from_coercible(key),
            key_prefix=() if key_prefix is None else AssetKey(key_prefix).parts,
            io_manager_key=check_optional_text(io_manager_key, "io_manager_key of AssetOut"),
            is_required=check_bool(is_required, "is_required of AssetOut"),
            deps=None if deps is None else tuple(deps),
            backfill_policy=None
            if backfill_policy is None
            else check_backfill_policy(backfill_policy, "backfill_policy of AssetOut"),
            spec=spec,
        )

    @staticmethod
    def from_spec(
        spec: AssetSpec,
        *,
        io_manager_key: str | None = None,
        backfill_policy: BackfillPolicy | None = None,
        is_required: bool | None = None,
    ) -> AssetOut:
        """An output that is the asset of a spec.

        Args:
            spec: What is known of it.
            io_manager_key: The resource that stores the value; as the spec says if left out.
            backfill_policy: As for an `AssetOut`.
            is_required: Whether the function must give it; as the spec says if left out.

        Raises:
            InvalidDefinitionError: the spec has partitions, which are those of the function: give `partitions_def` to
                `@multi_asset`.
        """
        check_type(spec, AssetSpec, "spec of AssetOut.from_spec", "an AssetSpec")
        if spec.partitions_def is not None:
            raise InvalidDefinitionError(
                f"The spec of {spec.key.to_user_string()!r} has partitions; those of an output are the function's, so "
                "give partitions_def to @multi_asset and leave it out here."
            )
        same = {name: getattr(spec, name) for name in _OF_SPECS}
        return AssetOut(
            key=spec.key,
            io_manager_key=io_manager_key,
            is_required=not spec.skippable if is_required is None else is_required,
            deps=spec.deps or None,
            backfill_policy=backfill_policy,
            **same,
        )

    def to_spec(self, name: str, **shared: Any) -> AssetSpec:
        """The spec of the asset; `shared` is what the decorator says of all."""
        key = AssetKey((*self.key_prefix, name)) if self.key is None else self.key
        return AssetSpec(key, **{**shared, **{each: value for each, value in self.spec.items() if value is not None}})

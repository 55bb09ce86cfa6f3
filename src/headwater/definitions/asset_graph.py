"""What depends on what in one set of definitions, as their author asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import msgspec

from headwater.definitions.assets.specs import AssetCheckSpec, AssetSpec
from headwater.definitions.conditions.condition import AutomationCondition
from headwater.definitions.freshness import FreshnessPolicy
from headwater.definitions.knots import topological_order
from headwater.definitions.partitions import PartitionsDefinition
from headwater.definitions.reach import reach
from headwater.definitions.resolve import Resolved
from headwater.definitions.selection import SelectionIndex
from headwater.errors import UnknownAssetError
from headwater.keys import AssetCheckKey, AssetKey, CoercibleToAssetKey


class ResolvedAssetNode(msgspec.Struct, frozen=True, kw_only=True):
    """One asset of `Definitions.resolve_asset_graph`.

    A stub, of which others speak and which nobody defined, has a `spec` that says nothing but its key.

    Example:
        >>> from headwater import Definitions
        >>> node = Definitions(assets=[AssetSpec("report", deps=["raw"])]).resolve_asset_graph().get("raw")
        >>> (node.is_stub, node.is_external, node.child_keys)
        (True, True, frozenset({AssetKey(['report'])}))
    """

    key: AssetKey
    spec: AssetSpec
    is_materializable: bool
    """Whether a function makes it here."""
    is_observable: bool
    """Whether another system makes it, and a function looks at it here."""
    is_stub: bool
    parent_keys: frozenset[AssetKey]
    child_keys: frozenset[AssetKey]
    check_keys: frozenset[AssetCheckKey]

    @property
    def is_external(self) -> bool:
        """Whether another system makes it."""
        return not self.is_materializable

    @property
    def is_executable(self) -> bool:
        """Whether a function makes it or looks at it here."""
        return self.is_materializable or self.is_observable

    @property
    def group_name(self) -> str:
        """Where it stands in the catalog."""
        return self.spec.group_name or "default"

    @property
    def description(self) -> str | None:
        """What it is."""
        return self.spec.description

    @property
    def metadata(self) -> dict[str, Any]:
        """What is known of it, as given."""
        return self.spec.metadata

    @property
    def tags(self) -> dict[str, str]:
        """Names and short values to find it by."""
        return self.spec.tags

    @property
    def kinds(self) -> frozenset[str]:
        """What it is made of or with."""
        return self.spec.kinds

    @property
    def owners(self) -> tuple[str, ...]:
        """Who answers for it."""
        return self.spec.owners

    @property
    def code_version(self) -> str | None:
        """The version of the logic that makes it."""
        return self.spec.code_version

    @property
    def partitions_def(self) -> PartitionsDefinition | None:
        """The parts that it consists of."""
        return self.spec.partitions_def

    @property
    def is_partitioned(self) -> bool:
        """Whether it has partitions."""
        return self.spec.partitions_def is not None

    @property
    def automation_condition(self) -> AutomationCondition | None:
        """When it is made."""
        return self.spec.automation_condition

    @property
    def freshness_policy(self) -> FreshnessPolicy | None:
        """How recent it has to be."""
        return self.spec.freshness_policy


class ResolvedAssetGraph:
    """What depends on what among the assets of `Definitions`; an `AssetSelection` is resolved over it as well.

    Example:
        >>> from headwater import Definitions
        >>> graph = Definitions(assets=[AssetSpec("raw"), AssetSpec("report", deps=["raw"])]).resolve_asset_graph()
        >>> [key.to_user_string() for key in graph.toposorted_asset_keys]
        ['raw', 'report']
        >>> graph.get("raw").child_keys
        frozenset({AssetKey(['report'])})
    """

    def __init__(self, resolved: Resolved, selection_index: SelectionIndex) -> None:
        """Stand for definitions that fit together; users call `Definitions.resolve_asset_graph`."""
        self._resolved = resolved
        self.selection_index = selection_index
        self._keys = resolved.connected.keys
        self._numbers = {key: number for number, key in enumerate(self._keys)}

    def get_all_asset_keys(self) -> set[AssetKey]:
        """All assets, stubs included."""
        return set(self._keys)

    def has(self, key: AssetKey | AssetCheckKey) -> bool:
        """Whether an asset or a check is there."""
        return key in (self._resolved.check_specs if isinstance(key, AssetCheckKey) else self._numbers)

    def get(self, key: CoercibleToAssetKey) -> ResolvedAssetNode:
        """One asset.

        Raises:
            UnknownAssetError: there is none of that key.
        """
        number = self._number(key)
        asset_key, index = self._keys[number], self.selection_index
        return ResolvedAssetNode(
            key=asset_key,
            spec=self._resolved.specs.get(asset_key) or AssetSpec(asset_key),
            is_materializable=asset_key in self._resolved.natives,
            is_observable=asset_key in self._resolved.observables,
            is_stub=asset_key in self._resolved.stubs,
            parent_keys=frozenset(self._keys[other] for other in index.upstream[number]),
            child_keys=frozenset(self._keys[other] for other in index.downstream[number]),
            check_keys=self._checks_by_asset.get(asset_key, frozenset()),
        )

    @property
    def asset_nodes(self) -> list[ResolvedAssetNode]:
        """All assets, by key."""
        return [self.get(key) for key in self._keys]

    @property
    def toposorted_asset_keys(self) -> list[AssetKey]:
        """All assets, each after all that it is made from; those in a circle stand together."""
        index = self.selection_index
        knots = {tuple(sorted(knot)) for knot in index.knot_of.values()}
        order = topological_order(index.upstream, index.downstream, sorted(knots))
        return [self._keys[number] for number in order]

    @property
    def root_asset_keys(self) -> set[AssetKey]:
        """The assets that are made from no other."""
        return self._where(lambda number: not self.selection_index.upstream[number])

    @property
    def materializable_asset_keys(self) -> set[AssetKey]:
        """The assets that functions make here."""
        return set(self._resolved.natives)

    @property
    def external_asset_keys(self) -> set[AssetKey]:
        """The assets that other systems make, stubs included."""
        return self._where(lambda number: self._keys[number] not in self._resolved.natives)

    @property
    def observable_asset_keys(self) -> set[AssetKey]:
        """The assets of other systems that functions look at here."""
        return set(self._resolved.observables)

    @property
    def asset_check_keys(self) -> set[AssetCheckKey]:
        """All checks."""
        return set(self._resolved.check_specs)

    @property
    def all_group_names(self) -> set[str]:
        """The groups that have assets."""
        return {asset.group for asset in self.selection_index.assets}

    def asset_keys_for_group(self, group_name: str) -> set[AssetKey]:
        """The assets of a group."""
        return self._where(lambda number: self.selection_index.assets[number].group == group_name)

    def get_ancestor_asset_keys(self, key: CoercibleToAssetKey) -> set[AssetKey]:
        """All that an asset is made from, directly or not, without itself.

        Raises:
            UnknownAssetError: there is none of that key.
        """
        return self._reached(self.selection_index.upstream, key)

    def get_descendant_asset_keys(self, key: CoercibleToAssetKey) -> set[AssetKey]:
        """All that is made from an asset, directly or not, without itself.

        Raises:
            UnknownAssetError: there is none of that key.
        """
        return self._reached(self.selection_index.downstream, key)

    def get_check_spec(self, key: AssetCheckKey) -> AssetCheckSpec:
        """A check.

        Raises:
            UnknownAssetError: there is no such check.
        """
        spec = self._resolved.check_specs.get(key)
        if spec is None:
            raise UnknownAssetError(f"There is no check {key.to_user_string()!r} in these Definitions.")
        return spec

    @cached_property
    def _checks_by_asset(self) -> Mapping[AssetKey, frozenset[AssetCheckKey]]:
        of_asset: dict[AssetKey, set[AssetCheckKey]] = {}
        for key in self._resolved.check_specs:
            of_asset.setdefault(key.asset_key, set()).add(key)
        return {key: frozenset(checks) for key, checks in of_asset.items()}

    def _number(self, key: CoercibleToAssetKey) -> int:
        asset_key = AssetKey.from_coercible(key)
        number = self._numbers.get(asset_key)
        if number is None:
            raise UnknownAssetError(
                f"There is no asset {asset_key.to_user_string()!r} in these Definitions; add it to assets=[...]."
            )
        return number

    def _where(self, is_wanted: Callable[[int], bool]) -> set[AssetKey]:
        return {key for number, key in enumerate(self._keys) if is_wanted(number)}

    def _reached(self, neighbours: Any, key: CoercibleToAssetKey) -> set[AssetKey]:
        start = self._number(key)
        return {self._keys[number] for number in reach(neighbours, (start,), None) if number != start}

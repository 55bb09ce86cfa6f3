"""Assets that functions make or look at: `AssetsDefinition`, and what goes in and out of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from headwater.definitions.arguments import check_type
from headwater.definitions.assets.backfill_policy import BackfillPolicy
from headwater.definitions.assets.deps import AssetDep
from headwater.definitions.assets.inputs import AssetInput
from headwater.definitions.assets.outputs import AssetOutput
from headwater.definitions.assets.specs import IO_MANAGER_METADATA, AssetCheckSpec, AssetSpec
from headwater.definitions.conditions.condition import AutomationCondition
from headwater.definitions.freshness import FreshnessPolicy
from headwater.definitions.functions.signature import look_like, returns_nothing
from headwater.definitions.partitions import PartitionMapping, PartitionsDefinition
from headwater.definitions.resources.needs import NO_NEEDS, Needs
from headwater.definitions.runs.hooks import HookDefinition
from headwater.definitions.runs.retries import RetryPolicy
from headwater.definitions.snapshot import SourceRef
from headwater.errors import InvalidDefinitionError, InvalidInvocationError, UnknownAssetError
from headwater.keys import AssetKey, CoercibleToAssetKey


def _own_or_shared(given: Any, key: AssetKey, known: Any) -> Any:
    """The attribute that a mapping gives this asset, or one for all that gives way to what the asset has already."""
    return given.get(key) if isinstance(given, Mapping) else known or given


def made_elsewhere(*_arguments: Any, **_named: Any) -> Any:
    """Stands for the function that assets which other systems make do not have.

    Raises:
        InvalidInvocationError: always.
    """
    raise InvalidInvocationError("Another system makes these assets, so there is no function here to call.")


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class AssetsDefinition:
    """Assets and the function that makes them. Made by `@asset` and its siblings; calling it calls the function.

    `observes` says that the function only looks at them: other systems make them. One with `can_subset` can be asked
    for some of its assets alone. One that is made of `specs` alone stands for external assets.

    Example:
        >>> both = AssetsDefinition(specs=[AssetSpec("raw_orders"), AssetSpec("raw_lines")])
        >>> both.is_external, both.is_executable
        (True, False)
    """

    specs: Sequence[AssetSpec]
    compute_fn: Callable[..., Any] = made_elsewhere
    outputs: tuple[AssetOutput, ...] = ()
    inputs: tuple[AssetInput, ...] = ()
    takes_context: bool = False
    needs: Needs = NO_NEEDS
    check_specs: tuple[AssetCheckSpec, ...] = ()
    timeout: float | None = None
    op_name: str = ""
    can_subset: bool = False
    observes: bool = False
    resource_defs: dict[str, Any] = field(default_factory=dict)
    backfill_policy: BackfillPolicy | None = None
    retry_policy: RetryPolicy | None = None
    hooks: tuple[HookDefinition, ...] = ()
    op_tags: dict[str, str] = field(default_factory=dict)
    pool: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "specs", tuple(self.specs))
        keys = self.keys
        for check in self.check_specs:
            if check.asset_key not in keys:
                raise InvalidDefinitionError(
                    f"check_specs of {self.described} holds check {check.name!r} of "
                    f"{check.asset_key.to_user_string()!r}; give it asset={self.specs[0].key.path!r}."
                )
        self._depend_on_inputs()
        if self.is_executable:
            look_like(self, self.compute_fn)

    def _depend_on_inputs(self) -> None:
        """What no asset of the function names as its dependency is one of all of them."""
        named = {dep.asset_key for spec in self.specs for dep in spec.deps}
        missing = [
            AssetDep(entry.key, partition_mapping=entry.partition_mapping, metadata=entry.metadata)
            for entry in self.inputs
            if entry.key not in named
        ]
        if missing:
            object.__setattr__(self, "specs", tuple(spec.merge_attributes(deps=missing) for spec in self.specs))

    @property
    def key(self) -> AssetKey:
        """The asset's key.

        Raises:
            InvalidDefinitionError: the function makes several.
        """
        return self.spec.key

    @property
    def spec(self) -> AssetSpec:
        """The asset's spec.

        Raises:
            InvalidDefinitionError: the function makes several.
        """
        if len(self.specs) != 1:
            raise InvalidDefinitionError(f"{self.described} makes {len(self.specs)} assets; ask for keys or specs.")
        return self.specs[0]

    @property
    def keys(self) -> frozenset[AssetKey]:
        """The keys of all of its assets."""
        return frozenset(spec.key for spec in self.specs)

    @property
    def specs_by_key(self) -> dict[AssetKey, AssetSpec]:
        """The spec of each of its assets."""
        return {spec.key: spec for spec in self.specs}

    @property
    def is_external(self) -> bool:
        """Whether other systems make its assets."""
        return self.observes or not self.is_executable

    @property
    def is_executable(self) -> bool:
        """Whether there is a function to call."""
        return self.compute_fn is not made_elsewhere

    @property
    def is_materializable(self) -> bool:
        """Whether its function makes its assets."""
        return not self.is_external

    @property
    def is_observable(self) -> bool:
        """Whether its function looks at its assets, which other systems make."""
        return self.observes

    @property
    def partitions_def(self) -> PartitionsDefinition | None:
        """The partitions that its assets have; those of the first where they differ."""
        return self.specs[0].partitions_def

    @property
    def required_resource_keys(self) -> frozenset[str]:
        """The resources that its function needs."""
        return self.needs.resources

    @property
    def dependency_keys(self) -> frozenset[AssetKey]:
        """What its assets depend on, of others and of its own."""
        return frozenset(dep.asset_key for spec in self.specs for dep in spec.deps)

    @property
    def asset_deps(self) -> dict[AssetKey, set[AssetKey]]:
        """What each of its assets depends on."""
        return {spec.key: {dep.asset_key for dep in spec.deps} for spec in self.specs}

    @property
    def group_names_by_key(self) -> dict[AssetKey, str]:
        """The group of each of its assets that has one."""
        return {spec.key: spec.group_name for spec in self.specs if spec.group_name is not None}

    @property
    def descriptions_by_key(self) -> dict[AssetKey, str]:
        """The description of each of its assets that has one."""
        return {spec.key: spec.description for spec in self.specs if spec.description is not None}

    def get_partition_mapping(self, in_asset_key: AssetKey) -> PartitionMapping | None:
        """The mapping that its assets give a dependency; None where it follows from the partitions of both."""
        given = (spec.partition_mappings.get(in_asset_key) for spec in self.specs)
        return next((mapping for mapping in given if mapping is not None), None)

    def get_asset_spec(self, key: CoercibleToAssetKey | None = None) -> AssetSpec:
        """The spec of one of its assets, or of its only one.

        Raises:
            InvalidDefinitionError: it has several, and none was named.
            UnknownAssetError: it has none of that key.
        """
        if key is None:
            return self.spec
        found = self.specs_by_key.get(AssetKey.from_coercible(key))
        if found is None:
            raise UnknownAssetError(f"{self.titled} has no asset {AssetKey.from_coercible(key)!r}.")
        return found

    def with_attributes(
        self,
        *,
        group_names_by_key: Mapping[AssetKey, str] | None = None,
        asset_key_replacements: Mapping[AssetKey, AssetKey] | None = None,
        tags_by_key: Mapping[AssetKey, Mapping[str, str]] | None = None,
        automation_condition: AutomationCondition | Mapping[AssetKey, AutomationCondition] | None = None,
        freshness_policy: FreshnessPolicy | Mapping[AssetKey, FreshnessPolicy] | None = None,
        backfill_policy: BackfillPolicy | None = None,
    ) -> AssetsDefinition:
        """The same function with other attributes of its assets; those that are not named stay as they are.

        Args:
            group_names_by_key: The groups of some of them.
            asset_key_replacements: Other keys, of its assets and of what they depend on.
            tags_by_key: More tags of some of them.
            automation_condition: When to make those that have no condition, or by key those that it names.
            freshness_policy: How recent those have to be that have no policy, or by key those that it names.
            backfill_policy: How many partitions one run of a backfill makes.
        """
        groups, keys, tags = group_names_by_key or {}, asset_key_replacements or {}, tags_by_key or {}
        policy = self.backfill_policy if backfill_policy is None else backfill_policy

        def change(spec: AssetSpec) -> AssetSpec:
            deps = [dep.with_asset(keys.get(dep.asset_key, dep.asset_key)) for dep in spec.deps]
            changed = spec.replace_attributes(key=keys.get(spec.key, spec.key), deps=deps)
            if spec.key in groups:
                changed = changed.replace_attributes(group_name=groups[spec.key])
            for name, given in (("automation_condition", automation_condition), ("freshness_policy", freshness_policy)):
                own = _own_or_shared(given, spec.key, getattr(spec, name))
                changed = changed if own is None else changed.replace_attributes(**{name: own})
            return changed.merge_attributes(tags=tags.get(spec.key, {}))

        moved = tuple(msgspec.structs.replace(each, key=keys.get(each.key, each.key)) for each in self.inputs)
        return replace(self, inputs=moved, backfill_policy=policy).map_asset_specs(change)

    @property
    def source(self) -> SourceRef | None:
        """Where it was defined."""
        return self.specs[0].source

    @property
    def described(self) -> str:
        """What it is called in a message."""
        if len(self.specs) == 1:
            return f"asset {self.specs[0].key.to_user_string()!r}"
        return f"multi-asset {self.op_name!r}"

    @property
    def titled(self) -> str:
        """What it is called at the start of a message."""
        return self.described[0].upper() + self.described[1:]

    @property
    def returns_nothing(self) -> bool:
        """Whether the function is annotated `-> None`, so that there is no value to store."""
        return returns_nothing(self.compute_fn)

    def output(self, key: AssetKey) -> AssetOutput:
        """What the function makes of one of its assets."""
        return next(output for output in self.outputs if output.key == key)

    def io_manager_of(self, key: AssetKey) -> str | None:
        """The resource that stores an asset's value; None where nobody chose one."""
        return self.output(key).io_manager_key or self.specs_by_key[key].metadata.get(IO_MANAGER_METADATA)

    def map_asset_specs(self, func: Callable[[AssetSpec], AssetSpec]) -> AssetsDefinition:
        """The same function with its specs replaced by what `func` makes of them; inputs stay dependencies."""
        where = "What the function of map_asset_specs returns"
        changed = {spec.key: check_type(func(spec), AssetSpec, where, "an AssetSpec") for spec in self.specs}
        return replace(
            self,
            specs=tuple(changed.values()),
            outputs=tuple(msgspec.structs.replace(output, key=changed[output.key].key) for output in self.outputs),
            check_specs=tuple(check.with_asset(changed[check.asset_key]) for check in self.check_specs),
        )

    def with_resource_parameters(self, names: Sequence[str]) -> AssetsDefinition:
        """The same function, of whose parameters some turned out to be resources and not assets."""
        mistaken = {entry.key for entry in self.inputs if entry.name in names}
        specs = [
            spec.replace_attributes(deps=[dep for dep in spec.deps if dep.asset_key not in mistaken])
            for spec in self.specs
        ]
        return replace(
            self,
            specs=tuple(specs),
            inputs=tuple(entry for entry in self.inputs if entry.name not in names),
            needs=self.needs.with_parameters(names),
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function as if it were not decorated."""
        return self.compute_fn(*args, **kwargs)

    def __repr__(self) -> str:
        return f"AssetsDefinition({', '.join(repr(spec.key) for spec in self.specs)})"

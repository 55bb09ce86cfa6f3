"""`@observable_source_asset` and its sibling for several: external assets, and the function that looks at them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, overload

from headwater.definitions.arguments import check_bool, check_printable, check_several
from headwater.definitions.assets.definition import AssetsDefinition
from headwater.definitions.assets.functions import define_assets, make_key
from headwater.definitions.assets.multi import read_specs
from headwater.definitions.assets.outputs import AssetOutput
from headwater.definitions.assets.specs import AssetCheckSpec, AssetSpec
from headwater.definitions.conditions.condition import AutomationCondition
from headwater.definitions.functions.decorated import check_function
from headwater.definitions.functions.signature import default_name, read_docstring
from headwater.definitions.partitions import PartitionsDefinition
from headwater.definitions.resources.definition import check_resources
from headwater.errors import InvalidDefinitionError
from headwater.keys import CoercibleToAssetKey

_Decorator = Callable[[Callable[..., Any]], AssetsDefinition]


@overload
def observable_source_asset(observe_fn: Callable[..., Any], /) -> AssetsDefinition: ...


@overload
def observable_source_asset(
    *,
    key: CoercibleToAssetKey | None = None,
    name: str | None = None,
    key_prefix: str | Sequence[str] | None = None,
    metadata: Mapping[str, Any] | None = None,
    io_manager_key: str | None = None,
    description: str | None = None,
    group_name: str | None = None,
    required_resource_keys: Iterable[str] | None = None,
    resource_defs: Mapping[str, Any] | None = None,
    partitions_def: PartitionsDefinition | None = None,
    automation_condition: AutomationCondition | None = None,
    op_tags: Mapping[str, str] | None = None,
    tags: Mapping[str, str] | None = None,
    timeout: float | timedelta | None = None,
) -> _Decorator: ...


def observable_source_asset(
    observe_fn: Callable[..., Any] | None = None,
    /,
    *,
    key: CoercibleToAssetKey | None = None,
    name: str | None = None,
    key_prefix: str | Sequence[str] | None = None,
    metadata: Mapping[str, Any] | None = None,
    io_manager_key: str | None = None,
    description: str | None = None,
    group_name: str | None = None,
    required_resource_keys: Iterable[str] | None = None,
    resource_defs: Mapping[str, Any] | None = None,
    partitions_def: PartitionsDefinition | None = None,
    automation_condition: AutomationCondition | None = None,
    op_tags: Mapping[str, str] | None = None,
    tags: Mapping[str, str] | None = None,
    timeout: float | timedelta | None = None,
) -> AssetsDefinition | _Decorator:
    """Make an external asset of the function that looks at it.

    The function returns a `DataVersion`, a `DataVersionsByPartition` or an `ObserveResult`; `observe` and runs call it.

    Args:
        observe_fn: The function, where the decorator stands without parentheses.
        key: The whole key.
        name: Or its last part; the function's name if left out.
        key_prefix: What comes before it.
        metadata: Anything that is known of the asset, by name.
        io_manager_key: The resource with which others load its data.
        description: What it is, in Markdown; the docstring if left out.
        group_name: Where it stands in the catalog; `default` if left out.
        required_resource_keys: The resources that the function finds in `context.resources`.
        resource_defs: Resources for this function alone, by name.
        partitions_def: The parts that it consists of.
        automation_condition: When to look.
        op_tags: Names and short values for the executor.
        tags: Names and short values to find it by.
        timeout: Seconds (or a timedelta) after which a run of the function is stopped.

    Raises:
        InvalidDefinitionError: the definition contradicts itself; the message says how to mend it.

    Example:
        >>> @observable_source_asset
        ... def rates():
        ...     return DataVersion("2026-01-31")
        >>> rates.is_external
        True
    """

    def decorate(function: Callable[..., Any]) -> AssetsDefinition:
        check_function(function, "observable_source_asset")
        own_key = make_key(function, key, name, key_prefix)
        of = f"of asset {own_key.to_user_string()!r}"
        spec = AssetSpec(
            own_key,
            description=read_docstring(function) if description is None else description,
            metadata=metadata,
            group_name=group_name,
            partitions_def=partitions_def,
            automation_condition=automation_condition,
            tags=tags,
        )
        return define_assets(
            function,
            of,
            specs=(spec,),
            outputs=(AssetOutput(name="result", key=own_key, io_manager_key=io_manager_key, stores=False),),
            ins=None,
            op_name=own_key.to_python_identifier(),
            observes=True,
            required_resource_keys=required_resource_keys,
            resource_defs=check_resources(resource_defs, f"resource_defs {of}"),
            op_tags=op_tags,
            timeout=timeout,
        )

    return decorate if observe_fn is None else decorate(observe_fn)


def multi_observable_source_asset(
    *,
    specs: Sequence[AssetSpec],
    name: str | None = None,
    description: str | None = None,
    partitions_def: PartitionsDefinition | None = None,
    can_subset: bool = False,
    required_resource_keys: Iterable[str] | None = None,
    resource_defs: Mapping[str, Any] | None = None,
    group_name: str | None = None,
    check_specs: Sequence[AssetCheckSpec] | None = None,
    op_tags: Mapping[str, str] | None = None,
    timeout: float | timedelta | None = None,
) -> _Decorator:
    """Make external assets of one function that looks at all of them.

    The function yields (or returns a list with) an `ObserveResult(asset_key=...)` for each asset that it has seen.

    Args:
        specs: The assets.
        name: What the function is called in runs; its name if left out.
        description: What they are, where a spec does not say.
        partitions_def: The parts that all of them consist of.
        can_subset: Whether it can be asked for some of them alone, in `context.selected_asset_keys`.
        required_resource_keys: The resources that the function finds in `context.resources`.
        resource_defs: Resources for this function alone, by name.
        group_name: Where those stand in the catalog that do not say so.
        check_specs: Checks whose results the function gives along with its own.
        op_tags: Names and short values for the executor.
        timeout: Seconds (or a timedelta) after which a run of the function is stopped.

    Raises:
        InvalidDefinitionError: the definition contradicts itself; the message says how to mend it.

    Example:
        >>> @multi_observable_source_asset(specs=[AssetSpec("rates"), AssetSpec("holidays")])
        ... def bank():
        ...     yield ObserveResult("rates", data_version=DataVersion("2026-01-31"))
        ...     yield ObserveResult("holidays", data_version=DataVersion("2026"))
        >>> bank.is_external
        True
    """
    shared = {"group_name": group_name, "partitions_def": partitions_def}

    def decorate(function: Callable[..., Any]) -> AssetsDefinition:
        check_function(function, "multi_observable_source_asset")
        op_name = check_printable(
            default_name(function, "multi_observable_source_asset") if name is None else name, "name"
        )
        of = f"of multi-asset {op_name!r}"
        found, outputs = read_specs(check_several(specs, f"specs {of}"), None, shared, description, of)
        if not found:
            raise InvalidDefinitionError(f"Name at least one asset {of}.")
        return define_assets(
            function,
            of,
            specs=found,
            outputs=outputs,
            ins=None,
            op_name=op_name,
            observes=True,
            can_subset=check_bool(can_subset, f"can_subset {of}"),
            required_resource_keys=required_resource_keys,
            resource_defs=check_resources(resource_defs, f"resource_defs {of}"),
            check_specs=check_specs,
            op_tags=op_tags,
            timeout=timeout,
        )

    return decorate

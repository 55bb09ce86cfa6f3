"""`@multi_asset`: several assets of one function."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from headwater.definitions.arguments import (
    check_bool,
    check_mapping,
    check_printable,
    check_several,
    check_type,
)
from headwater.definitions.assets.backfill_policy import BackfillPolicy
from headwater.definitions.assets.definition import AssetsDefinition
from headwater.definitions.assets.deps import CoercibleToAssetDep
from headwater.definitions.assets.functions import define_assets
from headwater.definitions.assets.inputs import AssetIn
from headwater.definitions.assets.outputs import AssetOut, AssetOutput
from headwater.definitions.assets.specs import AssetCheckSpec, AssetSpec
from headwater.definitions.functions.decorated import check_function
from headwater.definitions.functions.signature import default_name
from headwater.definitions.partitions import PartitionsDefinition
from headwater.definitions.resources.definition import check_resources
from headwater.definitions.runs.hooks import HookDefinition
from headwater.definitions.runs.retries import RetryPolicy
from headwater.errors import InvalidDefinitionError
from headwater.keys import AssetKey

_Decorator = Callable[[Callable[..., Any]], AssetsDefinition]


def multi_asset(
    *,
    outs: Mapping[str, AssetOut] | None = None,
    specs: Sequence[AssetSpec] | None = None,
    name: str | None = None,
    ins: Mapping[str, AssetIn] | None = None,
    deps: Iterable[CoercibleToAssetDep] | None = None,
    description: str | None = None,
    config_schema: Any = None,
    required_resource_keys: Iterable[str] | None = None,
    internal_asset_deps: Mapping[str, set[AssetKey]] | None = None,
    partitions_def: PartitionsDefinition | None = None,
    hooks: Iterable[HookDefinition] | None = None,
    op_tags: Mapping[str, str] | None = None,
    can_subset: bool = False,
    resource_defs: Mapping[str, Any] | None = None,
    group_name: str | None = None,
    backfill_policy: BackfillPolicy | None = None,
    retry_policy: RetryPolicy | None = None,
    code_version: str | None = None,
    check_specs: Sequence[AssetCheckSpec] | None = None,
    pool: str | None = None,
    timeout: float | timedelta | None = None,
) -> _Decorator:
    """Make several assets of one function.

    With `specs` the function stores the data itself, and returns or yields a `MaterializeResult` for each key; nothing
    returned means that all were made. With `outs` it returns a tuple of values in their order, or yields an `Output`
    for each.

    Args:
        outs: The assets whose values are stored here, by the name of the output.
        specs: Or the assets, as specs.
        name: What the function is called in runs; its name if left out.
        ins: For parameters that are not named like their asset: which one it is.
        deps: Upstream assets of all of them whose values the function does not get.
        description: What they are, where a spec does not say.
        config_schema: What `context.op_config` holds: names and their types.
        required_resource_keys: The resources that the function finds in `context.resources`.
        internal_asset_deps: For an output, the keys that it alone depends on, of others of the function or of inputs.
        partitions_def: The parts that all of them consist of.
        hooks: Functions to call when they were made, or when that failed.
        op_tags: Names and short values for the executor.
        can_subset: Whether it can be asked for some of them alone, in `context.selected_asset_keys`.
        resource_defs: Resources for this function alone, by name.
        group_name: Where those stand in the catalog that do not say so.
        backfill_policy: How many partitions one run of a backfill makes.
        retry_policy: How often the function is tried again when it fails.
        code_version: Names the logic that makes those that do not say so.
        check_specs: Checks whose results the function gives along with its own.
        pool: A name for what such functions share and compete for; kept with the definition.
        timeout: Seconds (or a timedelta) after which a run of the function is stopped.

    Raises:
        InvalidDefinitionError: the definition contradicts itself; the message says how to mend it.

    Example:
        >>> @multi_asset(specs=[AssetSpec("orders"), AssetSpec("lines", deps=["orders"])])
        ... def shop() -> None:
        ...     "Both tables of the shop."
        >>> sorted(key.to_user_string() for key in shop.keys)
        ['lines', 'orders']
    """
    shared = {"group_name": group_name, "partitions_def": partitions_def, "code_version": code_version}

    def decorate(function: Callable[..., Any]) -> AssetsDefinition:
        check_function(function, "multi_asset")
        op_name = check_printable(default_name(function, "multi_asset") if name is None else name, "name")
        of = f"of multi-asset {op_name!r}"
        if (outs is None) == (specs is None):
            raise InvalidDefinitionError(f"A multi-asset has either outs or specs; give one of them, {of}.")
        if outs is not None:
            given = check_mapping(outs, f"outs {of}")
            found, outputs = _read_outs(given, internal_asset_deps, deps, {**shared, "description": description}, of)
            policy = _only_policy(backfill_policy, given, of)
        else:
            found, outputs = read_specs(check_several(specs, f"specs {of}"), deps, shared, description, of)
            policy = backfill_policy
        if not found:
            raise InvalidDefinitionError(f"Name at least one asset {of}.")
        return define_assets(
            function,
            of,
            specs=found,
            outputs=outputs,
            ins=ins,
            op_name=op_name,
            can_subset=check_bool(can_subset, f"can_subset {of}"),
            config_schema=config_schema,
            required_resource_keys=required_resource_keys,
            resource_defs=check_resources(resource_defs, f"resource_defs {of}"),
            hooks=hooks,
            op_tags=op_tags,
            backfill_policy=policy,
            retry_policy=retry_policy,
            check_specs=check_specs,
            pool=pool,
            timeout=timeout,
        )

    return decorate


def _only_policy(given: BackfillPolicy | None, outs: Mapping[str, AssetOut], of: str) -> BackfillPolicy | None:
    """The backfill policy of the function, which its outs may name as well.

    Raises:
        InvalidDefinitionError: they name different ones, but one call of the function makes them all.
    """
    named = {out.backfill_policy for out in outs.values()} | {given}
    policies = [policy for policy in named if policy is not None]
    if len(policies) > 1:
        raise InvalidDefinitionError(
            f"The backfill policies {of} differ, but one call makes all of its assets; give backfill_policy to "
            "@multi_asset alone."
        )
    return policies[0] if policies else None


def read_specs(
    specs: Sequence[AssetSpec],
    deps: Iterable[CoercibleToAssetDep] | None,
    shared: Mapping[str, Any],
    description: str | None,
    of: str,
) -> tuple[tuple[AssetSpec, ...], tuple[AssetOutput, ...]]:
    """The assets of a function by their specs, completed by what is said of all of them, and its outputs.

    Args:
        specs: One an asset.
        deps: Upstream assets of all of them.
        shared: Attributes of those that do not have them.
        description: What they are, where a spec does not say.
        of: Of which function, for messages.
    """
    more = list(check_several(deps, f"deps {of}"))
    found = []
    for spec in specs:
        check_type(spec, AssetSpec, f"An element of specs {of}", "an AssetSpec")
        own = {**shared, "description": description}
        unset = {name: value for name, value in own.items() if value is not None and getattr(spec, name) is None}
        whole = spec.replace_attributes(**unset) if unset else spec
        found.append(whole.merge_attributes(deps=more) if more else whole)
    outputs = (
        AssetOutput(name=spec.key.to_python_identifier(), key=spec.key, is_required=not spec.skippable, stores=False)
        for spec in found
    )
    return tuple(found), tuple(outputs)


def _read_outs(
    outs: Mapping[str, AssetOut],
    internal: Mapping[str, set[AssetKey]] | None,
    deps: Iterable[CoercibleToAssetDep] | None,
    shared: Mapping[str, Any],
    of: str,
) -> tuple[tuple[AssetSpec, ...], tuple[AssetOutput, ...]]:
    specs, outputs = [], []
    more = list(check_several(deps, f"deps {of}"))
    own_deps = check_mapping(internal, f"internal_asset_deps {of}")
    for name in own_deps.keys() - outs.keys():
        raise InvalidDefinitionError(f"internal_asset_deps {of} names {name!r}, which is none of its outs.")
    for name, out in outs.items():
        check_type(out, AssetOut, f"outs[{name!r}] {of}", "an AssetOut")
        chosen = sorted(own_deps[name]) if name in own_deps else [*more, *(out.deps or ())]
        spec = out.to_spec(name, **shared, deps=chosen, skippable=not out.is_required)
        specs.append(spec)
        outputs.append(
            AssetOutput(name=name, key=spec.key, io_manager_key=out.io_manager_key, is_required=out.is_required)
        )
    return tuple(specs), tuple(outputs)

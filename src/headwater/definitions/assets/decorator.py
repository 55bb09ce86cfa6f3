"""`@asset`: what it makes of a function."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, overload

from headwater.definitions.arguments import (
    check_bool,
    check_optional_text,
)
from headwater.definitions.assets.backfill_policy import BackfillPolicy
from headwater.definitions.assets.definition import AssetsDefinition
from headwater.definitions.assets.deps import CoercibleToAssetDep
from headwater.definitions.assets.functions import define_assets, make_key
from headwater.definitions.assets.inputs import AssetIn
from headwater.definitions.assets.outputs import AssetOutput
from headwater.definitions.assets.specs import AssetCheckSpec, AssetSpec
from headwater.definitions.conditions.condition import AutomationCondition
from headwater.definitions.freshness import FreshnessPolicy
from headwater.definitions.functions.decorated import check_function
from headwater.definitions.functions.signature import read_docstring
from headwater.definitions.partitions import PartitionsDefinition
from headwater.definitions.resources.definition import check_resources
from headwater.definitions.runs.hooks import HookDefinition
from headwater.definitions.runs.retries import RetryPolicy
from headwater.errors import InvalidDefinitionError
from headwater.keys import AssetKey, CoercibleToAssetKey

_Decorator = Callable[[Callable[..., Any]], AssetsDefinition]


@overload
def asset(compute_fn: Callable[..., Any], /) -> AssetsDefinition: ...


@overload
def asset(
    *,
    name: str | None = None,
    key_prefix: str | Sequence[str] | None = None,
    key: CoercibleToAssetKey | None = None,
    ins: Mapping[str, AssetIn] | None = None,
    deps: Iterable[CoercibleToAssetDep] | None = None,
    metadata: Mapping[str, Any] | None = None,
    tags: Mapping[str, str] | None = None,
    description: str | None = None,
    config_schema: Any = None,
    required_resource_keys: Iterable[str] | None = None,
    resource_defs: Mapping[str, Any] | None = None,
    hooks: Iterable[HookDefinition] | None = None,
    io_manager_def: Any = None,
    io_manager_key: str | None = None,
    group_name: str | None = None,
    partitions_def: PartitionsDefinition | None = None,
    op_tags: Mapping[str, str] | None = None,
    output_required: bool = True,
    automation_condition: AutomationCondition | None = None,
    freshness_policy: FreshnessPolicy | None = None,
    is_virtual: bool = False,
    backfill_policy: BackfillPolicy | None = None,
    retry_policy: RetryPolicy | None = None,
    code_version: str | None = None,
    owners: Sequence[str] | None = None,
    kinds: Iterable[str] | None = None,
    check_specs: Sequence[AssetCheckSpec] | None = None,
    pool: str | None = None,
    timeout: float | timedelta | None = None,
) -> _Decorator: ...


def asset(
    compute_fn: Callable[..., Any] | None = None,
    /,
    *,
    name: str | None = None,
    key_prefix: str | Sequence[str] | None = None,
    key: CoercibleToAssetKey | None = None,
    ins: Mapping[str, AssetIn] | None = None,
    deps: Iterable[CoercibleToAssetDep] | None = None,
    metadata: Mapping[str, Any] | None = None,
    tags: Mapping[str, str] | None = None,
    description: str | None = None,
    config_schema: Any = None,
    required_resource_keys: Iterable[str] | None = None,
    resource_defs: Mapping[str, Any] | None = None,
    hooks: Iterable[HookDefinition] | None = None,
    io_manager_def: Any = None,
    io_manager_key: str | None = None,
    group_name: str | None = None,
    partitions_def: PartitionsDefinition | None = None,
    op_tags: Mapping[str, str] | None = None,
    output_required: bool = True,
    automation_condition: AutomationCondition | None = None,
    freshness_policy: FreshnessPolicy | None = None,
    is_virtual: bool = False,
    backfill_policy: BackfillPolicy | None = None,
    retry_policy: RetryPolicy | None = None,
    code_version: str | None = None,
    owners: Sequence[str] | None = None,
    kinds: Iterable[str] | None = None,
    check_specs: Sequence[AssetCheckSpec] | None = None,
    pool: str | None = None,
    timeout: float | timedelta | None = None,
) -> AssetsDefinition | _Decorator:
    """Make an asset of the function that produces it.

    The function's parameters are the upstream assets of the same name, whose values it gets; a first parameter
    called `context` gets the `AssetExecutionContext`. One annotated with a `ConfigurableResource` or `ResourceParam`,
    or named like a resource and no asset, gets that resource; `config`, annotated with a `Config`, gets the run's
    config. The function may be `async def` or a generator.

    Args:
        compute_fn: The function, where the decorator stands without parentheses.
        name: The last part of the key; the function's name if left out.
        key_prefix: What comes before it.
        key: Or the whole key.
        ins: For parameters that are not named like their asset: which one it is.
        deps: Upstream assets whose values the function does not get.
        metadata: Anything that is known of the asset, by name.
        tags: Names and short values to find it by.
        description: What it is, in Markdown; the docstring if left out.
        config_schema: What `context.op_config` holds: names and their types.
        required_resource_keys: The resources that the function finds in `context.resources`.
        resource_defs: Resources for this function alone, by name.
        hooks: Functions to call when it was made, or when it failed.
        io_manager_def: The IO manager that stores its value.
        io_manager_key: Or the name of the resource that is one; `io_manager` if left out.
        group_name: Where it stands in the catalog; `default` if left out.
        partitions_def: The parts that it consists of.
        op_tags: Names and short values for the executor.
        output_required: Whether the function must give a result; if not, it may yield nothing, and nothing is made.
        automation_condition: When to make it.
        freshness_policy: How recent its newest materialization has to be.
        is_virtual: Whether it holds no data of its own, as a view does. News of what it shows are news for what is made
            from it, in conditions and in staleness, and it is never stale for them itself.
        backfill_policy: How many partitions one run of a backfill makes.
        retry_policy: How often the function is tried again when it fails.
        code_version: Names the logic that makes it.
        owners: E-mail addresses and `team:name`.
        kinds: What it is made of or with, such as `csv`; at most ten.
        check_specs: Checks whose results the function gives along with its own.
        pool: A name for what such functions share and compete for; kept with the definition.
        timeout: Seconds (or a timedelta) after which a run of the function is stopped; `materialize` in Python, which
            works in the caller's own process, sets no limit.

    Raises:
        InvalidDefinitionError: the definition contradicts itself; the message says how to mend it.

    Example:
        >>> @asset(deps=["raw_transactions"], kinds={"parquet"})
        ... def cleaned_transactions() -> None:
        ...     "Transactions without duplicates."
        >>> cleaned_transactions.spec.description
        'Transactions without duplicates.'
    """
    attributes: dict[str, Any] = {
        "deps": deps,
        "metadata": metadata,
        "tags": tags,
        "group_name": group_name,
        "partitions_def": partitions_def,
        "automation_condition": automation_condition,
        "freshness_policy": freshness_policy,
        "is_virtual": is_virtual,
        "code_version": code_version,
        "owners": owners,
        "kinds": kinds,
    }

    def decorate(function: Callable[..., Any]) -> AssetsDefinition:
        check_function(function, "asset")
        own_key = make_key(function, key, name, key_prefix)
        of = f"of asset {own_key.to_user_string()!r}"
        own_resources = check_resources(resource_defs, f"resource_defs {of}")
        own_io_manager = _own_io_manager(own_key, io_manager_key, io_manager_def, own_resources, of)
        required = check_bool(output_required, f"output_required {of}")
        spec = AssetSpec(
            own_key,
            description=read_docstring(function) if description is None else description,
            skippable=not required,
            **attributes,
        )
        output = AssetOutput(name="result", key=own_key, io_manager_key=own_io_manager, is_required=required)
        return define_assets(
            function,
            of,
            specs=(spec,),
            outputs=(output,),
            ins=ins,
            op_name=own_key.to_python_identifier(),
            config_schema=config_schema,
            required_resource_keys=required_resource_keys,
            resource_defs=own_resources,
            hooks=hooks,
            op_tags=op_tags,
            backfill_policy=backfill_policy,
            retry_policy=retry_policy,
            check_specs=check_specs,
            pool=pool,
            timeout=timeout,
        )

    return decorate if compute_fn is None else decorate(compute_fn)


def _own_io_manager(key: AssetKey, name: str | None, definition: Any, resources: dict[str, Any], of: str) -> str | None:
    """The name of the IO manager; one that was given as an object is kept among the function's own resources."""
    if definition is None:
        return check_optional_text(name, f"io_manager_key {of}")
    if name is not None:
        raise InvalidDefinitionError(f"io_manager_def and io_manager_key {of} say the same thing; leave one out.")
    own_name = f"{key.to_python_identifier()}__io_manager"
    resources[own_name] = definition
    return own_name

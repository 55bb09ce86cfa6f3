"""Checks that Headwater carries out: the `@asset_check` decorator, and what it makes of a function."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, overload

import msgspec

from headwater.definitions.arguments import check_mapping, check_printable, check_seconds, check_several
from headwater.definitions.assets.deps import AssetDep, CoercibleToAssetDep, HasAssetKey
from headwater.definitions.assets.inputs import AssetIn, AssetInput, read_inputs
from headwater.definitions.assets.specs import AssetCheckSpec
from headwater.definitions.conditions.condition import AutomationCondition
from headwater.definitions.contexts.steps import AssetCheckExecutionContext
from headwater.definitions.functions.decorated import check_function, function_name
from headwater.definitions.functions.signature import default_name, look_like, read_docstring, read_parameters
from headwater.definitions.labels import check_tags
from headwater.definitions.partitions import PartitionsDefinition
from headwater.definitions.resources.definition import check_resources
from headwater.definitions.resources.needs import NO_NEEDS, Needs, read_needs
from headwater.definitions.runs.retries import RetryPolicy
from headwater.definitions.snapshot import SourceRef
from headwater.errors import InvalidDefinitionError
from headwater.keys import AssetCheckKey, CoercibleToAssetKey


@dataclass(frozen=True, eq=False, repr=False)
class AssetCheckDefinition:
    """Checks and the function that carries them out. Made by `@asset_check` and `@multi_asset_check`.

    Calling it calls the function. One with `can_subset` can be asked for some of its checks alone.

    Example:
        >>> @asset_check(asset="orders")
        ... def has_rows() -> bool:
        ...     return True
        >>> [spec.name for spec in has_rows.specs]
        ['has_rows']
    """

    specs: tuple[AssetCheckSpec, ...]
    compute_fn: Callable[..., Any]
    inputs: tuple[AssetInput, ...]
    takes_context: bool
    op_name: str
    timeout: float | None = None
    needs: Needs = NO_NEEDS
    retry_policy: RetryPolicy | None = None
    can_subset: bool = False
    resource_defs: dict[str, Any] = field(default_factory=dict)
    op_tags: dict[str, str] = field(default_factory=dict)
    pool: str | None = None

    def __post_init__(self) -> None:
        look_like(self, self.compute_fn)

    @property
    def spec(self) -> AssetCheckSpec:
        """The check's spec.

        Raises:
            InvalidDefinitionError: the function carries out several.
        """
        if len(self.specs) != 1:
            raise InvalidDefinitionError(f"{self.op_name!r} carries out {len(self.specs)} checks; ask for keys.")
        return self.specs[0]

    @property
    def key(self) -> AssetCheckKey:
        """The asset and the check's name there.

        Raises:
            InvalidDefinitionError: the function carries out several.
        """
        return self.spec.key

    @property
    def keys(self) -> frozenset[AssetCheckKey]:
        """The keys of all of its checks."""
        return frozenset(spec.key for spec in self.specs)

    @property
    def check_keys(self) -> frozenset[AssetCheckKey]:
        """The same as `keys`."""
        return self.keys

    @property
    def check_specs(self) -> tuple[AssetCheckSpec, ...]:
        """The same as `specs`."""
        return self.specs

    @property
    def described(self) -> str:
        """What it is called in a message."""
        return f"check {self.key.to_user_string()!r}" if len(self.specs) == 1 else f"multi-asset check {self.op_name!r}"

    @property
    def asset_input(self) -> str | None:
        """The parameter that gets the asset's value, if there is one."""
        return self.inputs[0].name if self.inputs else None

    @property
    def source(self) -> SourceRef | None:
        """Where it was defined."""
        return self.specs[0].source

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function as if it were not decorated."""
        return self.compute_fn(*args, **kwargs)

    def __repr__(self) -> str:
        return f"AssetCheckDefinition({', '.join(repr(spec.key.to_user_string()) for spec in self.specs)})"


def read_execution(
    of: str,
    *,
    resource_defs: Mapping[str, Any] | None,
    op_tags: Mapping[str, str] | None,
    pool: str | None,
    compute_kind: str | None,
) -> dict[str, Any]:
    """How the function of checks is carried out, as its definition keeps it.

    Raises:
        InvalidParameterError: an argument has the wrong type or form.
    """
    kind = {} if compute_kind is None else {"kind": check_printable(compute_kind, f"compute_kind {of}")}
    return {
        "resource_defs": check_resources(resource_defs, f"resource_defs {of}"),
        "op_tags": check_tags({**kind, **check_mapping(op_tags, f"op_tags {of}")}, f"op_tags {of}", system=True),
        "pool": None if pool is None else check_printable(pool, f"pool {of}"),
    }


def deps_of(inputs: Iterable[AssetInput]) -> list[AssetDep]:
    """The dependencies that the parameters of a check are, besides its own asset."""
    return [AssetDep(each.key, partition_mapping=each.partition_mapping, metadata=each.metadata) for each in inputs]


@overload
def asset_check(compute_fn: Callable[..., Any], /) -> AssetCheckDefinition: ...


@overload
def asset_check(
    *,
    asset: CoercibleToAssetKey | HasAssetKey | None = None,
    name: str | None = None,
    description: str | None = None,
    blocking: bool = False,
    metadata: Mapping[str, Any] | None = None,
    additional_deps: Iterable[CoercibleToAssetDep] | None = None,
    additional_ins: Mapping[str, AssetIn] | None = None,
    partitions_def: PartitionsDefinition | None = None,
    automation_condition: AutomationCondition | None = None,
    required_resource_keys: Iterable[str] | None = None,
    resource_defs: Mapping[str, Any] | None = None,
    config_schema: Any = None,
    op_tags: Mapping[str, str] | None = None,
    pool: str | None = None,
    compute_kind: str | None = None,
    retry_policy: RetryPolicy | None = None,
    timeout: float | timedelta | None = None,
) -> Callable[[Callable[..., Any]], AssetCheckDefinition]: ...


def asset_check(
    compute_fn: Callable[..., Any] | None = None,
    /,
    *,
    asset: CoercibleToAssetKey | HasAssetKey | None = None,
    name: str | None = None,
    description: str | None = None,
    blocking: bool = False,
    metadata: Mapping[str, Any] | None = None,
    additional_deps: Iterable[CoercibleToAssetDep] | None = None,
    additional_ins: Mapping[str, AssetIn] | None = None,
    partitions_def: PartitionsDefinition | None = None,
    automation_condition: AutomationCondition | None = None,
    required_resource_keys: Iterable[str] | None = None,
    resource_defs: Mapping[str, Any] | None = None,
    config_schema: Any = None,
    op_tags: Mapping[str, str] | None = None,
    pool: str | None = None,
    compute_kind: str | None = None,
    retry_policy: RetryPolicy | None = None,
    timeout: float | timedelta | None = None,
) -> AssetCheckDefinition | Callable[[Callable[..., Any]], AssetCheckDefinition]:
    """Make a check of the function that carries it out and returns an `AssetCheckResult` or a bool.

    The function may take the asset's value, as a parameter of any name, and before it a `context`, the
    `AssetCheckExecutionContext`. It may be `async def` or a generator.

    Args:
        compute_fn: The function, where the decorator stands without parentheses.
        asset: The asset that is judged: a key or a definition. Left out, it is the one that the function's
            parameter is named after.
        name: The check's name; the function's if left out.
        description: What must hold, in Markdown; the docstring if left out.
        blocking: Whether nothing downstream is made when it fails with severity ERROR.
        metadata: Anything that is known of the check, by name.
        additional_deps: Other assets that the function looks at.
        additional_ins: Further parameters that get values of assets: which one each is.
        partitions_def: The partitions of the asset, where the check judges them one by one and never the whole.
        automation_condition: When to carry it out by itself, besides with its asset. What it is made from, in
            the condition's eyes, is the asset that it judges, and those that it looks at.
        required_resource_keys: The resources that the function finds in `context.resources`.
        resource_defs: Resources for this function alone, by name.
        config_schema: What `context.op_config` holds: names and their types.
        op_tags: Names and short values for the executor.
        pool: A name for what such functions share and compete for.
        compute_kind: What it is made with, such as `sql`; kept as the tag `kind` of its function.
        retry_policy: How often the function is tried again when it fails.
        timeout: Seconds (or a timedelta) after which the function is stopped.

    Raises:
        InvalidDefinitionError: the definition contradicts itself; the message says how to mend it.

    Example:
        >>> @asset_check(asset="orders", blocking=True)
        ... def has_rows(orders: list[str]) -> bool:
        ...     return len(orders) > 0
        >>> has_rows(["first"])
        True
    """

    def decorate(function: Callable[..., Any]) -> AssetCheckDefinition:
        check_function(function, "asset_check")
        own_name = default_name(function, "asset_check") if name is None else name
        of = f"of check {own_name!r}"
        needs, parameters = read_needs(
            read_parameters(function, AssetCheckExecutionContext),
            f"of check {function_name(function)!r}",
            required_resource_keys=required_resource_keys,
            config_schema=config_schema,
        )
        further = check_mapping(additional_ins, f"additional_ins {of}")
        own = tuple(each for each in parameters.names if each not in further)
        if len(own) > 1 or parameters.takes_any:
            raise InvalidDefinitionError(
                f"The check {function_name(function)} takes {', '.join(own)}; a check takes the value of its own "
                "asset, and those that additional_ins name. Add them there, or load them in the function and name "
                "them in additional_deps."
            )
        judged = next(iter(own), None) if asset is None else asset
        if judged is None:
            raise InvalidDefinitionError(
                f"The check {function_name(function)} does not say which asset it judges; "
                "write @asset_check(asset=...)."
            )
        others = read_inputs(msgspec.structs.replace(parameters, names=tuple(further)), further, of)
        spec = AssetCheckSpec(
            own_name,
            asset=judged,
            description=read_docstring(function) if description is None else description,
            additional_deps=[*check_several(additional_deps, f"additional_deps {of}"), *deps_of(others)],
            blocking=blocking,
            metadata=metadata,
            partitions_def=partitions_def,
            automation_condition=automation_condition,
        )
        missing = [each for each in further if each not in parameters.names]
        if missing:
            raise InvalidDefinitionError(
                f"additional_ins {of} names {', '.join(missing)}, which is no parameter of the function."
            )
        return AssetCheckDefinition(
            specs=(spec,),
            op_name=spec.asset_key.to_python_identifier(spec.name),
            compute_fn=function,
            inputs=(*(AssetInput(parameter, spec.asset_key) for parameter in own), *others),
            takes_context=parameters.takes_context,
            timeout=None if timeout is None else check_seconds(timeout, f"timeout of check {spec.name!r}"),
            needs=needs,
            retry_policy=retry_policy,
            **read_execution(of, resource_defs=resource_defs, op_tags=op_tags, pool=pool, compute_kind=compute_kind),
        )

    return decorate if compute_fn is None else decorate(compute_fn)

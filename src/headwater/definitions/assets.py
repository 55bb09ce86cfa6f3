"""Native assets: the `@asset` decorator, and what it makes of a function."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, overload

import msgspec

from headwater.definitions.arguments import check_mapping, check_printable, check_seconds, check_several, check_type
from headwater.definitions.conditions import AutomationCondition
from headwater.definitions.contexts import AssetExecutionContext
from headwater.definitions.functions import (
    Parameters,
    check_function,
    default_name,
    look_like,
    read_docstring,
    read_parameters,
    returns_nothing,
)
from headwater.definitions.partitions import PartitionsDefinition
from headwater.definitions.snapshot import SourceRef
from headwater.definitions.specs import AssetCheckSpec, AssetSpec, CoercibleToAssetDep
from headwater.definitions.values import Frozen
from headwater.errors import InvalidDefinitionError
from headwater.keys import AssetKey, CoercibleToAssetKey


class AssetInput(msgspec.Struct, frozen=True):
    """A parameter of an asset's function, and the upstream asset whose value it gets."""

    name: str
    key: AssetKey


class AssetIn(Frozen):
    """Which asset a parameter stands for, where it is not named like it.

    Args:
        key: The asset's key; a string is one part.
        key_prefix: Or only what comes before the parameter's name in the key.

    Raises:
        InvalidDefinitionError: both are given.
    """

    __slots__ = ("key", "key_prefix")

    key: AssetKey | None
    key_prefix: tuple[str, ...]

    def __init__(self, key: CoercibleToAssetKey | None = None, key_prefix: str | Sequence[str] | None = None) -> None:
        if key is not None and key_prefix is not None:
            raise InvalidDefinitionError(
                f"AssetIn has key={key!r} and key_prefix={key_prefix!r}; a key is whole, so leave key_prefix out."
            )
        self._set(
            key=None if key is None else AssetKey.from_coercible(key),
            key_prefix=() if key_prefix is None else AssetKey(key_prefix).parts,
        )

    def resolve(self, parameter: str) -> AssetKey:
        """The key of the asset that the parameter of this name stands for."""
        return AssetKey((*self.key_prefix, parameter)) if self.key is None else self.key


@dataclass(frozen=True, eq=False, repr=False)
class AssetsDefinition:
    """An asset and the function that makes it. Made by `@asset`; calling it calls the function."""

    spec: AssetSpec
    compute_fn: Callable[..., Any]
    inputs: tuple[AssetInput, ...]
    takes_context: bool
    check_specs: tuple[AssetCheckSpec, ...] = ()
    timeout: float | None = None

    def __post_init__(self) -> None:
        for check in self.check_specs:
            if check.asset_key != self.key:
                raise InvalidDefinitionError(
                    f"check_specs of asset {self.key.to_user_string()!r} holds check {check.name!r} of "
                    f"{check.asset_key.to_user_string()!r}; give it asset={self.key.path!r}."
                )
        depended_on = {dep.asset_key for dep in self.spec.deps}
        missing = [entry.key for entry in self.inputs if entry.key not in depended_on]
        if missing:
            object.__setattr__(self, "spec", self.spec.merge_attributes(deps=missing))
        look_like(self, self.compute_fn)

    @property
    def key(self) -> AssetKey:
        """The asset's key."""
        return self.spec.key

    @property
    def source(self) -> SourceRef | None:
        """Where it was defined."""
        return self.spec.source

    @property
    def returns_nothing(self) -> bool:
        """Whether the function is annotated `-> None`, so that there is no value to store."""
        return returns_nothing(self.compute_fn)

    def map_asset_specs(self, func: Callable[[AssetSpec], AssetSpec]) -> AssetsDefinition:
        """The same function with its spec replaced by what `func` makes of it; inputs stay dependencies."""
        spec = check_type(func(self.spec), AssetSpec, "What the function of map_asset_specs returns", "an AssetSpec")
        return replace(self, spec=spec, check_specs=tuple(check.with_asset(spec) for check in self.check_specs))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function as if it were not decorated."""
        return self.compute_fn(*args, **kwargs)

    def __repr__(self) -> str:
        return f"AssetsDefinition({self.key!r})"


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
    group_name: str | None = None,
    partitions_def: PartitionsDefinition | None = None,
    automation_condition: AutomationCondition | None = None,
    code_version: str | None = None,
    owners: Sequence[str] | None = None,
    kinds: Iterable[str] | None = None,
    check_specs: Sequence[AssetCheckSpec] | None = None,
    timeout: float | timedelta | None = None,
) -> Callable[[Callable[..., Any]], AssetsDefinition]: ...


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
    group_name: str | None = None,
    partitions_def: PartitionsDefinition | None = None,
    automation_condition: AutomationCondition | None = None,
    code_version: str | None = None,
    owners: Sequence[str] | None = None,
    kinds: Iterable[str] | None = None,
    check_specs: Sequence[AssetCheckSpec] | None = None,
    timeout: float | timedelta | None = None,
) -> AssetsDefinition | Callable[[Callable[..., Any]], AssetsDefinition]:
    """Make an asset of the function that produces it.

    The function's parameters are the upstream assets of the same name, whose values it gets; a first parameter
    called `context` gets the `AssetExecutionContext`. It may be `async def` or a generator.

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
        group_name: Where it stands in the catalog; `default` if left out.
        partitions_def: The parts that it consists of.
        automation_condition: When to make it.
        code_version: Names the logic that makes it.
        owners: E-mail addresses and `team:name`.
        kinds: What it is made of or with, such as `csv`; at most ten.
        check_specs: Checks whose results the function gives along with its own.
        timeout: Seconds (or a timedelta) after which a run of the function is stopped.

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
        "code_version": code_version,
        "owners": owners,
        "kinds": kinds,
    }

    def decorate(function: Callable[..., Any]) -> AssetsDefinition:
        check_function(function, "asset")
        own_key = _make_key(function, key, name, key_prefix)
        of = f"of asset {own_key.to_user_string()!r}"
        parameters = read_parameters(function, AssetExecutionContext)
        own_description = read_docstring(function) if description is None else description
        checks = [
            check_type(check, AssetCheckSpec, f"An element of check_specs {of}", "an AssetCheckSpec")
            for check in check_several(check_specs, f"check_specs {of}")
        ]
        return AssetsDefinition(
            spec=AssetSpec(own_key, description=own_description, **attributes),
            compute_fn=function,
            inputs=_make_inputs(parameters, ins, of),
            takes_context=parameters.takes_context,
            check_specs=tuple(checks),
            timeout=None if timeout is None else check_seconds(timeout, f"timeout {of}"),
        )

    return decorate if compute_fn is None else decorate(compute_fn)


def _make_key(
    function: Callable[..., Any],
    key: CoercibleToAssetKey | None,
    name: str | None,
    key_prefix: str | Sequence[str] | None,
) -> AssetKey:
    if key is not None:
        if name is not None or key_prefix is not None:
            raise InvalidDefinitionError(
                f"@asset has key={key!r} and name={name!r}, key_prefix={key_prefix!r}; a key is whole, so leave the "
                "others out."
            )
        return AssetKey.from_coercible(key)
    last = check_printable(default_name(function, "asset") if name is None else name, "name of @asset")
    return AssetKey(last) if key_prefix is None else AssetKey(last).with_prefix(key_prefix)


def _make_inputs(parameters: Parameters, ins: Mapping[str, AssetIn] | None, of: str) -> tuple[AssetInput, ...]:
    renamed = check_mapping(ins, f"ins {of}")
    for name, entry in renamed.items():
        check_type(entry, AssetIn, f"ins[{name!r}] {of}", "an AssetIn")
        if name not in parameters.names and not parameters.takes_any:
            named = ", ".join(parameters.names) or "none"
            raise InvalidDefinitionError(
                f"ins {of} names {name!r}, which is no parameter of the function; its parameters are: {named}."
            )
    names = dict.fromkeys((*parameters.names, *renamed))
    return tuple(AssetInput(name, renamed.get(name, AssetIn()).resolve(name)) for name in names)

"""Checks that Headwater carries out: the `@asset_check` decorator, and what it makes of a function."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, overload

from headwater.definitions.arguments import check_seconds
from headwater.definitions.assets import AssetInput
from headwater.definitions.contexts import AssetCheckExecutionContext
from headwater.definitions.deps import CoercibleToAssetDep, HasAssetKey
from headwater.definitions.functions import (
    check_function,
    default_name,
    function_name,
    look_like,
    read_docstring,
    read_parameters,
)
from headwater.definitions.needs import NO_NEEDS, Needs, read_needs
from headwater.definitions.retries import RetryPolicy
from headwater.definitions.snapshot import SourceRef
from headwater.definitions.specs import AssetCheckSpec
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
    required_resource_keys: Iterable[str] | None = None,
    config_schema: Any = None,
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
    required_resource_keys: Iterable[str] | None = None,
    config_schema: Any = None,
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
        required_resource_keys: The resources that the function finds in `context.resources`.
        config_schema: What `context.op_config` holds: names and their types.
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
        needs, parameters = read_needs(
            read_parameters(function, AssetCheckExecutionContext),
            f"of check {function_name(function)!r}",
            required_resource_keys=required_resource_keys,
            config_schema=config_schema,
        )
        if len(parameters.names) > 1 or parameters.takes_any:
            raise InvalidDefinitionError(
                f"The check {function_name(function)} takes {', '.join(parameters.names)}; a check takes the value "
                "of its own asset only. Load anything else in the function, and name it in additional_deps."
            )
        judged = next(iter(parameters.names), None) if asset is None else asset
        if judged is None:
            raise InvalidDefinitionError(
                f"The check {function_name(function)} does not say which asset it judges; "
                "write @asset_check(asset=...)."
            )
        spec = AssetCheckSpec(
            default_name(function, "asset_check") if name is None else name,
            asset=judged,
            description=read_docstring(function) if description is None else description,
            additional_deps=additional_deps,
            blocking=blocking,
            metadata=metadata,
        )
        return AssetCheckDefinition(
            specs=(spec,),
            op_name=spec.asset_key.to_python_identifier(spec.name),
            compute_fn=function,
            inputs=tuple(AssetInput(parameter, spec.asset_key) for parameter in parameters.names),
            takes_context=parameters.takes_context,
            timeout=None if timeout is None else check_seconds(timeout, f"timeout of check {spec.name!r}"),
            needs=needs,
            retry_policy=retry_policy,
        )

    return decorate if compute_fn is None else decorate(compute_fn)

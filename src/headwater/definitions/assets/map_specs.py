"""Specs changed after they were made, one by one or many at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar, overload, runtime_checkable

from headwater.definitions.arguments import check_bool, check_several, check_type, shown
from headwater.definitions.assets.specs import AssetSpec
from headwater.definitions.freshness import FreshnessPolicy, check_freshness_policy
from headwater.errors import InvalidParameterError


@runtime_checkable
class MapsSpecs(Protocol):
    """A definition that can have its specs changed."""

    def map_asset_specs(self, func: Callable[[AssetSpec], AssetSpec]) -> Any:
        """The definition with each spec replaced by what the function makes of it."""
        ...


_Mapped = TypeVar("_Mapped", bound="AssetSpec | MapsSpecs")


@overload
def map_asset_specs(func: Callable[[AssetSpec], AssetSpec], iterable: Iterable[_Mapped]) -> list[_Mapped]: ...


@overload
def map_asset_specs(func: Callable[[AssetSpec], AssetSpec], iterable: Iterable[Any]) -> list[Any]: ...


def map_asset_specs(func: Callable[[AssetSpec], AssetSpec], iterable: Iterable[Any]) -> list[Any]:
    """The definitions with each spec replaced by what a function makes of it.

    Args:
        func: From a spec to the one that replaces it.
        iterable: Specs and decorated functions.

    Raises:
        InvalidParameterError: an element is neither, or the function returned no spec.

    Example:
        >>> owned = map_asset_specs(lambda spec: spec.replace_attributes(owners=["team:data"]), [AssetSpec("orders")])
        >>> owned[0].owners
        ('team:data',)
    """
    return [_map(func, item) for item in check_several(iterable, "The second argument of map_asset_specs")]


def _map(func: Callable[[AssetSpec], AssetSpec], item: Any) -> Any:
    if isinstance(item, AssetSpec):
        return check_type(func(item), AssetSpec, "What the function of map_asset_specs returns", "an AssetSpec")
    if isinstance(item, MapsSpecs):
        return item.map_asset_specs(func)
    raise InvalidParameterError(
        f"map_asset_specs takes AssetSpecs and functions decorated with @asset, but got {shown(item)}."
    )


def apply_freshness_policy(spec: AssetSpec, policy: FreshnessPolicy, overwrite_existing: bool = True) -> AssetSpec:
    """A spec with a freshness policy, for use with `map_asset_specs`.

    Args:
        spec: The spec.
        policy: How recent its newest materialization has to be.
        overwrite_existing: Whether a policy that it has already gives way.

    Raises:
        InvalidParameterError: an argument has the wrong type.

    Example:
        >>> from datetime import timedelta
        >>> daily = FreshnessPolicy.time_window(fail_window=timedelta(days=1))
        >>> specs = map_asset_specs(lambda spec: apply_freshness_policy(spec, daily), [AssetSpec("orders")])
        >>> specs[0].freshness_policy == daily
        True
    """
    check_type(spec, AssetSpec, "spec of apply_freshness_policy", "an AssetSpec")
    check_freshness_policy(policy, "policy of apply_freshness_policy")
    check_bool(overwrite_existing, "overwrite_existing of apply_freshness_policy")
    if spec.freshness_policy is not None and not overwrite_existing:
        return spec
    return spec.replace_attributes(freshness_policy=policy)

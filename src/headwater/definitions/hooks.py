"""Hooks: functions that are called when an asset was made, or when it failed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, overload

from headwater.definitions.arguments import check_several, check_type, shown
from headwater.definitions.functions import check_function, count_parameters, default_name, look_like
from headwater.definitions.logs import ContextLog
from headwater.definitions.resources import Resources
from headwater.errors import InvalidDefinitionError


@dataclass(frozen=True, kw_only=True)
class HookContext:
    """What a hook is told: which step of which run ended how."""

    run_id: str
    step_key: str
    hook_def: HookDefinition
    log: ContextLog
    resources: Resources
    op_exception: BaseException | None = None
    job_name: str | None = None


@dataclass(frozen=True, eq=False, repr=False)
class HookDefinition:
    """A hook. Made by `@success_hook` and `@failure_hook`; calling it calls the function."""

    hook_fn: Callable[[HookContext], Any]
    name: str
    on: Literal["success", "failure"]
    required_resource_keys: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        look_like(self, self.hook_fn)

    def __call__(self, context: HookContext) -> Any:
        """Call the function as if it were not decorated."""
        return self.hook_fn(context)

    def __repr__(self) -> str:
        return f"HookDefinition({self.name!r})"


@overload
def success_hook(hook_fn: Callable[[HookContext], Any], /) -> HookDefinition: ...


@overload
def success_hook(
    *, name: str | None = None, required_resource_keys: set[str] | None = None
) -> Callable[[Callable[[HookContext], Any]], HookDefinition]: ...


def success_hook(
    hook_fn: Callable[[HookContext], Any] | None = None,
    /,
    *,
    name: str | None = None,
    required_resource_keys: set[str] | None = None,
) -> HookDefinition | Callable[[Callable[[HookContext], Any]], HookDefinition]:
    """Make a hook of a function, called with a `HookContext` after each asset that was made.

    Args:
        hook_fn: The function, where the decorator stands without parentheses.
        name: The hook's name; the function's if left out.
        required_resource_keys: The resources that it finds in `context.resources`.

    Raises:
        InvalidDefinitionError: the function does not take exactly the context.
    """
    return _decorator(hook_fn, "success", name, required_resource_keys)


@overload
def failure_hook(hook_fn: Callable[[HookContext], Any], /) -> HookDefinition: ...


@overload
def failure_hook(
    *, name: str | None = None, required_resource_keys: set[str] | None = None
) -> Callable[[Callable[[HookContext], Any]], HookDefinition]: ...


def failure_hook(
    hook_fn: Callable[[HookContext], Any] | None = None,
    /,
    *,
    name: str | None = None,
    required_resource_keys: set[str] | None = None,
) -> HookDefinition | Callable[[Callable[[HookContext], Any]], HookDefinition]:
    """Make a hook of a function, called with a `HookContext` after each asset that failed for good.

    Args:
        hook_fn: The function, where the decorator stands without parentheses.
        name: The hook's name; the function's if left out.
        required_resource_keys: The resources that it finds in `context.resources`.

    Raises:
        InvalidDefinitionError: the function does not take exactly the context.
    """
    return _decorator(hook_fn, "failure", name, required_resource_keys)


def check_hooks(hooks: Iterable[HookDefinition] | None, of: str) -> tuple[HookDefinition, ...]:
    """Hooks as a decorator takes them.

    Raises:
        InvalidParameterError: an element is no hook.
    """
    expected = "a function decorated with @success_hook or @failure_hook"
    return tuple(
        check_type(hook, HookDefinition, f"An element of hooks {of}", expected)
        for hook in check_several(hooks, f"hooks {of}")
    )


def _decorator(
    hook_fn: Callable[[HookContext], Any] | None,
    on: Literal["success", "failure"],
    name: str | None,
    required_resource_keys: set[str] | None,
) -> HookDefinition | Callable[[Callable[[HookContext], Any]], HookDefinition]:
    def decorate(function: Callable[[HookContext], Any]) -> HookDefinition:
        check_function(function, f"{on}_hook")
        own_name = default_name(function, f"{on}_hook") if name is None else name
        if count_parameters(function) != 1:
            raise InvalidDefinitionError(f"The hook {shown(own_name)} takes one parameter, its context.")
        return HookDefinition(function, own_name, on, frozenset(required_resource_keys or ()))

    return decorate if hook_fn is None else decorate(hook_fn)

"""Hooks: functions that are called when an asset was made, or when it failed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, overload

from headwater.definitions.arguments import check_several, check_type, shown
from headwater.definitions.contexts.steps import OUTSIDE
from headwater.definitions.functions.decorated import check_function
from headwater.definitions.functions.logs import ContextLog, RecordedLog
from headwater.definitions.functions.signature import count_parameters, default_name, look_like
from headwater.definitions.resources.definition import Resources, given_resources
from headwater.errors import InvalidDefinitionError


@dataclass(frozen=True, kw_only=True)
class HookContext:
    """What a hook is told: which step of which run ended how.

    Example:
        >>> @success_hook
        ... def tell(context: HookContext):
        ...     return f"{context.step_key} is made"
        >>> tell(build_hook_context(step_key="orders"))
        'orders is made'
    """

    run_id: str
    step_key: str
    hook_def: HookDefinition | None
    log: ContextLog
    resources: Resources
    op_exception: BaseException | None = None
    job_name: str | None = None


@dataclass(frozen=True, eq=False, repr=False)
class HookDefinition:
    """A hook. Made by `@success_hook` and `@failure_hook`; calling it calls the function.

    Example:
        >>> @failure_hook
        ... def tell(context): ...
        >>> tell.name, tell.on
        ('tell', 'failure')
    """

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

    Example:
        >>> @success_hook
        ... def tell(context):
        ...     return context.step_key
        >>> tell(build_hook_context(step_key="orders"))
        'orders'
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

    Example:
        >>> @failure_hook(required_resource_keys={"chat"})
        ... def tell(context):
        ...     return context.resources.chat.format(context.step_key)
        >>> tell(build_hook_context(step_key="orders", resources={"chat": "{} failed"}))
        'orders failed'
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


def build_hook_context(
    resources: Mapping[str, Any] | None = None,
    *,
    run_id: str = OUTSIDE,
    step_key: str = "step",
    job_name: str | None = None,
    op_exception: BaseException | None = None,
    hook_def: HookDefinition | None = None,
) -> HookContext:
    """A context with which a test calls a hook; its log is a `RecordedLog`.

    Args:
        resources: What the hook finds in `context.resources`, ready for use.
        run_id: The run.
        step_key: The step that has ended.
        job_name: The job that the run belongs to.
        op_exception: What made the step fail.
        hook_def: The hook.

    Example:
        >>> context = build_hook_context({"mail": []}, op_exception=ValueError("no rows"))
        >>> context.resources.mail, str(context.op_exception)
        ([], 'no rows')
    """
    return HookContext(
        run_id=run_id,
        step_key=step_key,
        hook_def=hook_def,
        log=RecordedLog(),
        resources=given_resources(resources),
        op_exception=op_exception,
        job_name=job_name,
    )

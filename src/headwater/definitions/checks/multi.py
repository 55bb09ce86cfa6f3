"""`@multi_asset_check`: several checks of one function."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from headwater.definitions.arguments import check_bool, check_printable, check_seconds, check_several, check_type
from headwater.definitions.assets.inputs import AssetIn, read_inputs
from headwater.definitions.assets.specs import AssetCheckSpec
from headwater.definitions.checks.decorator import AssetCheckDefinition, read_execution
from headwater.definitions.contexts.steps import AssetCheckExecutionContext
from headwater.definitions.functions.decorated import check_function
from headwater.definitions.functions.signature import default_name, read_docstring, read_parameters
from headwater.definitions.resources.needs import read_needs
from headwater.definitions.runs.retries import RetryPolicy
from headwater.errors import InvalidDefinitionError


def multi_asset_check(
    *,
    specs: Sequence[AssetCheckSpec],
    name: str | None = None,
    description: str | None = None,
    can_subset: bool = False,
    ins: Mapping[str, AssetIn] | None = None,
    required_resource_keys: Iterable[str] | None = None,
    resource_defs: Mapping[str, Any] | None = None,
    config_schema: Any = None,
    op_tags: Mapping[str, str] | None = None,
    pool: str | None = None,
    compute_kind: str | None = None,
    retry_policy: RetryPolicy | None = None,
    timeout: float | timedelta | None = None,
) -> Callable[[Callable[..., Any]], AssetCheckDefinition]:
    """Carry out several checks, of one asset or several, with one function.

    The function returns or yields an `AssetCheckResult` for each, which names its check where that is not clear. Its
    parameters are assets whose values it gets, as for `@asset`.

    Args:
        specs: The checks.
        name: What the function is called in runs; its name if left out.
        description: What must hold, where a spec does not say; the docstring if left out.
        can_subset: Whether it can be asked for some of them alone, in `context.selected_asset_check_keys`.
        ins: For parameters that are not named like their asset: which one it is.
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
        >>> @multi_asset_check(specs=[
        ...     AssetCheckSpec("has_rows", asset="orders"), AssetCheckSpec("has_rows", asset="lines")
        ... ])
        ... def both_have_rows():
        ...     for key in ("orders", "lines"):
        ...         yield AssetCheckResult(passed=True, asset_key=key)
        >>> sorted(key.to_user_string() for key in both_have_rows.keys)
        ['lines:has_rows', 'orders:has_rows']
    """

    def decorate(function: Callable[..., Any]) -> AssetCheckDefinition:
        check_function(function, "multi_asset_check")
        op_name = check_printable(default_name(function, "multi_asset_check") if name is None else name, "name")
        of = f"of multi-asset check {op_name!r}"
        needs, parameters = read_needs(
            read_parameters(function, AssetCheckExecutionContext),
            of,
            required_resource_keys=required_resource_keys,
            config_schema=config_schema,
        )
        return AssetCheckDefinition(
            specs=_read_specs(specs, read_docstring(function) if description is None else description, of),
            op_name=op_name,
            compute_fn=function,
            inputs=read_inputs(parameters, ins, of),
            takes_context=parameters.takes_context,
            timeout=None if timeout is None else check_seconds(timeout, f"timeout {of}"),
            needs=needs,
            retry_policy=retry_policy,
            can_subset=check_bool(can_subset, f"can_subset {of}"),
            **read_execution(of, resource_defs=resource_defs, op_tags=op_tags, pool=pool, compute_kind=compute_kind),
        )

    return decorate


def _read_specs(specs: Sequence[AssetCheckSpec], description: str | None, of: str) -> tuple[AssetCheckSpec, ...]:
    found = [
        check_type(spec, AssetCheckSpec, f"An element of specs {of}", "an AssetCheckSpec")
        for spec in check_several(specs, f"specs {of}")
    ]
    if not found:
        raise InvalidDefinitionError(f"Name at least one check {of}.")
    twice = [key.to_user_string() for key, count in Counter(spec.key for spec in found).items() if count > 1]
    if twice:
        raise InvalidDefinitionError(f"specs {of} name {', '.join(twice)} twice; rename one of them.")
    return tuple(spec if spec.description is not None else spec.with_description(description) for spec in found)

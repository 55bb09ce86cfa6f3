"""What the decorators of assets make of a function alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from headwater.definitions.arguments import (
    check_printable,
    check_seconds,
    check_several,
    check_type,
)
from headwater.definitions.assets.backfill_policy import BackfillPolicy, check_backfill_policy
from headwater.definitions.assets.context import AssetExecutionContext
from headwater.definitions.assets.definition import AssetsDefinition
from headwater.definitions.assets.inputs import AssetIn, read_inputs
from headwater.definitions.assets.specs import AssetCheckSpec
from headwater.definitions.functions.signature import default_name, read_parameters
from headwater.definitions.labels import check_tags
from headwater.definitions.resources.needs import read_needs
from headwater.definitions.runs.hooks import HookDefinition, check_hooks
from headwater.definitions.runs.retries import RetryPolicy
from headwater.errors import InvalidDefinitionError
from headwater.keys import AssetKey, CoercibleToAssetKey


def define_assets(
    function: Callable[..., Any],
    of: str,
    *,
    ins: Mapping[str, AssetIn] | None,
    config_schema: Any = None,
    required_resource_keys: Iterable[str] | None = None,
    hooks: Iterable[HookDefinition] | None = None,
    op_tags: Mapping[str, str] | None = None,
    backfill_policy: BackfillPolicy | None = None,
    retry_policy: RetryPolicy | None = None,
    check_specs: Sequence[AssetCheckSpec] | None = None,
    pool: str | None = None,
    timeout: float | timedelta | None = None,
    **rest: Any,
) -> AssetsDefinition:
    """The definition of a function's assets; `rest` is what only some decorators have to say.

    Raises:
        InvalidDefinitionError: the function or an option contradicts another one.
    """
    parameters = read_parameters(function, AssetExecutionContext)
    needs, left = read_needs(parameters, of, required_resource_keys=required_resource_keys, config_schema=config_schema)
    checks = [
        check_type(check, AssetCheckSpec, f"An element of check_specs {of}", "an AssetCheckSpec")
        for check in check_several(check_specs, f"check_specs {of}")
    ]
    if backfill_policy is not None:
        check_backfill_policy(backfill_policy, f"backfill_policy {of}")
    if retry_policy is not None:
        check_type(retry_policy, RetryPolicy, f"retry_policy {of}", "a RetryPolicy")
    return AssetsDefinition(
        compute_fn=function,
        inputs=read_inputs(left, ins, of),
        takes_context=parameters.takes_context,
        needs=needs,
        check_specs=tuple(checks),
        timeout=None if timeout is None else check_seconds(timeout, f"timeout {of}"),
        backfill_policy=backfill_policy,
        retry_policy=retry_policy,
        hooks=check_hooks(hooks, of),
        op_tags=check_tags(op_tags, f"op_tags {of}", system=True),
        pool=None if pool is None else check_printable(pool, f"pool {of}"),
        **rest,
    )


def make_key(
    function: Callable[..., Any],
    key: CoercibleToAssetKey | None,
    name: str | None,
    key_prefix: str | Sequence[str] | None,
) -> AssetKey:
    """The key that a decorator gives its asset.

    Raises:
        InvalidDefinitionError: it is given twice over.
    """
    if key is not None:
        if name is not None or key_prefix is not None:
            raise InvalidDefinitionError(
                f"@asset has key={key!r} and name={name!r}, key_prefix={key_prefix!r}; a key is whole, so leave the "
                "others out."
            )
        return AssetKey.from_coercible(key)
    last = check_printable(default_name(function, "asset") if name is None else name, "name of @asset")
    return AssetKey(last) if key_prefix is None else AssetKey(last).with_prefix(key_prefix)

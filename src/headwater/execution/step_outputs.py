"""What a function returned or yielded, read as the results that its definition allows."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import Any

import msgspec

from headwater.definitions.assets import AssetsDefinition
from headwater.definitions.checks import AssetCheckDefinition
from headwater.definitions.events import DataVersion
from headwater.definitions.metadata import to_wire
from headwater.definitions.results import AssetCheckResult, AssetCheckSeverity, MaterializeResult, Output
from headwater.errors import StepOutputError
from headwater.execution.step_messages import EvaluatedCheck, MadeAsset
from headwater.keys import AssetKey


class NoOutput(msgspec.Struct, frozen=True):
    """Stands for a value that is not to be stored, since None is a value."""


NOTHING = NoOutput()


class AssetOutput(msgspec.Struct, frozen=True):
    """What an asset's function came to; `value` is `NOTHING` where there is none to store."""

    value: Any
    made: MadeAsset
    checks: tuple[EvaluatedCheck, ...]


def read_asset_output(definition: AssetsDefinition, returned: Any, added: dict[str, Any]) -> AssetOutput:
    """The results of an asset's function; `added` is metadata that it gave its context.

    Raises:
        StepOutputError: it gave something of another kind, or for another asset, or left out a declared check.
    """
    value: Any = NOTHING
    metadata: dict[str, Any] = {}
    tags: dict[str, str] = {}
    version: DataVersion | None = None
    checks: list[AssetCheckResult] = []
    is_generator = inspect.isgenerator(returned)
    for item in returned if is_generator else (returned,):
        if isinstance(item, AssetCheckResult):
            checks.append(item)
        elif isinstance(item, (MaterializeResult, Output)):
            _check_key(definition.key, item)
            metadata |= item.metadata
            tags |= item.tags
            version = item.data_version or version
            if isinstance(item, Output) or item.has_value:
                value = item.value
            checks += getattr(item, "check_results", ())
        elif is_generator:
            raise StepOutputError(
                f"{_name(definition.key)} yielded {item!r} ({type(item).__name__}). Yield MaterializeResult, Output or "
                "AssetCheckResult."
            )
        elif not definition.returns_nothing:
            value = item
    made = MadeAsset(
        metadata=to_wire({**metadata, **added}), tags=tags, data_version=None if version is None else version.value
    )
    return AssetOutput(value, made, _read_own_checks(definition, checks))


def read_check_output(definition: AssetCheckDefinition, returned: Any) -> EvaluatedCheck:
    """The result of a check's function.

    Raises:
        StepOutputError: it gave something other than one result or bool.
    """
    items = list(returned) if inspect.isgenerator(returned) else [returned]
    if len(items) != 1 or not isinstance(items[0], (AssetCheckResult, bool)):
        shown = ", ".join(repr(item) for item in items) or "nothing"
        raise StepOutputError(
            f"Check {definition.key.to_user_string()} gave {shown}. Return one AssetCheckResult(passed=...), or a bool."
        )
    item = items[0]
    result = AssetCheckResult(passed=item) if isinstance(item, bool) else item
    return _evaluated(definition.key.asset_key, definition.key.name, result)


def _read_own_checks(definition: AssetsDefinition, results: Iterable[AssetCheckResult]) -> tuple[EvaluatedCheck, ...]:
    declared = [check.name for check in definition.check_specs]
    found: dict[str, EvaluatedCheck] = {}
    for result in results:
        name = result.check_name or (declared[0] if len(declared) == 1 else None)
        if name is None or name not in declared:
            raise StepOutputError(
                f"{_name(definition.key)} gave a result of the check {name!r}, but its check_specs are: "
                f"{', '.join(declared) or 'none'}. Declare it with check_specs=[AssetCheckSpec(...)]."
            )
        found[name] = _evaluated(definition.key, name, result)
    missing = [name for name in declared if name not in found]
    if missing:
        raise StepOutputError(
            f"{_name(definition.key)} declares the checks {', '.join(missing)} in check_specs, but gave no result. "
            "Return MaterializeResult(check_results=[AssetCheckResult(...)]), or yield them."
        )
    return tuple(found.values())


def _evaluated(key: AssetKey, name: str, result: AssetCheckResult) -> EvaluatedCheck:
    return EvaluatedCheck(
        asset_key=key.to_escaped_user_string(),
        check_name=name,
        passed=result.passed,
        severity=AssetCheckSeverity(result.severity).value,
        metadata=to_wire(result.metadata),
        description=result.description,
    )


def _check_key(key: AssetKey, item: MaterializeResult[Any] | Output[Any]) -> None:
    named = getattr(item, "asset_key", None)
    if named is not None and named != key:
        raise StepOutputError(f"{_name(key)} gave a MaterializeResult of {_name(named)}, which it does not make.")


def _name(key: AssetKey) -> str:
    return key.to_user_string()

"""What a function returned or yielded, read as the results that its definition allows."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec

from headwater.definitions.assets.definition import AssetsDefinition
from headwater.definitions.assets.events import (
    AssetCheckEvaluation,
    AssetEvent,
    AssetMaterialization,
    AssetObservation,
    DataVersion,
    DataVersionsByPartition,
)
from headwater.definitions.assets.outputs import AssetOutput
from headwater.definitions.assets.results import (
    AssetCheckResult,
    AssetCheckSeverity,
    MaterializeResult,
    ObserveResult,
    Output,
)
from headwater.definitions.checks.decorator import AssetCheckDefinition
from headwater.definitions.metadata.infer import to_wire
from headwater.errors import StepOutputError
from headwater.execution.steps.messages import EvaluatedCheck
from headwater.keys import AssetCheckKey, AssetKey

_RESULTS = (MaterializeResult, Output, ObserveResult, AssetCheckResult)
_EVENTS = (AssetMaterialization, AssetObservation, AssetCheckEvaluation)


class NoOutput(msgspec.Struct, frozen=True):
    """Stands for a value that is not to be stored, since None is a value."""


NOTHING = NoOutput()


class AssetResult(msgspec.Struct):
    """What a function came to for one asset; `value` is `NOTHING` where there is none to store."""

    value: Any = NOTHING
    metadata: dict[str, Any] = {}
    tags: dict[str, str] = {}
    data_version: str | None = None


class AssetOutputs(msgspec.Struct, frozen=True):
    """What a function came to: the results by asset, those of checks, and events of any asset."""

    results: dict[AssetKey, AssetResult]
    checks: tuple[EvaluatedCheck, ...]
    events: tuple[AssetEvent, ...]


def read_asset_output(definition: AssetsDefinition, selected: frozenset[AssetKey], returned: Any) -> AssetOutputs:
    """The results of the function of some assets.

    Args:
        definition: The function's.
        selected: Those of its assets that it was to make.
        returned: What it returned.

    Raises:
        StepOutputError: it gave something of another kind, or for another asset, or left out something required.
    """
    reader = _Reader(definition, selected)
    if inspect.isgenerator(returned):
        for item in returned:
            reader.read(item)
        if len(definition.outputs) == 1 and definition.outputs[0].is_required:
            # What reports on the way and yields no result has made its one asset all the same.
            reader.result(definition.outputs[0].key)
    else:
        reader.read_returned(returned)
    reader.check_complete()
    checks = _read_own_checks(definition, selected, reader.checks)
    return AssetOutputs(reader.results, checks, tuple(reader.events))


class _Reader:
    def __init__(self, definition: AssetsDefinition, selected: frozenset[AssetKey]) -> None:
        self._definition = definition
        self._selected = selected
        self.results: dict[AssetKey, AssetResult] = {}
        self.checks: list[AssetCheckResult] = []
        self.events: list[AssetEvent] = []

    def read_returned(self, returned: Any) -> None:
        """What a function returned that is no generator."""
        definition = self._definition
        several = len(definition.outputs) > 1
        is_results = isinstance(returned, (tuple, list)) and returned and all(isinstance(i, _RESULTS) for i in returned)
        if isinstance(returned, _RESULTS):
            self.read(returned)
            if not several:
                self.result(definition.outputs[0].key)
        elif is_results and (several or not definition.outputs[0].stores):
            for item in returned:
                self.read(item)
        elif not several:
            self._read_value(definition.outputs[0], returned)
        else:
            self._read_values([output for output in definition.outputs if output.key in self._selected], returned)

    def _read_value(self, output: AssetOutput, value: Any) -> None:
        result = self.result(output.key)
        if output.stores and not self._definition.returns_nothing:
            result.value = value
        elif value is not None:
            raise StepOutputError(
                f"{self._name} returned {value!r} ({type(value).__name__}), but its data is not stored here. Return a "
                "MaterializeResult, or nothing."
            )

    def _read_values(self, outputs: list[AssetOutput], returned: Any) -> None:
        """One value for each of several outputs, in their order; nothing where none is stored here."""
        if returned is None and not any(output.stores for output in outputs):
            for output in outputs:
                self.result(output.key)
            return
        if not isinstance(returned, (tuple, list)) or len(returned) != len(outputs):
            names = ", ".join(output.name for output in outputs)
            raise StepOutputError(
                f"{self._name} returned {type(returned).__name__}, but makes {len(outputs)} assets ({names}). Return a "
                "tuple with a value for each in this order, or yield an Output or MaterializeResult for each."
            )
        for output, value in zip(outputs, returned, strict=True):
            if isinstance(value, _RESULTS):
                self.read(value)
            else:
                self._read_value(output, value)

    def read(self, item: Any) -> None:
        """One result."""
        if isinstance(item, AssetCheckResult):
            self.checks.append(item)
        elif isinstance(item, _EVENTS):
            self.events.append(item)
        elif isinstance(item, ObserveResult):
            self._read_observation(item)
        elif isinstance(item, (MaterializeResult, Output)):
            self._read_result(item)
        else:
            raise StepOutputError(
                f"{self._name} yielded {item!r} ({type(item).__name__}). Yield MaterializeResult, Output, "
                "AssetCheckResult, AssetMaterialization or AssetObservation."
            )

    def _read_result(self, item: MaterializeResult[Any] | Output[Any]) -> None:
        result = self.result(self._key_of(item))
        result.metadata = {**result.metadata, **item.metadata}
        result.tags = {**result.tags, **item.tags}
        if item.data_version is not None:
            result.data_version = item.data_version.value
        if isinstance(item, Output) or item.has_value:
            result.value = item.value
        self.checks += getattr(item, "check_results", ())

    def _read_observation(self, item: ObserveResult) -> None:
        key = item.asset_key or self._only_key("ObserveResult")
        version = None if item.data_version is None else item.data_version.value
        self.events.append(AssetObservation(key, metadata=item.metadata, tags=item.tags or None, data_version=version))
        self.checks += item.check_results

    def _key_of(self, item: MaterializeResult[Any] | Output[Any]) -> AssetKey:
        outputs = self._definition.outputs
        if isinstance(item, Output):
            if len(outputs) == 1:
                return outputs[0].key
            by_name = {output.name: output.key for output in outputs}
            if item.output_name not in by_name:
                raise StepOutputError(
                    f"{self._name} gave an Output named {item.output_name!r}; its outputs are: {', '.join(by_name)}. "
                    "Write Output(value, output_name=...)."
                )
            return by_name[item.output_name]
        return item.asset_key or self._only_key("MaterializeResult")

    def _only_key(self, kind: str) -> AssetKey:
        if len(self._selected) != 1:
            raise StepOutputError(
                f"{self._name} makes {len(self._selected)} assets, so a {kind} says of which one: asset_key=...."
            )
        return next(iter(self._selected))

    def result(self, key: AssetKey) -> AssetResult:
        """The result of one asset, which is made from now on."""
        if key not in self._definition.keys:
            raise StepOutputError(
                f"{self._name} gave a MaterializeResult of {key.to_user_string()}, which it does not make."
            )
        if key not in self._selected:
            raise StepOutputError(
                f"{self._name} gave a result of {key.to_user_string()}, which this run does not ask for. Make only "
                "what is in context.selected_asset_keys."
            )
        return self.results.setdefault(key, AssetResult())

    def check_complete(self) -> None:
        """See that each output that is stored here and required has come."""
        missing = [
            output.name
            for output in self._definition.outputs
            if output.key in self._selected and output.key not in self.results and output.is_required and output.stores
        ]
        if missing:
            raise StepOutputError(
                f"{self._name} did not give {', '.join(missing)}. Yield an Output for it, or write is_required=False."
            )

    @property
    def _name(self) -> str:
        if len(self._definition.specs) == 1:
            return self._definition.key.to_user_string()
        return self._definition.op_name


def read_check_output(
    definition: AssetCheckDefinition, selected: Collection[AssetCheckKey], returned: Any
) -> tuple[EvaluatedCheck, ...]:
    """The results of a function that carries out checks: one of each that it was asked for.

    Raises:
        StepOutputError: it gave something other than that.
    """
    several = inspect.isgenerator(returned) or (len(definition.specs) > 1 and isinstance(returned, (list, tuple)))
    items = list(returned) if several else [returned]
    if not all(isinstance(item, (AssetCheckResult, bool)) for item in items) or len(items) < len(selected):
        shown = ", ".join(repr(item) for item in items) or "nothing"
        wanted = (
            "one AssetCheckResult(passed=...), or a bool"
            if len(definition.specs) == 1
            else ("an AssetCheckResult(passed=..., asset_key=..., check_name=...) for each check")
        )
        raise StepOutputError(f"{_titled(definition)} gave {shown}. Return {wanted}.")
    results = [AssetCheckResult(passed=item) if isinstance(item, bool) else item for item in items]
    found: dict[AssetCheckKey, EvaluatedCheck] = {}
    for result in results:
        fitting = _fitting(result, [spec.key for spec in definition.specs])
        if len(fitting) != 1 or fitting[0] in found:
            known = ", ".join(spec.key.to_user_string() for spec in definition.specs)
            raise StepOutputError(
                f"{_titled(definition)} gave a result of the check {result.check_name!r} of {result.asset_key!r}, "
                f"which is not one that is still open; its checks are {known}. Name asset_key and check_name."
            )
        found[fitting[0]] = _evaluated(fitting[0].asset_key, fitting[0].name, result)
    missing = sorted(key.to_user_string() for key in set(selected) - found.keys())
    if missing:
        raise StepOutputError(f"{_titled(definition)} gave no result of {', '.join(missing)}; return one for each.")
    return tuple(found.values())


def _titled(definition: AssetCheckDefinition) -> str:
    return definition.described[0].upper() + definition.described[1:]


def _fitting(result: AssetCheckResult, keys: Sequence[AssetCheckKey]) -> list[AssetCheckKey]:
    """The checks that a result can be of."""
    return [key for key in keys if result.check_name in (None, key.name) and result.asset_key in (None, key.asset_key)]


def read_observation(definition: AssetsDefinition, returned: Any) -> AssetOutputs:
    """What a function that only looks came to.

    A version, one for each partition, or an `ObserveResult`; one that looks at several assets gives or yields an
    `ObserveResult` for each that it has seen.

    Raises:
        StepOutputError: it gave something else.
    """
    if isinstance(returned, DataVersionsByPartition):
        key = definition.key
        events = [
            AssetObservation(key, partition=partition, data_version=version)
            for partition, version in returned.data_versions_by_partition.items()
        ]
        return AssetOutputs({}, (), tuple(events))
    if isinstance(returned, DataVersion):
        returned = ObserveResult(data_version=returned)
    several = len(definition.specs) > 1 and isinstance(returned, Iterable)
    reader = _Reader(definition, definition.keys)
    for item in returned if several else [returned]:
        if not isinstance(item, ObserveResult):
            raise StepOutputError(
                f"{definition.op_name} gave {item!r} ({type(item).__name__}). A function that looks at an asset "
                "returns a DataVersion, a DataVersionsByPartition or an ObserveResult; one that looks at several "
                "yields an ObserveResult(asset_key=...) for each."
            )
        reader.read(item)
    return AssetOutputs({}, _read_own_checks(definition, definition.keys, reader.checks), tuple(reader.events))


def _read_own_checks(
    definition: AssetsDefinition, selected: frozenset[AssetKey], results: Iterable[AssetCheckResult]
) -> tuple[EvaluatedCheck, ...]:
    declared = [check.key for check in definition.check_specs if check.asset_key in selected]
    found: dict[Any, EvaluatedCheck] = {}
    name_of_asset = definition.key.to_user_string() if len(definition.specs) == 1 else definition.op_name
    for result in results:
        fitting = _fitting(result, declared)
        if len(fitting) != 1:
            raise StepOutputError(
                f"{name_of_asset} gave a result of the check {result.check_name!r}, but its check_specs are: "
                f"{', '.join(key.name for key in declared) or 'none'}. Declare it with "
                "check_specs=[AssetCheckSpec(...)]."
            )
        found[fitting[0]] = _evaluated(fitting[0].asset_key, fitting[0].name, result)
    missing = [key.name for key in declared if key not in found]
    if missing:
        raise StepOutputError(
            f"{name_of_asset} declares the checks {', '.join(missing)} in check_specs, but gave no result. "
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

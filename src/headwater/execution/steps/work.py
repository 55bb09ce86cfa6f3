"""Carry out one step, wherever it runs: load its inputs, call the user's function, store its values, report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import Any, TypeVar

import msgspec

from headwater.clock import SystemClock, to_datetime
from headwater.definitions.assets.context import AssetExecutionContext
from headwater.definitions.assets.definition import AssetsDefinition
from headwater.definitions.assets.events import AssetCheckEvaluation, AssetEvent, AssetMaterialization, AssetObservation
from headwater.definitions.assets.inputs import AssetInput
from headwater.definitions.assets.specs import IO_MANAGER_METADATA
from headwater.definitions.checks.decorator import AssetCheckDefinition
from headwater.definitions.contexts.steps import AssetCheckExecutionContext
from headwater.definitions.definitions import Definitions
from headwater.definitions.functions.logs import ContextLog
from headwater.definitions.metadata.infer import to_wire
from headwater.definitions.partitions import PartitionsDefinition
from headwater.definitions.resources.io_managers import (
    DEFAULT_IO_MANAGER,
    InputContext,
    IOManager,
    OutputContext,
)
from headwater.definitions.resources.kept_by_default import is_default
from headwater.definitions.resources.needs import Needs
from headwater.definitions.runs.hooks import HookContext
from headwater.definitions.runs.jobs import JobDefinition
from headwater.definitions.runs.retries import RetryPolicy
from headwater.errors import InvalidDefinitionError, UnknownAssetError
from headwater.execution.steps.config import config_of_op, function_config
from headwater.execution.steps.input_partitions import KeysOfInstance, input_partitions
from headwater.execution.steps.messages import EvaluatedCheck, MadeAsset, StepOrder, StepReport, TryAgain
from headwater.execution.steps.outputs import (
    NOTHING,
    AssetOutputs,
    AssetResult,
    read_asset_output,
    read_check_output,
    read_observation,
)
from headwater.execution.steps.retrying import retry_wait
from headwater.execution.steps.told_events import evaluated, told
from headwater.keys import AssetCheckKey, AssetKey
from headwater.location.code.tracebacks import describe
from headwater.location.code.user_calls import call, exits_told
from headwater.location.hosts.resources import ResourceScope

Told = TypeVar("Told", MadeAsset, EvaluatedCheck)


class StepPlace(msgspec.Struct, frozen=True, kw_only=True):
    """What a step finds where it runs.

    `default_io` stores values where the definitions have no `io_manager`. `progress` is told how far the function is,
    `on_value` of each value before it is stored; `instance` gives the deployment.
    """

    log: ContextLog
    scope: ResourceScope
    default_io: IOManager
    instance: Callable[[], Any]
    progress: Callable[[float, float | None, str | None], None] | None = None
    on_value: Callable[[AssetKey, str, Any], None] | None = None


def carry_out(definitions: Definitions, order: StepOrder, place: StepPlace) -> StepReport:
    """Carry out a step; its report asks for another try where the definition allows one.

    Raises:
        Exception: whatever the user's code raises, when there is no try left.
    """
    return _Step(definitions, order, place).carry_out()


def load_value(
    definitions: Definitions,
    place: StepPlace,
    key: AssetKey,
    partition: str | None,
    annotation: Any = Any,
    metadata: Mapping[str, Any] | None = None,
) -> Any:
    """The stored value of an asset, outside a run.

    Raises:
        MissingInputError: there is none.
    """
    step = _Step(definitions, StepOrder(run_id="", step="", assets=(key.to_escaped_user_string(),)), place)
    with step._own:
        return step._load_value(key, None if partition is None else (partition,), "value", annotation, metadata)


class _Step:
    def __init__(self, definitions: Definitions, order: StepOrder, place: StepPlace) -> None:
        self._definitions = definitions
        self._order = order
        self._place = place
        self._keys = tuple(AssetKey.from_escaped_user_string(key) for key in order.assets)
        self._own = ExitStack()
        self._scopes: dict[int, ResourceScope] = {}

    @property
    def _job(self) -> JobDefinition | None:
        """The job that the run belongs to, if these definitions have it."""
        return None if self._order.job_name is None else self._definitions.resolve().jobs.get(self._order.job_name)

    @property
    def instance(self) -> Any:
        """The deployment that the run belongs to."""
        return self._place.instance()

    def carry_out(self) -> StepReport:
        with self._own:
            if self._order.checks:
                check = self._definitions.get_asset_check_def(self._check_keys()[0])
                return self._with_retries(check.retry_policy, lambda: self._check(check))
            definition = self._definitions.get_assets_def(self._keys[0])
            try:
                policy = definition.retry_policy or (None if self._job is None else self._job.op_retry_policy)
                report = self._with_retries(policy, lambda: self._make(definition))
            except Exception as error:
                self._call_hooks(definition, error)
                raise
            if report.again is None:
                self._call_hooks(definition, None)
            return report

    def _with_retries(self, policy: RetryPolicy | None, work: Callable[[], StepReport]) -> StepReport:
        try:
            return work()
        except Exception as error:
            wait = retry_wait(error, policy, self._order.retry_number)
            if wait is None:
                raise
            self._place.log.warning("The step failed and is tried again after %.3g s: %s", wait, error)
            return StepReport(again=TryAgain(wait, describe(error)))

    def _make(self, definition: AssetsDefinition) -> StepReport:
        context = self._context(definition)
        arguments = self._arguments(definition, definition.needs, definition.inputs)
        with context.entered(), exits_told():
            returned = call(definition.compute_fn, context if definition.takes_context else None, **arguments)
            # A generator does its work while it is read.
            if definition.observes:
                output = read_observation(definition, returned)
            else:
                output = read_asset_output(definition, context.selected_asset_keys, returned)
        made = [each for key, result in output.results.items() for each in self._keep(definition, key, result, context)]
        left_out = [key for key in self._keys if key not in output.results and not definition.observes]
        return self._report(made, output, [*context.logged_events, *output.events], left_out)

    def _context(self, definition: AssetsDefinition) -> AssetExecutionContext:
        order = self._order
        return AssetExecutionContext(
            assets_def=definition,
            asset_keys=self._keys,
            run_id=order.run_id,
            log=self._place.log,
            partition_keys=order.partitions,
            retry_number=order.retry_number,
            run_tags=order.tags,
            job_name=order.job_name,
            resources=self._scope(definition).among(definition.needs.resources),
            op_config=self._op_config(definition.needs, definition.op_name),
            services=self,
        )

    def _op_config(self, needs: Needs, op_name: str) -> Any:
        if needs.takes_config:
            return None
        return function_config(needs, config_of_op(self._order.run_config, op_name), op_name)

    def _arguments(
        self, definition: AssetsDefinition | AssetCheckDefinition, needs: Needs, inputs: tuple[AssetInput, ...]
    ) -> dict[str, Any]:
        scope = self._scope(definition)
        arguments: dict[str, Any] = {name: scope.get(name) for name in needs.parameters}
        if needs.takes_config:
            name = definition.op_name
            arguments["config"] = function_config(needs, config_of_op(self._order.run_config, name), name)
        for entry in inputs:
            arguments[entry.name] = self._load(entry, definition)
        return arguments

    def _check_keys(self) -> tuple[AssetCheckKey, ...]:
        return tuple(AssetCheckKey(AssetKey.from_escaped_user_string(key), name) for key, name in self._order.checks)

    def _check(self, check: AssetCheckDefinition) -> StepReport:
        keys = self._check_keys()
        judged = self._definitions.resolve().specs.get(keys[0].asset_key)
        context = AssetCheckExecutionContext(
            check_keys=keys,
            run_id=self._order.run_id,
            log=self._place.log,
            partition_keys=self._order.partitions,
            retry_number=self._order.retry_number,
            run_tags=self._order.tags,
            job_name=self._order.job_name,
            resources=self._scope(check).among(check.needs.resources),
            op_config=self._op_config(check.needs, check.op_name),
            instance=self._place.instance,
            partitions_def=check.specs[0].partitions_def or getattr(judged, "partitions_def", None),
        )
        arguments = self._arguments(check, check.needs, check.inputs)
        returned = call(check.compute_fn, context if check.takes_context else None, **arguments)
        evaluated = read_check_output(check, keys, returned)
        return StepReport(checks=tuple(each for check in evaluated for each in self._of_each_partition(check)))

    def _keep(
        self, definition: AssetsDefinition, key: AssetKey, result: AssetResult, context: AssetExecutionContext
    ) -> Iterator[MadeAsset]:
        """Store an asset's value, if there is one, and say all that is known of the result, for each partition."""
        stored: dict[str, Any] = {}
        output = definition.output(key)
        if result.value is not NOTHING:
            if self._place.on_value is not None:
                self._place.on_value(key, output.name, result.value)
            about = self._output_context(definition, key, result)
            stores = self._io_manager((definition.io_manager_of(key), definition), "handle_output")
            stores.handle_output(about, result.value)
            stored = about.output_metadata
        added = {**context.collected_metadata.get(None, {}), **context.collected_metadata.get(key, {})}
        made = MadeAsset(
            asset_key=key.to_escaped_user_string(),
            metadata=to_wire({**stored, **result.metadata, **added}),
            tags=result.tags,
            data_version=result.data_version,
        )
        return self._of_each_partition(made)

    def _of_each_partition(self, told: Told) -> Iterator[Told]:
        """The same of each partition that the step is about."""
        return (msgspec.structs.replace(told, partition=part) for part in self._order.partitions or (None,))

    def _output_context(self, definition: AssetsDefinition, key: AssetKey, result: AssetResult) -> OutputContext:
        spec, policy = definition.specs_by_key[key], definition.backfill_policy
        return OutputContext(
            asset_key=key,
            partition_keys=self._order.partitions,
            makes_several=policy is not None and policy.max_partitions_per_run != 1,
            partitions_def=spec.partitions_def,
            definition_metadata=spec.metadata,
            typing_type=type(result.value),
            name=definition.output(key).name,
            run_id=self._order.run_id,
            step_key=self._order.step,
            log=self._place.log,
        )

    def _load(self, entry: AssetInput, owner: AssetsDefinition | AssetCheckDefinition) -> Any:
        keys = self._partitions_of(entry)
        by = None if entry.manager_key is None else (entry.manager_key, owner)
        return self._load_value(entry.key, keys, entry.name, entry.annotation, entry.metadata, by=by)

    def _load_value(
        self,
        key: AssetKey,
        partitions: tuple[str, ...] | None,
        name: str,
        annotation: Any,
        metadata: Mapping[str, Any] | None = None,
        *,
        by: tuple[str, AssetsDefinition | AssetCheckDefinition] | None = None,
    ) -> Any:
        resolved = self._definitions.resolve()
        spec = resolved.specs.get(key)
        if spec is None:
            raise UnknownAssetError(f"There is no asset {key!r} in these definitions, so its value can't be loaded.")
        maker = resolved.natives.get(key) or resolved.observables.get(key)
        chosen = spec.metadata.get(IO_MANAGER_METADATA) if maker is None else maker.io_manager_of(key)
        about: dict[str, Any] = {
            "asset_key": key,
            "partition_keys": partitions,
            "partitions_def": spec.partitions_def,
            "log": self._place.log,
        }
        context = InputContext(
            definition_metadata={**spec.metadata, **(metadata or {})},
            typing_type=annotation,
            name=name,
            run_id=self._order.run_id,
            step_key=self._order.step,
            upstream_output=OutputContext(definition_metadata=spec.metadata, **about),
            **about,
        )
        return self._io_manager(by or (chosen, maker), "load_input").load_input(context)

    def _partitions_of(self, entry: AssetInput) -> tuple[str, ...] | None:
        specs = self._definitions.resolve().specs
        return input_partitions(
            specs.get(entry.key),
            specs.get(self._keys[0]),
            self._order.partitions,
            mapping=entry.partition_mapping,
            now=to_datetime(SystemClock().now()),
            dynamic_partitions_store=KeysOfInstance(self._place.instance),
        )

    def input_partitions(self, name: str) -> tuple[PartitionsDefinition | None, tuple[str, ...] | None]:
        """The partitions of the asset that a parameter stands for, and which of them the step reads."""
        inputs = self._definitions.get_assets_def(self._keys[0]).inputs
        entry = next(each for each in inputs if each.name == name)
        upstream = self._definitions.resolve().specs.get(entry.key)
        return None if upstream is None else upstream.partitions_def, self._partitions_of(entry)

    def load_asset_value(self, key: AssetKey, partition_key: str | None) -> Any:
        """The stored value of an asset, for `context.load_asset_value`."""
        return self._load_value(key, None if partition_key is None else (partition_key,), "value", Any)

    def report_progress(self, done: float, total: float | None, text: str | None) -> None:
        """Pass on how far the function is."""
        if self._place.progress is not None:
            self._place.progress(done, total, text)

    def _io_manager(self, of: tuple[Any, AssetsDefinition | AssetCheckDefinition | None], does: str) -> Any:
        name, owner = of
        chosen = name or DEFAULT_IO_MANAGER
        own = {} if owner is None else owner.resource_defs
        if is_default(chosen, own, self._definitions.resources):
            return self._place.default_io
        found = self._scope(owner).get(chosen)
        if getattr(found, "is_unplaced", False):
            return self._place.default_io
        if not hasattr(found, does):
            raise InvalidDefinitionError(
                f"The resource {chosen!r} is to store or load values, but is a {type(found).__name__} without {does}."
            )
        return found

    def _scope(self, owner: Any) -> ResourceScope:
        """The run's resources, or for a function that has some of its own those as well."""
        own = getattr(owner, "resource_defs", None)
        if not own:
            return self._place.scope
        if id(owner) not in self._scopes:
            self._scopes[id(owner)] = self._own.enter_context(self._place.scope.with_more(own))
        return self._scopes[id(owner)]

    def _call_hooks(self, definition: AssetsDefinition, error: Exception | None) -> None:
        """Call the hooks; one that fails is logged, and changes nothing."""
        for hook in (*definition.hooks, *(() if self._job is None else self._job.hooks)):
            if hook.on != ("success" if error is None else "failure"):
                continue
            try:
                hook.hook_fn(
                    HookContext(
                        run_id=self._order.run_id,
                        step_key=self._order.step,
                        hook_def=hook,
                        log=self._place.log,
                        resources=self._scope(definition).among(hook.required_resource_keys),
                        op_exception=error,
                        job_name=self._order.job_name,
                    )
                )
            except Exception:
                self._place.log.exception("The hook %s failed", hook.name)

    def _seen(self, event: AssetObservation) -> Iterator[MadeAsset]:
        """What was seen of an asset; of one that the step itself looks at, in each partition that the run is about."""
        seen = told(event)
        is_own = seen.partition is None and event.asset_key in self._keys
        looks = is_own and event.asset_key in self._definitions.resolve().observables
        return self._of_each_partition(seen) if looks else iter((seen,))

    def _report(
        self, made: list[MadeAsset], output: AssetOutputs, events: list[AssetEvent], left_out: list[AssetKey]
    ) -> StepReport:
        observed: list[MadeAsset] = []
        checks = [each for check in output.checks for each in self._of_each_partition(check)]
        for event in events:
            if isinstance(event, AssetCheckEvaluation):
                checks.append(evaluated(event))
            elif isinstance(event, AssetMaterialization):
                made.append(told(event))
            else:
                observed += self._seen(event)
        return StepReport(
            made=tuple(made),
            observed=tuple(observed),
            checks=tuple(checks),
            left_out=tuple(key.to_escaped_user_string() for key in left_out),
        )

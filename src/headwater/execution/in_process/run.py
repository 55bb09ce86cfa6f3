"""Runs in the caller's own process: `materialize` and its siblings, step by step, without a server."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from headwater.clock import SystemClock, to_datetime
from headwater.definitions.build_snapshot import build_snapshot
from headwater.definitions.definitions import Definitions
from headwater.definitions.partitions import partitions_from_snapshot
from headwater.definitions.resources.io_managers import IOManager
from headwater.errors import UnknownPartitionError
from headwater.execution.in_process.asset_values import AssetValueLoader
from headwater.execution.instance.in_process_result import ExecuteInProcessResult
from headwater.execution.instance.instance import HeadwaterInstance
from headwater.execution.steps.config import check_run_config, resource_config
from headwater.execution.steps.events import result_events, step_event
from headwater.execution.steps.messages import StepOrder, StepReport
from headwater.execution.steps.plan import plan_steps
from headwater.execution.steps.plan_checks import failed_blocking, plan_checks
from headwater.execution.steps.steps import Step
from headwater.execution.steps.versions_read import Began, look
from headwater.execution.steps.work import StepPlace, carry_out
from headwater.graph.asset_graph import AssetGraph, build_graph
from headwater.graph.partition_links import PartitionLinks
from headwater.keys import AssetKey
from headwater.location.code.tracebacks import describe
from headwater.location.hosts.resources import ResourceScope
from headwater.records.catalog.existing_inputs import check_reads
from headwater.records.log.events import ErrorInfo, Event, EventKind, NewEvent
from headwater.records.runs.requests import expand_ranges, new_run_id
from headwater.records.runs.runs import IN_PROCESS, Cause, Run, RunStatus


class InProcessRun:
    """One run, carried out where it is asked for."""

    def __init__(
        self,
        definitions: Definitions,
        keys: Sequence[str],
        *,
        checks: Sequence[tuple[str, str]] = (),
        graph: AssetGraph | None = None,
        instance: HeadwaterInstance | None = None,
        default_io: IOManager | None = None,
        run_config: Mapping[str, Any] | None = None,
        partitions: Sequence[str] = (),
        tags: Mapping[str, str] | None = None,
        job_name: str | None = None,
    ) -> None:
        """Plan a run.

        Args:
            definitions: All that the run may need.
            keys: What it makes or looks at.
            checks: Checks that it carries out besides those of the assets that it makes.
            graph: How these definitions connect, if the caller has that.
            instance: Where its events go; only into the result if left out.
            default_io: Stores values where the definitions say nothing; files if left out.
            run_config: In its plain form.
            partitions: Which ones, of the assets that have partitions; `first...last` for a range.
            tags: The run's.
            job_name: The job that it belongs to.

        Raises:
            UnknownPartitionError: a partition is missing, not wanted, or not one of an asset's.
            MissingInputError: a partition would be read that does not exist.
            InvalidConfigError: the config does not fit.
            InvalidDefinitionError: the definitions contradict themselves.
        """
        self._definitions = definitions
        self._graph = graph or graph_of(definitions)
        self._instance = instance or HeadwaterInstance.ephemeral()
        self._default_io = default_io or self._instance.default_io_manager()
        self._config = dict(run_config or {})
        self._steps = plan_steps(self._graph, keys)
        self._steps += plan_checks(self._graph, checks)
        meant, self._partitioned = find_partitions(self._graph, keys, partitions)
        check_reads(self._graph, keys, meant, SystemClock().now(), self._instance)
        check_run_config(definitions, keys, self._config)
        self._run = Run(
            run_id=new_run_id(),
            location=IN_PROCESS,
            assets=tuple(keys) or tuple(sorted({key for key, _ in checks})),
            status=RunStatus.QUEUED,
            cause=Cause(kind="python"),
            created_at=SystemClock().now(),
            checks=() if keys else tuple(checks),
            partition=meant[0] if len(meant) == 1 else None,
            partitions=meant if len(meant) > 1 else (),
            tags=dict(tags or {}),
            run_config=self._config,
            job_name=job_name,
        )
        self._values: dict[tuple[AssetKey, str], Any] = {}
        self._events: list[Event] = []
        self._failed: dict[str, str] = {}
        self._left_out: set[str] = set()
        self._error: BaseException | None = None

    def carry_out(self, *, raise_on_error: bool) -> ExecuteInProcessResult:
        """Do all of it.

        Args:
            raise_on_error: Whether a step's exception ends the run at once and is raised again.

        Raises:
            Exception: what a function raised, if it is to be.
            KeyboardInterrupt: somebody pressed Ctrl-C; the run is canceled.
        """
        self._instance.begin_run(self._run)
        self._move(EventKind.RUN_STARTED)
        log = logging.getLogger("headwater.context")
        config = resource_config(self._config)
        resources = self._definitions.resources
        try:
            with ResourceScope(resources, config=config, run_id=self._run.run_id, log=log) as scope:
                place = StepPlace(
                    log=log,
                    scope=scope,
                    default_io=self._default_io,
                    instance=lambda: self._instance,
                    on_value=self._keep_value,
                )
                for step in self._steps:
                    self._carry_out_step(step, place)
                    if self._error is not None and raise_on_error:
                        break
        except Exception as error:
            self._error = self._error or error
            self._failed.setdefault("", describe(error).message)
        except BaseException:
            # Ctrl-C, or whoever else ends this process: nobody is left to carry the run out.
            self._move(EventKind.RUN_CANCELED)
            raise
        if self._failed:
            self._move(EventKind.RUN_FAILED, ErrorInfo(message=next(iter(self._failed.values()))))
        else:
            self._move(EventKind.RUN_SUCCEEDED)
        if self._error is not None and raise_on_error:
            raise self._error
        return self._result()

    def _result(self) -> ExecuteInProcessResult:
        resolved = self._definitions.resolve()
        makers = {id(maker): maker for maker in (*resolved.natives.values(), *resolved.observables.values())}

        def load(key: AssetKey, partition: str | None) -> Any:
            with AssetValueLoader(self._definitions, default_io=self._default_io) as loader:
                return loader.load_asset_value(key, partition_key=partition)

        return ExecuteInProcessResult(self._run, self._events, self._values, list(makers.values()), load)

    def _carry_out_step(self, step: Step, place: StepPlace) -> None:
        blocker = next((name for name in step.after if name in self._failed), None)
        missing = next((key for key in step.reads if key in self._left_out), None)
        if blocker is not None:
            self._failed[step.name] = f"{step.name} was skipped."
            self._append(self._event(EventKind.STEP_SKIPPED, step, f"Skipped, because {blocker} did not succeed."))
        elif missing is not None:
            self._left_out.update(() if step.checks else step.assets)
            self._append(
                self._event(EventKind.STEP_SKIPPED, step, f"Skipped, because {missing} was not made this time.")
            )
        else:
            self._try(step, place)

    def _try(self, step: Step, place: StepPlace) -> None:
        retries = 0
        while True:
            started = self._append(self._event(EventKind.STEP_STARTED, step))
            links = PartitionLinks(self._graph, to_datetime(SystemClock().now()), self._instance)
            began = look(self._instance, self._graph, links, step, self._run.partition_keys or (), started[-1].seq)
            try:
                report = carry_out(self._definitions, self._order(step, retries), place)
            except Exception as error:
                described = describe(error)
                self._failed[step.name] = f"{step.name}: {described.message}"
                self._error = self._error or error
                self._append(self._event(EventKind.STEP_FAILED, step, error=described))
                return
            if report.again is None:
                self._succeed(step, report, began)
                return
            retries += 1
            self._append(self._event(EventKind.STEP_RETRIED, step, error=report.again.error))
            threading.Event().wait(report.again.seconds)

    def _succeed(self, step: Step, report: StepReport, began: Began) -> None:
        events = result_events(step, report, began, run_id=self._run.run_id, graph=self._graph)
        self._append(*events, self._event(EventKind.STEP_SUCCEEDED, step))
        self._left_out.update(report.left_out)
        if failed_blocking(self._graph, report.checks):
            self._failed[step.name] = f"A blocking check of {step.name} did not pass."

    def _order(self, step: Step, retries: int) -> StepOrder:
        return StepOrder(
            run_id=self._run.run_id,
            step=step.name,
            assets=step.assets,
            checks=step.checks,
            partitions=self._run.partition_keys if self._is_partitioned(step) else None,
            tags=self._run.tags,
            retry_number=retries,
            run_config=self._config,
            job_name=self._run.job_name,
        )

    def _is_partitioned(self, step: Step) -> bool:
        return step.assets[0] in self._partitioned

    def _event(
        self, kind: EventKind, step: Step, message: str | None = None, *, error: ErrorInfo | None = None
    ) -> NewEvent:
        told = error if message is None else ErrorInfo(message=message)
        return step_event(kind, step, run=self._run, is_partitioned=self._is_partitioned(step), error=told)

    def _append(self, *events: NewEvent) -> list[Event]:
        kept = self._instance.append(events)
        self._events += kept
        return kept

    def _move(self, kind: EventKind, error: ErrorInfo | None = None) -> None:
        self._run, kept = self._instance.move_run(self._run, kind, self._run.event(kind, error=error))
        self._events.append(kept)

    def _keep_value(self, key: AssetKey, name: str, value: Any) -> None:
        self._values[(key, name)] = value


def graph_of(definitions: Definitions) -> AssetGraph:
    """How definitions connect.

    Raises:
        InvalidDefinitionError: they contradict themselves.
    """
    return build_graph([(IN_PROCESS, build_snapshot(definitions))])


def find_partitions(graph: AssetGraph, keys: Iterable[str], wanted: Sequence[str]) -> tuple[tuple[str, ...], set[str]]:
    """The partitions that a run makes, and the assets that have them.

    Raises:
        UnknownPartitionError: a partition is missing, not wanted, or not one of an asset's.
    """
    definitions = {key: graph.node(key).definition for key in keys}
    # Whoever looks at an asset may look at all of its partitions.
    partitioned = {
        key: partitions_from_snapshot(each.partitions)
        for key, each in sorted(definitions.items())
        if each.partitions is not None and not each.observable
    }
    if partitioned and not wanted:
        raise UnknownPartitionError(
            f"{next(iter(partitioned))} is partitioned: say which partition, partition_key=...."
        )
    if not partitioned:
        if wanted:
            raise UnknownPartitionError(
                f"None of these assets is partitioned, so leave partition_key={wanted[0]!r} out."
            )
        return (), set()
    moment = to_datetime(SystemClock().now())
    meant = expand_ranges(next(iter(partitioned.values())), wanted, moment)
    for key, definition in partitioned.items():
        known = definition.keys_at(moment)
        for partition in meant:
            if partition not in known:
                raise UnknownPartitionError(f"{key} has no partition {partition!r}. {known.extent()}")
    return meant, set(partitioned)

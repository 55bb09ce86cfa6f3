"""The events that a step's report becomes."""

from __future__ import annotations

import msgspec

from headwater.execution.steps.made_events import made_events, told
from headwater.execution.steps.messages import StepReport
from headwater.execution.steps.steps import Step
from headwater.execution.steps.versions_read import Began
from headwater.graph.asset_graph import AssetGraph
from headwater.records.log.events import (
    CheckEvaluation,
    ErrorInfo,
    EventKind,
    NewEvent,
    Observation,
    Reporter,
    StepEvent,
)
from headwater.records.runs.runs import Run

_ABOUT_PARTITIONS = frozenset({EventKind.STEP_STARTED, EventKind.STEP_FAILED})
"""Kinds from which the state of single partitions is folded."""


class StepTimes(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of the times of a step as it moves on; as `StepEvent` has them."""

    ready_at: int | None = None
    process_started_at: int | None = None
    duration: float | None = None


_NO_TIMES = StepTimes()


def step_event(
    kind: EventKind,
    step: Step,
    *,
    run: Run,
    is_partitioned: bool = True,
    error: ErrorInfo | None = None,
    times: StepTimes | None = None,
) -> NewEvent:
    """A move of a step of a run; `is_partitioned` says whether the run's partitions are also those of the step."""
    taken = times or _NO_TIMES
    several = run.partitions if is_partitioned and kind in _ABOUT_PARTITIONS else ()
    payload = StepEvent(
        step=step.name,
        assets=() if step.checks else step.assets,
        checks=tuple(name for _, name in step.checks),
        partitions=several,
        ready_at=taken.ready_at,
        process_started_at=taken.process_started_at,
        duration=taken.duration,
        error=error,
    )
    partition = run.partition if is_partitioned else None
    return NewEvent(kind=kind, payload=payload, asset_key=step.assets[0], partition=partition, run_id=run.run_id)


def result_events(step: Step, report: StepReport, began: Began, *, run_id: str, graph: AssetGraph) -> list[NewEvent]:
    """What a step made, saw and judged.

    Args:
        step: Which.
        report: How it ended.
        began: What it could read.
        run_id: The run.
        graph: What its assets depend on, and the versions of their code.
    """
    reporter = Reporter("run", run_id)
    events = made_events(step, report.made, began, run_id=run_id, graph=graph)
    events += [
        NewEvent(
            kind=EventKind.OBSERVATION,
            payload=Observation(**told(seen), reporter=reporter),
            asset_key=seen.asset_key,
            partition=seen.partition,
            run_id=run_id,
            timestamp=seen.timestamp,
            data_version=seen.data_version,
        )
        for seen in report.observed
    ]
    for check in report.checks:
        evaluation = CheckEvaluation(
            check_name=check.check_name,
            passed=check.passed,
            severity=check.severity,
            metadata=check.metadata,
            description=check.description,
            target_seq=began.inputs[check.asset_key].seq if check.asset_key in began.inputs else None,
            reporter=reporter,
        )
        events.append(
            NewEvent(
                kind=EventKind.CHECK_EVALUATION,
                payload=evaluation,
                asset_key=check.asset_key,
                partition=check.partition,
                run_id=run_id,
            )
        )
    return events

"""The events that a step's report becomes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from headwater.execution.step_messages import MadeAsset, StepReport
from headwater.execution.steps import Step
from headwater.records.events import (
    CheckEvaluation,
    ErrorInfo,
    EventKind,
    Materialization,
    NewEvent,
    Observation,
    Reporter,
    StepEvent,
)
from headwater.records.runs import Run

_ABOUT_PARTITIONS = frozenset({EventKind.STEP_STARTED, EventKind.STEP_FAILED})
"""Kinds from which the state of single partitions is folded."""


class Began(msgspec.Struct, frozen=True):
    """How far the log reached as a step began, and for each upstream asset the `seq` of its version then.

    `parts` has by what is made the versions of single partitions that it reads, for inputs that have partitions.
    """

    seq: int
    inputs: dict[str, int]
    parts: Mapping[tuple[str, str], Mapping[str, tuple[int, ...]]] = {}


def step_event(
    kind: EventKind,
    step: Step,
    *,
    run: Run,
    is_partitioned: bool = True,
    error: ErrorInfo | None = None,
    duration: float | None = None,
) -> NewEvent:
    """A move of a step of a run; `is_partitioned` says whether the run's partitions are also those of the step."""
    several = run.partitions if is_partitioned and kind in _ABOUT_PARTITIONS else ()
    payload = StepEvent(
        step=step.name,
        assets=() if step.checks else step.assets,
        checks=tuple(name for _, name in step.checks),
        partitions=several,
        duration=duration,
        error=error,
    )
    partition = run.partition if is_partitioned else None
    return NewEvent(kind=kind, payload=payload, asset_key=step.assets[0], partition=partition, run_id=run.run_id)


def result_events(
    step: Step, report: StepReport, began: Began, *, run_id: str, upstream: Mapping[str, list[str]]
) -> list[NewEvent]:
    """What a step made, saw and judged.

    Args:
        step: Which.
        report: How it ended.
        began: What it could read.
        run_id: The run.
        upstream: What each of its assets depends on.
    """
    reporter = Reporter("run", run_id)
    events = [_made(made, step, began, run_id, reporter, upstream) for made in report.made]
    events += [
        NewEvent(
            kind=EventKind.OBSERVATION,
            payload=Observation(**_told(seen), reporter=reporter),
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
            target_seq=began.inputs.get(check.asset_key),
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


def _made(
    made: MadeAsset, step: Step, began: Began, run_id: str, reporter: Reporter, upstream: Mapping[str, list[str]]
) -> NewEvent:
    """A materialization; what belongs to the step itself says which versions it has read."""
    is_own = made.asset_key in step.assets
    parts = began.parts.get((made.asset_key, made.partition or ""), {})
    inputs = {key: began.inputs[key] for key in upstream.get(made.asset_key, ()) if key in began.inputs}
    # Of an input with partitions, its newest version may be one that is not read here.
    inputs = {key: parts[key][-1] if key in parts else seq for key, seq in inputs.items() if parts.get(key, True)}
    payload = Materialization(
        **_told(made),
        inputs=inputs if is_own else {},
        parts=tuple(sorted({seq for seqs in parts.values() for seq in seqs})) if is_own else (),
        read_seq=began.seq if is_own else None,
        reporter=reporter,
    )
    return NewEvent(
        kind=EventKind.MATERIALIZATION,
        payload=payload,
        asset_key=made.asset_key,
        partition=made.partition,
        run_id=run_id,
        timestamp=made.timestamp,
        data_version=made.data_version,
    )


def _told(told: MadeAsset) -> dict[str, Any]:
    return {"metadata": told.metadata, "description": told.description, "tags": told.tags}

"""Runs and their steps as OpenLineage's run events, https://openlineage.io/spec/2-0-2.

A step is a job of its own, named after what it makes, whatever run it is part of: so that an asset has one producer.
The run is its parent. Each try of a step has an id of its own, the same whenever it is told again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC
from typing import Any
from uuid import UUID, uuid5

from headwater.clock import to_datetime
from headwater.definitions.partitions import TimeWindowPartitionsDefinition
from headwater.definitions.partitions.from_snapshot import partitions_from_snapshot
from headwater.errors import HeadwaterError
from headwater.openlineage.events import EventType
from headwater.openlineage.outgoing.datasets import Datasets
from headwater.openlineage.outgoing.facets import PRODUCER, Facets, facet, failed_with, owned_by, tagged
from headwater.records.log.events import CheckEvaluation, Event, EventKind, RunEvent, StepEvent, partitions_of
from headwater.records.runs.runs import Run

_SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
_IDS = UUID("5b6de5f4-5c33-4ad1-8d06-5ad3ad8b0a3c")
"""Of names from which ids are made."""
_AD_HOC = "materialize"
"""The job of runs that are of none."""
_MOST_PARTITIONS = 100
RUN_MOVES = {
    EventKind.RUN_STARTED: EventType.START,
    EventKind.RUN_SUCCEEDED: EventType.COMPLETE,
    EventKind.RUN_FAILED: EventType.FAIL,
    EventKind.RUN_CANCELED: EventType.ABORT,
}
STEP_MOVES = {
    EventKind.STEP_STARTED: EventType.START,
    EventKind.STEP_SUCCEEDED: EventType.COMPLETE,
    EventKind.STEP_FAILED: EventType.FAIL,
    EventKind.STEP_RETRIED: EventType.FAIL,
}


class RunTeller:
    """Puts events together.

    Args:
        datasets: The assets.
        namespace: Of the jobs.
        version: Headwater's.
    """

    def __init__(self, datasets: Datasets, namespace: str, version: str) -> None:
        self._datasets = datasets
        self._namespace = namespace
        self._engine = facet("1-1-1", "ProcessingEngineRunFacet", version=version, name="Headwater")

    def of_run(self, run: Run, event: Event, lost: Iterable[Event] = ()) -> list[dict[str, Any]]:
        """That a run began, ended, or waits to begin anew.

        Args:
            run: Which.
            event: What happened.
            lost: How its steps began that will not end because of that.
        """
        told = [self._lost_step(run, began, event) for began in lost]
        if event.kind in RUN_MOVES:
            error = event.payload.error if isinstance(event.payload, RunEvent) else None
            facets = {**self._common(run, event), **failed_with(error)}
            job = {"namespace": self._namespace, "name": _job_name(run), "facets": _job_type("JOB")}
            told.append(self._event(RUN_MOVES[event.kind], event.timestamp, _run_id(run), facets, job))
        return told

    def of_step(self, run: Run, began: Event, event: Event, made: Sequence[Event] = ()) -> list[dict[str, Any]]:
        """That a step began or ended.

        Args:
            run: Which it is part of.
            began: How it began; the event itself, if it begins.
            event: What happened.
            made: What it made and judged, where it ended.
        """
        step = _step(event)
        move = STEP_MOVES[event.kind]
        facets = {**self._common(run, event), **failed_with(step.error), "parent": self._parent(run)}
        told = []
        if step.assets:
            versions = {each.asset_key: each for each in made if each.kind is EventKind.MATERIALIZATION}
            told.append(
                self._event(
                    move,
                    event.timestamp,
                    _step_id(run, began),
                    facets,
                    self._step_job(step),
                    **self._datasets.of_step(step.assets, versions),
                )
            )
        if step.checks:
            told.append(self._judged(run, began, event, move, facets, made))
        elif any(each.kind is EventKind.CHECK_EVALUATION for each in made):
            # What judges its own work is told as a test beside it: inputs are what can be judged.
            told.append(self._judged(run, began, began, EventType.START, facets, ()))
            told.append(self._judged(run, began, event, EventType.COMPLETE, facets, made))
        return told

    def _lost_step(self, run: Run, began: Event, event: Event) -> dict[str, Any]:
        step = _step(began)
        facets = {**self._common(run, began), "parent": self._parent(run)}
        if step.checks:
            return self._judged(run, began, event, EventType.ABORT, facets, ())
        return self._event(
            EventType.ABORT,
            event.timestamp,
            _step_id(run, began),
            facets,
            self._step_job(step),
            **self._datasets.of_step(step.assets),
        )

    def _judged(
        self, run: Run, began: Event, event: Event, move: EventType, facets: Facets, made: Iterable[Event]
    ) -> dict[str, Any]:
        """What a step's checks came to: a test, whose job is not the one that makes the asset."""
        judged: dict[str, list[CheckEvaluation]] = {} if began.asset_key is None else {began.asset_key: []}
        for each in made:
            if isinstance(each.payload, CheckEvaluation) and each.asset_key is not None:
                judged.setdefault(each.asset_key, []).append(each.payload)
        inputs = [self._datasets.judged(key, evaluations) for key, evaluations in judged.items()]
        job = self._test_job(_step(began))
        return self._event(move, event.timestamp, _checks_id(run, began), facets, job, inputs=inputs)

    def _step_job(self, step: StepEvent) -> dict[str, Any]:
        facets = _job_type("ASSET")
        if len(step.assets) == 1:
            definition = self._datasets.node(step.assets[0]).definition
            facets |= {**owned_by(definition.owners, "Job"), **tagged(definition.tags, "Job")}
            if definition.description:
                facets["documentation"] = facet("1-1-0", "DocumentationJobFacet", description=definition.description)
        return {"namespace": self._namespace, "name": step.step, "facets": facets}

    def _test_job(self, step: StepEvent) -> dict[str, Any]:
        name = f"{step.step}.checks" if step.assets else step.step
        return {"namespace": self._namespace, "name": name, "facets": _job_type("TEST")}

    def _parent(self, run: Run) -> dict[str, Any]:
        return facet(
            "1-2-0",
            "ParentRunFacet",
            run={"runId": str(_run_id(run))},
            job={"namespace": self._namespace, "name": _job_name(run)},
        )

    def _common(self, run: Run, event: Event) -> Facets:
        partitions = partitions_of(event)[:_MOST_PARTITIONS]
        facets = {"processing_engine": self._engine, **tagged(run.tags, "Run")}
        if partitions:
            named = [{"key": "partition", "value": each, "source": "HEADWATER"} for each in partitions]
            tags = facets.setdefault("tags", facet("1-0-0", "TagsRunFacet", tags=[]))
            tags["tags"] = [*tags["tags"], *named]
        if event.asset_key is not None and len(partitions) == 1:
            facets |= self._nominal_time(event.asset_key, partitions[0])
        return facets

    def _nominal_time(self, key: str, partition: str) -> Facets:
        """The window of a partition that is one of time."""
        snapshot = self._datasets.node(key).definition.partitions
        if snapshot is None:
            return {}
        try:
            definition = partitions_from_snapshot(snapshot)
            if not isinstance(definition, TimeWindowPartitionsDefinition):
                return {}
            window = definition.time_window_for_partition_key(partition)
        except HeadwaterError:
            # The definition has changed since.
            return {}
        start, end = (moment.astimezone(UTC).isoformat() for moment in (window.start, window.end))
        return {"nominalTime": facet("1-0-1", "NominalTimeRunFacet", nominalStartTime=start, nominalEndTime=end)}

    def _event(
        self,
        move: EventType,
        moment: int,
        run_id: UUID,
        run_facets: Facets,
        job: dict[str, Any],
        *,
        inputs: Sequence[dict[str, Any]] = (),
        outputs: Sequence[dict[str, Any]] = (),
    ) -> dict[str, Any]:
        return {
            "eventType": move.value,
            "eventTime": to_datetime(moment).isoformat(timespec="microseconds"),
            "run": {"runId": str(run_id), "facets": run_facets},
            "job": job,
            "inputs": list(inputs),
            "outputs": list(outputs),
            "producer": PRODUCER,
            "schemaURL": _SCHEMA,
        }


def _step(event: Event) -> StepEvent:
    if not isinstance(event.payload, StepEvent):
        raise TypeError(f"Event {event.seq} is about no step.")
    return event.payload


def _job_type(kind: str) -> Facets:
    return {"jobType": facet("2-0-4", "JobTypeJobFacet", processingType="BATCH", integration="HEADWATER", jobType=kind)}


def _job_name(run: Run) -> str:
    return run.job_name or _AD_HOC


def _run_id(run: Run) -> UUID:
    try:
        return UUID(run.run_id)
    except ValueError:
        return uuid5(_IDS, run.run_id)


def _step_id(run: Run, began: Event) -> UUID:
    return uuid5(_IDS, f"{run.run_id}/{began.seq}")


def _checks_id(run: Run, began: Event) -> UUID:
    return uuid5(_IDS, f"{run.run_id}/{began.seq}/checks")

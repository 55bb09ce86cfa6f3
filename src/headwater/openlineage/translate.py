"""From one OpenLineage event to records: what was written, seen, checked, and what depends on what.

Only COMPLETE means that something was written: producers name outputs from START on. A FAIL or ABORT is an
observation of what the run would have written. Tests write nothing, whatever outputs their jobs name: dbt's name
tables for failing rows that mostly don't exist.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import assert_never

import msgspec

from headwater.errors import ReportRefusedError
from headwater.openlineage import facets
from headwater.openlineage.assertions import evaluations
from headwater.openlineage.described import Description, describe
from headwater.openlineage.events import (
    Dataset,
    DatasetEvent,
    DatasetFacets,
    EventType,
    Job,
    JobEvent,
    OpenLineageEvent,
    Run,
    RunEvent,
)
from headwater.openlineage.facets import FacetReader
from headwater.openlineage.naming import DEFAULT_NAMING, Naming
from headwater.openlineage.open_runs import OpenRun, OpenRuns
from headwater.records.log.events import EventKind, Materialization, NewEvent, Observation, Reporter

MOST_EDGES = 100_000
RUN_TAG = "openlineage/run_id"
JOB_TAG = "openlineage/job"
TYPE_TAG = "openlineage/event_type"
_LONGEST_REASON = 1_000
_TEST_NODES = ("test.", "unit_test.")
# These change what a dataset is, or end it, without writing data into it.
_WITHOUT_DATA = frozenset({"DROP", "ALTER"})


class Translation(msgspec.Struct, frozen=True):
    """What an event comes to. Edges are pairs of keys, upstream first; `open_runs` goes into the next call."""

    events: tuple[NewEvent, ...]
    edges: tuple[tuple[str, str], ...]
    reporter: Reporter
    open_runs: OpenRuns


def translate(event: OpenLineageEvent, open_runs: OpenRuns, naming: Naming = DEFAULT_NAMING) -> Translation:
    """Translate one event.

    Args:
        event: As `parse_request` gave it.
        open_runs: What earlier events said about runs that have not ended.
        naming: Which asset a dataset is.

    Raises:
        ReportRefusedError: it joins so many inputs with so many outputs that nobody could use the graph.
    """
    if isinstance(event, RunEvent):
        return _translate_run(event, open_runs, naming)
    if isinstance(event, DatasetEvent):
        return Translation(*_translate_dataset(event, naming), open_runs)
    if isinstance(event, JobEvent):
        run = _joined(OpenRun(), event, naming)
        edges = () if run.is_test else _edges(run, _describe_all(run, naming))
        return Translation((), edges, _reporter(event.job), open_runs)
    assert_never(event)


def _reporter(job: Job) -> Reporter:
    return Reporter("openlineage", f"{job.namespace}/{job.name}")


def _translate_run(event: RunEvent, open_runs: OpenRuns, naming: Naming) -> Translation:
    run_id = event.run.run_id
    event_type = event.event_type or EventType.OTHER
    run = _joined(open_runs.find(run_id), event, naming)
    reporter = _reporter(event.job)
    descriptions = {} if run.is_test else _describe_all(run, naming)
    events: list[NewEvent] = []
    if event_type.ends:
        tags = {RUN_TAG: run_id, JOB_TAG: event.job.name}
        if event_type is EventType.COMPLETE:
            events += (_written(key, event, item, reporter, tags) for key, item in descriptions.items())
        else:
            events += _not_written(descriptions, event, reporter, {**tags, TYPE_TAG: event_type.value})
        for key, raw in _tested(run):
            events += evaluations(key, raw, int(event.event_time), reporter, tags)
    return Translation(
        tuple(events),
        _edges(run, descriptions),
        reporter,
        open_runs.without(run_id) if event_type.ends else open_runs.with_run(run_id, run),
    )


def _translate_dataset(
    event: DatasetEvent, naming: Naming
) -> tuple[tuple[NewEvent, ...], tuple[tuple[str, str], ...], Reporter]:
    key, raw = _keyed(event.dataset, naming)
    reporter = Reporter("openlineage", event.producer)
    description = describe(raw, naming)
    seen = _observed(key, event.event_time, description, reporter, {})
    tested = evaluations(key, raw, int(event.event_time), reporter, {})
    return (seen, *tested), _edges(OpenRun(outputs={key: raw}), {key: description}), reporter


def _joined(known: OpenRun, event: RunEvent | JobEvent, naming: Naming) -> OpenRun:
    """What is known of a run with this event; the event alone where both together would be too much.

    Raises:
        ReportRefusedError: the event alone is too much.
    """
    inputs = [_keyed(dataset, naming) for dataset in event.inputs or ()]
    outputs = [_keyed(dataset, naming) for dataset in event.outputs or ()]
    is_test = _is_test(event.job)
    run = known.joined(inputs, outputs, is_test=is_test)
    if _is_too_much(run):
        run = OpenRun().joined(inputs, outputs, is_test=known.is_test or is_test)
    if _is_too_much(run):
        raise ReportRefusedError(
            f"The event of job {event.job.name[:200]!r} has {len(run.inputs)} inputs and {len(run.outputs)} outputs, "
            f"which is over {MOST_EDGES} dependencies; name folders or tables instead of single files."
        )
    return run


def _is_too_much(run: OpenRun) -> bool:
    return len(run.inputs) * len(run.outputs) > MOST_EDGES


def _keyed(dataset: Dataset, naming: Naming) -> tuple[str, DatasetFacets]:
    return naming.key_of(dataset.namespace, dataset.name).to_escaped_user_string(), dataset.all_facets()


def _is_test(job: Job) -> bool:
    if job.facets is None:
        return False
    found: list[bool] = []
    reader = FacetReader()
    reader.read(
        "jobType", job.facets.job_type, facets.JobType, lambda facet: found.append(facet.job_type in ("TEST", "test"))
    )
    reader.read(
        "dbt_node",
        job.facets.dbt_node,
        facets.DbtNode,
        lambda facet: found.append((facet.unique_id or "").startswith(_TEST_NODES)),
    )
    return any(found)


def _describe_all(run: OpenRun, naming: Naming) -> dict[str, Description]:
    return {key: describe(raw, naming) for key, raw in run.outputs.items()}


def _edges(run: OpenRun, descriptions: dict[str, Description]) -> tuple[tuple[str, str], ...]:
    """From every input to every output, and from what column lineage names; none from an asset to itself."""
    pairs = {
        (upstream, key): None
        for key, description in descriptions.items()
        for upstream in (*run.inputs, *description.upstream)
        if upstream != key
    }
    return tuple(pairs)


def _written(key: str, event: RunEvent, description: Description, reporter: Reporter, tags: dict[str, str]) -> NewEvent:
    if (description.state_change or "").upper() in _WITHOUT_DATA:
        return _observed(key, event.event_time, description, reporter, tags)
    payload = Materialization(metadata=description.metadata, description=description.text, tags=tags, reporter=reporter)
    return NewEvent(
        kind=EventKind.MATERIALIZATION,
        payload=payload,
        asset_key=key,
        timestamp=int(event.event_time),
        data_version=description.data_version,
    )


def _observed(key: str, timestamp: int, description: Description, reporter: Reporter, tags: dict[str, str]) -> NewEvent:
    payload = Observation(metadata=description.metadata, description=description.text, tags=tags, reporter=reporter)
    return NewEvent(
        kind=EventKind.OBSERVATION,
        payload=payload,
        asset_key=key,
        timestamp=int(timestamp),
        data_version=description.data_version,
    )


def _not_written(keys: Iterable[str], event: RunEvent, reporter: Reporter, tags: dict[str, str]) -> Iterator[NewEvent]:
    """That a run ended without writing what it should have; its facets tell of contents that don't exist."""
    ended = "failed" if event.event_type is EventType.FAIL else "was aborted"
    text = f"A run of {reporter.name}, which writes this, {ended}{_reason(event.run)}"
    payload = Observation(description=text, tags=tags, reporter=reporter)
    for key in keys:
        yield NewEvent(kind=EventKind.OBSERVATION, payload=payload, asset_key=key, timestamp=int(event.event_time))


def _reason(run: Run) -> str:
    """What the run's error says, as the end of a sentence."""
    found: list[str] = []
    if run.facets is not None:
        raw = run.facets.error_message
        FacetReader().read("errorMessage", raw, facets.ErrorMessage, lambda facet: found.append(facet.message or ""))
    message = found[0].strip() if found else ""
    if not message:
        return "."
    return f": {message}" if len(message) <= _LONGEST_REASON else f": {message[:_LONGEST_REASON]}…"


def _tested(run: OpenRun) -> Iterator[tuple[str, DatasetFacets]]:
    """Every dataset with what was asserted of it, once for one that is both read and written."""
    yield from run.inputs.items()
    for key, raw in run.outputs.items():
        if key not in run.inputs or not run.inputs[key].data_quality_assertions:
            yield key, raw

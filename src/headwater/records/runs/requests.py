"""Turn a wish to make some assets into runs: check that it can be fulfilled, and say why not."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from headwater.clock import to_datetime
from headwater.definitions.partitions import (
    DynamicPartitionsStore,
    PartitionKeyRange,
    PartitionsDefinition,
    partitions_from_snapshot,
)
from headwater.errors import (
    ExternalAssetError,
    InvalidTransitionError,
    UnknownAssetError,
    UnknownPartitionError,
)
from headwater.graph.asset_graph import AssetGraph, AssetNode
from headwater.records.log.events import EventKind, NewEvent
from headwater.records.runs.coalesce import Join
from headwater.records.runs.runs import ENDED, RETRY_TAG, Cause, Run, RunStatus

RANGE_MARK = "..."
"""Stands between the ends of a range of partitions; no key may hold it."""


def new_run_id() -> str:
    """A name for a run that nobody else has."""
    return uuid.uuid4().hex


def plan_runs(
    graph: AssetGraph,
    keys: Iterable[str],
    *,
    cause: Cause,
    now: int,
    partition: str | None = None,
    partitions: Sequence[str] = (),
    tags: dict[str, str] | None = None,
    run_config: dict[str, Any] | None = None,
    job_name: str | None = None,
    dynamic_keys: DynamicPartitionsStore | None = None,
) -> list[Run]:
    """The runs that make some assets, or look at observable ones: one for each code location that is concerned.

    What one function makes together with an asset is made along with it.

    Args:
        graph: All assets.
        keys: What to make.
        cause: Why.
        now: When, in microseconds.
        partition: Which part of each asset, or `first...last` for a range; all of them must have it.
        partitions: Further ones. Each step makes all of them in one go.
        tags: Kept with the runs.
        run_config: The plain form of a `RunConfig`, kept with the runs.
        job_name: The job that the runs belong to.
        dynamic_keys: The keys of dynamic partitions, where they are others than when the graph was read.

    Raises:
        UnknownAssetError: a key is not known.
        ExternalAssetError: an asset is made by somebody else, and nothing here looks at it.
        UnknownPartitionError: the partition is missing, not wanted, or not one of an asset's.
    """
    nodes = [runnable_node(graph, key) for key in sorted(with_made_together(graph, set(keys)))]
    kept = graph.dynamic_keys if dynamic_keys is None else dynamic_keys
    several = _partitions_meant(nodes, partition, partitions, now)
    by_location: dict[str, list[str]] = {}
    for node in nodes:
        # Whoever looks at an asset may look at all of its partitions.
        if several or not node.definition.observable:
            check_partitions(node, several, now, kept)
        by_location.setdefault(node.location or "", []).append(node.key)
    return [
        Run(
            run_id=new_run_id(),
            location=location,
            assets=tuple(mine),
            status=RunStatus.QUEUED,
            cause=cause,
            created_at=now,
            partition=several[0] if len(several) == 1 else None,
            partitions=several if len(several) > 1 else (),
            tags=tags or {},
            run_config=run_config or {},
            job_name=job_name,
        )
        for location, mine in by_location.items()
    ]


def plan_check_runs(
    graph: AssetGraph,
    checks: Iterable[tuple[str, str]],
    *,
    cause: Cause,
    now: int,
    partition: str | None = None,
    tags: dict[str, str] | None = None,
    run_config: dict[str, Any] | None = None,
    job_name: str | None = None,
    dynamic_keys: DynamicPartitionsStore | None = None,
) -> list[Run]:
    """The runs that carry out some checks and make nothing: one for each code location that is concerned.

    Args:
        graph: All assets.
        checks: An asset and a name each; the assets may be external.
        cause: Why.
        now: When, in microseconds.
        partition: Which part of each asset is judged; all of them must have it. The whole if left out.
        tags: Kept with the runs.
        run_config: The plain form of a `RunConfig`, kept with the runs.
        job_name: The job that the runs belong to.
        dynamic_keys: The keys of dynamic partitions, where they are others than when the graph was read.

    Raises:
        UnknownAssetError: no loaded definitions carry out such a check.
        UnknownPartitionError: the partition is not one of an asset's, or a check that judges partitions got none.
    """
    kept = graph.dynamic_keys if dynamic_keys is None else dynamic_keys
    by_location: dict[str, list[tuple[str, str]]] = {}
    for key, name in dict.fromkeys(checks):
        found = graph.check(key, name)
        if not found.executable:
            raise UnknownAssetError(
                f"Check {name!r} of {key} is carried out by the function of its asset or by another system, which "
                "reports the result; nothing here can carry it out by itself."
            )
        if partition is not None or found.partitioned:
            check_partitions(graph.node(key), () if partition is None else (partition,), now, kept)
        by_location.setdefault(graph.check_locations.get((key, name), ""), []).append((key, name))
    return [
        Run(
            run_id=new_run_id(),
            location=location,
            assets=tuple(sorted({key for key, _ in mine})),
            checks=tuple(mine),
            status=RunStatus.QUEUED,
            cause=cause,
            created_at=now,
            partition=partition,
            tags=tags or {},
            run_config=run_config or {},
            job_name=job_name,
        )
        for location, mine in by_location.items()
    ]


def plan_job(
    graph: AssetGraph,
    name: str,
    *,
    cause: Cause,
    now: int,
    partition: str | None = None,
    partitions: Sequence[str] = (),
    tags: dict[str, str] | None = None,
    run_config: dict[str, Any] | None = None,
    keys: Collection[str] | None = None,
    dynamic_keys: DynamicPartitionsStore | None = None,
) -> Run:
    """A run of a job.

    Args:
        graph: All assets and jobs.
        name: The job's.
        cause: Why.
        now: When, in microseconds.
        partition: Which part of each asset, or `first...last` for a range.
        partitions: Further ones.
        tags: Besides those that the job's runs have.
        run_config: In place of what the job says.
        keys: Those of its assets that are to be made; all if left out.
        dynamic_keys: The keys of dynamic partitions, where they are others than when the graph was read.

    Raises:
        UnknownJobError: there is no such job.
        UnknownAssetError: a key is not one of its assets.
        HeadwaterError: its assets can't be made; see `plan_runs`.
    """
    job, location = graph.job(name)
    foreign = sorted(set(keys or ()) - set(job.assets))
    if foreign:
        raise UnknownAssetError(f"Job {name!r} does not make {', '.join(foreign)}; choose among its own assets.")
    own_tags = {**job.run_tags, **(tags or {})}
    config = job.run_config if run_config is None else run_config
    if job.checks:
        planned = plan_check_runs(
            graph,
            job.checks,
            cause=cause,
            now=now,
            partition=partition,
            tags=own_tags,
            run_config=config,
            job_name=name,
            dynamic_keys=dynamic_keys,
        )
    else:
        planned = plan_runs(
            graph,
            job.assets if keys is None else keys,
            cause=cause,
            now=now,
            partition=partition,
            partitions=partitions,
            tags=own_tags,
            run_config=config,
            job_name=name,
            dynamic_keys=dynamic_keys,
        )
    own = [run for run in planned if run.location == location]
    if len(planned) != 1 or not own:
        raise UnknownAssetError(
            f"Job {name!r} of {location} selects assets that another code location makes by now; narrow its selection."
        )
    return own[0]


def plan_retry(graph: AssetGraph, run: Run, made: Iterable[str], *, cause: Cause, now: int) -> Run:
    """A run of what an earlier one did not make, with its partition, tags, config and job.

    Args:
        graph: All assets.
        run: The earlier one.
        made: The assets that it has made.
        cause: Why.
        now: When, in microseconds.

    Raises:
        InvalidTransitionError: the run has not ended, or left nothing to make.
        HeadwaterError: the assets can't be made any more; see `plan_runs`.
    """
    if run.status not in ENDED:
        raise InvalidTransitionError(f"Run {run.run_id} has not ended, so there is nothing to retry yet.")
    if run.checks:
        return plan_check_runs(
            graph,
            run.checks,
            cause=cause,
            now=now,
            partition=run.partition,
            tags={**run.tags, RETRY_TAG: run.run_id},
            run_config=run.run_config,
            job_name=run.job_name,
        )[0]
    left = sorted(set(run.assets) - set(made))
    if not left:
        raise InvalidTransitionError(
            f"Run {run.run_id} has made all of its assets; request a new run to make them anew."
        )
    return plan_runs(
        graph,
        left,
        cause=cause,
        now=now,
        partition=run.partition,
        partitions=run.partitions,
        tags={**run.tags, RETRY_TAG: run.run_id},
        run_config=run.run_config,
        job_name=run.job_name,
    )[0]


def requested_events(runs: Sequence[Run]) -> list[NewEvent]:
    """The events that say so, one a run."""
    return [run.event(EventKind.RUN_REQUESTED, reason=run.cause.reason) for run in runs]


def joined_events(joins: Sequence[Join]) -> list[NewEvent]:
    """The events that say that a request joined a run which waits."""
    return [join.run.event(EventKind.RUN_REQUEST_JOINED, reason=join.cause.reason) for join in joins]


def expand_ranges(definition: PartitionsDefinition, wanted: Iterable[str], moment: datetime) -> tuple[str, ...]:
    """Partition keys as they were asked for, with `first...last` for a range, as single keys, each once.

    Raises:
        UnknownPartitionError: an end of a range does not exist, or the end comes before the start.
    """
    keys: dict[str, None] = {}
    for item in wanted:
        first, is_range, last = item.partition(RANGE_MARK)
        if is_range:
            there = definition.keys_at(moment)
            keys.update(dict.fromkeys(there.select(there.numbers_in(PartitionKeyRange(first, last)))))
        else:
            keys[item] = None
    return tuple(keys)


def _partitions_meant(
    nodes: Iterable[AssetNode], partition: str | None, partitions: Sequence[str], now: int
) -> tuple[str, ...]:
    wanted = (*(() if partition is None else (partition,)), *partitions)
    if not any(RANGE_MARK in item for item in wanted):
        return tuple(dict.fromkeys(wanted))
    snapshot = next((node.definition.partitions for node in nodes if node.definition.partitions is not None), None)
    return wanted if snapshot is None else expand_ranges(partitions_from_snapshot(snapshot), wanted, to_datetime(now))


def check_partitions(
    node: AssetNode, partitions: Sequence[str], now: int, dynamic_keys: DynamicPartitionsStore
) -> None:
    """See that partitions are given exactly where an asset has them, and are of its own.

    Raises:
        UnknownPartitionError: it is not so.
    """
    if node.definition.partitions is None:
        if partitions:
            raise UnknownPartitionError(
                f"{node.key} is not partitioned, so it has no partition {partitions[0]!r}. Leave the partition out."
            )
        return
    definition = partitions_from_snapshot(node.definition.partitions)
    keys = definition.keys_at(to_datetime(now), dynamic_keys)
    if not partitions:
        example = f", such as {keys.key_at(len(keys) - 1)!r}" if len(keys) else ""
        raise UnknownPartitionError(f"{node.key} is partitioned: say which partition to make{example}.")
    for partition in partitions:
        if keys.number_of(partition) is None:
            raise UnknownPartitionError(f"{node.key} has no partition {partition!r}. {keys.extent()}")


def external_asset_message(node: AssetNode) -> str:
    """Why an external asset can't be made here, and what to do instead."""
    key = node.key
    if node.definition.observable:
        return (
            f"{key} is an external asset: another system makes it, so it can't be materialized here. Look at it "
            f"instead: `headwater observe {key}`, or a run or job that names it."
        )
    # In a path every slash splits, so a key with a slash inside a part goes into the body.
    path = "" if "\\" in key else key
    return (
        f"{key} is an external asset: another system makes it, so Headwater can neither materialize nor schedule it. "
        f"Report it instead: POST /report_asset_materialization/{path}, `headwater report materialization {key}`, or "
        "a sensor that returns SensorResult(asset_events=[...])."
    )


def with_made_together(graph: AssetGraph, keys: set[str]) -> set[str]:
    """The keys, and what a function makes that can't make one of them alone."""
    numbers = {graph.ids[key] for key in keys if key in graph.ids}
    made_with = graph.selection_index.made_with
    return keys | {graph.nodes[other].key for number in numbers for other in made_with.get(number, ())}


def native_node(graph: AssetGraph, key: str) -> AssetNode:
    """An asset that is made here.

    Raises:
        UnknownAssetError: there is no such asset.
        ExternalAssetError: another system makes it.
    """
    node = runnable_node(graph, key)
    if node.kind != "native":
        raise ExternalAssetError(external_asset_message(node))
    return node


def runnable_node(graph: AssetGraph, key: str) -> AssetNode:
    """An asset that a run can make or look at.

    Raises:
        UnknownAssetError: there is no such asset.
        ExternalAssetError: another system makes it, and nothing here looks at it.
    """
    node = graph.node(key)
    if not node.is_runnable:
        raise ExternalAssetError(external_asset_message(node))
    return node

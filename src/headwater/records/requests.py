"""Turn a wish to make some assets into runs: check that it can be fulfilled, and say why not."""

from __future__ import annotations

import difflib
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from headwater.clock import to_datetime
from headwater.definitions.partitions import partitions_from_snapshot
from headwater.errors import ExternalAssetError, InvalidTransitionError, UnknownAssetError, UnknownPartitionError
from headwater.graph.asset_graph import AssetGraph, AssetNode
from headwater.records.events import EventKind, NewEvent, RunEvent
from headwater.records.runs import ENDED, Cause, Run, RunStatus


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
    tags: dict[str, str] | None = None,
    run_config: dict[str, Any] | None = None,
    job_name: str | None = None,
) -> list[Run]:
    """The runs that make some assets: one for each code location that is concerned.

    What one function makes together with an asset is made along with it.

    Args:
        graph: All assets.
        keys: What to make.
        cause: Why.
        now: When, in microseconds.
        partition: Which part of each asset; all of them must have it.
        tags: Kept with the runs.
        run_config: The plain form of a `RunConfig`, kept with the runs.
        job_name: The job that the runs belong to.

    Raises:
        UnknownAssetError: a key is not known.
        ExternalAssetError: an asset is made by somebody else.
        UnknownPartitionError: the partition is missing, not wanted, or not one of an asset's.
    """
    by_location: dict[str, list[str]] = {}
    for key in sorted(_with_made_together(graph, set(keys))):
        node = _native(graph, key)
        check_partition(node, partition, now)
        by_location.setdefault(node.location or "", []).append(key)
    return [
        Run(
            run_id=new_run_id(),
            location=location,
            assets=tuple(mine),
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
    tags: dict[str, str] | None = None,
    run_config: dict[str, Any] | None = None,
) -> Run:
    """A run of a job.

    Args:
        graph: All assets and jobs.
        name: The job's.
        cause: Why.
        now: When, in microseconds.
        partition: Which part of each asset.
        tags: Besides those that the job's runs have.
        run_config: In place of what the job says.

    Raises:
        UnknownJobError: there is no such job.
        HeadwaterError: its assets can't be made; see `plan_runs`.
    """
    job, location = graph.job(name)
    planned = plan_runs(
        graph,
        job.assets,
        cause=cause,
        now=now,
        partition=partition,
        tags={**job.run_tags, **(tags or {})},
        run_config=job.run_config if run_config is None else run_config,
        job_name=name,
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
        tags={**run.tags, "headwater/retry_of": run.run_id},
        run_config=run.run_config,
        job_name=run.job_name,
    )[0]


def requested_events(runs: Sequence[Run]) -> list[NewEvent]:
    """The events that say so, one a run."""
    return [
        NewEvent(
            kind=EventKind.RUN_REQUESTED,
            payload=RunEvent(assets=run.assets, reason=run.cause.reason),
            partition=run.partition,
            run_id=run.run_id,
        )
        for run in runs
    ]


def check_partition(node: AssetNode, partition: str | None, now: int) -> None:
    """See that a partition is given exactly where an asset has partitions, and is one of them.

    Raises:
        UnknownPartitionError: it is not so.
    """
    if node.definition.partitions is None:
        if partition is not None:
            raise UnknownPartitionError(
                f"{node.key} is not partitioned, so it has no partition {partition!r}. Leave the partition out."
            )
        return
    definition = partitions_from_snapshot(node.definition.partitions)
    moment = to_datetime(now)
    if partition is None:
        last = definition.get_last_partition_key(moment)
        raise UnknownPartitionError(f"{node.key} is partitioned: say which partition to make, such as {last!r}.")
    if not definition.has_partition_key(partition, moment):
        first, last = definition.get_first_partition_key(moment), definition.get_last_partition_key(moment)
        raise UnknownPartitionError(f"{node.key} has no partition {partition!r}. It has {first!r} to {last!r}.")


def external_asset_message(key: str) -> str:
    """Why an external asset can't be made here, and what to do instead."""
    # In a path every slash splits, so a key with a slash inside a part goes into the body.
    path = "" if "\\" in key else key
    return (
        f"{key} is an external asset: another system makes it, so Headwater can neither materialize nor schedule it. "
        f"Report it instead: POST /report_asset_materialization/{path}, `headwater report materialization {key}`, or "
        "a sensor that returns SensorResult(asset_events=[...])."
    )


def _with_made_together(graph: AssetGraph, keys: set[str]) -> set[str]:
    """The keys, and what a function makes that can't make one of them alone."""
    numbers = {graph.ids[key] for key in keys if key in graph.ids}
    made_with = graph.selection_index.made_with
    return keys | {graph.nodes[other].key for number in numbers for other in made_with.get(number, ())}


def _native(graph: AssetGraph, key: str) -> AssetNode:
    number = graph.ids.get(key)
    if number is None:
        near = difflib.get_close_matches(key, graph.ids, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else " `headwater asset list` shows all."
        raise UnknownAssetError(f"There is no asset {key!r}.{hint}")
    node = graph.nodes[number]
    if node.kind != "native":
        raise ExternalAssetError(external_asset_message(key))
    return node

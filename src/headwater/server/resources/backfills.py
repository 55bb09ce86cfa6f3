"""Backfills as the API shows them, and what people ask of them."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy.engine import Connection

from headwater.automation.backfills.decide import decide_backfill
from headwater.automation.backfills.state import BackfillState, Standing
from headwater.automation.backfills.targets import TargetPlan, choose_targets
from headwater.clock import to_datetime, to_seconds
from headwater.definitions.assets.backfill_policy import BackfillPolicy
from headwater.definitions.partitions import DynamicKeys, Ordinals, PartitionKeys
from headwater.definitions.runs.run_config import plain_run_config
from headwater.digits import whole_number
from headwater.errors import InvalidCursorError, InvalidParameterError
from headwater.graph.asset_graph import AssetGraph
from headwater.graph.makeable import Makeable, choose_makeable
from headwater.graph.partition_links import PartitionLinks
from headwater.records.log.events import Event, EventKind, Reporter
from headwater.records.log.partition_states import PartitionStatus
from headwater.records.runs.backfills import Backfill, BackfillStatus, Counts, advance
from headwater.records.runs.runs import BACKFILL_TAG, Cause
from headwater.records.runs.wanted_config import check_config
from headwater.server.deployment import Deployment
from headwater.server.resources import runs
from headwater.server.resources.events import error_view
from headwater.server.shapes import RunCause, RunPage
from headwater.server.shapes import backfills as shapes
from headwater.storage.catalog import dynamic_partitions
from headwater.storage.log.writer import Unit
from headwater.storage.runs import backfills
from headwater.storage.runs import runs as run_store
from headwater.storage.runs.filter import RunFilter

_MOST_RANGES = 1_000
_MOST_PLANNED_RANGES = 100
_MOST_FAILURES = 50
_PRIORITY_TAG = "headwater/priority"
_ONLY = {"missing": PartitionStatus.MISSING, "failed": PartitionStatus.FAILED}
COMMANDS = {
    "pause": EventKind.BACKFILL_PAUSED,
    "resume": EventKind.BACKFILL_RESUMED,
    "cancel": EventKind.BACKFILL_CANCEL_REQUESTED,
    "retry": EventKind.BACKFILL_RETRIED,
}
"""What people may ask of a backfill that there is."""


def plan(deployment: Deployment, body: shapes.BackfillRequestBody) -> shapes.BackfillPlan:
    """What a backfill would make."""
    chosen, links, planned = _choose(deployment, body)
    return shapes.BackfillPlan(
        assets=[_plan_asset(key, links.parts(key).keys, numbers) for key, numbers in planned.numbers.items()],
        partitions=planned.total,
        runs=planned.runs,
        left_out=chosen.left_out,
    )


def request(
    deployment: Deployment, body: shapes.BackfillRequestBody, cause: Cause, reporter: Reporter
) -> shapes.BackfillDetail:
    """Request a backfill, and tell of it once that is on disk."""
    _, _, planned = _choose(deployment, body)
    config = plain_run_config(body.run_config)
    _check_config(deployment.graph(), [target.asset for target in planned.targets], config)
    tags = body.tags if body.priority is None else {**body.tags, _PRIORITY_TAG: str(body.priority)}
    backfill = Backfill(
        backfill_id=uuid.uuid4().hex[:12],
        status=advance("", None, EventKind.BACKFILL_REQUESTED),
        assets=tuple(target.asset for target in planned.targets),
        cause=cause,
        created_at=deployment.clock.now(),
        total=planned.total,
        policy=_policy(body),
        max_runs=body.max_runs,
        tags=tags,
        run_config=config,
        counts=Counts(waiting=planned.total),
    )

    def keep(connection: Connection, _events: Sequence[Event]) -> None:
        backfills.insert(connection, backfill, planned.targets)

    deployment.store.write(Unit(events=[backfill.event(EventKind.BACKFILL_REQUESTED, reporter)], effect=keep))
    return detail(deployment, backfill.backfill_id)


def _check_config(graph: AssetGraph, keys: Sequence[str], config: Mapping[str, Any]) -> None:
    by_location: dict[str, list[str]] = {}
    for key in keys:
        by_location.setdefault(graph.node(key).location or "", []).append(key)
    for location, mine in by_location.items():
        check_config(graph, location, mine, config, of_more=keys)


def command(deployment: Deployment, backfill_id: str, kind: EventKind, reporter: Reporter) -> shapes.BackfillView:
    """Pause, resume, cancel or retry a backfill; the engine acts on it.

    Raises:
        UnknownBackfillError: there is none with that id.
        InvalidTransitionError: it can't be asked that as it stands.
    """
    known = deployment.store.read(lambda c: backfills.get(c, backfill_id))
    moved = known.moved(kind, deployment.clock.now())

    def guard(connection: Connection) -> None:
        # The engine may have moved it on meanwhile; then what is asked must fit how it stands now.
        backfills.get(connection, backfill_id).moved(kind, 0)

    def keep(connection: Connection, _events: Sequence[Event]) -> Backfill:
        current = backfills.get(connection, backfill_id)
        if kind is EventKind.BACKFILL_RETRIED:
            backfills.retry_runs(connection, backfill_id)
        return backfills.save(connection, current.moved(kind, deployment.clock.now()), current.version)

    kept = deployment.store.write(Unit(events=[moved.event(kind, reporter)], guard=guard, effect=keep))
    return view(kept)


def page(
    connection: Connection,
    *,
    statuses: Collection[BackfillStatus] | None,
    asset_key: str | None,
    cursor: str | None,
    limit: int,
) -> shapes.BackfillPage:
    """Backfills, the last requested first."""
    found = backfills.read_newest(
        connection, statuses=statuses, asset_key=asset_key, before=_decode(cursor), limit=limit + 1
    )
    items = found[:limit]
    following = f"{items[-1].created_at}.{items[-1].backfill_id}" if len(found) > limit else None
    return shapes.BackfillPage(items=[view(each) for each in items], next=following)


def find(deployment: Deployment, backfill_id: str) -> shapes.BackfillView:
    """One backfill in short, by its id."""
    return view(deployment.store.read(lambda c: backfills.get(c, backfill_id)))


def view(backfill: Backfill) -> shapes.BackfillView:
    """One backfill in short."""
    policy, cause = backfill.policy, backfill.cause
    return shapes.BackfillView(
        backfill_id=backfill.backfill_id,
        status=backfill.status.value,
        assets=list(backfill.assets),
        partitions=backfill.total,
        counts=_counts(backfill.counts),
        max_partitions_per_run=None if policy is None else policy.max_partitions_per_run,
        single_run=policy is not None and policy.max_partitions_per_run is None,
        max_runs=backfill.max_runs,
        tags=backfill.tags,
        cause=RunCause(kind=cause.kind, name=cause.name, reason=cause.reason, events=list(cause.events)),
        created_at=to_seconds(backfill.created_at),
        started_at=_seconds(backfill.started_at),
        ended_at=_seconds(backfill.ended_at),
    )


def detail(deployment: Deployment, backfill_id: str) -> shapes.BackfillDetail:
    """One backfill with its progress, from its runs as they are now."""
    graph, now = deployment.graph(), deployment.clock.now()

    def read(connection: Connection) -> tuple[Backfill, BackfillState, list[shapes.BackfillFailure]]:
        backfill = backfills.get(connection, backfill_id)
        known = backfills.read_progress(connection, backfill_id)
        links = PartitionLinks(graph, to_datetime(now), DynamicKeys(dynamic_partitions.read_all(connection)))
        targets = backfills.read_targets(connection, backfill_id)
        return (
            backfill,
            BackfillState(graph, links, targets, backfill.policy, known),
            _failures(connection, backfill_id),
        )

    backfill, state, failures = deployment.store.read(read)
    standings = state.standing(decide_backfill(state, 0).blocked)
    # As they were planned: what is made first stands first.
    place = {key: number for number, key in enumerate(backfill.assets)}
    ordered = sorted(standings, key=lambda key: place.get(key, len(place)))
    assets = [_asset_view(graph, state, key, standings[key]) for key in ordered]
    counts = Counts()
    for standing in standings.values():
        counts += standing.counts
    current = msgspec.structs.replace(backfill, counts=counts)
    return shapes.BackfillDetail(backfill=view(current), assets=assets, failures=failures)


def run_page(connection: Connection, backfill_id: str, *, cursor: str | None, limit: int) -> RunPage:
    """The runs of a backfill, the newest first."""
    backfills.get(connection, backfill_id)
    return runs.run_page(connection, RunFilter(tags={BACKFILL_TAG: backfill_id}), cursor=cursor, limit=limit)


def _choose(deployment: Deployment, body: shapes.BackfillRequestBody) -> tuple[Makeable, PartitionLinks, TargetPlan]:
    graph = deployment.graph()
    selections = [*body.assets, *([body.selection] if body.selection is not None else [])]
    if not selections:
        raise InvalidParameterError("A backfill needs assets: give `assets` or a `selection`.")
    policy = _policy(body)
    chosen = choose_makeable(graph, selections)
    only = {_ONLY[name] for name in body.only}

    def read(connection: Connection) -> tuple[PartitionLinks, TargetPlan]:
        now = to_datetime(deployment.clock.now())
        links = PartitionLinks(graph, now, DynamicKeys(dynamic_partitions.read_all(connection)))
        standings = backfills.read_standings(connection, links, chosen.keys) if only else None
        planned = choose_targets(
            graph, links, chosen.keys, partitions=body.partitions, only=only, standings=standings, policy=policy
        )
        return links, planned

    links, planned = deployment.store.read(read)
    return chosen, links, planned


def _policy(body: shapes.BackfillRequestBody) -> BackfillPolicy | None:
    if body.single_run and body.max_partitions_per_run is not None:
        raise InvalidParameterError("Give either `single_run` or `max_partitions_per_run`: both divide the partitions.")
    if body.single_run:
        return BackfillPolicy.single_run()
    return None if body.max_partitions_per_run is None else BackfillPolicy.multi_run(body.max_partitions_per_run)


def _plan_asset(key: str, keys: PartitionKeys, numbers: Ordinals) -> shapes.BackfillPlanAsset:
    ranges = list(numbers.ranges())[:_MOST_PLANNED_RANGES]
    return shapes.BackfillPlanAsset(
        asset=key,
        partitions=len(numbers),
        ranges=[
            shapes.BackfillRange(first=keys.key_at(start), last=keys.key_at(stop - 1), count=stop - start)
            for start, stop in ranges
        ],
    )


def _asset_view(graph: AssetGraph, state: BackfillState, key: str, standing: Standing) -> shapes.BackfillAssetView:
    found: list[tuple[int, int, str]] = []
    for status in ("materialized", "failed", "in_progress", "queued", "waiting", "blocked"):
        numbers: Ordinals = getattr(standing, status)
        found += [(start, stop, status) for start, stop in numbers.ranges()]
    keys = state.links.parts(key).keys if key in graph.ids else None
    above = [up for up in graph.upstream_keys(key) if up in state.assets] if key in graph.ids else []
    return shapes.BackfillAssetView(
        asset=key,
        partitions=len(state.assets[key].target) + standing.lost,
        counts=_counts(standing.counts),
        ranges=[
            shapes.StandingRange(
                status=status,  # type: ignore[arg-type]
                first=keys.key_at(start),
                last=keys.key_at(stop - 1),
                count=stop - start,
                reason=_reason(state, key, above, status, Ordinals.span(start, stop)),
            )
            for start, stop, status in sorted(found)[:_MOST_RANGES]
            if keys is not None
        ],
    )


def _reason(state: BackfillState, key: str, above: Sequence[str], status: str, numbers: Ordinals) -> str | None:
    """What partitions wait for, or why they can't be made."""
    if status not in ("waiting", "blocked"):
        return None
    unmade = [
        up
        for up in above
        if state.links.read(key, numbers, up).numbers & state.assets[up].target - state.assets[up].made
    ]
    if status == "waiting":
        return f"for {', '.join(unmade)}" if unmade else "for their turn"
    return f"{', '.join(unmade)} could not be made" if unmade else "the run that was to make them ended before"


def _failures(connection: Connection, backfill_id: str) -> list[shapes.BackfillFailure]:
    failed = backfills.read_failures(connection, backfill_id, _MOST_FAILURES)
    found = run_store.read_many(connection, [run.run_id for run in failed])
    return [
        shapes.BackfillFailure(
            run_id=run.run_id,
            assets=list(run.failed or run.assets),
            first=run.partitions[0],
            last=run.partitions[-1],
            error=error_view(found[run.run_id].error),
        )
        for run in failed
    ]


def _counts(counts: Counts) -> shapes.BackfillCounts:
    return shapes.BackfillCounts(**msgspec.structs.asdict(counts))


def _seconds(moment: int | None) -> float | None:
    return None if moment is None else to_seconds(moment)


def _decode(cursor: str | None) -> tuple[int, str] | None:
    if cursor is None:
        return None
    moment, _, backfill_id = cursor.partition(".")
    created_at = whole_number(moment)
    if created_at is None:
        raise InvalidCursorError(f"cursor {cursor!r} is not the `next` of an earlier page.")
    return created_at, backfill_id

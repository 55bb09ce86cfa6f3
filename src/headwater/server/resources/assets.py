"""Assets as the API shows them: rows of the catalog, the graph, one asset in detail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy.engine import Connection

from headwater.clock import to_seconds
from headwater.definitions.snapshot import SourceRef
from headwater.graph.asset_graph import AssetGraph, AssetNode
from headwater.records.catalog.staleness import (
    AssetState,
    AssetStatus,
    StaleKind,
    judge_external,
    judge_native,
    newest_failure,
)
from headwater.records.log.events import EventKind, Materialization, Observation, RunEvent, StepEvent
from headwater.records.log.fold import WHOLE, CheckLatest, Latest
from headwater.server import shapes
from headwater.server.resources.automation import freshness_view
from headwater.server.resources.estate import Estate
from headwater.server.resources.events import error_view, metadata_view
from headwater.server.resources.partitions import partitions_view
from headwater.storage.automation import sensors
from headwater.storage.log import event_log

_MADE = EventKind.MATERIALIZATION
_FEW = 200
"""Of up to so many readers it is told which version they have read."""
_NO_CHECKS = shapes.CheckCounts(passed=0, warned=0, failed=0, missing=0)


def select(estate: Estate, selection: str) -> list[int]:
    """The ids of the assets that a selection means, which may ask for their status.

    Raises:
        SelectionSyntaxError: it is not a selection.
        UnknownAssetError: it names a key that is not there.
    """
    return estate.graph.select(selection, {"status": lambda: statuses(estate)})


def statuses(estate: Estate) -> list[str | None]:
    """How each asset stands."""
    return [_status(estate, node).value for node in estate.graph.nodes]


def asset_list(estate: Estate, selection: str | None = None) -> shapes.AssetList:
    """The catalog, or what a selection means of it."""
    nodes = estate.graph.nodes
    chosen = nodes if selection is None else [nodes[number] for number in select(estate, selection)]
    return shapes.AssetList(items=[row_in(estate, node) for node in chosen], seq=estate.seq)


def graph_view(estate: Estate, selection: str | None = None) -> shapes.Graph:
    """The lineage of all assets, or of those that a selection means."""
    graph = estate.graph if selection is None else estate.graph.subgraph(select(estate, selection))
    levels = graph.levels()
    knots = {member: number for number, knot in enumerate(graph.knots) for member in knot}
    nodes = [
        shapes.GraphNode(asset=row_in(estate, node), level=levels[number], knot=knots.get(number))
        for number, node in enumerate(graph.nodes)
    ]
    return shapes.Graph(nodes=nodes, edges=list(graph.edges), hash=graph.hash())


class RowFacts(NamedTuple):
    """What a row of the catalog says beyond the definition."""

    status: AssetStatus
    made: Latest | None
    observed: Latest | None
    checks: shapes.CheckCounts
    freshness: str | None


def row_facts(estate: Estate, node: AssetNode) -> RowFacts:
    """How an asset stands, for its row."""
    has_policy = node.definition.freshness is not None
    return RowFacts(
        status=_status(estate, node),
        made=estate.latest.get((node.key, _MADE)),
        observed=estate.latest.get((node.key, EventKind.OBSERVATION)),
        checks=_count_checks(estate, node.key),
        freshness=estate.freshness.get(node.key, "UNKNOWN") if has_policy else None,
    )


def asset_row(node: AssetNode, facts: RowFacts) -> shapes.AssetRow:
    """One asset as the catalog shows it."""
    definition = node.definition
    return shapes.AssetRow(
        key=node.key,
        kind=node.kind,
        status=facts.status.value,
        group=definition.group,
        description=definition.description,
        owners=list(definition.owners),
        tags=definition.tags,
        kinds=list(definition.kinds),
        partitioned=definition.partitions is not None,
        observable=definition.observable,
        automated=definition.condition is not None and node.is_runnable,
        location=node.location,
        latest_materialization=_ref(facts.made),
        latest_observation=_ref(facts.observed),
        materializations=0 if facts.made is None else facts.made.count,
        checks=facts.checks,
        freshness=facts.freshness,
    )


def row_in(estate: Estate, node: AssetNode) -> shapes.AssetRow:
    """One asset as the catalog shows it, as it stands in what was read."""
    return asset_row(node, row_facts(estate, node))


def asset_detail(connection: Connection, estate: Estate, key: str, now: int) -> shapes.AssetDetail:
    """Everything about one asset but its history."""
    graph = estate.graph
    node = graph.node(key)
    definition = node.definition
    made, observed = estate.latest.get((key, _MADE)), estate.latest.get((key, EventKind.OBSERVATION))
    newest = max((state for state in (made, observed) if state), key=lambda s: (s.timestamp, s.seq), default=None)
    events = event_log.read_many(connection, [state.seq for state in (made, newest) if state is not None])
    payload = events[newest.seq].payload if newest is not None and newest.seq in events else None
    made_payload = events[made.seq].payload if made is not None and made.seq in events else None
    read = made_payload.inputs if isinstance(made_payload, Materialization) else {}
    takes = definition.config
    return shapes.AssetDetail(
        asset=row_in(estate, node),
        metadata=metadata_view(definition.metadata),
        latest_metadata=metadata_view(payload.metadata if isinstance(payload, (Materialization, Observation)) else {}),
        upstream=_upstream(estate, node, read),
        downstream=_downstream(connection, estate, node),
        checks=checks_of_asset(connection, graph, estate.checks.get(key, {}), key),
        partitions=partitions_view(connection, graph, key, now),
        condition=None if definition.condition is None else definition.condition.describe(),
        stale=[
            shapes.StaleReason(
                upstream=cause.upstream,
                seq=cause.latest.seq,
                timestamp=to_seconds(cause.latest.timestamp),
                via=list(cause.via),
                kind=cause.kind.value,
                version_read=cause.read,
                version_now=cause.now,
            )
            for cause in estate.causes.get(key, ())
        ],
        code_version=definition.code_version,
        source=source_view(definition.source),
        sensors=[sensor for sensor, asset in sensors.read_assets(connection) if asset == key],
        last_error=_last_error(connection, estate, node),
        freshness=freshness_view(node, None if made is None else made.timestamp, now),
        report_path=None if node.kind == "native" else f"report_asset_materialization/{key}",
        config=None if takes is None else shapes.ConfigView(op=takes.op, shape=takes.shape),
    )


def source_view(source: SourceRef | None) -> shapes.SourceView | None:
    """Where a definition stands."""
    return None if source is None else shapes.SourceView(file=source.file, line=source.line)


def _status(estate: Estate, node: AssetNode) -> AssetStatus:
    state = AssetState(
        materialization=estate.latest.get((node.key, _MADE)),
        observation=estate.latest.get((node.key, EventKind.OBSERVATION)),
        failed=newest_failure(estate.latest, node.key),
        running=(node.key, WHOLE) in estate.running,
    )
    return judge_native(state, estate.causes.get(node.key, ())) if node.kind == "native" else judge_external(state)


def _changed_directly(estate: Estate, key: str) -> set[str]:
    return {
        cause.upstream for cause in estate.causes.get(key, ()) if not cause.via and cause.kind is not StaleKind.CODE
    }


def _upstream(estate: Estate, node: AssetNode, read: Mapping[str, int]) -> list[shapes.Neighbour]:
    changed = _changed_directly(estate, node.key)
    return [
        shapes.Neighbour(
            asset=row_in(estate, estate.graph.node(up)), read_seq=read.get(up), changed_since=up in changed
        )
        for up in estate.graph.upstream_keys(node.key)
    ]


def _downstream(connection: Connection, estate: Estate, node: AssetNode) -> list[shapes.Neighbour]:
    keys = estate.graph.downstream_keys(node.key)
    made = {key: state.seq for key in keys[:_FEW] if (state := estate.latest.get((key, _MADE))) is not None}
    events = event_log.read_many(connection, list(made.values()))
    neighbours = []
    for key in keys:
        payload = events[made[key]].payload if made.get(key) in events else None
        read = payload.inputs.get(node.key) if isinstance(payload, Materialization) else None
        row, changed = row_in(estate, estate.graph.node(key)), node.key in _changed_directly(estate, key)
        neighbours.append(shapes.Neighbour(asset=row, read_seq=read, changed_since=changed))
    return neighbours


def _ref(state: Latest | None) -> shapes.EventRef | None:
    if state is None:
        return None
    return shapes.EventRef(
        seq=state.seq, timestamp=to_seconds(state.timestamp), partition=state.event_partition, run_id=state.run_id
    )


def _check_status(state: CheckLatest | None) -> str:
    if state is None:
        return "missing"
    return "passed" if state.passed else "warned" if state.severity == "WARN" else "failed"


def _count_checks(estate: Estate, key: str) -> shapes.CheckCounts:
    known, defined = estate.checks.get(key, {}), estate.graph.checks.get(key, ())
    if not known and not defined:
        return _NO_CHECKS
    names = {check.name for check in defined} | set(known)
    stand = [_check_status(known.get(name)) for name in names]
    return shapes.CheckCounts(
        passed=stand.count("passed"),
        warned=stand.count("warned"),
        failed=stand.count("failed"),
        missing=stand.count("missing"),
    )


def checks_of_asset(
    connection: Connection, graph: AssetGraph, known: Mapping[str, CheckLatest], key: str
) -> list[shapes.CheckView]:
    """The checks of an asset, defined or only ever reported; `known` has the latest result of each."""
    defined = {check.name: check for check in graph.checks.get(key, ())}
    events = event_log.read_many(connection, [state.seq for state in known.values()])
    views = []
    for name in sorted({*known, *defined}):
        state, check = known.get(name), defined.get(name)
        event = None if state is None else events.get(state.seq)
        payload = None if event is None else _payload_metadata(event.payload)
        views.append(
            shapes.CheckView(
                name=name,
                description=None if check is None else check.description,
                defined=check is not None,
                executable=check is not None and check.executable,
                blocking=check is not None and check.blocking,
                automated=check is not None and check.executable and check.condition is not None,
                status=_check_status(state),  # type: ignore[arg-type]
                seq=None if state is None else state.seq,
                timestamp=None if state is None else to_seconds(state.timestamp),
                metadata=payload or {},
            )
        )
    return views


def _payload_metadata(payload: object) -> dict[str, shapes.MetadataValue]:
    """The metadata of an event's payload, if it has any."""
    return metadata_view(getattr(payload, "metadata", {}))


def _last_error(connection: Connection, estate: Estate, node: AssetNode) -> shapes.ErrorView | None:
    failure = newest_failure(estate.latest, node.key)
    made = estate.latest.get((node.key, _MADE))
    if failure is None or (made is not None and made.seq > failure.seq):
        return None
    event = event_log.read_many(connection, [failure.seq]).get(failure.seq)
    return error_view(event.payload.error) if event and isinstance(event.payload, (RunEvent, StepEvent)) else None

"""Assets and their history."""

from __future__ import annotations

from typing import Annotated, Literal

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from headwater.records.log.events import EventKind
from headwater.server import shapes
from headwater.server.answers import kept
from headwater.server.deployment import Deployment
from headwater.server.resources import arrivals, assets, history, moments, partitions
from headwater.server.resources.estate import read_estate
from headwater.server.routes.parameters import AsOf, Selection

Limit = Annotated[int, QueryParameter(ge=1, le=1_000)]
Start = Annotated[int, QueryParameter(ge=0)]
AssetEventKind = Literal[
    "materialization",
    "observation",
    "check_evaluation",
    "external_started",
    "external_progressing",
    "external_failed",
    "external_skipped",
    "event_withdrawn",
    "asset_wiped",
    "asset_renamed",
    "freshness_changed",
]


@get("/assets", sync_to_thread=True, summary="Every asset with its latest state")
def list_assets(
    deployment: NamedDependency[Deployment], selection: Selection = None, as_of: AsOf = None
) -> Response[shapes.AssetList]:
    """The catalog by key, whole or what a selection means of it; now, or as it was at a moment."""
    if as_of is not None:
        past = deployment.store.read(lambda c: moments.read_estate_as_of(c, as_of))
        return Response(assets.asset_list(past, selection))
    graph, now = deployment.graph(), deployment.clock.now()
    if selection is None:
        return kept(deployment.catalog.asset_list(graph, now))
    return Response(assets.asset_list(deployment.store.read_one_state(lambda c: read_estate(c, graph, now)), selection))


@get("/assets/detail", sync_to_thread=True, summary="One asset")
def get_asset(deployment: NamedDependency[Deployment], key: FromQuery[str], as_of: AsOf = None) -> shapes.AssetDetail:
    """Everything about one asset but its history; now, or as it was at a moment."""
    if as_of is not None:
        return deployment.store.read(lambda c: moments.detail_as_of(c, key, as_of))
    graph = deployment.graph()
    graph.node(key)
    now = deployment.clock.now()
    return deployment.store.read(lambda c: assets.asset_detail(c, read_estate(c, graph, now, key=key), key, now))


@get("/assets/events", sync_to_thread=True, summary="An asset's history")
def list_asset_events(
    deployment: NamedDependency[Deployment],
    key: FromQuery[str],
    kind: FromQuery[list[AssetEventKind] | None] = None,
    partition: FromQuery[str | None] = None,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> shapes.EventPage:
    """Materializations, observations and checks, newest first."""
    deployment.graph().node(key)
    kinds = [EventKind(name) for name in kind] if kind else None
    return deployment.store.read(
        lambda c: history.asset_events(c, key, kinds=kinds, partition=partition, cursor=cursor, limit=limit)
    )


@get("/assets/definition-history", sync_to_thread=True, summary="How an asset's definition changed")
def list_definitions(deployment: NamedDependency[Deployment], key: FromQuery[str]) -> shapes.DefinitionHistory:
    """What its definition was from when, the newest first, and which fields became others."""
    return deployment.store.read(lambda c: moments.definition_history(c, key))


@get("/assets/series", sync_to_thread=True, summary="An asset's numbers over time")
def list_series(deployment: NamedDependency[Deployment], key: FromQuery[str]) -> shapes.SeriesList:
    """Every numeric metadata entry, oldest first."""
    deployment.graph().node(key)
    return deployment.store.read(lambda c: history.numeric_series(c, key))


@get("/assets/activity", sync_to_thread=True, summary="Events by day")
def list_activity(deployment: NamedDependency[Deployment], key: FromQuery[str | None] = None) -> shapes.DayCountList:
    """How many events of an asset came by day and kind; without a key, those of no asset, such as of runs."""
    return deployment.store.read(lambda c: history.day_counts(c, key))


@get("/assets/sparks", sync_to_thread=True, summary="How the size of some assets went lately")
def list_sparks(
    deployment: NamedDependency[Deployment], key: Annotated[list[str], QueryParameter(max_items=100)]
) -> shapes.SparkList:
    """A short series for each of at most a hundred assets; those without numbers are left out."""
    return deployment.store.read(lambda c: history.sparks(c, key))


@get("/assets/arrivals", sync_to_thread=True, summary="When outside assets usually arrive")
def list_arrivals(
    deployment: NamedDependency[Deployment], key: FromQuery[list[str] | None] = None
) -> shapes.ArrivalList:
    """What history makes one expect of some assets, or of those that were heard of last."""
    graph, now = deployment.graph(), deployment.clock.now()
    return deployment.store.read(lambda c: arrivals.arrival_list(c, graph, now, key))


@get("/assets/partitions/ranges", sync_to_thread=True, summary="An asset's partitions as ranges")
def list_partition_ranges(deployment: NamedDependency[Deployment], key: FromQuery[str]) -> shapes.PartitionRanges:
    """Ranges of partitions that stand alike: a few, also of a hundred thousand."""
    graph, now = deployment.graph(), deployment.clock.now()
    graph.node(key)
    return deployment.store.read(lambda c: partitions.partition_ranges(c, graph, key, now))


@get("/assets/partitions/keys", sync_to_thread=True, summary="An asset's partition keys")
def list_partition_keys(
    deployment: NamedDependency[Deployment],
    key: FromQuery[str],
    start: Start = 0,
    find: FromQuery[str | None] = None,
    limit: Limit = 500,
) -> shapes.PartitionKeyList:
    """Keys with their numbers from one on, oldest first; with `find`, those that have a text in them, newest first."""
    graph, now = deployment.graph(), deployment.clock.now()
    graph.node(key)
    return partitions.partition_keys(graph, key, now, start=start, limit=limit, find=find)


@get("/assets/partitions", sync_to_thread=True, summary="An asset's partitions")
def list_partitions(
    deployment: NamedDependency[Deployment],
    key: FromQuery[str],
    start: Start = 0,
    limit: Annotated[int | None, QueryParameter(ge=1, le=100_000, description="All if left out.")] = None,
) -> shapes.PartitionList:
    """Each partition and how it stands; of an asset with very many, ask for some, or for their ranges."""
    graph, now = deployment.graph(), deployment.clock.now()
    graph.node(key)
    return deployment.store.read(lambda c: partitions.partition_list(c, graph, key, now, start=start, limit=limit))

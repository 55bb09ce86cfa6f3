"""The lineage: whole or in part, what breaks, columns, what changed; and help with writing selections."""

from __future__ import annotations

from typing import Annotated

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.openapi.spec import Example
from litestar.params import FromQuery, QueryParameter

from headwater.clock import to_seconds
from headwater.server import shapes
from headwater.server.answers import kept
from headwater.server.deployment import Deployment
from headwater.server.resources import assets, graphs, moments, origins, selections, tables
from headwater.server.resources.estate import read_estate
from headwater.server.resources.history import decode_number
from headwater.server.routes.parameters import LAST_SECOND, AsOf, Selection

Key = Annotated[
    str, QueryParameter(description="An asset's key, with slashes.", examples=[Example("a key", value="raw/orders")])
]
Steps = Annotated[int | None, QueryParameter(ge=0, description="Steps at most; all if left out.")]
Most = Annotated[int, QueryParameter(ge=1, le=10_000, description="How many at most.")]
Since = Annotated[float, QueryParameter(ge=0, le=LAST_SECOND, description="Seconds since the epoch.")]
Until = Annotated[
    float | None, QueryParameter(ge=0, le=LAST_SECOND, description="Seconds since the epoch; now if left out.")
]


@get("/graph", sync_to_thread=True, summary="The lineage of all assets")
def get_graph(
    deployment: NamedDependency[Deployment], selection: Selection = None, as_of: AsOf = None
) -> Response[shapes.Graph]:
    """Every asset, or each that a selection means, and what depends on what; now, or as it was at a moment."""
    if as_of is not None:
        past = deployment.store.read(lambda c: moments.read_estate_as_of(c, as_of))
        return Response(assets.graph_view(past, selection))
    graph, now = deployment.graph(), deployment.clock.now()
    if selection is None:
        return kept(deployment.catalog.graph(graph, now))
    return Response(assets.graph_view(deployment.store.read_one_state(lambda c: read_estate(c, graph, now)), selection))


@get("/graph/neighbourhood", sync_to_thread=True, summary="What is around an asset")
def get_neighbourhood(
    deployment: NamedDependency[Deployment], key: Key, up: Steps = None, down: Steps = None, limit: Most = 1_000
) -> shapes.Neighbourhood:
    """The assets near one, nearest first, and what depends on what among them."""
    graph, now = deployment.graph(), deployment.clock.now()
    return deployment.store.read(lambda c: graphs.neighbourhood(c, graph, key, now, up=up, down=down, limit=limit))


@get("/graph/paths", sync_to_thread=True, summary="How one asset leads to another")
def list_paths(
    deployment: NamedDependency[Deployment], source: Key, target: Key, longest: Steps = None, limit: Most = 20
) -> shapes.LineagePaths:
    """Ways from `source` down to `target`, shortest first."""
    return graphs.paths(deployment.graph(), source, target, limit=limit, longest=longest)


@get("/graph/impact", sync_to_thread=True, summary="What breaks, and who owns it")
def get_impact(
    deployment: NamedDependency[Deployment], key: FromQuery[list[str] | None] = None, selection: Selection = None
) -> shapes.Impact:
    """Everything below some assets, by key or by selection, with owners, groups and checks."""
    graph, now = deployment.graph(), deployment.clock.now()
    ids = {graph.ids[graph.node(each).key] for each in key or ()}
    if selection is not None:
        ids.update(deployment.store.read(lambda c: assets.select(read_estate(c, graph, now), selection)))
    return graphs.impact(graph, ids)


@get("/graph/columns", sync_to_thread=True, summary="Where a column comes from and goes to")
def get_columns(
    deployment: NamedDependency[Deployment],
    key: Key,
    column: FromQuery[str],
    up: Steps = None,
    down: Steps = None,
    limit: Most = 1_000,
) -> shapes.ColumnGraph:
    """The columns above and below one, as definitions and the latest materializations tell it."""
    graph, start = deployment.graph(), (key, column)
    return deployment.store.read(lambda c: graphs.column_graph(c, graph, start, up=up, down=down, limit=limit))


@get("/graph/tables", sync_to_thread=True, summary="The columns of some assets")
def list_tables(
    deployment: NamedDependency[Deployment], key: Annotated[list[str], QueryParameter(max_items=200)]
) -> shapes.ColumnTables:
    """The columns of at most two hundred assets, and which of them are made from which."""
    graph = deployment.graph()
    return deployment.store.read(lambda c: tables.column_tables(c, graph, key))


@get("/graph/origins", sync_to_thread=True, summary="What brings assets about")
def list_origins(deployment: NamedDependency[Deployment]) -> shapes.OriginList:
    """Sensors, schedules and systems of the assets of which they are known."""
    graph = deployment.graph()
    return deployment.store.read(lambda c: origins.origin_list(c, graph))


@get("/graph/groups", sync_to_thread=True, summary="Groups and how they are connected")
def get_groups(deployment: NamedDependency[Deployment]) -> shapes.GroupGraph:
    """Each group as one thing, for drawing many assets."""
    return graphs.group_graph(deployment.graph())


@get("/graph/diff", sync_to_thread=True, summary="What the definitions changed")
def get_diff(deployment: NamedDependency[Deployment], since: Since, until: Until = None) -> shapes.GraphDiff:
    """Assets and dependencies that were added, removed or defined otherwise between two moments."""
    end = to_seconds(deployment.clock.now()) if until is None else until
    return deployment.store.read(lambda c: graphs.graph_diff(c, since, end))


@get("/graph/moments", sync_to_thread=True, summary="When definitions changed")
def list_moments(
    deployment: NamedDependency[Deployment],
    cursor: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=1_000)] = 200,
) -> shapes.MomentPage:
    """The moments at which the lineage may have become another one, the newest first."""
    before = None if cursor is None else decode_number(cursor)
    return deployment.store.read(lambda c: moments.moment_page(c, before=before, limit=limit))


@get("/selection/complete", sync_to_thread=True, summary="What a selection may go on with")
def complete_selection(
    deployment: NamedDependency[Deployment],
    text: FromQuery[str],
    cursor: Annotated[int | None, QueryParameter(ge=0, description="Characters before the cursor.")] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=100)] = 20,
) -> shapes.Completions:
    """Keys, fields, values and operators that may stand at the cursor."""
    graph, now = deployment.graph(), deployment.clock.now()
    return deployment.store.read(lambda c: selections.completions(c, graph, text, cursor, limit, now))

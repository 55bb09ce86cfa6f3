"""Events of the log: found by what they are about, one by number, and which version fed which."""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from headwater.clock import from_seconds
from headwater.records.log.events import EventKind
from headwater.server import shapes
from headwater.server.deployment import Deployment
from headwater.server.resources import history, versions
from headwater.server.routes.parameters import Moment, Number
from headwater.storage.log.event_log import EventFilter

Limit = Annotated[int, QueryParameter(ge=1, le=1_000)]
Depth = Annotated[int | None, QueryParameter(ge=0, description="Steps at most; all if left out.")]
Most = Annotated[int, QueryParameter(ge=1, le=10_000, description="How many versions at most.")]
Kinds = Annotated[list[EventKind] | None, QueryParameter(description="Only these kinds.")]


@get("/events", sync_to_thread=True, summary="Events of the log")
def list_events(
    deployment: NamedDependency[Deployment],
    asset: FromQuery[str | None] = None,
    kind: Kinds = None,
    partition: FromQuery[str | None] = None,
    run: FromQuery[str | None] = None,
    since: Moment = None,
    until: Moment = None,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> shapes.EventPage:
    """Events of the whole log, what was committed last first; or an asset's, what happened last first.

    `since` and `until` (not included) go by when an asset's events happened, and else by when the log took them.
    """
    wanted = EventFilter(
        asset_key=asset,
        kinds=kind,
        partition=partition,
        run_id=run,
        since=None if since is None else from_seconds(since),
        until=None if until is None else from_seconds(until),
    )
    return deployment.store.read(lambda c: history.find_events(c, wanted, cursor=cursor, limit=limit))


@get("/events/{seq:int}", sync_to_thread=True, summary="One event")
def get_event(deployment: NamedDependency[Deployment], seq: Number) -> shapes.EventView:
    """An event by its number."""
    return deployment.store.read(lambda c: versions.one_event(c, seq))


@get("/events/{seq:int}/upstream", sync_to_thread=True, summary="What a version was made from")
def get_upstream(
    deployment: NamedDependency[Deployment], seq: Number, depth: Depth = None, limit: Most = 1_000
) -> shapes.VersionGraph:
    """The exact versions that a materialization read, and those that they were made from."""
    return deployment.store.read(lambda c: versions.upstream(c, seq, depth=depth, limit=limit))


@get("/events/{seq:int}/downstream", sync_to_thread=True, summary="What was made from a version")
def get_downstream(
    deployment: NamedDependency[Deployment], seq: Number, depth: Depth = None, limit: Most = 1_000
) -> shapes.VersionGraph:
    """Everything that was built on a version, partition by partition."""
    return deployment.store.read(lambda c: versions.downstream(c, seq, depth=depth, limit=limit))

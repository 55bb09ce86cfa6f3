"""Search: a few words, and what they mean."""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.openapi.spec import Example
from litestar.params import QueryParameter

from headwater.graph.search import search
from headwater.server.deployment import Deployment
from headwater.server.resources.found_ids import find_by_id
from headwater.server.shapes.search import SearchHit, SearchResult

Words = Annotated[
    str,
    QueryParameter(
        name="q",
        max_length=200,
        description="Words; each must be found in the name, a column, a tag, …",
        examples=[Example("words", value="orders customer_id")],
    ),
]
Limit = Annotated[int, QueryParameter(ge=1, le=1_000)]
_LONGEST_TEXT = 200


@get("/search", sync_to_thread=True, summary="Find assets, jobs, sensors, schedules, runs and backfills by a few words")
def find(deployment: NamedDependency[Deployment], words: Words, limit: Limit = 50) -> SearchResult:
    """By name, description, column, owner, tag, group, kind and check; names count most.

    Six or more digits of the beginning of its id find a run or a backfill, however old it is.
    """
    by_id = deployment.store.read(lambda connection: find_by_id(connection, words, limit))
    found, total = search(deployment.graph(), deployment.columns.read(), words, limit=limit - len(by_id))
    items = [
        SearchHit(kind=each.kind, name=each.name, found_in=each.found_in, text=each.text[:_LONGEST_TEXT])
        for each in found
    ]
    return SearchResult(items=[*by_id, *items], total=total + len(by_id))

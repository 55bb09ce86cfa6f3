"""Selections as the API takes them: what one may go on with, and where it is wrong."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from headwater.definitions.selection.complete import complete
from headwater.definitions.selection.parse import parse
from headwater.errors import SelectionSyntaxError
from headwater.graph.asset_graph import AssetGraph
from headwater.server import shapes
from headwater.server.problems import problem_of
from headwater.server.resources.assets import statuses
from headwater.server.resources.estate import read_estate


def completions(
    connection: Connection, graph: AssetGraph, text: str, cursor: int | None, limit: int, now: int
) -> shapes.Completions:
    """What a selection may go on with at the cursor, and what is wrong with the whole of it."""
    facts = {"status": lambda: statuses(read_estate(connection, graph, now))}
    found = complete(graph.selection_index, text, cursor, facts=facts, limit=limit)
    items = [shapes.CompletionItem(text=item.text, kind=item.kind, detail=item.detail) for item in found.items]
    return shapes.Completions(start=found.start, end=found.end, items=items, error=_error(text))


def keys_of(graph: AssetGraph, selection: str) -> list[str]:
    """The keys that a selection means, which may not ask for their status.

    Raises:
        SelectionError: it is no selection, or asks for the status.
        UnknownAssetError: it names a key that is not there.
    """
    return [graph.nodes[number].key for number in graph.select(selection)]


def _error(text: str) -> shapes.Problem | None:
    if not text.strip():
        return None
    try:
        parse(text)
    except SelectionSyntaxError as error:
        return problem_of(error)
    return None

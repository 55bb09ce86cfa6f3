"""The checks of many assets at once, with their latest results."""

from __future__ import annotations

import msgspec
from sqlalchemy.engine import Connection

from headwater.graph.asset_graph import AssetGraph
from headwater.records.log.fold import CheckLatest
from headwater.server import shapes
from headwater.server.resources.assets import checks_of_asset
from headwater.storage.log import states


class CheckRow(msgspec.Struct, frozen=True, kw_only=True):
    """A check and the asset that it judges."""

    asset_key: str
    check: shapes.CheckView


def check_list(connection: Connection, graph: AssetGraph, selection: str | None) -> list[CheckRow]:
    """The checks of all assets or of those that a selection means, by asset and name.

    Raises:
        SelectionError: it is no selection, or asks for the status of assets.
        UnknownAssetError: it names a key that is not there.
    """
    keys = [node.key for node in graph.nodes]
    if selection is not None:
        keys = [keys[number] for number in graph.select(selection)]
    known: dict[str, dict[str, CheckLatest]] = {}
    for state in states.read_checks(connection):
        known.setdefault(state.asset_key, {})[state.check_name] = state
    return [
        CheckRow(asset_key=key, check=view)
        for key in sorted(keys)
        for view in checks_of_asset(connection, graph, known.get(key, {}), key)
    ]

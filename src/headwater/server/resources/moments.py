"""The deployment as of an earlier moment, and how the definition of one asset came to be what it is."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy.engine import Connection

from headwater.clock import from_seconds, to_seconds
from headwater.definitions.snapshot import AssetSnapshot, find_asset
from headwater.graph.diff import changed_fields
from headwater.server import shapes
from headwater.server.resources.assets import asset_detail
from headwater.server.resources.estate import Estate, checks_by_asset, find_causes
from headwater.storage.catalog import definitions as catalog
from headwater.storage.catalog.graph_reader import read_graph_as_of
from headwater.storage.catalog.version_changes import read_changes_at
from headwater.storage.log import event_log, past

_RANK = {"native": 0, "external": 1, "stub": 2}


def read_estate_as_of(connection: Connection, moment: float) -> Estate:
    """All assets as they stood at a moment, in seconds since the epoch; no run counts as under way."""
    at = from_seconds(moment)
    graph, latest = read_graph_as_of(connection, at, with_reported=True), past.read_assets_at(connection, at)
    changes = read_changes_at(connection, graph, latest, at)
    return Estate(
        graph=graph,
        latest=latest,
        checks=checks_by_asset(past.read_checks_at(connection, at)),
        running=frozenset(),
        seq=event_log.seq_at(connection, at),
        causes=find_causes(graph, [node.key for node in graph.nodes], changes),
    )


def detail_as_of(connection: Connection, key: str, moment: float) -> shapes.AssetDetail:
    """One asset as it stood at a moment; of its partitions, how many there were and had been made."""
    at = from_seconds(moment)
    estate = read_estate_as_of(connection, moment)
    detail = asset_detail(connection, estate, key, at)
    if detail.partitions is not None:
        made = past.count_partitions_at(connection, key, at)
        detail.partitions = msgspec.structs.replace(detail.partitions, materialized=made, failed=0)
    return detail


def moment_page(connection: Connection, *, before: int | None, limit: int) -> shapes.MomentPage:
    """When definitions changed, the newest first."""
    found = catalog.read_changes(connection, before=before, limit=limit + 1)
    items = [
        shapes.Moment(
            seq=entry.seq,
            timestamp=to_seconds(entry.since),
            location=entry.location,
            snapshot=entry.snapshot or None,
        )
        for entry in found[:limit]
    ]
    return shapes.MomentPage(items=items, next=str(items[-1].seq) if len(found) > limit else None)


def definition_history(connection: Connection, key: str) -> shapes.DefinitionHistory:
    """What the definition of an asset was from when, the newest first."""
    served: dict[str, AssetSnapshot | None] = {}
    versions: list[shapes.DefinitionVersion] = []
    last: AssetSnapshot | None = None
    for entry in catalog.read_history(connection):
        body = catalog.read_body(connection, entry.snapshot) if entry.snapshot else None
        served[entry.location] = None if body is None else find_asset(body, key)
        found = min((each for each in served.values() if each), key=lambda each: _RANK[each.kind], default=None)
        changed = _changed(last, found)
        if changed is not None:
            version = shapes.DefinitionVersion(
                seq=entry.seq,
                since=to_seconds(entry.since),
                location=entry.location,
                definition=None if found is None else _shown(found),
                changed=changed,
            )
            versions.append(version)
        last = found
    return shapes.DefinitionHistory(items=versions[::-1])


def _changed(last: AssetSnapshot | None, found: AssetSnapshot | None) -> list[str] | None:
    """The fields that became others; none where it came or went, None where nothing did."""
    if last is None or found is None:
        return None if last is found else []
    return changed_fields(last, found, with_deps=True) or None


def _shown(definition: AssetSnapshot) -> dict[str, Any]:
    shown: dict[str, Any] = msgspec.to_builtins(definition)
    if definition.condition is not None:
        shown["condition"] = definition.condition.describe()
    return shown

"""The rules of retention in force with where each comes from, and what takes the room, as the API has them."""

from __future__ import annotations

from headwater.definitions.metadata.retention import Sort
from headwater.graph.asset_graph import AssetGraph
from headwater.records.log.retention import RetentionRules, declared_in
from headwater.server import shapes
from headwater.storage.upkeep.sizes import StoreSize


def retention_list(rules: RetentionRules, graph: AssetGraph) -> shapes.RetentionList:
    """Every rule: those for all assets, then those of single ones by key."""
    declared = declared_in(graph)
    in_force = rules.with_declared(declared)
    items = [_rule(rules, None, sort, "setting" if sort in rules.keep else "default") for sort in Sort]
    items += [
        _rule(in_force, key, sort, "setting" if sort in rules.assets.get(key, {}) else "definition")
        for key in sorted(in_force.assets)
        for sort in in_force.assets[key]
    ]
    return shapes.RetentionList(items=items)


def storage_view(size: StoreSize) -> shapes.StorageView:
    """What takes the room."""
    tables = [
        shapes.TableSizeView(
            table=each.table, rows=each.rows, is_estimate=each.is_estimate, bytes_on_disk=each.bytes_on_disk
        )
        for each in size.tables
    ]
    assets = [
        shapes.AssetSizeView(
            asset=each.asset_key, events=each.events, dropped=each.dropped, about_bytes=each.about_bytes
        )
        for each in size.assets
    ]
    return shapes.StorageView(
        bytes_on_disk=size.bytes_on_disk, free_bytes=size.free_bytes, tables=tables, assets=assets
    )


def _rule(rules: RetentionRules, key: str | None, sort: Sort, source: shapes.RuleSource) -> shapes.RetentionRule:
    keep = rules.of(sort, key)
    return shapes.RetentionRule(asset=key, sort=sort.value, days=keep.days, count=keep.count, source=source)

"""What a few words find, and what of it comes first."""

from __future__ import annotations

import msgspec
import pytest
from builders import graph_of, native

from headwater.definitions.snapshot import WireValue
from headwater.graph.asset_graph import AssetGraph
from headwater.graph.search import search

SCHEMA = WireValue(type="table_schema", value={"columns": [{"name": "customer_id", "type": "int"}, {"odd": 1}]})


def estate() -> AssetGraph:
    """Four assets with a word in different places."""
    return graph_of(
        msgspec.structs.replace(native("lake/orders"), owners=("team:sales",), metadata={"columns": SCHEMA}),
        msgspec.structs.replace(native("orders_by_day"), tags={"tier": "gold"}),
        msgspec.structs.replace(native("revenue"), description="From ORDERS.", group="finance"),
        native("reorders"),
    )


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("orders", ["lake/orders", "orders_by_day", "reorders", "revenue"]),
        ("Orders  sales", ["lake/orders"]),
        ("customer", ["lake/orders"]),
        ("amount", ["reorders"]),
        ("gold", ["orders_by_day"]),
        ("tier=gold", ["orders_by_day"]),
        ("finance", ["revenue"]),
        ("nowhere", []),
        ("orders nowhere", []),
        ("  ", []),
    ],
)
def test_found(words: str, found: list[str]) -> None:
    """Every word must be found somewhere; what is named so comes before what only speaks of it."""
    hits, total = search(estate(), {"reorders": ["amount"]}, words, limit=10)

    assert found == [hit.name for hit in hits]
    assert len(found) == total


def test_where_it_was_found() -> None:
    """The hit names the place that fits best; the limit bounds what is listed, not what is counted."""
    [hit], total = search(estate(), {}, "customer_id", limit=1)
    few, all_of_them = search(estate(), {}, "orders", limit=2)

    assert ("asset", "column", "customer_id", 1) == (hit.kind, hit.found_in, hit.text, total)
    assert (2, 4) == (len(few), all_of_them)

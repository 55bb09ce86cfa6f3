"""Which partitions of connected assets go together, over a graph as server and engine have it."""

from __future__ import annotations

from datetime import UTC, datetime

import headwater as hw
from headwater.definitions.build_snapshot import build_snapshot
from headwater.definitions.partitions import Ordinals
from headwater.graph.asset_graph import build_graph
from headwater.graph.partition_links import PartitionLinks

NOW = datetime(2026, 1, 11, tzinfo=UTC)
DAILY = hw.DailyPartitionsDefinition("2026-01-01")
CUSTOMERS = hw.DynamicPartitionsDefinition(name="customers")


class Customers:
    """Two of them."""

    def get_dynamic_partitions(self, partitions_def_name: str) -> list[str]:
        """The same for every name."""
        return ["acme", "duff"]

    def has_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> bool:
        """As listed."""
        return partition_key in self.get_dynamic_partitions(partitions_def_name)


def links() -> PartitionLinks:
    """Days and their week, a table without partitions, and customers; read once through JSON-like snapshots."""
    defs = hw.Definitions(
        [
            hw.AssetSpec("day", partitions_def=DAILY),
            hw.AssetSpec("next", partitions_def=DAILY, deps=[hw.AssetDep("day", partition_mapping=_YESTERDAY)]),
            hw.AssetSpec("self", partitions_def=DAILY, deps=[hw.AssetDep("self", partition_mapping=_YESTERDAY)]),
            hw.AssetSpec("whole", deps=["day"]),
            hw.AssetSpec("customer", partitions_def=CUSTOMERS, deps=["whole"]),
        ]
    )
    return PartitionLinks(build_graph([("here", build_snapshot(defs))]), NOW, Customers())


_YESTERDAY = hw.TimeWindowPartitionMapping(start_offset=-1, end_offset=-1)


def test_a_mapping_travels_with_the_snapshot() -> None:
    """What a dependency was given decides, in both directions."""
    assert ["2026-01-04"] == links().keys_read("next", "2026-01-05", "day")
    assert ["2026-01-06"] == links().keys_concerned("day", "2026-01-05", "next")
    assert [] == links().keys_concerned("day", "2026-01-10", "next")
    assert not links().read("next", Ordinals([0]), "day").complete


def test_assets_without_partitions_are_one_part_with_an_empty_key() -> None:
    """They read all, and concern all."""
    assert 10 == len(links().keys_read("whole", "", "day"))
    assert [""] == links().keys_concerned("day", "2026-01-05", "whole")
    assert ["acme", "duff"] == links().keys_concerned("whole", "", "customer")
    assert [""] == links().keys_read("customer", "acme", "whole")


def test_an_unknown_partition_goes_with_none_and_an_update_of_the_whole_with_all() -> None:
    """A report may name what does not exist, or nothing."""
    assert [] == links().keys_concerned("day", "1999-01-01", "next")
    assert 9 == len(links().keys_concerned("day", "", "next"))


def test_depending_on_the_own_past_is_no_edge() -> None:
    """The graph has no knot, and the mapping is kept."""
    found = links()
    assert ["2026-01-04"] == found.keys_read("self", "2026-01-05", "self")
    defs = hw.Definitions(
        [hw.AssetSpec("self", partitions_def=DAILY, deps=[hw.AssetDep("self", partition_mapping=_YESTERDAY)])]
    )
    graph = build_graph([("here", build_snapshot(defs))])
    assert ([], []) == (graph.knots, graph.upstream_keys("self"))

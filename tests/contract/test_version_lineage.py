"""Which version fed which, on every database, partition by partition."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from builders import external, graph_of, made, native
from histories import made_from

from headwater.definitions.partitions import StaticPartitionsDefinition
from headwater.execution.steps.steps import Step
from headwater.execution.steps.versions_read import look
from headwater.graph.partition_links import PartitionLinks
from headwater.server.resources import versions
from headwater.storage.log.states import StoredVersions
from headwater.storage.log.version_lineage import read_downstream, read_upstream
from headwater.storage.log.writer import Unit
from headwater.storage.store import Store

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
PARTS = StaticPartitionsDefinition(["x", "y"]).to_snapshot()


def test_up_to_what_was_read_and_down_to_what_was_made(store: Store) -> None:
    """Each version by its distance, over every way, within the steps and the number that are asked for."""
    store.write(Unit(events=[made("raw"), made("other")]))
    store.write(Unit(events=[made_from("a", 1), made_from("b", 1, 2)]))
    store.write(Unit(events=[made_from("c", 3, 4), made_from("late", 2)]))

    below = store.read(lambda c: read_downstream(c, 1, depth=None, limit=99))
    above = store.read(lambda c: read_upstream(c, 5, depth=None, limit=99))

    assert {1: 0, 3: 1, 4: 1, 5: 2} == below.depth_of
    assert [(1, 3), (1, 4), (3, 5), (4, 5)] == below.edges
    assert {5: 0, 3: 1, 4: 1, 1: 2, 2: 2} == above.depth_of
    assert {1: 0, 3: 1, 4: 1} == store.read(lambda c: read_downstream(c, 1, depth=1, limit=99)).depth_of
    assert store.read(lambda c: read_downstream(c, 1, depth=None, limit=3)).truncated
    shown = store.read(lambda c: versions.downstream(c, 2, depth=None, limit=99))
    assert [("other", 0), ("b", 1), ("late", 1), ("c", 2)] == [(node.asset_key, node.depth) for node in shown.nodes]


def test_a_partition_reads_the_versions_of_the_partitions_that_belong_to_it(store: Store) -> None:
    """Like with like where both have partitions; all of them for an asset without; the newest version of each."""
    graph = graph_of(external("up", partitions=PARTS), native("same", "up", partitions=PARTS), native("whole", "up"))
    store.write(Unit(events=[made("up", partition=key) for key in ("x", "y", "x")]))
    links = PartitionLinks(graph, datetime(2026, 1, 1, tzinfo=UTC))

    found = store.read(
        lambda c: look(StoredVersions(c), graph, links, Step(name="", assets=("same", "whole")), ["x", "y"], 3)
    )

    read = {
        made: {up: {key: v.seq for key, v in each.items()} for up, each in ups.items()}
        for made, ups in found.parts.items()
    }
    assert {
        ("same", "x"): {"up": {"x": 3}},
        ("same", "y"): {"up": {"y": 2}},
        ("whole", ""): {"up": {"x": 3, "y": 2}},
    } == read

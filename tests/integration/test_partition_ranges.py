"""The partitions of an asset as the API shows them: counts, ranges and the list agree."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import pytest
from builders import external, made, native, step_event
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headwater.definitions.partitions import DailyPartitionsDefinition, StaticPartitionsDefinition
from headwater.definitions.snapshot import DefinitionsSnapshot
from headwater.graph.asset_graph import AssetGraph, build_graph
from headwater.records.log.events import EventKind
from headwater.server.resources import partitions
from headwater.storage.log.writer import Unit
from headwater.storage.store import Store

NOW = 1_767_312_000_000_000  # 2026-01-02
PAGE = 5
KEYS = [f"2025-12-{day:02}" for day in range(20, 32)] + ["2026-01-01"]
DEFINITIONS = {
    "daily": DailyPartitionsDefinition(start_date="2025-12-20").to_snapshot(),
    "static": StaticPartitionsDefinition(KEYS[::-1]).to_snapshot(),
}


def graph() -> AssetGraph:
    """An asset for each definition."""
    defined = [native(name, "raw", partitions=snapshot) for name, snapshot in DEFINITIONS.items()]
    return build_graph([("code", DefinitionsSnapshot(assets=(*defined, external("raw"))))])


def page_from(store: Store, name: str, start: int) -> list[Any]:
    """A page of an asset's partitions."""
    return store.read(lambda c: partitions.partition_list(c, graph(), name, NOW, start=start, limit=PAGE)).items


@pytest.mark.parametrize("name", DEFINITIONS)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=st.lists(st.tuples(st.sampled_from([*KEYS, "unknown"]), st.booleans()), max_size=12))
def test_ranges_say_what_the_list_says(store: Store, name: str, told: list[tuple[str, bool]]) -> None:
    """Whatever was made and failed, in whatever order: each range is a run of partitions that stand alike."""
    events = [
        made(name, partition=key) if is_made else step_event(EventKind.STEP_FAILED, "r", name, partition=key)
        for key, is_made in told
    ]
    if events:
        store.write(Unit(events=events))

    listed = store.read(lambda c: partitions.partition_list(c, graph(), name, NOW)).items
    pages = [page_from(store, name, start) for start in range(0, len(listed) + 1, PAGE)]
    assert [each for page in pages for each in page] == listed
    shown = store.read(lambda c: partitions.partition_ranges(c, graph(), name, NOW))
    counts: Any = store.read(lambda c: partitions.partitions_view(c, graph(), name, NOW))

    own = [item for item in listed if item.status != "unknown"]
    expected = []
    for status, alike in groupby(own, key=lambda item: item.status):
        run = list(alike)
        expected.append((status, run[0].key, run[-1].key, len(run)))
    assert expected == [(each.status, each.first, each.last, each.count) for each in shown.ranges]
    stand = [item.status for item in own]
    assert (len(own), stand.count("materialized"), stand.count("failed"), own[0].key, own[-1].key) == (
        counts.total,
        counts.materialized,
        counts.failed,
        counts.first,
        counts.last,
    )


def test_keys_are_found_by_number_and_by_their_text() -> None:
    """From a number on, oldest first; by a text in them, newest first; each with its number."""
    first = partitions.partition_keys(graph(), "daily", NOW, start=1, limit=2, find=None)
    found = partitions.partition_keys(graph(), "daily", NOW, start=0, limit=2, find="2025-12-3")

    assert [1, 2] == [each.number for each in first.items]
    assert ["2025-12-31", "2025-12-30"] == [each.key for each in found.items]
    assert first.total == found.total

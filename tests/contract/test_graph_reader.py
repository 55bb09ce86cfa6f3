"""The graph of all that is known, on every database: as kept up with the log, so as if it were read anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from builders import made
from histories import CORRECTIONS, EVENTS, correct, insert_run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headwater.storage.catalog.graph_reader import GraphReader
from headwater.storage.log.writer import Unit
from headwater.storage.store import Store

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.one_of(st.lists(EVENTS, min_size=1, max_size=5), CORRECTIONS), max_size=8))
def test_what_was_read_before_hides_nothing(store: Store, steps: Sequence[Any]) -> None:
    """Whatever is reported and corrected: an asset is there once it has events, and gone once it has none."""
    reader = GraphReader()
    insert_run(store)
    for step in steps:
        if isinstance(step, tuple):
            correct(store, *step)
        else:
            store.write(Unit(events=step))

        assert store.read(GraphReader().read).hash() == store.read(reader.read).hash()


def test_an_event_of_a_known_asset_makes_no_other_graph(store: Store) -> None:
    """The graph is the very same object, so that nothing that was made of it is made again."""
    reader = GraphReader()
    store.write(Unit(events=[made("a"), made("b")]))
    before = store.read(reader.read)
    store.write(Unit(events=[made("a")]))
    same = store.read(reader.read)
    store.write(Unit(events=[made("c")]))
    other = store.read(reader.read)

    assert before is same
    assert ["a", "b", "c"] == sorted(node.key for node in other.nodes)

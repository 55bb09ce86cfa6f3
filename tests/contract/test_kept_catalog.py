"""What is kept of the catalog and the lineage, on every database: always as if it were built anew."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from builders import checked, external, graph_of, made, native
from histories import CORRECTIONS, DAY, EVENTS, correct, insert_run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headwater.definitions.freshness import FreshnessPolicy
from headwater.definitions.partitions import (
    AllPartitionMapping,
    DailyPartitionsDefinition,
    DynamicPartitionsDefinition,
    LastPartitionMapping,
    PartitionMapping,
    PartitionsDefinition,
)
from headwater.definitions.snapshot import CheckSnapshot
from headwater.errors import UnknownRunError
from headwater.graph.asset_graph import AssetGraph
from headwater.records.log.events import EventKind, FreshnessChange, Materialization, NewEvent
from headwater.records.runs.runs import Cause, Run, RunStatus
from headwater.server.kept.catalog import KeptCatalog
from headwater.server.resources.assets import asset_list, graph_view
from headwater.server.resources.estate import read_estate
from headwater.storage.automation.freshness import FreshnessRow, save_freshness
from headwater.storage.catalog import dynamic_partitions
from headwater.storage.log.writer import Unit
from headwater.storage.runs import runs
from headwater.storage.store import Store

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)

POLICY = FreshnessPolicy.time_window(fail_window=timedelta(hours=1))
CHECK = CheckSnapshot(asset_key="a", name="c")
GRAPHS = [
    graph_of(external("a"), native("b", "a"), native("c", "b")),
    graph_of(msgspec.structs.replace(native("a"), freshness=POLICY), native("c", "a"), checks=(CHECK,)),
]
MOVES = st.sampled_from(["run requested", "runs ended", "PASS", "FAIL", "other definitions"])


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.one_of(st.lists(EVENTS, min_size=1, max_size=5), CORRECTIONS, MOVES), max_size=8))
def test_what_is_kept_is_as_if_built_anew(store: Store, steps: Sequence[Any]) -> None:
    """Whatever is reported, corrected, run, found late or defined otherwise: both answers are as if read anew."""
    kept, graph = KeptCatalog(store), GRAPHS[0]
    _know_the_run(store)
    for step in steps:
        if step == "other definitions":
            graph = GRAPHS[GRAPHS.index(graph) - 1]
        elif isinstance(step, str):
            _move(store, step)
        elif isinstance(step, tuple):
            correct(store, *step)
        else:
            store.write(Unit(events=step))

        assert _anew(store, graph, DAY) == _kept(kept, graph, DAY)


@pytest.mark.parametrize(
    ("partitions", "mapping", "key"),
    [
        (DailyPartitionsDefinition(start_date="1970-01-01"), LastPartitionMapping(), "1970-01-03"),
        (DynamicPartitionsDefinition(name="colours"), AllPartitionMapping(), "red"),
    ],
)
def test_what_is_kept_ends_without_an_event(
    store: Store, partitions: PartitionsDefinition, mapping: PartitionMapping, key: str
) -> None:
    """A partition that time or a function brings about makes its reader stale, and what was kept does not hide it."""
    reader = msgspec.structs.replace(native("reader", "up"), mappings={"up": mapping.to_snapshot()})
    graph = graph_of(external("up", partitions=partitions.to_snapshot()), reader)
    kept = KeptCatalog(store)
    read_nothing = Materialization(code_version="1", input_versions={})
    event = NewEvent(kind=EventKind.MATERIALIZATION, asset_key="reader", payload=read_nothing)
    store.write(Unit(events=[made("up", partition=key), event]))
    before = _kept(kept, graph, 3 * DAY - 1)

    store.write(Unit(effect=lambda c, _events: dynamic_partitions.add(c, "colours", ["red"], 1)))
    after = _kept(kept, graph, 3 * DAY)

    assert ["fresh", "stale"] == [_status(answer, "reader") for answer in (before, after)]
    assert _anew(store, graph, 3 * DAY) == after


def test_what_did_not_change_is_not_built_again(store: Store) -> None:
    """As long as nothing happens the very same bytes are sent; after an event only the rows that it is about differ."""
    kept, graph = KeptCatalog(store), GRAPHS[1]
    store.write(Unit(events=[made("a"), checked("a", "c", passed=True)]))
    first, again = kept.asset_list(graph, DAY), kept.asset_list(graph, 2 * DAY)
    store.write(Unit(events=[made("c")]))
    after = kept.asset_list(graph, DAY)

    assert first is again
    assert msgspec.json.decode(first)["items"][0] == msgspec.json.decode(after)["items"][0]
    assert first != after
    assert first.tag != after.tag


def test_an_event_costs_what_it_changes(store: Store) -> None:
    """After an event about one of a thousand assets, what is encoded and compressed already is used again."""
    chain = [native(f"n{number:04}", *([f"n{number - 1:04}"] if number else [])) for number in range(1_000)]
    kept, graph = KeptCatalog(store), graph_of(*chain)
    store.write(Unit(events=[made(asset.key) for asset in chain]))
    before = [kept.asset_list(graph, DAY), kept.graph(graph, DAY)]
    store.write(Unit(events=[made("n0990")]))
    after = [kept.asset_list(graph, DAY), kept.graph(graph, DAY)]

    assert _anew(store, graph, DAY) == tuple(map(bytes, after))
    assert before != after
    kept_pieces = [len(set(old.pieces) & set(new.pieces)) for old, new in zip(before, after, strict=True)]
    # All rows but the last few hundred, and what stands behind the graph's.
    assert [3, 4] == kept_pieces


def test_many_events_at_once(store: Store) -> None:
    """Where more happened than is worth following, the answers are as if built anew too."""
    kept, graph = KeptCatalog(store), graph_of(*(external(f"e{number:03}") for number in range(300)))
    keys = [f"e{number:03}" for number in range(300)]
    for events in ([made(key) for key in keys], [made("e001")] * 2_500, [made("e002")]):
        _kept(kept, graph, DAY)
        store.write(Unit(events=events))

        assert _anew(store, graph, DAY) == _kept(kept, graph, DAY)


def _know_the_run(store: Store) -> None:
    """Have the run that steps are of, ended, so that assets don't count as being made."""
    try:
        store.read(lambda c: runs.get(c, "r1"))
    except UnknownRunError:
        insert_run(store)
    _move(store, "runs ended")


def _move(store: Store, what: str) -> None:
    """Request a run of one asset, end all runs, or find another state of freshness."""
    open_runs = store.read(runs.read_open)
    if what == "run requested":
        run = Run(
            run_id=uuid.uuid4().hex,
            location="code",
            assets=("c",),
            status=RunStatus.QUEUED,
            cause=Cause(kind="api"),
            created_at=1,
        )
        requested = run.event(EventKind.RUN_REQUESTED)
        store.write(Unit(events=[requested], effect=lambda c, _events: runs.insert(c, run)))
    elif what == "runs ended":
        for each in open_runs:
            _cancel(store, each)
    else:
        change = FreshnessChange(state=what, former="UNKNOWN")
        event = NewEvent(kind=EventKind.FRESHNESS_CHANGED, asset_key="a", payload=change, timestamp=1)
        row = FreshnessRow(what, 1, 1)
        store.write(Unit(events=[event], effect=lambda c, _events: save_freshness(c, "a", row)))


def _cancel(store: Store, run: Run) -> None:
    kind = EventKind.RUN_CANCELED
    event = run.event(kind, settles=run.assets)
    store.write(Unit(events=[event], effect=lambda c, _events: runs.move(c, run.run_id, kind, 1)))


def _kept(kept: KeptCatalog, graph: AssetGraph, now: int) -> tuple[bytes, bytes]:
    return bytes(kept.asset_list(graph, now)), bytes(kept.graph(graph, now))


def _anew(store: Store, graph: AssetGraph, now: int) -> tuple[bytes, bytes]:
    estate = store.read(lambda c: read_estate(c, graph, now))
    return msgspec.json.encode(asset_list(estate)), msgspec.json.encode(graph_view(estate))


def _status(answer: tuple[bytes, bytes], key: str) -> str:
    [found] = [item["status"] for item in msgspec.json.decode(answer[0])["items"] if item["key"] == key]
    return str(found)

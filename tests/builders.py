"""Short ways to make the records that tests are about."""

from __future__ import annotations

from headwater.definitions.conditions.condition import AutomationCondition
from headwater.definitions.partitions import PartitionsSnapshot
from headwater.definitions.snapshot import AssetSnapshot, CheckSnapshot, DefinitionsSnapshot
from headwater.graph.asset_graph import AssetGraph, build_graph
from headwater.records.log.events import (
    CheckEvaluation,
    EventKind,
    Materialization,
    NewEvent,
    Reporter,
    RunEvent,
    StepEvent,
)


def made(
    key: str,
    *,
    partition: str | None = None,
    timestamp: int | None = None,
    read_seq: int | None = None,
    via: str | None = None,
) -> NewEvent:
    """A materialization."""
    return NewEvent(
        kind=EventKind.MATERIALIZATION,
        payload=Materialization(read_seq=read_seq, reporter=None if via is None else Reporter(via)),
        asset_key=key,
        partition=partition,
        timestamp=timestamp,
    )


def checked(key: str, name: str, *, passed: bool, timestamp: int | None = None) -> NewEvent:
    """A check's evaluation."""
    payload = CheckEvaluation(check_name=name, passed=passed)
    return NewEvent(kind=EventKind.CHECK_EVALUATION, payload=payload, asset_key=key, timestamp=timestamp)


def run_event(kind: EventKind, run_id: str, *assets: str, settles: tuple[str, ...] = ()) -> NewEvent:
    """A run's move."""
    return NewEvent(kind=kind, payload=RunEvent(assets=assets, settles=settles), run_id=run_id)


def step_event(kind: EventKind, run_id: str, key: str, *, partition: str | None = None) -> NewEvent:
    """A step's move."""
    payload = StepEvent(step=key, assets=(key,))
    return NewEvent(kind=kind, payload=payload, asset_key=key, run_id=run_id, partition=partition)


def native(
    key: str,
    *deps: str,
    condition: AutomationCondition | None = None,
    partitions: PartitionsSnapshot | None = None,
) -> AssetSnapshot:
    """A native asset."""
    return AssetSnapshot(key=key, kind="native", deps=deps, condition=condition, partitions=partitions)


def external(key: str, *deps: str, partitions: PartitionsSnapshot | None = None) -> AssetSnapshot:
    """An external asset."""
    return AssetSnapshot(key=key, kind="external", deps=deps, partitions=partitions)


def graph_of(*assets: AssetSnapshot, checks: tuple[CheckSnapshot, ...] = (), location: str = "code") -> AssetGraph:
    """The graph of one location's assets."""
    return build_graph([(location, DefinitionsSnapshot(assets=assets, checks=checks))])

"""Partitions that people take away and bring back."""

from __future__ import annotations

import msgspec
from builders import graph_of, made, native

from headwater.automation.conditions.decide import Conditions
from headwater.definitions.conditions.condition import AutomationCondition
from headwater.definitions.partitions import DynamicKeys, DynamicPartitionsDefinition
from headwater.records.log.events import Event

NOW = 1_790_000_000_000_000
NAMES = DynamicPartitionsDefinition(name="names").to_snapshot()


def test_a_partition_that_comes_back_has_the_version_that_it_had() -> None:
    """So it is not made again, nor is one that was reported meanwhile; one that never had a version is."""
    a = native("a", condition=AutomationCondition.missing().newly_true(), partitions=NAMES)
    conditions = Conditions(graph_of(a), now=NOW, dynamic=DynamicKeys({"names": ["x", "y", "z"]}))
    conditions.begin()
    reports = [_event(1, "x"), _event(2, "z")]
    conditions.commit(reports[:1])
    conditions.use_dynamic(DynamicKeys({"names": ["y"]}))
    conditions.commit(reports[1:])

    outcome = conditions.use_dynamic(DynamicKeys({"names": ["y", "x", "z", "new"]}))

    assert [("a", ("new",))] == [(request.asset_key, request.partitions) for request in outcome.requests]


def _event(seq: int, partition: str) -> Event:
    told = {**msgspec.structs.asdict(made("a", partition=partition)), "timestamp": NOW + seq}
    return Event(seq=seq, recorded_at=NOW + seq, **told)

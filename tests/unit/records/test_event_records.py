"""Events as the functions of event-driven sensors read them."""

from __future__ import annotations

from builders import checked, made

import headwater as hw
from headwater.definitions.snapshot import WireValue
from headwater.records.log.event_records import EventRecord
from headwater.records.log.events import (
    ErrorInfo,
    Event,
    EventKind,
    FreshnessChange,
    Materialization,
    NewEvent,
    Payload,
    StepEvent,
)


def record(new: NewEvent) -> EventRecord:
    """An event in the log, as user code reads it."""
    fields = {name: getattr(new, name) for name in new.__struct_fields__ if name != "timestamp"}
    return EventRecord(Event(seq=7, recorded_at=2_000_000, timestamp=new.timestamp or 1_000_000, **fields))


def of(kind: EventKind, payload: Payload, key: str | None = None) -> EventRecord:
    """A record of a payload."""
    return record(NewEvent(kind=kind, payload=payload, asset_key=key))


def test_a_materialization_is_read_as_it_was_reported() -> None:
    """With key, partition, metadata and time, under our names and those of the peer."""
    payload = Materialization(metadata={"rows": WireValue("int", 3)}, description="d", tags={"a": "b"})
    found = record(NewEvent(kind=EventKind.MATERIALIZATION, payload=payload, asset_key="lake/raw", partition="p"))

    assert (7, 7, hw.AssetKey(["lake", "raw"]), "p", "p", 1.0) == (
        found.seq,
        found.storage_id,
        found.asset_key,
        found.partition,
        found.partition_key,
        found.timestamp,
    )
    made_of = found.event_log_entry.dagster_event.asset_materialization
    assert made_of is not None
    assert (3, "d", {"a": "b"}) == (made_of.metadata["rows"].value, made_of.description, made_of.tags)
    assert (None, None, None) == (found.asset_observation, found.passed, found.error)


def test_other_events_say_what_they_are_about() -> None:
    """A check its result, freshness its state, a step its error."""
    check = record(checked("raw", "rows", passed=False))
    fresh = of(EventKind.FRESHNESS_CHANGED, FreshnessChange(state="FAIL", former="PASS"), "raw")
    step = of(EventKind.STEP_FAILED, StepEvent(step="a", assets=("a",), error=ErrorInfo(message="no luck")))

    assert ("rows", False, hw.AssetCheckKey(hw.AssetKey("raw"), "rows")) == (
        check.check_name,
        check.passed,
        check.asset_check_key,
    )
    assert "FAIL" == fresh.freshness_state
    assert ("a", "no luck", (hw.AssetKey("a"),), None) == (step.step_key, step.message, step.asset_keys, step.asset_key)
    assert "materialization" == record(made("raw")).message

"""Random histories of a store: what may be appended, and the corrections that may follow."""

from __future__ import annotations

from typing import Any

from builders import checked, made, run_event, step_event
from hypothesis import strategies as st

from headwater.errors import HeadwaterError
from headwater.records.log.events import (
    DefinitionsChanged,
    EventKind,
    ExternalRun,
    Materialization,
    NewEvent,
    Reporter,
)
from headwater.records.runs.runs import Cause, Run, RunStatus
from headwater.storage.log import corrections
from headwater.storage.log.writer import Unit
from headwater.storage.runs import runs
from headwater.storage.store import Store

ME = Reporter("cli")
DAY = 86_400_000_000
KEYS = st.sampled_from(["a", "b", "c"])
PARTITIONS = st.sampled_from([None, "x", "y", 'with "quotes",\n'])
MOMENTS = st.integers(1, 4 * DAY)


def external(kind: EventKind, key: str, partition: str | None, timestamp: int) -> NewEvent:
    """A run elsewhere moved on."""
    return NewEvent(kind=kind, payload=ExternalRun(), asset_key=key, partition=partition, timestamp=timestamp)


def made_from(key: str, *inputs: int) -> NewEvent:
    """A materialization that read some versions."""
    payload = Materialization(inputs={f"up{seq}": seq for seq in inputs})
    return NewEvent(kind=EventKind.MATERIALIZATION, payload=payload, asset_key=key)


REPORTS = st.one_of(
    st.builds(lambda key, part, at: made(key, partition=part, timestamp=at), KEYS, PARTITIONS, MOMENTS),
    st.builds(lambda key, at, ok: checked(key, "c", passed=ok, timestamp=at), KEYS, MOMENTS, st.booleans()),
    st.builds(
        external,
        st.sampled_from([kind for kind in EventKind if kind.value.startswith("external_")]),
        KEYS,
        PARTITIONS,
        MOMENTS,
    ),
)
EVENTS = st.one_of(
    REPORTS,
    st.builds(lambda key, seq: made_from(key, seq), KEYS, st.integers(1, 20)),
    st.builds(
        lambda kind, key, part: step_event(kind, "r1", key, partition=part),
        st.sampled_from([EventKind.STEP_STARTED, EventKind.STEP_FAILED]),
        KEYS,
        PARTITIONS,
    ),
    st.builds(
        lambda keys: run_event(EventKind.RUN_FAILED, "r1", *keys, settles=tuple(keys)), st.lists(KEYS, unique=True)
    ),
    st.just(
        NewEvent(
            kind=EventKind.DEFINITIONS_CHANGED, payload=DefinitionsChanged(location="code", snapshot="s", assets=1)
        )
    ),
)


def correct(store: Store, what: str, key: str, to: str, seq: int, partition: str | None) -> None:
    """Carry out a correction, if it is possible."""
    parts = [partition] if partition else []
    plans: dict[str, Any] = {
        "withdraw": lambda c: corrections.withdraw(c, seq, reason=None, reporter=ME),
        "wipe": lambda c: corrections.wipe(c, key, parts, reason=None, reporter=ME),
        "rename": lambda c: corrections.rename(c, key, to, merge=True, reason=None, reporter=ME),
    }
    try:
        store.write(store.read(plans[what]))
    except HeadwaterError:
        return


def insert_run(store: Store) -> None:
    """Keep the run that steps are of, unless it is there."""
    run = Run(
        run_id="r1",
        location="code",
        assets=("a", "b", "c"),
        status=RunStatus.QUEUED,
        cause=Cause(kind="api"),
        created_at=1,
    )
    if not store.read(runs.read_open):
        store.write(Unit(effect=lambda connection, _events: runs.insert(connection, run)))


CORRECTIONS = st.tuples(st.sampled_from(["withdraw", "wipe", "rename"]), KEYS, KEYS, st.integers(1, 20), PARTITIONS)

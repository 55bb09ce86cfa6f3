"""The events that event-driven sensors are called for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from sqlalchemy.engine import Connection

from headwater.definitions.sensors.event_contexts import read_positions
from headwater.definitions.snapshot import SensorSnapshot, WatchSnapshot
from headwater.digits import whole_number
from headwater.records.automation.ticks import SensorState
from headwater.records.log.events import Event, EventKind, RunEvent
from headwater.records.runs.runs import Run
from headwater.storage.log import event_log
from headwater.storage.runs import runs as run_store

EVENTS_A_TICK = 50
_EVENTS_A_LOOK = 1_000
_MOST_KEYS_IN_A_QUERY = 500
_RUN_KINDS = ("run_requested", "run_started", "run_succeeded", "run_failed", "run_canceled")


class WatchedEvents(msgspec.Struct, frozen=True, kw_only=True):
    """What a sensor is called for, and up to where the log holds nothing else for it."""

    events: tuple[Event, ...] = ()
    runs: tuple[Run, ...] = ()
    step_failures: tuple[Event, ...] = ()
    seen: int
    is_all: bool = True
    one_by_one: bool = True

    def goes_on_after(self, consumed: Sequence[int]) -> bool:
        """Whether there is more once some of the events are dealt with."""
        if not self.one_by_one:
            return False
        return not self.is_all or len(consumed) < len(self.events)


class Watchers:
    """Which sensors some events may concern; a sensor looks for itself whether they do."""

    def __init__(self, sensors: Iterable[SensorSnapshot] = ()) -> None:
        self._by_kind: dict[str, list[tuple[str, frozenset[str] | None]]] = {}
        for sensor in sensors:
            if sensor.watch is not None:
                assets = None if sensor.watch.assets is None else frozenset(sensor.watch.assets)
                for kind in sensor.watch.kinds:
                    self._by_kind.setdefault(kind, []).append((sensor.name, assets))

    def called(self, events: Sequence[Event]) -> set[str]:
        """The sensors that some events may concern."""
        if not self._by_kind:
            return set()
        return {
            name
            for event in events
            for name, assets in self._by_kind.get(event.kind.value, ())
            if assets is None or event.asset_key is None or event.asset_key in assets
        }


def first_cursor(connection: Connection, watch: WatchSnapshot) -> str | None:
    """Where a sensor begins that has never been there: at the end of the log, or just before the newest event."""
    if not watch.one_by_one:
        return None
    head = event_log.head(connection)
    if watch.from_latest and watch.assets:
        wanted = event_log.EventFilter(asset_key=watch.assets[0], kinds=[EventKind(watch.kinds[0])])
        newest = event_log.read_newest(connection, wanted, limit=1)
        return str(newest[0].seq - 1) if newest else str(head)
    return str(head)


def read_watched(connection: Connection, sensor: SensorSnapshot, location: str, state: SensorState) -> WatchedEvents:
    """What a sensor is called for next."""
    watch = sensor.watch
    assert watch is not None
    head = event_log.head(connection)
    if not watch.one_by_one:
        return _read_each_asset(connection, watch, state, head)
    kept = whole_number(state.cursor or "")
    after = head if kept is None else kept
    found: list[Event] = []
    while after < head and len(found) < EVENTS_A_TICK:
        page = _read_page(connection, watch, after)
        runs = _runs_of(connection, page)
        found += [event for event in page if _concerns(event, watch, runs, location)]
        if len(page) < _EVENTS_A_LOOK:
            after = head
            break
        after = page[-1].seq
    chosen, is_all = found[:EVENTS_A_TICK], len(found) <= EVENTS_A_TICK and after >= head
    of_runs = _runs_of(connection, chosen)
    failures = event_log.read_failed_steps(connection, list(of_runs)) if of_runs else []
    return WatchedEvents(
        events=tuple(chosen),
        runs=tuple(of_runs.values()),
        step_failures=tuple(failures),
        seen=after,
        is_all=is_all,
    )


def _read_page(connection: Connection, watch: WatchSnapshot, after: int) -> list[Event]:
    assets = watch.assets
    if assets is not None and (_is_of_runs(watch) or len(assets) > _MOST_KEYS_IN_A_QUERY):
        # Events of runs are of no single asset; and many keys are sooner compared here.
        assets = None
    return event_log.read_watched(connection, after, watch.kinds, assets, _EVENTS_A_LOOK)


def _read_each_asset(connection: Connection, watch: WatchSnapshot, state: SensorState, head: int) -> WatchedEvents:
    """The newest events of each asset that the sensor has not advanced beyond."""
    positions = read_positions(state.cursor)
    found: list[Event] = []
    for key in watch.assets or ():
        wanted = event_log.EventFilter(asset_key=key, kinds=[EventKind(kind) for kind in watch.kinds])
        newest = event_log.read_newest(connection, wanted, limit=EVENTS_A_TICK)
        found += [event for event in newest if event.seq > positions.get(key, 0)]
    gone = event_log.read_withdrawn(connection, [event.seq for event in found])
    events = sorted((event for event in found if event.seq not in gone), key=lambda event: event.seq)
    return WatchedEvents(events=tuple(events), seen=head, one_by_one=False)


def _runs_of(connection: Connection, events: Sequence[Event]) -> dict[str, Run]:
    run_ids = {event.run_id for event in events if event.run_id is not None and event.kind.value in _RUN_KINDS}
    return run_store.read_many(connection, sorted(run_ids))


def _concerns(event: Event, watch: WatchSnapshot, runs: Mapping[str, Run], location: str) -> bool:
    if not isinstance(event.payload, RunEvent):
        return watch.assets is None or event.asset_key in watch.assets
    run = runs.get(event.run_id or "")
    if run is None or not (watch.everywhere or run.location == location):
        return False
    if watch.jobs is not None and run.job_name not in watch.jobs:
        return False
    return watch.assets is None or not set(watch.assets).isdisjoint(run.assets)


def _is_of_runs(watch: WatchSnapshot) -> bool:
    return any(kind in _RUN_KINDS for kind in watch.kinds)

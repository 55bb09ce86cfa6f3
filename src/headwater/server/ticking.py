"""Sensors and schedules: switched, asked to tick, and what a tick would come to."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy.engine import Connection

from headwater.automation.ticks.decide import PlannedTick
from headwater.automation.ticks.decide_due import Ticking
from headwater.clock import from_seconds
from headwater.errors import NoAnswerError
from headwater.graph.asset_graph import AssetGraph
from headwater.records.automation.ticks import TickStatus
from headwater.records.log.events import DryRun, Event, EventKind, NewEvent, Reporter, SensorSwitched
from headwater.server import shapes
from headwater.server.deployment import Deployment
from headwater.server.resources import ticking
from headwater.storage.automation import dry_runs, sensor_values
from headwater.storage.automation import sensors as sensor_store
from headwater.storage.automation.dry_runs import WantedDryRun
from headwater.storage.log.tail import Subscription
from headwater.storage.log.writer import Unit

_planned_tick_decoder = msgspec.json.Decoder(PlannedTick)

View = TypeVar("View")

_PATIENCE_SECONDS = 15.0
_BATCH = 1_000


class TickingRoutes(Generic[View]):
    """What can be asked of a sensor as of a schedule: how it stands, its ticks, a switch, a tick that is not kept."""

    def __init__(
        self,
        find: Callable[[AssetGraph, str], Ticking],
        view: Callable[[AssetGraph, str, ticking.TickFacts, int], View],
    ) -> None:
        self._find = find
        self._view = view

    def view(self, deployment: Deployment, name: str) -> View:
        """One, as it stands."""
        graph, now = deployment.graph(), deployment.clock.now()
        self._find(graph, name)
        return deployment.store.read(lambda c: self._view(graph, name, ticking.read_facts(c), now))

    def ticks(
        self, deployment: Deployment, name: str, statuses: Sequence[str] | None, cursor: str | None, limit: int
    ) -> shapes.TickPage:
        """What its evaluations came to."""
        self._find(deployment.graph(), name)
        wanted = [TickStatus(status) for status in statuses or ()]
        return deployment.store.read(lambda c: ticking.tick_page(c, name, statuses=wanted, cursor=cursor, limit=limit))

    def change(
        self, deployment: Deployment, reporter: Reporter, name: str, kind: EventKind, changes: Mapping[str, Any]
    ) -> View:
        """Change how it stands; gives how it stands then."""
        self._find(deployment.graph(), name)
        change_state(deployment, name, kind, reporter, changes)
        return self.view(deployment, name)

    async def dry_run(self, deployment: Deployment, name: str, body: shapes.DryRunBody) -> shapes.DryRunView:
        """What a tick of it would come to."""
        return await dry_run(deployment, self._find(deployment.known_graph, name), body)


SENSORS = TickingRoutes(ticking.find_sensor, ticking.sensor_view)
SCHEDULES = TickingRoutes(ticking.find_schedule, ticking.schedule_view)


def change_state(
    deployment: Deployment, name: str, kind: EventKind, reporter: Reporter, changes: Mapping[str, Any]
) -> None:
    """Change how a sensor or schedule stands, and tell the engine; a tick that is under way is dropped."""

    def keep(connection: Connection, _events: Sequence[Event]) -> None:
        state = sensor_store.read_state(connection, name)
        sensor_store.save_states(connection, [msgspec.structs.replace(state, **changes)])

    switched = NewEvent(kind=kind, payload=SensorSwitched(sensor=name, reporter=reporter))
    deployment.store.write(Unit(events=[switched], effect=keep))


def switched_on(deployment: Deployment) -> dict[str, Any]:
    """What changes as one is switched on: it begins anew, its failures forgotten."""
    return {"running": True, "started_at": deployment.clock.now(), "failures": 0, "retry_at": None}


def clear_values(deployment: Deployment, name: str, reporter: Reporter) -> None:
    """Forget all that a sensor keeps beside its cursor."""

    def clear(connection: Connection, _events: Sequence[Event]) -> None:
        state = sensor_store.read_state(connection, name)
        sensor_values.clear(connection, name)
        sensor_store.save_states(connection, [state])

    cleared = NewEvent(kind=EventKind.SENSOR_CURSOR_SET, payload=SensorSwitched(sensor=name, reporter=reporter))
    deployment.store.write(Unit(events=[cleared], effect=clear))


async def dry_run(deployment: Deployment, item: Ticking, body: shapes.DryRunBody) -> shapes.DryRunView:
    """Ask the engine what a tick would come to, and wait for it.

    Raises:
        NoAnswerError: no engine answers.
    """
    store, asked = deployment.store, DryRun(dry_run_id=uuid.uuid4().hex, name=item.name)
    has_cursor = body.cursor is not msgspec.UNSET
    wanted = WantedDryRun(
        cursor=body.cursor if isinstance(body.cursor, str) else None,
        has_cursor=has_cursor,
        scheduled_at=None if body.scheduled_at is None else from_seconds(body.scheduled_at),
    )
    now = deployment.clock.now()
    with store.tail.subscribe(store.tail.head) as subscription:
        await store.write_async(
            Unit(
                events=[NewEvent(kind=EventKind.DRY_RUN_REQUESTED, payload=asked)],
                effect=lambda c, _events: dry_runs.insert(c, asked.dry_run_id, item.name, wanted, now),
            )
        )
        try:
            async with asyncio.timeout(item.timeout + _PATIENCE_SECONDS):
                planned = await _answer_to(deployment, asked.dry_run_id, subscription)
        except TimeoutError:
            planned = None
    if planned is None:
        raise NoAnswerError(
            f"No engine said what a tick of {item.name!r} would come to. Start one with `headwater dev` or `headwater "
            "engine`, and see whether its code location is loaded."
        )
    return ticking.dry_run_view(planned)


async def _answer_to(deployment: Deployment, dry_run_id: str, subscription: Subscription) -> PlannedTick:
    """Wait until the engine has answered."""
    store = deployment.store
    while True:
        await subscription.wait()
        events = await store.read_after(subscription.position, _BATCH)
        subscription.position = events[-1].seq if events else store.tail.head
        ended = (event.payload for event in events if event.kind is EventKind.DRY_RUN_ENDED)
        if any(isinstance(payload, DryRun) and payload.dry_run_id == dry_run_id for payload in ended):
            result = await store.read_async(lambda c: dry_runs.read_result(c, dry_run_id))
            if result is not None:
                return _planned_tick_decoder.decode(result)

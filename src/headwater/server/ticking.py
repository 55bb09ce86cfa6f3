"""Sensors and schedules: switched, asked to tick, and what a tick would come to."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy.engine import Connection

from headwater.automation.decide_due import Ticking
from headwater.automation.decide_ticks import PlannedTick
from headwater.clock import from_seconds
from headwater.errors import NoAnswerError
from headwater.records.events import DryRun, Event, EventKind, NewEvent, Reporter, SensorSwitched
from headwater.server import shapes
from headwater.server.deployment import Deployment
from headwater.server.resources import ticking
from headwater.storage import dry_runs, sensor_values
from headwater.storage import sensors as sensor_store
from headwater.storage.dry_runs import WantedDryRun
from headwater.storage.tail import Subscription
from headwater.storage.writer import Unit

_planned_tick_decoder = msgspec.json.Decoder(PlannedTick)

_PATIENCE_SECONDS = 15.0
_BATCH = 1_000


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

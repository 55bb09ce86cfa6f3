"""The wire shapes of sensors, schedules and their ticks."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from headwater.server.shapes.runs import LogLine
from headwater.server.shapes.values import ErrorView, SourceView

TickStatusName = Literal["success", "skipped", "failure"]


class TickView(msgspec.Struct, kw_only=True):
    """One evaluation of a sensor or schedule, whose name is in `sensor`.

    `scheduled_at` is the time that a schedule's tick stands for; `consumed` are the events that an event-driven sensor
    was called for.
    """

    tick_id: int
    sensor: str
    status: TickStatusName
    started_at: float
    ended_at: float
    due_at: float | None
    scheduled_at: float | None
    skip_message: str | None
    error: ErrorView | None
    attempt: int
    cursor: str | None
    values_changed: int
    consumed: list[int]
    events: list[int]
    event_assets: list[str]
    run_ids: list[str]
    partitions: list[PartitionsChangeView]
    log: list[LogLine]


class PartitionsChangeView(msgspec.Struct, kw_only=True):
    """What a tick did to dynamic partitions."""

    name: str
    added: list[str]
    deleted: list[str]


class TickPage(msgspec.Struct, kw_only=True):
    """Ticks, newest first."""

    items: list[TickView]
    next: str | None


class SensorView(msgspec.Struct, kw_only=True):
    """A sensor as it stands.

    Its `kind` is `interval`, or says what events it is called for; `watches` are the assets that these are about.
    `values` is how many values it keeps beside its cursor, `failures` how many ticks in a row have failed.
    """

    name: str
    kind: str
    description: str | None
    location: str
    running: bool
    running_by_default: bool
    minimum_interval: float
    timeout: float
    cursor: str | None
    values: int
    failures: int
    last_tick: TickView | None
    next_tick_at: float | None
    targets: list[str] | None
    jobs: list[str]
    watches: list[str] | None
    reports: list[str]
    """Assets that its ticks reported so far."""
    tags: dict[str, str]
    owners: list[str]
    source: SourceView | None


class SensorList(msgspec.Struct, kw_only=True):
    """All sensors, by name."""

    items: list[SensorView]


class ScheduleView(msgspec.Struct, kw_only=True):
    """A schedule as it stands. `catch_up` is how many missed times are made up for, null for all."""

    name: str
    description: str | None
    location: str
    running: bool
    running_by_default: bool
    cron_schedule: list[str]
    execution_timezone: str
    catch_up: int | None
    timeout: float
    failures: int
    last_tick: TickView | None
    next_tick_at: float | None
    next_times: list[float]
    targets: list[str] | None
    jobs: list[str]
    tags: dict[str, str]
    owners: list[str]
    source: SourceView | None


class ScheduleList(msgspec.Struct, kw_only=True):
    """All schedules, by name."""

    items: list[ScheduleView]


class SensorStateItem(msgspec.Struct, kw_only=True):
    """One value that a sensor keeps."""

    key: str
    value: Any


class SensorStatePage(msgspec.Struct, kw_only=True):
    """What a sensor keeps, by key."""

    items: list[SensorStateItem]
    next: str | None


class CursorBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A cursor to go on from; null forgets it. `to_end` skips all events that are there."""

    cursor: str | None = None
    to_end: bool = False


class DryRunBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What a dry run begins from, where it is not how things stand: a sensor's cursor, a schedule's time."""

    cursor: str | msgspec.UnsetType | None = msgspec.UNSET
    scheduled_at: float | None = None


class DryEvent(msgspec.Struct, kw_only=True):
    """An event that a tick would record."""

    kind: str
    asset_key: str
    partition: str | None
    data_version: str | None
    flags: list[str]


class DryRunRun(msgspec.Struct, kw_only=True):
    """A run that a tick would request."""

    run_key: str | None
    assets: list[str]
    location: str
    partitions: list[str]
    job_name: str | None
    tags: dict[str, str]
    run_config: dict[str, Any]


class DryRunView(msgspec.Struct, kw_only=True):
    """What a tick would come to; nothing of it was kept."""

    tick: TickView
    events: list[DryEvent]
    runs: list[DryRunRun]
    values: dict[str, Any]
    values_deleted: list[str]

"""When a sensor or schedule is due."""

from __future__ import annotations

import zlib
from collections import deque
from datetime import datetime
from typing import TypeAlias

from headwater.clock import MICROSECONDS, to_datetime
from headwater.definitions.schedules.cron import times_after
from headwater.definitions.snapshot import ScheduleSnapshot, SensorSnapshot
from headwater.records.automation.ticks import SensorState

Ticking: TypeAlias = SensorSnapshot | ScheduleSnapshot

_FIRST_RETRY_SECONDS = 1.0
_LAST_RETRY_SECONDS = 300.0
_DAY = 86_400 * MICROSECONDS
_LOOKS_BACK = (_DAY // 24, _DAY, 8 * _DAY, 32 * _DAY, 367 * _DAY)


def is_running(item: Ticking, state: SensorState) -> bool:
    """Whether it is on: as a person switched it, else as its definition says."""
    return item.running_by_default if state.running is None else state.running


def next_due(item: Ticking, state: SensorState, now: int, *, is_called: bool = False) -> int | None:
    """When it ticks next, in microseconds; None while it is off, or waits for an event.

    From the start of one tick of a sensor to the start of the next is the minimum interval. Ticks that were missed are
    not made up for: the next one sees all that has happened.

    Args:
        item: The sensor or schedule.
        state: How it stands.
        now: The time, in microseconds.
        is_called: Whether there are events that an event-driven sensor has not seen.
    """
    if state.tick_requested and (isinstance(item, ScheduleSnapshot) or item.kind != "conditions"):
        return now
    if not is_running(item, state) or (isinstance(item, SensorSnapshot) and item.kind == "conditions"):
        return None
    if isinstance(item, ScheduleSnapshot):
        due = next_time(item, state.scheduled_at or now, now)
    elif item.watch is not None and not is_called:
        return None
    elif state.last_tick_at is None:
        due = now
    else:
        # A clock that was set back must not stop the sensor until it has caught up.
        due = min(state.last_tick_at, now) + _microseconds(item.minimum_interval)
    if state.retry_at is None:
        return due
    retry_at = min(state.retry_at, now + _microseconds(_most_backoff(item)))
    return max(due, retry_at) if isinstance(item, ScheduleSnapshot) else retry_at


def next_time(schedule: ScheduleSnapshot, decided: int, now: int) -> int:
    """The scheduled time that the next tick stands for, in microseconds; it may be past.

    It is the first one after `decided`, unless more were missed since than are made up for: then the first of those.
    """
    first = _instant(next(times_after(schedule.crons, schedule.timezone, _moment(decided))))
    if first > now or schedule.catch_up is None:
        return first
    for back in (*_LOOKS_BACK, now - decided):
        start = max(decided, now - back)
        recent = _times_between(schedule, start, now, schedule.catch_up)
        if start == decided or len(recent) == schedule.catch_up:
            return recent[0] if recent else first
    return first


def upcoming(schedule: ScheduleSnapshot, after: int, count: int) -> list[int]:
    """The next times of a schedule, in microseconds."""
    times = times_after(schedule.crons, schedule.timezone, _moment(after))
    return [_instant(next(times)) for _ in range(count)]


def backoff(item: Ticking, failures: int) -> float:
    """The seconds from the end of a failed tick to the next try.

    Twice as long after each failure in a row, at most five minutes or the sensor's own interval; less or more by up
    to a quarter, differently for each sensor and failure, so that what failed together does not come back together.
    """
    seconds = min(_FIRST_RETRY_SECONDS * 2.0 ** min(failures - 1, 30), _most_backoff(item))
    chance = zlib.crc32(f"{item.name}:{failures}".encode()) / 0xFFFF_FFFF
    return seconds * (0.75 + chance / 2)


def _times_between(schedule: ScheduleSnapshot, start: int, end: int, most: int) -> deque[int]:
    """The last of a schedule's times after `start` and up to `end`."""
    found: deque[int] = deque(maxlen=most)
    for time in times_after(schedule.crons, schedule.timezone, _moment(start)):
        instant = _instant(time)
        if instant > end:
            break
        found.append(instant)
    return found


def _most_backoff(item: Ticking) -> float:
    interval = item.minimum_interval if isinstance(item, SensorSnapshot) else 0.0
    return max(interval, _LAST_RETRY_SECONDS)


def _moment(microseconds: int) -> datetime:
    return to_datetime(microseconds)


def _instant(moment: datetime) -> int:
    return round(moment.timestamp()) * MICROSECONDS


def _microseconds(seconds: float) -> int:
    return round(seconds * MICROSECONDS)

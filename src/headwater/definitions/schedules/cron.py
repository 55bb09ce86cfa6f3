"""When a cron schedule is due: the instants, each once, whatever the clocks of its time zone do.

A time that a day skips, as clocks go forward, stands for the first instant after the gap. A fixed time that a day
has twice, as clocks go back, stands for the first of the two; a pattern such as every ten minutes goes on through both.
What falls on a day that a zone leaves out whole, as it crosses the date line, is not due.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim

from headwater.definitions.arguments import check_several, check_text, shown
from headwater.definitions.cron_text import check_cron
from headwater.errors import InvalidParameterError

_TICK = timedelta(microseconds=1)
_A_CHANGE = timedelta(hours=27)
"""Longer than any clock change, and the day that it falls on."""


def check_crons(schedule: Any, where: str) -> tuple[str, ...]:
    """One or several cron expressions, each as five fields.

    Raises:
        InvalidParameterError: there is none, or one is not an expression, or has no instant.
    """
    given = [schedule] if isinstance(schedule, str) else check_several(schedule, where)
    if not given:
        raise InvalidParameterError(f"{where} is empty; give a cron expression such as '0 6 * * *'.")
    return tuple(check_cron(expression, where) for expression in given)


def check_zone(zone: str | None, where: str) -> str:
    """The name of a time zone; UTC where none is given.

    Raises:
        InvalidParameterError: there is none of that name.
    """
    name = "UTC" if zone is None else check_text(zone, where)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidParameterError(
            f"{where} is the name of a time zone, such as 'Europe/Berlin', but got {shown(name)}."
        ) from error
    return name


def times_after(crons: Sequence[str], zone: str, moment: datetime) -> Iterator[datetime]:
    """The instants of some cron expressions after a moment, each once, in order, in the time zone."""
    last: datetime | None = None
    for instant in heapq.merge(*(_times_after(cron, ZoneInfo(zone), moment) for cron in crons), key=_utc):
        if last is None or _utc(instant) != _utc(last):
            yield instant
        last = instant


def _times_after(cron: str, zone: ZoneInfo, moment: datetime) -> Iterator[datetime]:
    start = moment.astimezone(zone)
    before = (moment.astimezone(UTC) - _A_CHANGE).astimezone(zone)
    if before.utcoffset() != start.utcoffset():
        # What was due in the hour that comes twice shows only to who watches from before it.
        start = before
    after = _utc(moment)
    return (instant for instant in CronSim(cron, start) if _utc(instant) > after and _is_meant(cron, instant))


def _is_meant(cron: str, instant: datetime) -> bool:
    """Whether an instant does not merely stand for one of a day that its zone left out."""
    before = (_utc(instant) - _TICK).astimezone(instant.tzinfo)
    if instant.date() - before.date() < timedelta(days=2):
        return True
    face = instant.replace(tzinfo=UTC)
    return next(CronSim(cron, face - timedelta(minutes=1))) == face


def _utc(instant: datetime) -> datetime:
    # Two local times of one zone compare by the face of the clock, which two instants may share.
    return instant.astimezone(UTC)

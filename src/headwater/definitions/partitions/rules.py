"""When windows of time begin: every hour, day, week or month, or by a cron expression; and which are left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from cronsim import CronSim

from headwater.definitions.arguments import shown
from headwater.definitions.cron_text import check_cron
from headwater.definitions.partitions import windows as of
from headwater.errors import InvalidParameterError

_LARGEST_REGULAR_DAY = 28
"""Not every month has the days after it, so those are left to cron."""


class Rule(NamedTuple):
    """When windows begin."""

    type: str
    minute: int = 0
    hour: int = 0
    day: int | None = None
    cron: str | None = None

    @classmethod
    def check(cls, type: str | None, cron: str | None, minute: object, hour: object, day: object) -> Rule:
        """The rule that the arguments of a definition describe.

        Raises:
            InvalidParameterError: they don't go together, or one is out of its range.
        """
        if (type is None) == (cron is None):
            raise InvalidParameterError("Windows of time need either a schedule_type or a cron_schedule.")
        minute = _within(minute, "minute_offset", 0, 59)
        hour = _within(hour, "hour_offset", 0, 23)
        if cron is not None:
            if minute or hour or day:
                raise InvalidParameterError(f"The offsets belong into the cron_schedule {cron!r} itself.")
            return _regular(check_cron(cron, "cron_schedule"))
        if type == "hourly" and (hour or day):
            raise InvalidParameterError("Hourly windows have a minute_offset only.")
        if type == "daily" and day:
            raise InvalidParameterError("Daily windows have no day_offset.")
        if type in ("hourly", "daily"):
            return cls(type, minute, hour)
        if type == "weekly":
            return cls(type, minute, hour, _within(0 if day is None else day, "day_offset", 0, 6))
        if type == "monthly":
            day = _within(1 if day is None else day, "day_offset", 1, 31)
            if day > _LARGEST_REGULAR_DAY:
                return cls("cron", cron=f"{minute} {hour} {day} * *")
            return cls(type, minute, hour, day)
        raise InvalidParameterError(f"schedule_type is hourly, daily, weekly or monthly, but got {shown(type)}.")

    def windows(self, zone: ZoneInfo, start: datetime) -> of.Windows:
        """All windows that begin at a local time or later."""
        at = time(self.hour, self.minute)
        if self.type == "hourly":
            return of.HourlyWindows(zone, of.to_instant(start, zone), self.minute)
        if self.type == "cron":
            cron = self.cron or ""
            return of.listed(zone, of.to_instant(start, zone), lambda instant: ticks(cron, zone, instant))
        first = start.date() if start.time() <= at else start.date() + timedelta(days=1)
        if self.type == "daily":
            return of.daily(zone, first, at)
        if self.type == "weekly":
            assert self.day is not None
            # Sunday is 0 for cron and 7 for ISO.
            return of.weekly(zone, first + timedelta(days=(self.day - first.isoweekday()) % 7), at)
        assert self.day is not None
        if first.day > self.day:
            first = (first.replace(day=1) + timedelta(days=32)).replace(day=self.day)
        return of.monthly(zone, first.replace(day=self.day), at)

    def longest(self) -> int:
        """About how long a window lasts, in seconds; no regular one lasts longer."""
        days = {"daily": 1, "weekly": 7, "monthly": 31}.get(self.type, 0)
        return (days * 24 + 1) * of.HOUR

    def to_cron(self, minute: int | None, hour: int | None, weekday: int | None, day: int | None) -> str:
        """The cron expression with some fields given anew."""
        given = {"hour_of_day": hour, "day_of_week": weekday, "day_of_month": day}
        allowed = {
            "hourly": set(),
            "daily": {"hour_of_day"},
            "weekly": {"hour_of_day", "day_of_week"},
            "monthly": {"hour_of_day", "day_of_month"},
            "cron": set(),
        }[self.type]
        wrong = [name for name, value in given.items() if value is not None and name not in allowed]
        if wrong or (self.type == "cron" and minute is not None):
            raise InvalidParameterError(
                f"{', '.join(wrong) or 'minute_of_hour'} does not go with {self.type} partitions."
            )
        if self.cron is not None:
            return self.cron
        minute = self.minute if minute is None else _within(minute, "minute_of_hour", 0, 59)
        hour = self.hour if hour is None else _within(hour, "hour_of_day", 0, 23)
        if self.type == "hourly":
            return f"{minute} * * * *"
        if self.type == "daily":
            return f"{minute} {hour} * * *"
        if self.type == "weekly":
            return f"{minute} {hour} * * {self.day if weekday is None else _within(weekday, 'day_of_week', 0, 6)}"
        return f"{minute} {hour} {self.day if day is None else _within(day, 'day_of_month', 1, 31)} * *"


class Excluded:
    """Whether a window that begins at an instant is excluded."""

    def __init__(self, exclusions: Sequence[str], zone: ZoneInfo) -> None:
        self._zone = zone
        self._instants = {of.to_instant(datetime.fromisoformat(item), zone) for item in exclusions if is_moment(item)}
        self._crons = [item for item in exclusions if not is_moment(item)]

    def __call__(self, instant: int) -> bool:
        """Whether it is."""
        if instant in self._instants:
            return True
        local = of.to_local(instant, self._zone)
        return any(next(ticks(cron, self._zone, instant)) == local for cron in self._crons)


def ticks(cron: str, zone: ZoneInfo, begin: int) -> Iterator[datetime]:
    """The local times of the ticks from an instant on."""
    return CronSim(cron, of.to_local(begin - 1, zone))


def ticks_before(cron: str, zone: ZoneInfo, end: int) -> Iterator[datetime]:
    """The local times of the ticks up to an instant, the last first."""
    return CronSim(cron, of.to_local(end + 1, zone), reverse=True)


def _regular(cron: str) -> Rule:
    """The rule that a cron expression spells out, so that equal windows are equal however they are written."""
    minute, hour, day, month, weekday = cron.split()
    if not minute.isdecimal() or month != "*":
        return Rule("cron", cron=cron)
    if (hour, day, weekday) == ("*", "*", "*"):
        return Rule("hourly", int(minute))
    if not hour.isdecimal():
        return Rule("cron", cron=cron)
    if (day, weekday) == ("*", "*"):
        return Rule("daily", int(minute), int(hour))
    if day == "*" and weekday.isdecimal():
        return Rule("weekly", int(minute), int(hour), int(weekday) % 7)
    if weekday == "*" and day.isdecimal() and int(day) <= _LARGEST_REGULAR_DAY:
        return Rule("monthly", int(minute), int(hour), int(day))
    return Rule("cron", cron=cron)


def _within(value: object, name: str, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise InvalidParameterError(f"{name} is a number from {least} to {most}, but got {shown(value)}.")
    return value


def is_moment(exclusion: str) -> bool:
    """Whether an exclusion as stored is a local time, not a cron expression."""
    return "T" in exclusion or " " not in exclusion

"""Partitions that are windows of time: hours, days, weeks, months, or any cron expression."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime, time
from functools import cached_property
from typing import Literal, NamedTuple, TypeAlias, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from headwater.definitions.arguments import check_several, shown
from headwater.definitions.cron_text import check_cron
from headwater.definitions.partitions import windows as of
from headwater.definitions.partitions.definition import DynamicPartitionsStore, PartitionsDefinition, moment_of
from headwater.definitions.partitions.keys import PartitionKeys
from headwater.definitions.partitions.rules import Excluded, Rule
from headwater.definitions.partitions.snapshot import PartitionsSnapshot
from headwater.errors import InvalidParameterError, UnknownPartitionError

ScheduleType: TypeAlias = Literal["hourly", "daily", "weekly", "monthly"]
Moment: TypeAlias = date | datetime | str

_DAY = "%Y-%m-%d"
_FORMATS = {"hourly": "%Y-%m-%d-%H:%M", "daily": _DAY, "weekly": _DAY, "monthly": _DAY, "cron": "%Y-%m-%d-%H:%M"}
_NEVER = 1 << 40
"""More windows than there will ever be."""
_FIRST_INSTANT = -62_000_000_000
"""In a year that every zone's calendar has."""


class TimeWindow(NamedTuple):
    """From an instant up to, without, another one.

    Args:
        start: The first instant in it, with its zone.
        end: The first instant after it, with its zone.

    Example:
        >>> from datetime import datetime, timezone
        >>> day = TimeWindow(datetime(2026, 1, 1, tzinfo=timezone.utc), datetime(2026, 1, 2, tzinfo=timezone.utc))
        >>> (day.end - day.start).days
        1
    """

    start: datetime
    end: datetime


class TimeWindowKeys(PartitionKeys):
    """The keys of the windows that exist at a moment.

    Args:
        windows: All windows, without an end.
        length: How many of them exist.
        format: How a key is written.
    """

    def __init__(self, windows: of.Windows, length: int, format: str) -> None:
        self.windows = windows
        self._length = length
        self._format = format

    def __len__(self) -> int:
        return self._length

    def key_at(self, number: int) -> str:
        """The local time at which the window begins; the second of two equal ones names its offset too."""
        label = self.windows.label(number)
        key = label.strftime(self._format)
        return key + label.strftime("%z") if label.fold and "%z" not in self._format else key

    def number_of(self, key: str) -> int | None:
        """The window that the key names."""
        parsed = self._parse(key)
        if parsed is None:
            return None
        try:
            near = self.windows.started_before(of.to_instant(parsed.replace(tzinfo=None), self.windows.zone))
            # The key may leave out the hour or the day at which the windows begin.
            around = (near, near + 1, near - 1, near + 2, near - 2)
            return next((n for n in around if 0 <= n < self._length and self.key_at(n) == key), None)
        except (OverflowError, ValueError):  # before or after the years that a calendar has
            return None

    def window_at(self, number: int) -> TimeWindow:
        """Start and end of a window, in the time zone of the definition."""
        zone = self.windows.zone
        return TimeWindow(of.to_local(self.windows.start(number), zone), of.to_local(self.windows.end(number), zone))

    def _parse(self, key: str) -> datetime | None:
        for text in (key, key[:-5]):
            try:
                return datetime.strptime(text, self._format)
            except ValueError:
                continue
        return None


class TimeWindowPartitionsDefinition(PartitionsDefinition):
    """Partitions that are windows of time, from one tick of a schedule to the next.

    A window's partition exists once the window has ended. Windows begin and end at local times: where the clock
    changes, a day has 23 or 25 hours, and the second of two equal hours has its UTC offset in its key.

    Args:
        start: From when on: a date, a datetime or text in `fmt`. The first window begins at the first tick from there.
        fmt: How a key is written, as for `strftime`.
        end: A window that ends after this does not exist; None for no end.
        schedule_type: `hourly`, `daily`, `weekly` or `monthly`; or `cron_schedule`, not both.
        timezone: An IANA name such as `Europe/Berlin`. Default UTC.
        end_offset: How many windows beyond the last ended one also exist: 1 adds the current one, -1 waits for another.
        minute_offset: At which minute of the hour windows begin.
        hour_offset: At which hour of the day daily, weekly and monthly windows begin.
        day_offset: At which day weekly (0 is Sunday) and monthly (1 is the first) windows begin.
        cron_schedule: A cron expression with five fields, for windows that none of the four describes.
        exclusions: Windows that don't exist: datetimes at which they would begin, or cron expressions.

    Raises:
        InvalidParameterError: an argument has the wrong type or form, or `fmt` does not tell one window from another.

    Example:
        >>> weekdays = TimeWindowPartitionsDefinition(
        ...     start="2026-01-01", end="2026-01-07", fmt="%Y-%m-%d", cron_schedule="0 0 * * 1-5"
        ... )
        >>> weekdays.get_partition_keys()
        ['2026-01-01', '2026-01-02', '2026-01-05', '2026-01-06']
    """

    def __init__(
        self,
        start: Moment,
        fmt: str | None = None,
        end: Moment | None = None,
        schedule_type: ScheduleType | None = None,
        timezone: str | None = None,
        end_offset: int = 0,
        minute_offset: int = 0,
        hour_offset: int = 0,
        day_offset: int | None = None,
        cron_schedule: str | None = None,
        exclusions: Sequence[str | datetime] | None = None,
    ) -> None:
        self.timezone = timezone or "UTC"
        self._zone = check_zone(self.timezone)
        self._rule = Rule.check(schedule_type, cron_schedule, minute_offset, hour_offset, day_offset)
        self.fmt = fmt or _FORMATS[self._rule.type]
        if isinstance(end_offset, bool) or not isinstance(end_offset, int):
            raise InvalidParameterError(f"end_offset is a number of windows, but got {shown(end_offset)}.")
        self.end_offset = end_offset
        self.start = self._local(start, "start")
        self.end = None if end is None else self._local(end, "end")
        self._exclusions = tuple(self._exclusion(item) for item in check_several(exclusions, "exclusions"))
        self._windows_before: dict[int, tuple[of.Windows, int]] = {}
        self._check_format()

    @property
    def is_time_based(self) -> bool:
        """True: each partition is a window of time."""
        return True

    @property
    def schedule_type(self) -> ScheduleType | None:
        """Which of the four common kinds of windows they are; None where only a cron expression says."""
        kind = self._rule.type
        return None if kind == "cron" else cast("ScheduleType", kind)

    @property
    def minute_offset(self) -> int:
        """The minute of the hour at which windows begin."""
        return self._rule.minute

    @property
    def hour_offset(self) -> int:
        """The hour of the day at which windows begin."""
        return self._rule.hour

    @property
    def day_offset(self) -> int | None:
        """The day of the week or month at which windows begin; None where they are not weekly or monthly."""
        return self._rule.day

    def keys_at(
        self, current_time: datetime | None = None, dynamic_partitions_store: DynamicPartitionsStore | None = None
    ) -> TimeWindowKeys:
        """The keys of the windows that have ended at `current_time`, plus `end_offset`."""
        return self._keys_at(of.instant_of(moment_of(current_time)))

    def time_window_for_partition_key(self, partition_key: str) -> TimeWindow:
        """The first instant of the window and the first after it, in the definition's time zone.

        Raises:
            UnknownPartitionError: no window has the key.
        """
        keys = self._all_keys()
        number = keys.number_of(partition_key)
        if number is None:
            raise UnknownPartitionError(
                f"{partition_key!r} is not the key of a window, written as {self.fmt!r}, such as {keys.key_at(0)!r}."
            )
        return keys.window_at(number)

    def start_time_for_partition_key(self, partition_key: str) -> datetime:
        """The first instant of a window; see `time_window_for_partition_key`."""
        return self.time_window_for_partition_key(partition_key).start

    def end_time_for_partition_key(self, partition_key: str) -> datetime:
        """The first instant after a window; see `time_window_for_partition_key`."""
        return self.time_window_for_partition_key(partition_key).end

    def get_first_partition_window(self, current_time: datetime | None = None) -> TimeWindow | None:
        """The first window that exists at a moment; None where there is none yet."""
        keys = self.keys_at(current_time)
        return keys.window_at(0) if len(keys) else None

    def get_last_partition_window(self, current_time: datetime | None = None) -> TimeWindow | None:
        """The last window that exists at a moment; None where there is none yet."""
        keys = self.keys_at(current_time)
        return keys.window_at(len(keys) - 1) if len(keys) else None

    def get_partition_key_for_timestamp(self, timestamp: float, end_closed: bool = False) -> str:
        """The key of the newest window that has begun at a moment.

        Args:
            timestamp: Seconds since the epoch.
            end_closed: Whether the moment at which one window ends and the next begins is the earlier one's.

        Raises:
            UnknownPartitionError: no window has begun by then.
        """
        keys = self._all_keys()
        number = self._windows.started_before(math.ceil(timestamp) if end_closed else math.floor(timestamp) + 1) - 1
        if not 0 <= number < len(keys):
            raise UnknownPartitionError(f"No window of {self!r} holds {timestamp} (seconds since the epoch).")
        return keys.key_at(number)

    def get_partition_keys_in_time_window(self, time_window: TimeWindow) -> list[str]:
        """The keys of the windows that begin within a span of time, whether they have ended or not."""
        windows, keys = self._windows, self._all_keys()
        first = windows.started_before(of.instant_of(time_window.start))
        return keys.select(range(first, windows.started_before(of.instant_of(time_window.end))))

    def number_of_first(self, other: TimeWindowPartitionsDefinition) -> int | None:
        """The number that the first window of another definition has here, which may be negative.

        None where the two differ in more than when they begin and end, so that their windows or keys differ.
        """
        if self._rule != other._rule or (self.timezone, self.fmt, self._exclusions) != (
            other.timezone,
            other.fmt,
            other._exclusions,
        ):
            return None
        mine, theirs = self._windows.start(0), other._windows.start(0)
        return self._windows.started_before(theirs) if mine <= theirs else -other._windows.started_before(mine)

    def windows_from_before(self, count: int) -> tuple[of.Windows, int]:
        """All windows and at least `count` that would come before the first, and the number of the first among them."""
        if count <= 0:
            return self._windows, 0
        if count not in self._windows_before:
            self._windows_before[count] = self._with_windows_before(count)
        return self._windows_before[count]

    def _with_windows_before(self, count: int) -> tuple[of.Windows, int]:
        first = self._windows.start(0)
        reach = self._rule.longest() * (count + 1)
        while True:
            earlier = max(first - reach, _FIRST_INSTANT)
            windows = self._made_from(of.to_local(earlier, self._zone).replace(tzinfo=None))
            number = windows.started_before(first)
            if number >= count or earlier == _FIRST_INSTANT:
                return windows, number
            reach *= 2

    def get_cron_schedule(
        self,
        minute_of_hour: int | None = None,
        hour_of_day: int | None = None,
        day_of_week: int | None = None,
        day_of_month: int | None = None,
    ) -> str:
        """A cron expression that ticks once for each window.

        Args:
            minute_of_hour: At another minute than that at which windows begin.
            hour_of_day: At another hour; not for hourly windows.
            day_of_week: At another weekday, 0 for Sunday; only for weekly windows.
            day_of_month: At another day; only for monthly windows.

        Raises:
            InvalidParameterError: an argument does not go with the windows.
        """
        return self._rule.to_cron(minute_of_hour, hour_of_day, day_of_week, day_of_month)

    def next_end(self, moment: datetime) -> int | None:
        """When the next window ends after a moment, in seconds since the epoch; None if none does any more."""
        number = self._windows.ended_by(of.instant_of(moment))
        return self._windows.end(number) if number < self._limit else None

    def to_snapshot(self) -> PartitionsSnapshot:
        """The definition as plain values."""
        return PartitionsSnapshot(
            type=self._rule.type,
            start=_written(self.start),
            end=None if self.end is None else _written(self.end),
            timezone=self.timezone,
            format=None if self.fmt == _FORMATS[self._rule.type] else self.fmt,
            end_offset=self.end_offset,
            minute_offset=self._rule.minute,
            hour_offset=self._rule.hour,
            day_offset=self._rule.day,
            cron=self._rule.cron,
            exclusions=self._exclusions,
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}(start={_written(self.start)!r}, fmt={self.fmt!r}, timezone={self.timezone!r})"

    @cached_property
    def _windows(self) -> of.Windows:
        return self._made_from(self.start)

    def _made_from(self, start: datetime) -> of.Windows:
        windows = self._rule.windows(self._zone, start)
        return of.without(windows, Excluded(self._exclusions, self._zone)) if self._exclusions else windows

    def _keys_at(self, instant: int) -> TimeWindowKeys:
        length = max(0, self._windows.ended_by(instant) + self.end_offset)
        return TimeWindowKeys(self._windows, min(length, self._limit), self.fmt)

    def _all_keys(self) -> TimeWindowKeys:
        return TimeWindowKeys(self._windows, self._limit, self.fmt)

    @cached_property
    def _limit(self) -> int:
        """How many windows there will ever be."""
        return _NEVER if self.end is None else self._windows.ended_by(of.to_instant(self.end, self._zone))

    def _local(self, value: Moment, name: str) -> datetime:
        """A local time of the definition's zone."""
        moment: date | datetime = self._parse(value, name) if isinstance(value, str) else value
        if isinstance(moment, datetime):
            return moment if moment.tzinfo is None else moment.astimezone(self._zone).replace(tzinfo=None, fold=0)
        if isinstance(moment, date):
            return datetime.combine(moment, time())
        raise InvalidParameterError(f"{name} is a date or text written as {self.fmt!r}, but got {shown(value)}.")

    def _parse(self, text: str, name: str) -> datetime:
        for written in (self.fmt, _DAY):
            try:
                return datetime.strptime(text, written)
            except ValueError:
                continue
        raise InvalidParameterError(f"{name} is a date or text written as {self.fmt!r}, but got {text!r}.")

    def _exclusion(self, item: object) -> str:
        if isinstance(item, datetime):
            return _written(self._local(item, "An exclusion"))
        if isinstance(item, str):
            return check_cron(item, "An exclusion")
        raise InvalidParameterError(f"An exclusion is a datetime or a cron expression, but got {shown(item)}.")

    def _check_format(self) -> None:
        """Refuse a format in which windows would share a key, or that can't be read again."""
        windows = self._rule.windows(self._zone, self.start)
        keys = TimeWindowKeys(windows, _NEVER, self.fmt)
        for number in range(8):
            if keys.number_of(keys.key_at(number)) != number:
                moment = windows.label(number).replace(tzinfo=None)
                raise InvalidParameterError(
                    f"fmt {self.fmt!r} does not tell one window from another: {_written(moment)} becomes "
                    f"{keys.key_at(number)!r}. Add what is missing, as in {_FORMATS[self._rule.type]!r}."
                )


def check_zone(name: object, where: str = "timezone") -> ZoneInfo:
    """A time zone by its IANA name.

    Raises:
        InvalidParameterError: there is none of that name.
    """
    try:
        return ZoneInfo(name)  # type: ignore[arg-type]
    except (ZoneInfoNotFoundError, ValueError, OSError, TypeError, AttributeError) as error:
        raise InvalidParameterError(f"{where} {name!r} is not an IANA time zone such as 'Europe/Berlin'.") from error


def _written(local: datetime) -> str:
    """A local time in ISO 8601; at midnight the day alone."""
    return local.date().isoformat() if local.time() == time() else local.isoformat()

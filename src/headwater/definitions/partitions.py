"""Partitions definitions: which parts an asset consists of, and in what order."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from headwater.clock import SystemClock, to_datetime
from headwater.definitions.arguments import check_several, shown
from headwater.errors import InvalidParameterError, UnknownPartitionError
from headwater.keys import is_storable

_DAY = "%Y-%m-%d"
_UNSTORABLE = frozenset("\n\t\r\a\b\f\v\0")


class PartitionsSnapshot(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A partitions definition as stored: `type` is `daily` or `static`, the rest is what that type needs."""

    type: str
    start: str | None = None
    end: str | None = None
    timezone: str = "UTC"
    format: str = _DAY
    end_offset: int = 0
    keys: tuple[str, ...] = ()


class PartitionsDefinition(ABC):
    """The parts of an asset: each has a key, and they have an order."""

    @abstractmethod
    def get_partition_keys(self, current_time: datetime | None = None) -> Sequence[str]:
        """Every key that exists at a moment, in order.

        Args:
            current_time: An aware datetime; None for now.
        """

    @abstractmethod
    def has_partition_key(self, partition_key: str, current_time: datetime | None = None) -> bool:
        """Whether the key exists at a moment."""

    @abstractmethod
    def to_snapshot(self) -> PartitionsSnapshot:
        """The definition as plain values."""

    @property
    def is_time_based(self) -> bool:
        """Whether the partitions are windows of time, so that one is the newest."""
        return False

    def get_first_partition_key(self, current_time: datetime | None = None) -> str | None:
        """The first key, or None where there is none yet."""
        keys = self.get_partition_keys(current_time)
        return keys[0] if keys else None

    def get_last_partition_key(self, current_time: datetime | None = None) -> str | None:
        """The last key, or None where there is none yet."""
        keys = self.get_partition_keys(current_time)
        return keys[-1] if keys else None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PartitionsDefinition) and self.to_snapshot() == other.to_snapshot()

    def __hash__(self) -> int:
        return hash(self.to_snapshot())


class StaticPartitionsDefinition(PartitionsDefinition):
    """A fixed list of partitions.

    Args:
        partition_keys: The keys in order, each once.

    Raises:
        InvalidParameterError: a key is no string, stands twice, or holds `...` or a character that can't be stored.

    Example:
        >>> StaticPartitionsDefinition(["eu", "us"]).get_last_partition_key()
        'us'
    """

    def __init__(self, partition_keys: Sequence[str]) -> None:
        keys = check_several(partition_keys, "partition_keys")
        for key in keys:
            if not isinstance(key, str):
                raise InvalidParameterError(f"A partition key is a string, but got {shown(key)}; write str(...).")
            if "..." in key or _UNSTORABLE & set(key) or not is_storable(key):
                raise InvalidParameterError(
                    f"The partition key {key!r} holds '...' or a control character; rename that partition."
                )
        twice = [key for key, count in Counter(keys).items() if count > 1]
        if twice:
            raise InvalidParameterError(f"These partition keys stand more than once: {', '.join(sorted(twice))}.")
        self._keys: tuple[str, ...] = tuple(keys)
        self._index = frozenset(self._keys)

    def get_partition_keys(self, current_time: datetime | None = None) -> Sequence[str]:
        """The keys as given."""
        return self._keys

    def has_partition_key(self, partition_key: str, current_time: datetime | None = None) -> bool:
        """Whether the key is one of them."""
        return partition_key in self._index

    def to_snapshot(self) -> PartitionsSnapshot:
        """The definition as plain values."""
        return PartitionsSnapshot(type="static", keys=self._keys)

    def __repr__(self) -> str:
        return f"StaticPartitionsDefinition({list(self._keys)!r})"


class DailyPartitionsDefinition(PartitionsDefinition):
    """One partition a calendar day, from a first day on.

    A day's partition exists once that day has ended in `timezone`.

    Args:
        start_date: The first day: a date, a datetime or text in `fmt`.
        end_date: The first day that is not a partition any more; None for no end.
        timezone: An IANA name such as `Europe/Berlin`; decides when a day ends. Default UTC.
        fmt: How a key is written, as for `strftime`.
        end_offset: How many days beyond the last ended one also exist; 1 adds today.

    Raises:
        InvalidParameterError: a date does not fit `fmt`, or the time zone is not known.

    Example:
        >>> daily = DailyPartitionsDefinition(start_date="2026-01-01", end_date="2026-01-04")
        >>> list(daily.get_partition_keys())
        ['2026-01-01', '2026-01-02', '2026-01-03']
    """

    def __init__(
        self,
        start_date: date | datetime | str,
        end_date: date | datetime | str | None = None,
        *,
        timezone: str | None = None,
        fmt: str | None = None,
        end_offset: int = 0,
    ) -> None:
        self._format = fmt or _DAY
        self._timezone = timezone or "UTC"
        try:
            self._zone = ZoneInfo(self._timezone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise InvalidParameterError(
                f"timezone {self._timezone!r} is not an IANA time zone such as 'Europe/Berlin'."
            ) from error
        if isinstance(end_offset, bool) or not isinstance(end_offset, int):
            raise InvalidParameterError(f"end_offset is a number of days, but got {shown(end_offset)}.")
        self._start = self._day(start_date, "start_date", round_up=True)
        self._end = None if end_date is None else self._day(end_date, "end_date", round_up=False)
        self._end_offset = end_offset
        self._check_format()

    @property
    def is_time_based(self) -> bool:
        """True: each partition is a window of time."""
        return True

    def get_partition_keys(self, current_time: datetime | None = None) -> Sequence[str]:
        """The days from the first one to the last that has ended at `current_time`.

        Raises:
            InvalidParameterError: `current_time` has no time zone.
        """
        stop = self._stop(current_time)
        days = max(0, (stop - self._start).days)
        return [(self._start + timedelta(days=n)).strftime(self._format) for n in range(days)]

    def has_partition_key(self, partition_key: str, current_time: datetime | None = None) -> bool:
        """Whether the key is a day between the first one and the last that has ended."""
        try:
            day = datetime.strptime(partition_key, self._format).date()
        except ValueError:
            return False
        # strptime forgives what strftime would not write, such as a missing zero.
        written_so = day.strftime(self._format) == partition_key
        return written_so and self._start <= day < self._stop(current_time)

    def get_last_partition_key(self, current_time: datetime | None = None) -> str | None:
        """The newest day that has ended at `current_time`."""
        last = self._stop(current_time) - timedelta(days=1)
        return last.strftime(self._format) if last >= self._start else None

    def time_window_for_partition_key(self, partition_key: str) -> tuple[datetime, datetime]:
        """The first instant of the day and the first of the next one, in the definition's time zone.

        Raises:
            UnknownPartitionError: the key is not written as a day.
        """
        try:
            day = datetime.strptime(partition_key, self._format).date()
        except ValueError as error:
            raise UnknownPartitionError(
                f"{partition_key!r} is not a day written as {self._format!r}, such as "
                f"{self._start.strftime(self._format)!r}."
            ) from error
        return self._midnight(day), self._midnight(day + timedelta(days=1))

    def to_snapshot(self) -> PartitionsSnapshot:
        """The definition as plain values."""
        return PartitionsSnapshot(
            type="daily",
            start=self._start.isoformat(),
            end=None if self._end is None else self._end.isoformat(),
            timezone=self._timezone,
            format=self._format,
            end_offset=self._end_offset,
        )

    def __repr__(self) -> str:
        return f"DailyPartitionsDefinition(start_date={self._start.isoformat()!r}, timezone={self._timezone!r})"

    def _stop(self, current_time: datetime | None) -> date:
        """The first day that is not a partition yet."""
        # The one place where a definition reads the clock: a user who asks for the keys means those of now. What
        # decides anything in Headwater passes the time.
        moment = to_datetime(SystemClock().now()) if current_time is None else current_time
        if moment.utcoffset() is None:
            raise InvalidParameterError(
                f"current_time is a datetime without a time zone, {moment}; give it one, such as tzinfo=timezone.utc."
            )
        today = moment.astimezone(self._zone).date() + timedelta(days=self._end_offset)
        return today if self._end is None else min(today, self._end)

    def _midnight(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=self._zone)

    def _day(self, value: date | datetime | str, name: str, *, round_up: bool) -> date:
        """The day of a date; a later hour of it belongs to the next day if that is asked for."""
        moment: date | datetime = self._parse(value, name) if isinstance(value, str) else value
        if isinstance(moment, datetime):
            moment = moment if moment.tzinfo is None else moment.astimezone(self._zone)
            whole = moment.time() == time()
            return moment.date() if whole or not round_up else moment.date() + timedelta(days=1)
        if isinstance(moment, date):
            return moment
        raise InvalidParameterError(f"{name} is a date or text written as {self._format!r}, but got {shown(value)}.")

    def _parse(self, text: str, name: str) -> datetime:
        try:
            return datetime.strptime(text, self._format)
        except ValueError as error:
            raise InvalidParameterError(
                f"{name} is a date or text written as {self._format!r}, but got {text!r}."
            ) from error

    def _check_format(self) -> None:
        """Refuse a format in which two days would have one key."""
        for day in (self._start, self._start + timedelta(days=1)):
            key = day.strftime(self._format)
            try:
                same = datetime.strptime(key, self._format).date() == day
            except ValueError:
                same = False
            if not same:
                raise InvalidParameterError(
                    f"fmt {self._format!r} does not tell one day from another: {day.isoformat()} becomes {key!r}. "
                    f"Add what is missing, as in {_DAY!r}."
                )


def partitions_from_snapshot(snapshot: PartitionsSnapshot) -> PartitionsDefinition:
    """The definition that a snapshot describes."""
    if snapshot.type == "static":
        return StaticPartitionsDefinition(snapshot.keys)
    if snapshot.type == "daily" and snapshot.start is not None:
        return DailyPartitionsDefinition(
            date.fromisoformat(snapshot.start),
            None if snapshot.end is None else date.fromisoformat(snapshot.end),
            timezone=snapshot.timezone,
            fmt=snapshot.format,
            end_offset=snapshot.end_offset,
        )
    raise InvalidParameterError(f"Partitions of the type {snapshot.type!r} are not known to this release.")

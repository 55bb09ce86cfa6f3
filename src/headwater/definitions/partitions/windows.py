"""Windows of time that follow each other, numbered from 0, in a time zone with its changes of the clock.

Instants are whole seconds since the epoch. A local time that a change of the clock skips stands for the first instant
after the gap (so a day that a zone's calendar skipped is an empty window); one that occurs twice stands for the first
occurrence. Hours are counted as they pass.
"""

from __future__ import annotations

import bisect
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, islice, pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

HOUR = 3600
_WEEK = 7 * 24 * HOUR


class Windows(ABC):
    """Windows that follow each other without an end."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone

    @abstractmethod
    def start(self, number: int) -> int:
        """The instant at which a window begins."""

    @abstractmethod
    def end(self, number: int) -> int:
        """The instant at which a window ends."""

    @abstractmethod
    def started_before(self, instant: int) -> int:
        """How many windows begin before an instant."""

    @abstractmethod
    def label(self, number: int) -> datetime:
        """The local time that names a window."""

    def between(self, start: int, end: int) -> tuple[int, int]:
        """The windows that share time with a span of instants: the first of them, and the first after them."""
        first = self.started_before(start)
        if first and self.end(first - 1) > start:
            first -= 1
        return first, max(first, self.started_before(end))

    def spans(self, first: int, stop: int) -> Iterator[tuple[int, int]]:
        """The time from one window up to, without, another one, in as few spans of instants as possible."""
        if first < stop:
            yield self.start(first), self.end(stop - 1)

    def ended_by(self, instant: int) -> int:
        """How many windows have ended at an instant."""
        number = self.started_before(instant)
        while number and self.end(number - 1) > instant:
            number -= 1
        return number


class CalendarWindows(Windows):
    """Windows that begin at a local time of certain days: each day, each week, or once a month.

    Args:
        zone: The time zone.
        nominal: The local time at which the window with a number begins.
        guess: About how many windows begin before a local time; at most two too many or too few.
    """

    def __init__(self, zone: ZoneInfo, nominal: Callable[[int], datetime], guess: Callable[[datetime], int]) -> None:
        super().__init__(zone)
        self._nominal = nominal
        self._guess = guess

    def start(self, number: int) -> int:
        """The instant of the local time."""
        return to_instant(self._nominal(number), self.zone)

    def end(self, number: int) -> int:
        """Where the next one begins."""
        return self.start(number + 1)

    def started_before(self, instant: int) -> int:
        """From the guess to the very number."""
        number = max(0, self._guess(to_local(instant, self.zone).replace(tzinfo=None)))
        while number and self.start(number - 1) >= instant:
            number -= 1
        while self.start(number) < instant:
            number += 1
        return number

    def label(self, number: int) -> datetime:
        """The local time as the calendar has it, though a change of the clock may skip it."""
        return self._nominal(number).replace(tzinfo=self.zone)


def daily(zone: ZoneInfo, first: date, at: time) -> CalendarWindows:
    """A window each day."""
    return _every(zone, first, at, days=1)


def weekly(zone: ZoneInfo, first: date, at: time) -> CalendarWindows:
    """A window each week, from the weekday of the first one on."""
    return _every(zone, first, at, days=7)


def _every(zone: ZoneInfo, first: date, at: time, *, days: int) -> CalendarWindows:
    begin = datetime.combine(first, at)
    return CalendarWindows(
        zone,
        lambda number: begin + timedelta(days=days * number),
        lambda local: (local - begin).days // days + 1,
    )


def monthly(zone: ZoneInfo, first: date, at: time) -> CalendarWindows:
    """A window each month, from the day of the month of the first one on (1 to 28)."""
    begin = first.year * 12 + first.month - 1

    def nominal(number: int) -> datetime:
        year, month = divmod(begin + number, 12)
        return datetime.combine(date(year, month + 1, first.day), at)

    return CalendarWindows(zone, nominal, lambda local: local.year * 12 + local.month - 1 - begin + 1)


class _Stretches(NamedTuple):
    """By stretch of one UTC offset: the number and the instant of its first window; and up to where that is known."""

    numbers: tuple[int, ...]
    instants: tuple[int, ...]
    offset: int
    known_until: int


class HourlyWindows(Windows):
    """A window from each full local hour (plus some minutes) to the next, as the hours pass.

    Between two changes of the clock the hours are evenly spaced, so only the changes are kept.

    Args:
        zone: The time zone.
        begin: The instant from which on windows may begin.
        minute: At which minute of the local hour they begin.
    """

    def __init__(self, zone: ZoneInfo, begin: int, minute: int) -> None:
        super().__init__(zone)
        self._minute = minute
        offset = _offset(begin, zone)
        # Replaced as a whole, so that threads may share a definition.
        self._stretches = _Stretches((0,), (self._first_from(begin, offset),), offset, begin)

    def start(self, number: int) -> int:
        """Where the hour begins."""
        while True:
            known = self._stretches
            place = bisect.bisect_right(known.numbers, number) - 1
            instant = known.instants[place] + (number - known.numbers[place]) * HOUR
            if instant < known.known_until:
                return instant
            self._known(instant + 1)

    def end(self, number: int) -> int:
        """Where the next one begins."""
        return self.start(number + 1)

    def started_before(self, instant: int) -> int:
        """Counted from the last change of the clock before it."""
        known = self._known(instant)
        place = bisect.bisect_left(known.instants, instant) - 1
        if place < 0:
            return 0
        passed = known.numbers[place] + -(-(instant - known.instants[place]) // HOUR)
        return min(passed, known.numbers[place + 1]) if place + 1 < len(known.numbers) else passed

    def label(self, number: int) -> datetime:
        """The local time; the second hour of one name has `fold=1`."""
        return to_local(self.start(number), self.zone)

    def _known(self, until: int) -> _Stretches:
        """The stretches up to an instant."""
        known = self._stretches
        while known.known_until < until:
            # No zone has changed its clock twice within a week and ended where it was.
            upto = known.known_until + _WEEK
            offset = _offset(upto, self.zone)
            if offset != known.offset:
                known = self._with_stretch(known, _change(known.known_until, upto, self.zone), offset)
            known = known._replace(known_until=upto)
        self._stretches = known
        return known

    def _with_stretch(self, known: _Stretches, change: int, offset: int) -> _Stretches:
        passed = max(0, -(-(change - known.instants[-1]) // HOUR))
        numbers = (*known.numbers, known.numbers[-1] + passed)
        return known._replace(
            numbers=numbers, instants=(*known.instants, self._first_from(change, offset)), offset=offset
        )

    def _first_from(self, instant: int, offset: int) -> int:
        return instant + (self._minute * 60 - instant - offset) % HOUR


class Window(NamedTuple):
    """A window that had to be listed: its instants, and the local time that names it."""

    start: int
    end: int
    label: datetime


class ListedWindows(Windows):
    """Windows that have to be listed one after the other, because no rule leads from a number to a time.

    Args:
        zone: The time zone.
        after: The windows that follow another one, in order; from the first one on for None.
    """

    def __init__(self, zone: ZoneInfo, after: Callable[[Window | None], Iterator[Window]]) -> None:
        super().__init__(zone)
        self._after = after
        # Replaced as a whole, so that threads may share a definition.
        self._listed: tuple[Window, ...] = ()

    def start(self, number: int) -> int:
        """As listed."""
        return self._window(number).start

    def end(self, number: int) -> int:
        """As listed."""
        return self._window(number).end

    def started_before(self, instant: int) -> int:
        """Found among those listed."""
        listed = self._list(lambda listed: bool(listed) and listed[-1].start >= instant)
        return bisect.bisect_left(listed, instant, key=lambda window: window.start)

    def label(self, number: int) -> datetime:
        """As listed."""
        return self._window(number).label

    def _window(self, number: int) -> Window:
        return self._list(lambda listed: len(listed) > number)[number]

    def _list(self, enough: Callable[[tuple[Window, ...]], bool]) -> tuple[Window, ...]:
        """Twice as many each time, until there are enough or no more come."""
        listed = self._listed
        while not enough(listed):
            more = tuple(islice(self._after(listed[-1] if listed else None), max(64, len(listed))))
            if not more:
                break
            listed = self._listed = listed + more
        return listed


def listed(zone: ZoneInfo, begin: int, ticks: Callable[[int], Iterator[datetime]]) -> ListedWindows:
    """Windows from each tick of a schedule to the next one.

    Args:
        zone: The time zone.
        begin: The instant from which on windows may begin.
        ticks: The local times of the ticks from an instant on.
    """

    def after(window: Window | None) -> Iterator[Window]:
        for start, end in pairwise(ticks(begin if window is None else window.end)):
            # A change of the clock can make one instant of two ticks.
            if instant_of(start) < instant_of(end):
                yield Window(instant_of(start), instant_of(end), start)

    return ListedWindows(zone, after)


class WindowsWithGaps(ListedWindows):
    """Windows that don't always begin where the one before ends."""

    def spans(self, first: int, stop: int) -> Iterator[tuple[int, int]]:
        """One span up to each gap."""
        begin = first
        for number in range(first, stop):
            if number + 1 == stop or self.end(number) != self.start(number + 1):
                yield self.start(begin), self.end(number)
                begin = number + 1


def without(windows: Windows, excluded: Callable[[int], bool]) -> WindowsWithGaps:
    """The windows whose start is not excluded; the others keep their ends."""

    def after(window: Window | None) -> Iterator[Window]:
        first = 0 if window is None else windows.started_before(window.start) + 1
        for number in count(first):
            start = windows.start(number)
            if not excluded(start):
                yield Window(start, windows.end(number), windows.label(number))

    return WindowsWithGaps(windows.zone, after)


def to_instant(local: datetime, zone: ZoneInfo) -> int:
    """The instant of a local time without a zone."""
    instant = instant_of(local.replace(tzinfo=zone))
    if to_local(instant, zone).replace(tzinfo=None, fold=0) == local.replace(fold=0):
        return instant
    # A change of the clock skips it: it reads as later with the offset before, as earlier with the offset after.
    return _change(instant_of(local.replace(tzinfo=zone, fold=1)), instant, zone)


def to_local(instant: int, zone: ZoneInfo) -> datetime:
    """The local time at an instant."""
    return datetime.fromtimestamp(instant, zone)


def instant_of(moment: datetime) -> int:
    """The instant of a datetime with a zone."""
    return int((moment.astimezone(UTC) - _EPOCH).total_seconds())


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _offset(instant: int, zone: ZoneInfo) -> int:
    offset = to_local(instant, zone).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


def _change(before: int, after: int, zone: ZoneInfo) -> int:
    """The first instant between two at which the UTC offset is no longer that of the first."""
    old = _offset(before, zone)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(middle, zone) == old:
            before = middle
        else:
            after = middle
    return after

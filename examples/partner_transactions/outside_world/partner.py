"""The partner: puts a file with dirty transactions into its outgoing folder on most working days."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from outside_world.dirty_rows import make_delivery
from outside_world.places import World, write_whole

_NAME = re.compile(r"transactions_(\d{8})_(\d{4})\.csv")
_HISTORY_DAYS = 14
_SATURDAY = 5


@dataclass(frozen=True)
class Delivery:
    """A file that was delivered: its running number and the day that it is about."""

    number: int
    day: date

    @property
    def name(self) -> str:
        """The name of its file."""
        return f"transactions_{self.day:%Y%m%d}_{self.number:04d}.csv"


def deliveries(world: World) -> list[Delivery]:
    """What lies in the outgoing folder, by number."""
    found = [_NAME.fullmatch(path.name) for path in world.outgoing.glob("transactions_*.csv")]
    known = [Delivery(int(name[2]), datetime.strptime(name[1], "%Y%m%d").date()) for name in found if name]
    return sorted(known, key=lambda delivery: delivery.number)


def deliver(world: World, day: date, *, seed: int, broken: bool = False, modified: float | None = None) -> Path:
    """Deliver one more file about a day, as the partner does it: written under a passing name, then renamed.

    Args:
        world: Where.
        day: What it is about.
        seed: The world's.
        broken: Whether most amounts are lost.
        modified: The file's modification time, in seconds since the epoch; None for now.
    """
    earlier = deliveries(world)
    last = earlier[-1] if earlier else None
    delivery = Delivery(1 if last is None else last.number + 1, day)
    content = make_delivery(delivery.number, day, seed, previous=None if last is None else last.day, broken=broken)
    path = world.outgoing / delivery.name
    write_whole(path, content, modified=modified)
    return path


def deliver_history(world: World, today: date, *, seed: int) -> None:
    """The files of the last two weeks, each delivered at six on the morning after its day; none on weekends."""
    for ago in range(_HISTORY_DAYS, 0, -1):
        day = today - timedelta(days=ago + 1)
        if day.weekday() < _SATURDAY:
            morning = datetime.combine(day + timedelta(days=1), time(6, 0), UTC)
            deliver(world, day, seed=seed, modified=morning.timestamp())

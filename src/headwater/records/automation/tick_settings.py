"""What holds for all sensors and schedules of a deployment."""

from __future__ import annotations

import msgspec


class TickSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Whether sensors and schedules are on that do not declare it, and what is kept of their ticks.

    Of each one's ticks, those that were skipped are kept for `skipped_days`, the others for `other_days`, and no more
    than so many of each.
    """

    on_by_default: bool = True
    skipped_days: float = 7
    other_days: float = 30
    most_skipped: int = 1_000
    most_others: int = 10_000


DEFAULTS = TickSettings()

"""How recent an asset has to be: `FreshnessPolicy`. What judges it as time passes is in `automation`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from headwater.definitions.arguments import check_type, shown
from headwater.definitions.cron_text import check_cron
from headwater.definitions.partitions.rules import ticks
from headwater.definitions.partitions.time_windows import check_zone
from headwater.errors import InvalidParameterError

_LEAST = timedelta(minutes=1)
_TICKS_LOOKED_AT = 400
_SOME_INSTANT = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())


class FreshnessPolicy(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How recent an asset's newest materialization has to be; made with `time_window` or `cron`.

    It holds for native and external assets alike. Lengths of time are in seconds.

    Example:
        >>> hourly = FreshnessPolicy.time_window(fail_window=timedelta(hours=2), warn_window=timedelta(hours=1))
        >>> AssetSpec("orders", freshness_policy=hourly).freshness_policy.fail_window
        7200.0
    """

    type: Literal["time_window", "cron"]
    fail_window: float | None = None
    warn_window: float | None = None
    deadline_cron: str | None = None
    lower_bound_delta: float | None = None
    timezone: str = "UTC"

    @staticmethod
    def time_window(fail_window: timedelta, warn_window: timedelta | None = None) -> FreshnessPolicy:
        """Fresh as long as the newest materialization is not older than this.

        Args:
            fail_window: From this age on it fails; at least a minute.
            warn_window: From this age on it warns; at least a minute, and less than `fail_window`.

        Raises:
            InvalidParameterError: an argument is no timedelta, too short, or the warning would not come first.
        """
        fail = _seconds(fail_window, "fail_window of a FreshnessPolicy")
        warn = None if warn_window is None else _seconds(warn_window, "warn_window of a FreshnessPolicy")
        if warn is not None and warn >= fail:
            raise InvalidParameterError(
                f"warn_window of a FreshnessPolicy is less than fail_window, but got {warn_window} and {fail_window}."
            )
        return FreshnessPolicy(type="time_window", fail_window=fail, warn_window=warn)

    @staticmethod
    def cron(deadline_cron: str, lower_bound_delta: timedelta, timezone: str = "UTC") -> FreshnessPolicy:
        """Fresh if it was made in the time before each deadline, and until the next deadline.

        Args:
            deadline_cron: When it has to be there, as a cron expression with five fields.
            lower_bound_delta: How long before the deadline it may have been made at the earliest; at least a minute and
                no more than there is between two deadlines.
            timezone: The zone of the cron expression, an IANA name.

        Raises:
            InvalidParameterError: the expression or the zone is none, or the time is out of its range.
        """
        cron = check_cron(deadline_cron, "deadline_cron of a FreshnessPolicy")
        delta = _seconds(lower_bound_delta, "lower_bound_delta of a FreshnessPolicy")
        shortest = _shortest_interval(cron, check_zone(timezone))
        if delta > shortest:
            raise InvalidParameterError(
                f"lower_bound_delta of a FreshnessPolicy is at most the time between two deadlines of {cron!r}, "
                f"{timedelta(seconds=shortest)}, but got {lower_bound_delta}."
            )
        return FreshnessPolicy(type="cron", deadline_cron=cron, lower_bound_delta=delta, timezone=timezone)


def check_freshness_policy(value: object, where: str) -> FreshnessPolicy:
    """A freshness policy.

    Raises:
        InvalidParameterError: it is something else.
    """
    return check_type(value, FreshnessPolicy, where, "a FreshnessPolicy")


def _seconds(value: object, where: str) -> float:
    if not isinstance(value, timedelta) or value < _LEAST:
        raise InvalidParameterError(f"{where} is a timedelta of at least a minute, but got {shown(value)}.")
    return value.total_seconds()


def _shortest_interval(cron: str, zone: ZoneInfo) -> float:
    moments = [tick.timestamp() for tick in islice(ticks(cron, zone, _SOME_INSTANT), _TICKS_LOOKED_AT)]
    return min((later - earlier for earlier, later in pairwise(moments)), default=float("inf"))

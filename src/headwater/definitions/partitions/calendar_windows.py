"""The usual windows of time under their own names: hourly, daily, weekly and monthly partitions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from headwater.definitions.partitions.time_windows import Moment, TimeWindowPartitionsDefinition


class HourlyPartitionsDefinition(TimeWindowPartitionsDefinition):
    """One partition an hour; the hours that a change of the clock repeats are two, those that it skips are none.

    Args:
        start_date: From when on: a date, a datetime or text in `fmt`.
        end_date: An hour that ends after this does not exist; None for no end.
        minute_offset: At which minute the hours begin.
        timezone: An IANA name such as `Europe/Berlin`. Default UTC.
        fmt: How a key is written, as for `strftime`. Default `%Y-%m-%d-%H:%M`.
        end_offset: How many hours beyond the last ended one also exist; 1 adds the current one.
        exclusions: Hours that don't exist: datetimes at which they would begin, or cron expressions.

    Raises:
        InvalidParameterError: an argument has the wrong type or form.

    Example:
        >>> HourlyPartitionsDefinition(
        ...     start_date="2024-11-03-00:00", end_date="2024-11-03-03:00", timezone="America/New_York"
        ... ).get_partition_keys()
        ['2024-11-03-00:00', '2024-11-03-01:00', '2024-11-03-01:00-0500', '2024-11-03-02:00']
    """

    def __init__(
        self,
        start_date: Moment,
        end_date: Moment | None = None,
        minute_offset: int = 0,
        timezone: str | None = None,
        fmt: str | None = None,
        end_offset: int = 0,
        exclusions: Sequence[str | datetime] | None = None,
    ) -> None:
        super().__init__(
            start=start_date,
            end=end_date,
            fmt=fmt,
            schedule_type="hourly",
            timezone=timezone,
            end_offset=end_offset,
            minute_offset=minute_offset,
            exclusions=exclusions,
        )


class DailyPartitionsDefinition(TimeWindowPartitionsDefinition):
    """One partition a calendar day, from a first day on.

    A day's partition exists once that day has ended in `timezone`.

    Args:
        start_date: The first day: a date, a datetime or text in `fmt`.
        end_date: The first day that is not a partition any more; None for no end.
        minute_offset: At which minute of the hour days begin.
        hour_offset: At which hour days begin.
        timezone: An IANA name such as `Europe/Berlin`; decides when a day ends. Default UTC.
        fmt: How a key is written, as for `strftime`. Default `%Y-%m-%d`.
        end_offset: How many days beyond the last ended one also exist; 1 adds today.
        exclusions: Days that don't exist: datetimes at which they would begin, or cron expressions.

    Raises:
        InvalidParameterError: a date does not fit `fmt`, or the time zone is not known.

    Example:
        >>> daily = DailyPartitionsDefinition(start_date="2026-01-01", end_date="2026-01-04")
        >>> daily.get_partition_keys()
        ['2026-01-01', '2026-01-02', '2026-01-03']
    """

    def __init__(
        self,
        start_date: Moment,
        end_date: Moment | None = None,
        minute_offset: int = 0,
        hour_offset: int = 0,
        timezone: str | None = None,
        fmt: str | None = None,
        end_offset: int = 0,
        exclusions: Sequence[str | datetime] | None = None,
    ) -> None:
        super().__init__(
            start=start_date,
            end=end_date,
            fmt=fmt,
            schedule_type="daily",
            timezone=timezone,
            end_offset=end_offset,
            minute_offset=minute_offset,
            hour_offset=hour_offset,
            exclusions=exclusions,
        )


class WeeklyPartitionsDefinition(TimeWindowPartitionsDefinition):
    """One partition a week, from the first full week on; its key is the day on which it begins.

    Args:
        start_date: From when on: a date, a datetime or text in `fmt`.
        end_date: A week that ends after this does not exist; None for no end.
        minute_offset: At which minute of the hour weeks begin.
        hour_offset: At which hour of the day weeks begin.
        day_offset: On which day weeks begin: 0 for Sunday to 6 for Saturday.
        timezone: An IANA name such as `Europe/Berlin`. Default UTC.
        fmt: How a key is written, as for `strftime`. Default `%Y-%m-%d`.
        end_offset: How many weeks beyond the last ended one also exist; 1 adds the current one.
        exclusions: Weeks that don't exist: datetimes at which they would begin, or cron expressions.

    Raises:
        InvalidParameterError: an argument has the wrong type or form.

    Example:
        >>> WeeklyPartitionsDefinition(start_date="2026-01-01", end_date="2026-01-20").get_partition_keys()
        ['2026-01-04', '2026-01-11']
    """

    def __init__(
        self,
        start_date: Moment,
        end_date: Moment | None = None,
        minute_offset: int = 0,
        hour_offset: int = 0,
        day_offset: int = 0,
        timezone: str | None = None,
        fmt: str | None = None,
        end_offset: int = 0,
        exclusions: Sequence[str | datetime] | None = None,
    ) -> None:
        super().__init__(
            start=start_date,
            end=end_date,
            fmt=fmt,
            schedule_type="weekly",
            timezone=timezone,
            end_offset=end_offset,
            minute_offset=minute_offset,
            hour_offset=hour_offset,
            day_offset=day_offset,
            exclusions=exclusions,
        )


class MonthlyPartitionsDefinition(TimeWindowPartitionsDefinition):
    """One partition a month, from the first full month on; its key is the day on which it begins.

    Args:
        start_date: From when on: a date, a datetime or text in `fmt`.
        end_date: A month that ends after this does not exist; None for no end.
        minute_offset: At which minute of the hour months begin.
        hour_offset: At which hour of the day months begin.
        day_offset: On which day of the month they begin, from 1 on.
        timezone: An IANA name such as `Europe/Berlin`. Default UTC.
        fmt: How a key is written, as for `strftime`. Default `%Y-%m-%d`.
        end_offset: How many months beyond the last ended one also exist; 1 adds the current one.
        exclusions: Months that don't exist: datetimes at which they would begin, or cron expressions.

    Raises:
        InvalidParameterError: an argument has the wrong type or form.

    Example:
        >>> MonthlyPartitionsDefinition(start_date="2026-01-15", end_date="2026-04-01").get_partition_keys()
        ['2026-02-01', '2026-03-01']
    """

    def __init__(
        self,
        start_date: Moment,
        end_date: Moment | None = None,
        minute_offset: int = 0,
        hour_offset: int = 0,
        day_offset: int = 1,
        timezone: str | None = None,
        fmt: str | None = None,
        end_offset: int = 0,
        exclusions: Sequence[str | datetime] | None = None,
    ) -> None:
        super().__init__(
            start=start_date,
            end=end_date,
            fmt=fmt,
            schedule_type="monthly",
            timezone=timezone,
            end_offset=end_offset,
            minute_offset=minute_offset,
            hour_offset=hour_offset,
            day_offset=day_offset,
            exclusions=exclusions,
        )

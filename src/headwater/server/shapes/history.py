"""The wire shapes of what an asset's history tells: numbers over time, days, rhythm."""

from __future__ import annotations

import msgspec


class SeriesPoint(msgspec.Struct, kw_only=True):
    """A number at a time; `seq` is 0 for the mean of a day whose events retention dropped."""

    seq: int
    timestamp: float
    value: float
    partition: str | None
    run_id: str | None
    data_version: str | None


class Series(msgspec.Struct, kw_only=True):
    """A numeric metadata entry over time, oldest first."""

    name: str
    points: list[SeriesPoint]


class SeriesList(msgspec.Struct, kw_only=True):
    """Every numeric metadata entry of an asset over time."""

    items: list[Series]


class DayCount(msgspec.Struct, kw_only=True):
    """How many events of a kind came on a day, which begins at `day` in UTC."""

    day: float
    kind: str
    count: int


class DayCountList(msgspec.Struct, kw_only=True):
    """Events by day and kind, oldest first."""

    items: list[DayCount]


class ArrivalView(msgspec.Struct, kw_only=True):
    """When an outside asset usually arrives, learnt from its history; `every` is in seconds."""

    key: str
    every: float
    last_at: float
    expected_at: float
    late: bool
    """Whether it is overdue by more than its own irregularity explains."""


class ArrivalList(msgspec.Struct, kw_only=True):
    """Outside assets that have a rhythm, those that are due first first."""

    items: list[ArrivalView]


class Spark(msgspec.Struct, kw_only=True):
    """The latest values of the number that tells best how large an asset is, oldest first."""

    key: str
    name: str
    values: list[float]


class SparkList(msgspec.Struct, kw_only=True):
    """Sparks of the assets that have numbers."""

    items: list[Spark]

"""Partitions definitions and mappings as plain values."""

from __future__ import annotations

import msgspec


class PartitionsSnapshot(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A partitions definition as stored.

    `type` is `hourly`, `daily`, `weekly`, `monthly`, `cron`, `static`, `dynamic` or `multi`; the rest is what that type
    needs. `start`, `end` and `exclusions` are local times in `timezone`, in ISO 8601; an exclusion may be a cron
    expression. `format` is None for the usual one of the type.
    """

    type: str
    start: str | None = None
    end: str | None = None
    timezone: str = "UTC"
    format: str | None = None
    end_offset: int = 0
    minute_offset: int = 0
    hour_offset: int = 0
    day_offset: int | None = None
    cron: str | None = None
    exclusions: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    name: str | None = None
    dimensions: tuple[tuple[str, PartitionsSnapshot], ...] = ()


class DimensionMappingSnapshot(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How one upstream dimension goes with one downstream dimension."""

    upstream: str
    downstream: str
    mapping: MappingSnapshot


class MappingSnapshot(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A partition mapping as stored.

    `type` is `identity`, `time_window`, `all`, `last`, `static`, `specific`, `single_dimension` or `multi`; the rest is
    what that type needs. `pairs` of `static` are pairs of an upstream and a downstream key.
    """

    type: str
    start_offset: int = 0
    end_offset: int = 0
    allow_nonexistent: bool = False
    pairs: tuple[tuple[str, str], ...] = ()
    keys: tuple[str, ...] = ()
    dimension: str | None = None
    dimensions: tuple[DimensionMappingSnapshot, ...] = ()

"""Backfills as the API shows them. Times are seconds since the epoch."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from headwater.server.shapes import ErrorView, RunCause

BackfillStatusName = Literal["requested", "running", "paused", "canceling", "completed", "failed", "canceled"]
PartitionStanding = Literal["materialized", "failed", "in_progress", "queued", "waiting", "blocked"]
_AtLeastOne = Annotated[int, msgspec.Meta(ge=1)]


class BackfillRequestBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to make. With neither `partitions` nor `only`, every partition of the assets."""

    assets: list[str] = []
    """Keys, written with slashes."""
    selection: str | None = None
    """Assets in the selection language, besides."""
    partitions: list[str] | None = None
    """Keys, or `first...last`, of the first assets in the selection; those downstream make what is made from these."""
    only: list[Literal["missing", "failed"]] = []
    """Leave out partitions that stand otherwise now."""
    max_partitions_per_run: _AtLeastOne | None = None
    """In place of what the assets say."""
    single_run: bool = False
    """Make each range of partitions in one run, whatever the assets say."""
    max_runs: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 16
    """How many of its runs may wait or go on at once."""
    priority: int | None = None
    """Of its runs in the queue; the higher goes first, and 0 is what other runs have."""
    tags: dict[str, str] = {}
    run_config: dict[str, Any] = {}


class BackfillRange(msgspec.Struct, kw_only=True):
    """Partitions that follow each other; of an asset without any, the ends are empty."""

    first: str
    last: str
    count: int


class BackfillPlanAsset(msgspec.Struct, kw_only=True):
    """What a backfill would make of one asset."""

    asset: str
    partitions: int
    ranges: list[BackfillRange]
    """The first hundred."""


class BackfillPlan(msgspec.Struct, kw_only=True):
    """What a backfill would make, and in how many runs if all goes well."""

    assets: list[BackfillPlanAsset]
    partitions: int
    runs: int
    left_out: list[str]
    """Selected assets that other systems make."""


class BackfillCounts(msgspec.Struct, kw_only=True):
    """How many partitions stand how."""

    materialized: int
    failed: int
    in_progress: int
    queued: int
    waiting: int
    blocked: int


class BackfillView(msgspec.Struct, kw_only=True):
    """A backfill in short; the counts are of the engine's last decision."""

    backfill_id: str
    status: BackfillStatusName
    assets: list[str]
    partitions: int
    counts: BackfillCounts
    max_partitions_per_run: int | None
    """What was asked for in place of the assets' own policies."""
    single_run: bool
    max_runs: int
    tags: dict[str, str]
    cause: RunCause
    created_at: float
    started_at: float | None
    ended_at: float | None


class StandingRange(msgspec.Struct, kw_only=True):
    """Partitions that follow each other and stand alike, and why where that needs saying."""

    status: PartitionStanding
    first: str
    last: str
    count: int
    reason: str | None


class BackfillAssetView(msgspec.Struct, kw_only=True):
    """How far one asset of a backfill is."""

    asset: str
    partitions: int
    counts: BackfillCounts
    ranges: list[StandingRange]
    """In the order of the partitions, the first thousand."""


class BackfillFailure(msgspec.Struct, kw_only=True):
    """A run of a backfill that failed and has not been tried again."""

    run_id: str
    assets: list[str]
    first: str
    last: str
    error: ErrorView | None


class BackfillDetail(msgspec.Struct, kw_only=True):
    """A backfill with its progress as of now."""

    backfill: BackfillView
    assets: list[BackfillAssetView]
    failures: list[BackfillFailure]
    """The newest fifty."""


class BackfillPage(msgspec.Struct, kw_only=True):
    """Backfills, the newest first."""

    items: list[BackfillView]
    next: str | None

"""The operands of automation conditions: what can be asked of an asset, its checks, what it is made from, and time.

A *new* fact, such as `newly_updated`, holds at the moment at which it is recorded and not afterwards; `since` makes a
lasting one of it. What evaluates them is `headwater.automation`.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import timedelta
from typing import Any, Self

from headwater.definitions.arguments import shown
from headwater.definitions.cron_text import check_cron
from headwater.definitions.partitions.time_windows import check_zone
from headwater.errors import InvalidParameterError
from headwater.keys import AssetKey, CoercibleToAssetKey


class Operands:
    """Every operand, as a way to make a condition of it."""

    __slots__ = ()

    @classmethod
    def _operand(cls, op: str, *children: Self, **params: Any) -> Self:
        """A condition; parameters that are None are left out."""
        raise NotImplementedError

    # Of the asset itself

    @classmethod
    def missing(cls) -> Self:
        """True while the asset (or check) has no version."""
        return cls._operand("missing")

    @classmethod
    def newly_missing(cls) -> Self:
        """Became missing: a new partition, or one whose versions were wiped."""
        return cls._operand("newly_missing")

    @classmethod
    def newly_updated(cls) -> Self:
        """A new version was recorded; of an asset that is observed, another version was seen."""
        return cls._operand("newly_updated")

    @classmethod
    def newly_requested(cls) -> Self:
        """A run that makes the asset began its work, or ended without beginning."""
        return cls._operand("newly_requested")

    @classmethod
    def will_be_requested(cls) -> Self:
        """The same decision requests the asset, in the run of the one whose condition asks."""
        return cls._operand("will_be_requested")

    @classmethod
    def in_progress(cls) -> Self:
        """True while a run that makes the asset is queued or going on, or a backfill is to make it."""
        return cls._operand("in_progress")

    @classmethod
    def run_in_progress(cls) -> Self:
        """True while a run that makes the asset and is part of no backfill is queued or going on."""
        return cls._operand("run_in_progress")

    @classmethod
    def backfill_in_progress(cls) -> Self:
        """True while a backfill is to make the asset: until its run for it has ended, or the backfill has.

        So it holds for each partition that was asked for, also before a run of it is requested.
        """
        return cls._operand("backfill_in_progress")

    @classmethod
    def execution_failed(cls) -> Self:
        """True from a failed attempt to make the asset until it is made."""
        return cls._operand("execution_failed")

    @classmethod
    def code_version_changed(cls) -> Self:
        """The asset's `code_version` became another one."""
        return cls._operand("code_version_changed")

    @classmethod
    def data_version_changed(cls) -> Self:
        """A version was recorded whose data version is not that of the one before."""
        return cls._operand("data_version_changed")

    @classmethod
    def initial_evaluation(cls) -> Self:
        """The condition came into force."""
        return cls._operand("initial_evaluation")

    @classmethod
    def freshness_passed(cls) -> Self:
        """True while the asset meets its freshness policy."""
        return cls._operand("freshness_is", state="PASS")

    @classmethod
    def freshness_warned(cls) -> Self:
        """True while the asset is nearly too old for its freshness policy."""
        return cls._operand("freshness_is", state="WARN")

    @classmethod
    def freshness_failed(cls) -> Self:
        """True while the asset is too old for its freshness policy."""
        return cls._operand("freshness_is", state="FAIL")

    # Of the run that made it

    @classmethod
    def executed_with_root_target(cls) -> Self:
        """True while the newest version is from a run that also made the asset whose condition asks."""
        return cls._operand("executed_with_root_target")

    @classmethod
    def executed_with_tags(
        cls, *, tag_keys: Set[str] | None = None, tag_values: Mapping[str, str] | None = None
    ) -> Self:
        """True while the newest version is from a run with all of these tags.

        Args:
            tag_keys: Tags that the run has, with any value.
            tag_values: Tags that it has with these values.

        Raises:
            InvalidParameterError: neither is given.
        """
        return cls._operand("executed_with_tags", **_tags(tag_keys, tag_values))

    @classmethod
    def any_new_update_has_run_tags(
        cls, *, tag_keys: Set[str] | None = None, tag_values: Mapping[str, str] | None = None
    ) -> Self:
        """A new version was recorded by a run with all of these tags.

        Raises:
            InvalidParameterError: no tag is given.
        """
        return cls._operand("any_new_update_has_run_tags", **_tags(tag_keys, tag_values))

    @classmethod
    def all_new_updates_have_run_tags(
        cls, *, tag_keys: Set[str] | None = None, tag_values: Mapping[str, str] | None = None
    ) -> Self:
        """New versions were recorded, each by a run with all of these tags.

        Raises:
            InvalidParameterError: no tag is given.
        """
        return cls._operand("all_new_updates_have_run_tags", **_tags(tag_keys, tag_values))

    # Of time

    @classmethod
    def in_latest_time_window(cls, lookback_delta: timedelta | None = None) -> Self:
        """True for the newest partition of a time-partitioned asset, and for everything that has no time windows.

        Args:
            lookback_delta: Also for the partitions that begin within this time before the newest one ends.

        Raises:
            InvalidParameterError: `lookback_delta` is no positive `timedelta`.
        """
        if lookback_delta is None:
            return cls._operand("in_latest_time_window")
        if not isinstance(lookback_delta, timedelta) or lookback_delta <= timedelta(0):
            raise InvalidParameterError(f"lookback_delta is a positive timedelta, but got {shown(lookback_delta)}.")
        return cls._operand("in_latest_time_window", lookback_seconds=lookback_delta.total_seconds())

    @classmethod
    def cron_tick_passed(cls, cron_schedule: str, cron_timezone: str = "UTC") -> Self:
        """A tick of a cron schedule came.

        Args:
            cron_schedule: Five fields.
            cron_timezone: An IANA name.

        Raises:
            InvalidParameterError: one of them is not understood.
        """
        return cls._operand("cron_tick_passed", **_cron(cron_schedule, cron_timezone))

    # Of what it is made from, and of what is made from it

    @classmethod
    def any_deps_match(cls, condition: Self) -> Self:
        """A condition holds for an upstream asset, in a partition that is read."""
        return cls._operand("any_deps_match", cls._checked(condition))

    @classmethod
    def all_deps_match(cls, condition: Self) -> Self:
        """A condition holds for every upstream asset, in one at least of the partitions that are read."""
        return cls._operand("all_deps_match", cls._checked(condition))

    @classmethod
    def any_deps_updated(cls) -> Self:
        """An upstream asset was updated, or will be by the same decision."""
        return cls._operand("any_deps_updated")

    @classmethod
    def any_deps_missing(cls) -> Self:
        """True while an upstream asset has no version and is not about to get one."""
        return cls._operand("any_deps_missing")

    @classmethod
    def any_deps_in_progress(cls) -> Self:
        """True while a run that makes an upstream asset is queued or going on."""
        return cls._operand("any_deps_in_progress")

    @classmethod
    def all_deps_updated_since_cron(cls, cron_schedule: str, cron_timezone: str = "UTC") -> Self:
        """True once every upstream asset was updated after the last tick of a cron schedule, or will be.

        Raises:
            InvalidParameterError: the schedule or time zone is not understood.
        """
        return cls._operand("all_deps_updated_since_cron", **_cron(cron_schedule, cron_timezone))

    @classmethod
    def all_deps_blocking_checks_passed(cls) -> Self:
        """True while the blocking checks of every upstream asset passed."""
        return cls._operand("all_deps_blocking_checks_passed")

    @classmethod
    def asset_matches(cls, key: CoercibleToAssetKey, condition: Self) -> Self:
        """A condition holds for another asset, in a partition that goes with the one that is asked about.

        Raises:
            InvalidAssetKeyError: `key` is none.
        """
        text = AssetKey.from_coercible(key).to_escaped_user_string()
        return cls._operand("asset_matches", cls._checked(condition), key=text)

    @classmethod
    def any_downstream_conditions(cls) -> Self:
        """The condition of an asset further down holds for this one."""
        return cls._operand("any_downstream_conditions")

    # Of jobs

    @classmethod
    def any_job_root_assets_match(cls, condition: Self) -> Self:
        """For a job: a condition holds for one of its assets that nothing else in the job is made before."""
        return cls._operand("any_job_root_assets_match", cls._checked(condition))

    @classmethod
    def all_job_root_assets_match(cls, condition: Self) -> Self:
        """For a job: a condition holds for each of its assets that nothing else in the job is made before."""
        return cls._operand("all_job_root_assets_match", cls._checked(condition))

    # Of checks

    @classmethod
    def any_checks_match(cls, condition: Self, blocking_only: bool = False) -> Self:
        """A condition holds for one of the asset's checks, or of those that block."""
        return cls._operand("any_checks_match", cls._checked(condition), blocking_only=blocking_only or None)

    @classmethod
    def all_checks_match(cls, condition: Self, blocking_only: bool = False) -> Self:
        """A condition holds for all of the asset's checks, or for all that block."""
        return cls._operand("all_checks_match", cls._checked(condition), blocking_only=blocking_only or None)

    @classmethod
    def check_passed(cls) -> Self:
        """True while the newest result of a check is good."""
        return cls._operand("check_passed")

    @classmethod
    def check_failed(cls) -> Self:
        """True while the newest result of a check is bad."""
        return cls._operand("check_failed")

    @classmethod
    def _checked(cls, value: Self) -> Self:
        if not isinstance(value, cls):
            raise InvalidParameterError(
                f"An automation condition is combined with another one, but got {value!r} ({type(value).__name__})."
            )
        return value


def _cron(schedule: str, zone: str) -> dict[str, str]:
    check_zone(zone, "cron_timezone")
    return {"cron": check_cron(schedule, "cron_schedule"), "timezone": zone}


def _tags(keys: Set[str] | None, values: Mapping[str, str] | None) -> dict[str, Any]:
    if not keys and not values:
        raise InvalidParameterError("Say which tags the run has: tag_keys={'team'} or tag_values={'team': 'ops'}.")
    return {"tag_keys": sorted(keys) if keys else None, "tag_values": dict(sorted(values.items())) if values else None}

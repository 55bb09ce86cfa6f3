"""Freshness and backfill policies as definitions: what they take, and that they travel with the snapshot."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

import headwater as hw
from headwater.definitions.build_snapshot import build_snapshot
from headwater.definitions.snapshot import decode_snapshot, encode_snapshot

HOUR = timedelta(hours=1)


def test_policies_travel_with_the_snapshot() -> None:
    """An external asset has a freshness policy like a native one; a backfill policy belongs to the function."""
    hourly = hw.FreshnessPolicy.time_window(fail_window=2 * HOUR, warn_window=HOUR)
    nightly = hw.FreshnessPolicy.cron("0 6 * * 1-5", lower_bound_delta=3 * HOUR, timezone="Europe/Berlin")

    @hw.asset(freshness_policy=nightly, backfill_policy=hw.BackfillPolicy.multi_run(7))
    def cleaned() -> None:
        pass

    @hw.multi_asset(outs={"a": hw.AssetOut(freshness_policy=hourly)}, backfill_policy=hw.BackfillPolicy.single_run())
    def several() -> int:
        return 1

    defs = hw.Definitions([hw.AssetSpec("raw", freshness_policy=hourly), cleaned, several])
    snapshot = decode_snapshot(encode_snapshot(build_snapshot(defs)))
    assert {"raw": hourly, "cleaned": nightly, "a": hourly} == {asset.key: asset.freshness for asset in snapshot.assets}
    assert {"raw": None, "cleaned": hw.BackfillPolicy(7), "a": hw.BackfillPolicy(None)} == {
        asset.key: asset.backfill for asset in snapshot.assets
    }


def test_a_policy_is_applied_to_many_specs_and_may_give_way() -> None:
    """The policy that a spec has already is kept where that is asked for."""
    old, new = (hw.FreshnessPolicy.time_window(fail_window=hours * HOUR) for hours in (1, 2))
    spec = hw.AssetSpec("raw", freshness_policy=old)
    assert new == hw.apply_freshness_policy(spec, new).freshness_policy
    assert old == hw.apply_freshness_policy(spec, new, overwrite_existing=False).freshness_policy
    assert None is spec.replace_attributes(freshness_policy=None).freshness_policy


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: hw.FreshnessPolicy.time_window(fail_window=timedelta(seconds=59)), "at least a minute"),
        (lambda: hw.FreshnessPolicy.time_window(fail_window=60), "timedelta"),  # type: ignore[arg-type]
        (lambda: hw.FreshnessPolicy.time_window(HOUR, warn_window=HOUR), "less than fail_window"),
        (lambda: hw.FreshnessPolicy.cron("0 25 * * *", HOUR), "no cron expression"),
        (lambda: hw.FreshnessPolicy.cron("0 5 * * *", HOUR, "Mars/Olympus"), "IANA"),
        (lambda: hw.FreshnessPolicy.cron("0 5,7 * * *", 3 * HOUR), "two deadlines of '0 5,7 . . .', 2:00:00"),
        (lambda: hw.AssetSpec("raw", freshness_policy=HOUR), "a FreshnessPolicy"),  # type: ignore[arg-type]
        (lambda: hw.BackfillPolicy.multi_run(0), "at least 1"),
        (lambda: hw.asset(name="a", backfill_policy=3)(lambda: None), "a BackfillPolicy"),  # type: ignore[call-overload]
    ],
)
def test_what_makes_no_sense_is_refused(make: Callable[[], Any], said: str) -> None:
    """The message names the value and what is expected."""
    with pytest.raises(hw.InvalidParameterError, match=said):
        make()

"""Observable assets in jobs, schedules and sensors: which selections mean to look at them."""

from __future__ import annotations

import pytest

import headwater as hw
from headwater.definitions.build_snapshot import build_snapshot


@hw.observable_source_asset(group_name="outside")
def rates() -> hw.DataVersion:
    """A bank's."""
    return hw.DataVersion("1")


@hw.asset(deps=[rates])
def prices() -> None:
    """Made here."""


@pytest.mark.parametrize(
    ("selection", "meant"),
    [
        (["rates"], ["rates"]),
        (["rates", "prices"], ["prices", "rates"]),
        ("group:outside", ["rates"]),
        ("is:external", ["rates"]),
        ("*", ["prices"]),
        ("+prices", ["prices"]),
        (None, ["prices"]),
    ],
)
def test_a_selection_looks_at_what_it_names_or_at_all_where_nothing_is_made(
    selection: list[str] | str | None, meant: list[str]
) -> None:
    """The same for a job, and for what a schedule and a sensor may run."""
    orders = hw.AssetSpec("orders", group_name="outside")
    target = "*" if selection is None else hw.AssetSelection.from_coercible(selection)

    @hw.sensor(target=target)
    def looks() -> None: ...

    schedule = hw.ScheduleDefinition("hourly", cron_schedule="0 * * * *", target=target)
    job = hw.define_asset_job("job", selection=selection)
    snapshot = build_snapshot(
        hw.Definitions([rates, prices, orders], jobs=[job], schedules=[schedule], sensors=[looks])
    )

    assert meant == list(snapshot.jobs[0].assets)
    assert meant == list(snapshot.schedules[0].targets or ())
    assert meant == list(snapshot.sensors[0].targets or ())


def test_what_nothing_looks_at_stays_an_error_that_says_how_to_look() -> None:
    """A plain external asset in a job."""
    job = hw.define_asset_job("job", selection=["orders"])
    with pytest.raises(hw.ExternalAssetError, match="@observable_source_asset says how"):
        build_snapshot(hw.Definitions([hw.AssetSpec("orders")], jobs=[job]))

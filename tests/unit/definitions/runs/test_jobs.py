"""Jobs: what they select, and what is refused."""

from __future__ import annotations

import pytest

import headwater as hw
from headwater.definitions.build_snapshot import build_snapshot


@hw.asset(group_name="mart")
def orders() -> int:
    """An asset."""
    return 1


raw = hw.AssetSpec("raw", group_name="mart")


def test_a_job_makes_what_its_selection_means() -> None:
    """Native assets alone, with the job's config and tags in the snapshot."""
    job = hw.define_asset_job("nightly", selection="group:mart", config={"ops": {}}, tags={"team": "a"})
    (found,) = build_snapshot(hw.Definitions(assets=[orders, raw], jobs=[job])).jobs

    assert ("nightly", ("orders",), {"team": "a"}) == (found.name, found.assets, found.run_tags)


def test_a_job_is_found_by_name() -> None:
    """Each name once; an unknown one is an error of its own."""
    job = hw.define_asset_job("nightly")
    defs = hw.Definitions(assets=[orders], jobs=[job])

    assert job is defs.get_job_def("nightly")
    assert [job] == defs.resolve_all_job_defs()
    with pytest.raises(hw.UnknownJobError, match="'weekly'"):
        defs.get_job_def("weekly")
    with pytest.raises(hw.DuplicateDefinitionError, match="Two jobs are named 'nightly'"):
        hw.Definitions(jobs=[job, hw.define_asset_job("nightly")]).resolve()


@pytest.mark.parametrize("selection", ["kind:raw", "group:none", "key:orders and kind:x"])
def test_a_job_for_nothing_is_an_error(selection: str) -> None:
    """A job that could make nothing is found as definitions are loaded, with its name."""
    defs = hw.Definitions(assets=[orders, raw], jobs=[hw.define_asset_job("idle", selection=selection)])
    with pytest.raises(hw.InvalidDefinitionError, match="Job 'idle'"):
        build_snapshot(defs)

"""Which upstream assets a condition looks at, as users say it."""

from __future__ import annotations

import pytest

import headwater as hw
from headwater.definitions.build_snapshot import build_snapshot
from headwater.definitions.snapshot import decode_snapshot, encode_snapshot

EAGER = hw.AutomationCondition.eager()


def snapshot_of(condition: hw.AutomationCondition) -> hw.AutomationCondition | None:
    """A condition after its way through JSON, on an asset below `raw`."""

    @hw.asset(deps=["raw"], automation_condition=condition)
    def cleaned() -> None:
        """Cleaned."""

    snapshot = decode_snapshot(encode_snapshot(build_snapshot(hw.Definitions([hw.AssetSpec("raw"), cleaned]))))
    return {asset.key: asset.condition for asset in snapshot.assets}["cleaned"]


def test_limits_add_up() -> None:
    """What is allowed twice must be allowed by both; what is ignored by either is ignored."""
    condition = hw.AutomationCondition.any_deps_updated()

    assert {"a and b": True} == condition.allow("a").allow("b").looks_at()
    assert {"a or b": False} == condition.ignore("a").ignore("b").looks_at()
    assert "any_deps_updated allowing a ignoring b" == condition.allow("a").ignore("b").describe()


def test_limits_survive_the_snapshot() -> None:
    """They are kept with the definitions, as text."""
    condition = EAGER.ignore(hw.AssetSelection.groups("noisy"))

    assert condition == snapshot_of(condition)


@pytest.mark.parametrize(
    ("limit", "reason"), [("status:fresh", "can't allow by status:"), ("a b", "'b' can't stand here")]
)
def test_a_limit_that_can_mean_nothing_is_refused(limit: str, reason: str) -> None:
    """At once, where it is written."""
    with pytest.raises(hw.InvalidDefinitionError, match=reason):
        EAGER.allow(limit)


def test_there_must_be_something_to_limit() -> None:
    """A condition that looks at no upstream asset can't be told which."""
    with pytest.raises(hw.InvalidParameterError, match="looks at no upstream asset"):
        hw.AutomationCondition.missing().ignore("a")


def test_a_misspelt_key_is_found_when_definitions_are_loaded() -> None:
    """The error names the asset with the condition, its file, and the key."""
    with pytest.raises(hw.InvalidDefinitionError, match=r"'cleaned' \(.*test_limits.py.*Did you mean raw"):
        snapshot_of(EAGER.ignore("rwa"))

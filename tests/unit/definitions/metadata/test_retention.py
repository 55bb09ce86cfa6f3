"""Rules of retention in an asset's metadata: read, or refused as the definitions are loaded."""

from __future__ import annotations

from typing import Any

import pytest

import headwater as hw
from headwater.definitions.metadata.retention import Keep, Sort, read_retention
from headwater.errors import InvalidDefinitionError


def test_a_rule_is_read() -> None:
    """Days, a number, or both; what is not named is as for all assets."""
    told = {"observation": {"days": 30, "count": 1_000}, "check": {"days": 7.5}, "external": {}}

    assert {
        Sort.OBSERVATION: Keep(days=30, count=1_000),
        Sort.CHECK: Keep(days=7.5),
        Sort.EXTERNAL: Keep(),
    } == read_retention(told, "a")


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"observations": {"days": 1}}, "Invalid enum value 'observations'"),
        ({"observation": {"weeks": 1}}, "unknown field `weeks`"),
        ({"observation": 30}, "Expected `object`"),
        ({"run": {"days": 1}}, "'run' can't be kept differently for one asset"),
        ({"check": {"days": 0}}, "more than 0 days"),
        ({"check": {"count": 0}}, "at least 1 event"),
        ("30 days", "Expected `object`"),
    ],
)
def test_what_is_no_rule_is_refused_as_definitions_are_loaded(told: Any, message: str) -> None:
    """The message names the asset and says what to write."""
    with pytest.raises(InvalidDefinitionError, match=r"'kept'.*Write") as refused:
        hw.Definitions(assets=[hw.AssetSpec("kept", metadata={"headwater/retention": told})]).resolve()

    assert message in str(refused.value)

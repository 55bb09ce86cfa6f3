"""Checks whose partitions are not those of their asset."""

from __future__ import annotations

from collections.abc import Iterator

from headwater.definitions.assets.specs import AssetCheckSpec
from headwater.definitions.problems.collected import Collected
from headwater.definitions.problems.problem import Problem
from headwater.definitions.source import describe_source
from headwater.errors import InvalidDefinitionError


def other_partitions(collected: Collected) -> Iterator[Problem]:
    """A check judges partitions of its asset, so it has that asset's partitions or none."""
    for spec in collected.check_specs.values():
        asset = collected.specs.get(spec.asset_key)
        if asset is not None and spec.partitions_def not in (None, asset.partitions_def):
            yield Problem(
                code="check-partitions", message=_message(spec), source=spec.source, error=InvalidDefinitionError
            )


def _message(spec: AssetCheckSpec) -> str:
    key = spec.asset_key.to_user_string()
    return (
        f"Check {spec.name!r} of {key!r} ({describe_source(spec.source)}) has another partitions_def than the asset, "
        f"so it can judge none of its partitions. Give it that of {key!r}, or leave it out."
    )

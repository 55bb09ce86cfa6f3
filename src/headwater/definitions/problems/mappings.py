"""Partition mappings that can't work between the two assets that they connect."""

from __future__ import annotations

from collections.abc import Iterator

from headwater.definitions.assets.specs import AssetSpec
from headwater.definitions.partitions import PartitionMapping
from headwater.definitions.problems.collected import Collected
from headwater.definitions.problems.problem import Problem
from headwater.definitions.source import describe_source
from headwater.errors import InvalidDefinitionError


def impossible_mappings(collected: Collected) -> Iterator[Problem]:
    """A mapping must fit the partitions of both assets. Of one that is defined elsewhere nothing is known here."""
    for spec in collected.specs.values():
        for dep in spec.deps:
            if dep.partition_mapping is not None and dep.asset_key in collected.specs:
                yield from _judge(spec, collected.specs[dep.asset_key], dep.partition_mapping)


def _judge(spec: AssetSpec, upstream: AssetSpec, mapping: PartitionMapping) -> Iterator[Problem]:
    objection = mapping.objection(upstream.partitions_def, spec.partitions_def)
    if objection is not None:
        message = (
            f"Asset {spec.key.to_user_string()!r} ({describe_source(spec.source)}) depends on "
            f"{upstream.key.to_user_string()!r} with a {type(mapping).__name__} that {objection}. Mend the "
            "mapping, or leave it out for the default."
        )
        yield Problem(code="partition-mapping", message=message, source=spec.source, error=InvalidDefinitionError)

"""Events that users' functions tell of, as a step reports them."""

from __future__ import annotations

from headwater.clock import from_seconds
from headwater.definitions.assets.events import AssetCheckEvaluation, AssetMaterialization, AssetObservation
from headwater.definitions.metadata.infer import to_wire
from headwater.execution.steps.messages import EvaluatedCheck, MadeAsset


def told(event: AssetMaterialization | AssetObservation) -> MadeAsset:
    """What was told of an asset."""
    return MadeAsset(
        asset_key=event.asset_key.to_escaped_user_string(),
        partition=event.partition,
        metadata=to_wire(event.metadata),
        description=event.description,
        tags=dict(event.tags or {}),
        data_version=event.data_version,
        timestamp=None if event.timestamp is None else from_seconds(event.timestamp),
    )


def evaluated(event: AssetCheckEvaluation) -> EvaluatedCheck:
    """What was told of a check."""
    return EvaluatedCheck(
        asset_key=event.asset_key.to_escaped_user_string(),
        check_name=event.check_name,
        passed=event.passed,
        severity=event.severity.value,
        metadata=to_wire(event.metadata),
        description=event.description,
        partition=event.partition,
    )

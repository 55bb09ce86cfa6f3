"""Whose automation conditions are followed, switched together, as if a sensor did it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from headwater.definitions.arguments import check_optional_text, check_seconds, check_type
from headwater.definitions.conditions.condition import AutomationCondition
from headwater.definitions.labels import check_owners, check_tags
from headwater.definitions.metadata.infer import normalize_metadata
from headwater.definitions.selection import AssetSelection
from headwater.definitions.sensors.definition import (
    DefaultSensorStatus,
    SensorDefinition,
    check_status,
    check_tick_name,
)
from headwater.definitions.sensors.targets import TickTargets
from headwater.definitions.source import find_source
from headwater.errors import InvalidDefinitionError


class AutomationConditionSensorDefinition(SensorDefinition):
    """A switch for the automation conditions of some assets.

    Conditions are followed on every event, by no sensor; an asset that no such definition targets needs none. Those
    that one targets are followed while it is on.

    Args:
        name: Its name.
        target: The assets: a selection, its text, keys or definitions.
        tags: Names and short values to find it by.
        run_tags: Tags of the runs that are requested for these assets.
        default_status: Whether it is on as long as nobody has switched it.
        minimum_interval_seconds: After each attempt to make one of the assets has ended, how long they wait before they
            ask for it again; what came meanwhile leads to one run. None for at once. Conditions that hold for a
            moment only, such as `newly_updated()` by itself, do not wait: the moment would be over.
        description: What it is for, in Markdown.
        metadata: Anything that is known of it, by name.
        emit_backfills: False or nothing. Each partition that is to be made gets a run of its own, which the run queue's
            limits hold back where there are many; conditions ask for no backfills.
        use_user_code_server: Accepted; conditions are never evaluated in the server's own process by user code.
        default_condition: The condition of those targets that have none.
        owners: E-mail addresses and `team:name`.

    Raises:
        InvalidDefinitionError: the definition contradicts itself; the message says how to mend it.

    Example:
        >>> nightly = AutomationConditionSensorDefinition("marts", target="group:mart")
        >>> nightly.kind
        'conditions'
    """

    default_condition: AutomationCondition | None
    run_tags: Mapping[str, str]

    def __init__(
        self,
        name: str,
        *,
        target: Any,
        tags: Mapping[str, str] | None = None,
        run_tags: Mapping[str, str] | None = None,
        default_status: DefaultSensorStatus | None = None,
        minimum_interval_seconds: float | None = None,
        description: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        emit_backfills: bool | None = None,
        use_user_code_server: bool = False,
        default_condition: AutomationCondition | None = None,
        owners: Sequence[str] | None = None,
    ) -> None:
        own_name = check_tick_name(name, "sensor")
        of = f"of sensor {own_name!r}"
        tags_of_runs = check_tags(run_tags, f"run_tags {of}", system=True)
        normalize_metadata(metadata)
        if emit_backfills:
            raise InvalidDefinitionError(
                f"emit_backfills=True {of}: conditions ask for a run of each partition, never for a backfill. Leave it "
                "out, and limit how many runs go on at once with `headwater limits`; for a backfill, ask for one."
            )
        if default_condition is not None:
            check_type(default_condition, AutomationCondition, f"default_condition {of}", "an AutomationCondition")
        self._keep(
            name=own_name,
            compute_fn=_never_called,
            arguments=0,
            kind="conditions",
            minimum_interval_seconds=0.0
            if minimum_interval_seconds in (None, 0)
            else check_seconds(minimum_interval_seconds, f"minimum_interval_seconds {of}", least=0.0),
            description=check_optional_text(description, f"description {of}"),
            default_status=check_status(default_status, DefaultSensorStatus, of),
            run_targets=TickTargets(assets=AssetSelection.from_coercible(target)),
            tags=check_tags(tags, f"tags {of}"),
            metadata=dict(metadata or {}),
            owners=check_owners(owners, f"owners {of}"),
            source=find_source(),
            default_condition=default_condition,
            run_tags=tags_of_runs,
        )


def _never_called() -> None:
    """The engine follows conditions by itself."""

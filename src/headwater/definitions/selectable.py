"""Resolve selections over one set of definitions, as far as they are known without the rest of a deployment."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from headwater.definitions.assets.specs import AssetSpec
from headwater.definitions.conditions.condition import AutomationCondition
from headwater.definitions.partitions import PartitionsDefinition
from headwater.definitions.resolve import Resolved
from headwater.definitions.selection import AssetSelection, SelectionIndex
from headwater.definitions.selection.runnable import choose_runnable
from headwater.keys import AssetKey


class _Selectable(msgspec.Struct, frozen=True, gc=False):
    """What a selection can ask of an asset; no spec for one that is only spoken of."""

    key: str
    kind: str
    observable: bool
    spec: AssetSpec | None = None

    @property
    def group(self) -> str:
        return (self.spec and self.spec.group_name) or "default"

    @property
    def owners(self) -> tuple[str, ...]:
        return () if self.spec is None else self.spec.owners

    @property
    def kinds(self) -> tuple[str, ...]:
        return () if self.spec is None else tuple(self.spec.kinds)

    @property
    def tags(self) -> Mapping[str, str]:
        return {} if self.spec is None else self.spec.tags

    @property
    def partitions(self) -> PartitionsDefinition | None:
        return None if self.spec is None else self.spec.partitions_def

    @property
    def condition(self) -> AutomationCondition | None:
        return None if self.spec is None else self.spec.automation_condition


def index_definitions(resolved: Resolved) -> SelectionIndex:
    """What selections are resolved over: the assets that are defined, and those that they speak of."""
    natives, seen, connected = resolved.natives, resolved.observables, resolved.connected
    assets = [
        _Selectable(
            text,
            "stub" if spec is None else "native" if natives and key in natives else "external",
            bool(seen) and key in seen,
            spec,
        )
        for key, text, spec in zip(connected.keys, connected.texts, connected.specs, strict=True)
    ]
    makers = (*natives.values(), *seen.values())
    several = {id(maker): maker for maker in makers if len(maker.specs) > 1 and not maker.can_subset}
    numbers = {key: number for number, key in enumerate(connected.keys)} if several else {}
    together = [{numbers[key] for key in maker.keys} for maker in several.values()]
    checks = ((key.asset_key.to_escaped_user_string(), key.name) for key in resolved.check_specs)
    return SelectionIndex(
        assets,
        connected.upstream,
        connected.downstream,
        knots=connected.knots,
        checks=checks,
        made_together=together,
    )


def target_keys(
    targets: tuple[AssetKey, ...] | AssetSelection | None, index: SelectionIndex
) -> tuple[AssetKey, ...] | None:
    """The assets that runs may make or look at: those that were named, or those that a selection means to be run.

    Raises:
        UnknownAssetError: a selection names a key that is not there.
        SelectionError: a selection asks for what definitions alone do not tell.
    """
    if not isinstance(targets, AssetSelection):
        return targets
    found = choose_runnable(targets, index)
    return tuple(AssetKey.from_escaped_user_string(index.assets[number].key) for number in sorted(found))

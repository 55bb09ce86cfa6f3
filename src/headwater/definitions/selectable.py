"""Resolve selections over one set of definitions, as far as they are known without the rest of a deployment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from headwater.definitions.assets.specs import AssetCheckSpec, AssetSpec
from headwater.definitions.conditions.condition import AutomationCondition
from headwater.definitions.knots import find_knots
from headwater.definitions.partitions import PartitionsDefinition
from headwater.definitions.resolve import Resolved
from headwater.definitions.selection import AssetSelection, SelectionIndex
from headwater.definitions.source import describe_source
from headwater.errors import HeadwaterError, InvalidDefinitionError
from headwater.keys import AssetCheckKey, AssetKey


class _Selectable(msgspec.Struct, frozen=True, gc=False):
    """What a selection can ask of an asset; no spec for one that is only spoken of."""

    key: str
    kind: str
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
    natives = resolved.natives
    known: list[tuple[_Selectable, AssetKey]] = [
        (_Selectable(key.to_escaped_user_string(), "native" if key in natives else "external", spec), key)
        for key, spec in resolved.specs.items()
    ]
    known += [(_Selectable(key.to_escaped_user_string(), "stub"), key) for key in resolved.stubs]
    known.sort(key=lambda each: each[0].key)
    assets = [asset for asset, _ in known]
    numbers = {key: number for number, (_, key) in enumerate(known)}
    upstream, downstream = _connect(assets, numbers)
    together = [
        {numbers[key] for key in maker.keys}
        for maker in {id(maker): maker for maker in resolved.natives.values()}.values()
        if len(maker.specs) > 1 and not maker.can_subset
    ]
    checks = ((key.asset_key.to_escaped_user_string(), key.name) for key in resolved.check_specs)
    return SelectionIndex(
        assets, upstream, downstream, knots=find_knots(downstream), checks=checks, made_together=together
    )


def _connect(
    assets: Sequence[_Selectable], numbers: Mapping[AssetKey, int]
) -> tuple[list[tuple[int, ...]], list[Sequence[int]]]:
    """By number of an asset, what it is made from, and what is made from it."""
    upstream = [
        () if asset.spec is None else tuple([numbers[dep.asset_key] for dep in asset.spec.deps]) for asset in assets
    ]
    below: dict[int, list[int]] = {}
    for number, above in enumerate(upstream):
        for each in above:
            below.setdefault(each, []).append(number)
    # Most assets of a wide graph are at its end, and share one empty value.
    return upstream, [below.get(number, ()) for number in range(len(assets))]


def target_keys(
    targets: tuple[AssetKey, ...] | AssetSelection | None, index: SelectionIndex
) -> tuple[AssetKey, ...] | None:
    """The assets that runs may make: those that were named, or the native ones that a selection means.

    Raises:
        UnknownAssetError: a selection names a key that is not there.
        SelectionError: a selection asks for what definitions alone do not tell.
    """
    if not isinstance(targets, AssetSelection):
        return targets
    found = index.select(targets.materializable().node)
    return tuple(AssetKey.from_escaped_user_string(index.assets[number].key) for number in sorted(found))


def check_condition_selections(resolved: Resolved, index: Callable[[], SelectionIndex]) -> None:
    """See that what conditions allow and ignore can be resolved, before anything depends on it.

    Raises:
        InvalidDefinitionError: a selection names a key that is not there, or asks for what definitions do not tell.
    """
    conditioned: list[tuple[str, AssetKey | AssetCheckKey, AssetSpec | AssetCheckSpec]] = [
        *(("asset", key, spec) for key, spec in resolved.specs.items() if spec.automation_condition),
        *(("check", check, spec) for check, spec in resolved.check_specs.items() if spec.automation_condition),
    ]
    for kind, key, spec in conditioned:
        for text in spec.automation_condition.looks_at() if spec.automation_condition else ():
            try:
                index().select(AssetSelection.from_string(text).node)
            except HeadwaterError as error:
                raise InvalidDefinitionError(
                    f"The condition of {kind} {key.to_user_string()!r} ({describe_source(spec.source)}): {error}"
                ) from error

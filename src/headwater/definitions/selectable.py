"""Resolve selections over one set of definitions, as far as they are known without the rest of a deployment."""

from __future__ import annotations

from collections.abc import Callable

from headwater.definitions.knots import find_knots
from headwater.definitions.resolve import Resolved
from headwater.definitions.selection import AssetSelection, SelectionIndex
from headwater.definitions.snapshot import AssetSnapshot
from headwater.definitions.source import describe_source
from headwater.errors import HeadwaterError, InvalidDefinitionError
from headwater.keys import AssetKey


def index_definitions(resolved: Resolved) -> SelectionIndex:
    """What selections are resolved over: the assets that are defined, and those that they speak of."""
    assets = [
        AssetSnapshot(
            key=key.to_escaped_user_string(),
            kind="native" if key in resolved.natives else "external",
            group=spec.group_name or "default",
            owners=spec.owners,
            tags=spec.tags,
            kinds=tuple(spec.kinds),
            partitions=None if spec.partitions_def is None else spec.partitions_def.to_snapshot(),
            condition=spec.automation_condition,
        )
        for key, spec in resolved.specs.items()
    ]
    assets += [AssetSnapshot(key=key.to_escaped_user_string(), kind="stub") for key in resolved.stubs]
    assets.sort(key=lambda asset: asset.key)
    numbers = {asset.key: number for number, asset in enumerate(assets)}
    upstream: list[list[int]] = [[] for _ in assets]
    downstream: list[list[int]] = [[] for _ in assets]
    for key, spec in resolved.specs.items():
        below = numbers[key.to_escaped_user_string()]
        for dep in spec.deps:
            above = numbers[dep.asset_key.to_escaped_user_string()]
            upstream[below].append(above)
            downstream[above].append(below)
    together = [
        {numbers[key.to_escaped_user_string()] for key in maker.keys}
        for maker in {id(maker): maker for maker in resolved.natives.values()}.values()
        if len(maker.specs) > 1 and not maker.can_subset
    ]
    checks = ((key.asset_key.to_escaped_user_string(), key.name) for key in resolved.check_specs)
    return SelectionIndex(
        assets, upstream, downstream, knots=find_knots(downstream), checks=checks, made_together=together
    )


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
    for key, spec in resolved.specs.items():
        for text in spec.automation_condition.looks_at() if spec.automation_condition else ():
            try:
                index().select(AssetSelection.from_string(text).node)
            except HeadwaterError as error:
                raise InvalidDefinitionError(
                    f"The condition of asset {key.to_user_string()!r} ({describe_source(spec.source)}): {error}"
                ) from error

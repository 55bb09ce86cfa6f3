"""Tell the parameters that are named like a resource from those that are named like an asset."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Any

from headwater.definitions.assets.definition import AssetsDefinition
from headwater.keys import AssetKey


def bind_assets(assets: Iterable[Any], resources: Container[str], defined: Container[AssetKey]) -> list[Any]:
    """The assets, of whose parameters those that are named like a resource and like no asset are resources."""
    bound = []
    for item in assets:
        if isinstance(item, AssetsDefinition):
            names = [
                entry.name
                for entry in item.inputs
                if not entry.mapped
                and entry.key not in defined
                and (entry.name in resources or entry.name in item.resource_defs)
            ]
            bound.append(item.with_resource_parameters(names) if names else item)
        else:
            bound.append(item)
    return bound

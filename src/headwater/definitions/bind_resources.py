"""Match what functions need with the resources that there are: by annotation, by name, by `required_resource_keys`."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from headwater.definitions.assets import AssetsDefinition
from headwater.definitions.io_managers import DEFAULT_IO_MANAGER
from headwater.definitions.needs import Needs
from headwater.definitions.resources import ResourceDefinition
from headwater.definitions.snapshot import SourceRef
from headwater.definitions.source import describe_source
from headwater.errors import InvalidDefinitionError
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


def check_needs(
    what: str, source: SourceRef | None, needs: Needs, own: Mapping[str, Any], given: Mapping[str, Any]
) -> None:
    """See that each resource that a function needs is there.

    Args:
        what: The definition in a message.
        source: Where it stands.
        needs: What it needs.
        own: Its own resources.
        given: Those of `Definitions`.

    Raises:
        InvalidDefinitionError: one is missing.
    """
    for name in sorted(needs.resources):
        if name not in own and name not in given and name != DEFAULT_IO_MANAGER:
            raise InvalidDefinitionError(missing_resource(f"{what} ({describe_source(source)}) needs", name, given))


def check_asset_needs(definition: AssetsDefinition, given: Mapping[str, Any]) -> None:
    """See that each resource that an asset's function, its hooks and its values need is there.

    Raises:
        InvalidDefinitionError: one is missing.
    """
    what = definition.titled
    check_needs(what, definition.source, definition.needs, definition.resource_defs, given)
    own = definition.resource_defs
    for hook in definition.hooks:
        of = f"Hook {hook.name!r} of {definition.described}"
        check_needs(of, definition.source, Needs(required=hook.required_resource_keys), own, given)
    for output in definition.outputs:
        name = definition.io_manager_of(output.key)
        if name not in (None, DEFAULT_IO_MANAGER) and name not in given and name not in definition.resource_defs:
            raise InvalidDefinitionError(
                missing_resource(f"{what} ({describe_source(definition.source)}) is stored by", str(name), given)
            )


def check_resource_requirements(given: Mapping[str, Any]) -> None:
    """See that each resource that a resource needs is there.

    Raises:
        InvalidDefinitionError: one is missing.
    """
    for owner, resource in given.items():
        for name in sorted(resource.required_resource_keys) if isinstance(resource, ResourceDefinition) else ():
            if name not in given:
                raise InvalidDefinitionError(missing_resource(f"Resource {owner!r} needs", name, given))


def missing_resource(who: str, name: str, given: Iterable[str]) -> str:
    """What to say where a resource is missing."""
    near = get_close_matches(name, list(given), n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"{who} the resource {name!r}, which is not there.{hint} Add it: Definitions(resources={{{name!r}: ...}})."

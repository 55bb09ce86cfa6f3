"""Which values go to the deployment's own storage because nobody has chosen an IO manager for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headwater.definitions.definitions import Definitions
from headwater.definitions.resources.io_managers import DEFAULT_IO_MANAGER


def is_default(chosen: str | None, own: Mapping[str, Any], resources: Mapping[str, Any]) -> bool:
    """Whether a value goes to the deployment's own storage.

    Args:
        chosen: The resource that is to store it, None where nobody said.
        own: The resources of the function that makes it.
        resources: Those of all.
    """
    name = chosen or DEFAULT_IO_MANAGER
    return name == DEFAULT_IO_MANAGER and name not in own and name not in resources


def kept_by_default(definitions: Definitions) -> list[str]:
    """The keys of the assets whose values go to the deployment's own storage, sorted."""
    return sorted(
        key.to_escaped_user_string()
        for key, maker in definitions.resolve().natives.items()
        if maker.output(key).stores
        and not maker.returns_nothing
        and is_default(maker.io_manager_of(key), maker.resource_defs, definitions.resources)
    )

"""What a function needs besides the values of assets: resources and config, by the names and annotations it has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from headwater.definitions.arguments import check_several, check_text
from headwater.definitions.functions.signature import Parameters
from headwater.definitions.resources.definition import is_config_annotation, is_resource_annotation
from headwater.errors import InvalidDefinitionError

_CONFIG = "config"


class Needs(msgspec.Struct, frozen=True, kw_only=True):
    """What a function needs besides values.

    `parameters` are those that get the resource of their name, `required` those that it finds in `context.resources`.
    `config` is a class of config or a config schema; `takes_config` says that the parameter `config` gets it.
    """

    parameters: tuple[str, ...] = ()
    required: frozenset[str] = frozenset()
    config: Any = None
    takes_config: bool = False

    @property
    def resources(self) -> frozenset[str]:
        """All resources that it needs."""
        return self.required.union(self.parameters)

    def with_parameters(self, names: Iterable[str]) -> Needs:
        """The same with more parameters that get a resource."""
        return msgspec.structs.replace(self, parameters=(*self.parameters, *names))


NO_NEEDS = Needs()


def read_needs(
    parameters: Parameters, of: str, *, required_resource_keys: Iterable[str] | None = None, config_schema: Any = None
) -> tuple[Needs, Parameters]:
    """Tell the parameters that are resources or config from the others.

    Args:
        parameters: All but the context.
        of: The definition's name in an error, such as `of asset 'orders'`.
        required_resource_keys: As given to the decorator.
        config_schema: Likewise.

    Returns:
        The needs, and the parameters that are left.

    Raises:
        InvalidDefinitionError: it takes a config and has a config_schema.
    """
    annotations = parameters.annotations
    resources = tuple(name for name in parameters.names if is_resource_annotation(annotations.get(name)))
    takes_config = is_config_annotation(annotations.get(_CONFIG))
    if takes_config and config_schema is not None:
        raise InvalidDefinitionError(f"The function {of} takes its config as a parameter, so leave config_schema out.")
    taken = {*resources, *([_CONFIG] if takes_config else [])}
    needs = Needs(
        parameters=resources,
        required=frozenset(
            check_text(name, f"An element of required_resource_keys {of}")
            for name in check_several(required_resource_keys, f"required_resource_keys {of}")
        ),
        config=annotations[_CONFIG] if takes_config else config_schema,
        takes_config=takes_config,
    )
    left = tuple(name for name in parameters.names if name not in taken)
    return needs, msgspec.structs.replace(parameters, names=left)

"""Config that is described by a dict of names and types, `config_schema={"rows": int}`, checked with pydantic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from pydantic import create_model

from headwater.definitions.arguments import shown
from headwater.definitions.resources.configurable import Config, PermissiveConfig
from headwater.errors import InvalidDefinitionError

_TYPES: tuple[Any, ...] = (str, int, float, bool, dict, list, Any)


class Field(msgspec.Struct, frozen=True):
    """One name of a config schema, where a type alone does not say enough.

    Args:
        config: Its type: `str`, `int`, `float`, `bool`, `dict`, `list`, `[str]`, or a dict of names and types.
        default_value: What it is if the run does not say; without one it is required, unless `is_required` is False.
        is_required: Whether a run must give it.
        description: What it is for.

    Example:
        >>> @asset(config_schema={"limit": Field(int, default_value=10, description="How many rows.")})
        ... def top(context):
        ...     return context.op_config["limit"]
        >>> materialize_to_memory([top]).output_for_node("top")
        10
    """

    config: Any
    default_value: Any = msgspec.UNSET
    is_required: bool | None = None
    description: str | None = None


def model_of(schema: Any, name: str) -> type[Config]:
    """The class of config that a schema describes.

    Raises:
        InvalidDefinitionError: it is written in another way.
    """
    if isinstance(schema, type) and issubclass(schema, Config):
        return schema
    if schema is dict or schema is Any:
        return PermissiveConfig
    if not isinstance(schema, Mapping):
        raise InvalidDefinitionError(
            f"config_schema of {name} is a dict of names and types, such as {{'rows': int}}, but got {shown(schema)}."
        )
    fields = {key: _field(value, f"{name}.{key}") for key, value in schema.items()}
    return create_model(name, __base__=Config, **fields)  # type: ignore[call-overload,no-any-return]


def _field(value: Any, where: str) -> tuple[Any, Any]:
    if not isinstance(value, Field):
        return _type(value, where), ...
    kind = _type(value.config, where)
    if value.default_value is not msgspec.UNSET:
        return kind, value.default_value
    return (kind | None, None) if value.is_required is False else (kind, ...)


def _type(value: Any, where: str) -> Any:
    if value in _TYPES if not isinstance(value, (dict, list)) else False:
        return value
    if isinstance(value, list) and len(value) == 1:
        return list[_type(value[0], where)]  # type: ignore[misc]
    if isinstance(value, dict):
        return model_of(value, where)
    raise InvalidDefinitionError(
        f"{where} of a config schema is str, int, float, bool, dict, list, [type], a Field or a dict of these, "
        f"but got {shown(value)}."
    )

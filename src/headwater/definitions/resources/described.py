"""What functions and resources take of a run's config, as the snapshot of definitions has it."""

from __future__ import annotations

from typing import Any

from headwater.definitions.resources.definition import ResourceDefinition
from headwater.definitions.resources.needs import Needs
from headwater.definitions.snapshot import ConfigSnapshot, ResourceSnapshot


def describe_config(needs: Needs, op_name: str) -> ConfigSnapshot | None:
    """What a function takes; None if it takes no config."""
    return None if needs.config is None else ConfigSnapshot(op=op_name, shape=_shape(needs.config, op_name))


def describe_resource(name: str, resource: Any) -> ResourceSnapshot:
    """What a resource takes besides what it was given where it is defined."""
    if isinstance(resource, ResourceDefinition):
        shape = {} if resource.config_schema is None else _shape(resource.config_schema, name)
        return ResourceSnapshot(name=name, shape=shape)
    # What configures with pydantic is recognised by what it can do, so that others need not import it.
    if hasattr(type(resource), "at_launch"):
        shape = _shape(resource.resource_class, name)
        left = [field for field in shape.get("required", ()) if field not in resource.given]
        return ResourceSnapshot(name=name, shape={**shape, "required": left}, at_launch=True)
    if hasattr(type(resource), "ready_for"):
        return ResourceSnapshot(name=name, shape={**_shape(type(resource), name), "required": []})
    return ResourceSnapshot(name=name)


def _shape(kind: Any, name: str) -> dict[str, Any]:
    # pydantic, which only some need
    from headwater.definitions.resources.config_schema import model_of
    from headwater.definitions.resources.config_shape import shape_of

    return shape_of(kind if hasattr(kind, "ready_for") else model_of(kind, name))

"""Values that a connector was given, where a variable may stand in for one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import headwater as hw
from headwater.connectors.errors import ConnectorError


def read(value: Any, what: str) -> Any:
    """The value itself, or what its variable holds now.

    Args:
        value: What was given.
        what: What it is, for the message.

    Raises:
        ConnectorError: its variable is not set.
    """
    if not isinstance(value, hw.EnvVar):
        return value
    held = value.get_value()
    if held is None:
        raise ConnectorError(f"{what} is the variable {value.env_var_name}, which is not set where this sensor runs.")
    return held


def read_all(values: Mapping[str, Any], what: str) -> dict[str, Any]:
    """The values of a mapping; see `read`."""
    return {name: read(value, f"{name!r} of {what}") for name, value in values.items()}

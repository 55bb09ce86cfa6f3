"""How a program is told where its context and its messages are: two small JSON objects, packed into text."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from typing import Any, TypeAlias

PipesParams: TypeAlias = Mapping[str, Any]
"""Where something is, in the words of the protocol, such as `{"path": "/tmp/messages"}`."""

CONTEXT_VARIABLE = "DAGSTER_PIPES_CONTEXT"
MESSAGES_VARIABLE = "DAGSTER_PIPES_MESSAGES"


def encode_param(value: Any) -> str:
    """A JSON value as text for an environment variable or an argument.

    Example:
        >>> decode_param(encode_param({"path": "/tmp/context"}))
        {'path': '/tmp/context'}
    """
    return base64.b64encode(zlib.compress(json.dumps(value).encode())).decode()


def decode_param(text: str) -> Any:
    """The inverse of `encode_param`."""
    return json.loads(zlib.decompress(base64.b64decode(text)))


def as_argument(variable: str) -> str:
    """The name of the command line argument that stands for an environment variable."""
    return f"--{variable.lower().replace('_', '-')}"

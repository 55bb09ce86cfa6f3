"""Values of any depth as JSON that every store and wire gives back unchanged."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from headwater.definitions.arguments import shown
from headwater.errors import InvalidMetadataError

_DEEPEST = 64
# Python refuses to write longer numbers in decimals; 13,000 bits are a little over 3,900 digits.
_MOST_BITS = 13_000
_MENDS = {
    "datetime": "use MetadataValue.timestamp(...) at the top level, or value.isoformat()",
    "date": "write value.isoformat()",
    "time": "write value.isoformat()",
    "timedelta": "write value.total_seconds()",
    "set": "write sorted(value)",
    "frozenset": "write sorted(value)",
    "tuple": "write list(value)",
    "bytes": "decode it to text",
    "Decimal": "write float(value) or str(value)",
    "UUID": "write str(value)",
}


def mend_for(value: object) -> str:
    """What to do with a value that is no metadata."""
    known = _MENDS.get(type(value).__name__)
    if known is None:
        known = "write value.item()" if callable(getattr(value, "item", None)) else "write str(value)"
    return known


def plain_text(value: str, where: str) -> str:
    """A string of the exact type, checked to be valid Unicode."""
    if type(value) is str and value.isascii():
        return value
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise InvalidMetadataError(
            f"{where} holds a lone surrogate, which is no valid text: {shown(value)}. "
            "Decode the text with the encoding that it was written in."
        ) from error
    return str.__str__(value)


def plain_int(value: int, where: str) -> int:
    """A whole number of the exact type, checked to be of a length that can be written."""
    if value.bit_length() > _MOST_BITS:
        raise InvalidMetadataError(
            f"{where} is a number of {value.bit_length()} bits, more than the {_MOST_BITS} that are kept; "
            "shorten it or store it elsewhere."
        )
    return int.__index__(value)


def plain_float(value: float) -> float | str:
    """The number; as text where it is not finite, since JSON has no such numbers."""
    if math.isfinite(value):
        return float.__float__(value)
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def plain_json(value: object, where: str, depth: int = 0) -> Any:
    """A copy of the value as plain JSON: tuples become lists, keys strings, and numbers that are not finite text.

    Args:
        value: Made of mappings, lists, tuples, strings, numbers, bools and None.
        where: The value's name in an error.
        depth: How many containers it stands in.

    Raises:
        InvalidMetadataError: it holds something else, text that is not Unicode, or is nested deeper than 64 levels.
    """
    if value is None or value is True or value is False:
        return value
    if isinstance(value, str):
        return plain_text(value, where)
    if isinstance(value, int):
        return plain_int(value, where)
    if isinstance(value, float):
        return plain_float(value)
    if depth >= _DEEPEST:
        raise InvalidMetadataError(
            f"{where} is nested deeper than {_DEEPEST} levels; flatten it, or store it elsewhere."
        )
    if isinstance(value, Mapping):
        return {_plain_key(key, where): plain_json(item, f"{where}[{key!r}]", depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_json(item, f"{where}[{number}]", depth + 1) for number, item in enumerate(value)]
    raise InvalidMetadataError(f"{where} can't be written as JSON: {shown(value)}; {mend_for(value)}.")


def _plain_key(key: object, where: str) -> str:
    """The key as `json.dumps` would write it."""
    if isinstance(key, str):
        return plain_text(key, f"A key of {where}")
    if key is None or isinstance(key, bool):
        return {None: "null", True: "true", False: "false"}[key]
    if isinstance(key, (int, float)):
        return str(plain_float(key) if isinstance(key, float) else plain_int(key, f"A key of {where}"))
    raise InvalidMetadataError(f"A key of {where} can't be written as JSON: {shown(key)}; write str(key).")

"""What a request could have said instead: the choices and fields at the place that msgspec names; pure."""

from __future__ import annotations

import re
from typing import Any

from msgspec import inspect

from headwater.definitions.near import nearest

_STEP = re.compile(r"\.?([^.\[\]$`]+)|\[[^\]]*\]")


def mend(message: str, path: str, type_: Any) -> str:
    """What fits where something did not, as a sentence to put behind the message; empty if nothing can be said.

    Args:
        message: As msgspec words it, such as ``Invalid enum value 'x'``.
        path: Where it is wrong, such as ``$.causes[0]`` or ``causes[0]``.
        type_: What the whole was read as.
    """
    if "Invalid enum value" in message:
        choices = [text for place in _at(path, type_) for text in _choices(place)]
        return f"Choose from {', '.join(sorted(set(choices)))}." if choices else ""
    if "unknown field" in message:
        fields = [name for place in _at(path, type_) for name in _fields(place)]
        return instead(message.rpartition("field `")[2].rstrip("`"), fields)
    return ""


def instead(name: str, known: list[str]) -> str:
    """Which of the known names was meant, or which there are."""
    near = nearest(name, known)
    if near:
        return f"Did you mean {near[0]}?"
    return f"There are {', '.join(known)}." if known else "There are none."


def _at(path: str, type_: Any) -> list[inspect.Type]:
    """The types that may stand at a path; a union has several."""
    places = _members(inspect.type_info(type_))
    for step in _STEP.finditer(path):
        places = [inner for place in places for inner in _inside(place, step[1])]
    return places


def _members(found: inspect.Type) -> list[inspect.Type]:
    if isinstance(found, inspect.Metadata):
        return _members(found.type)
    if isinstance(found, inspect.UnionType):
        return [inner for each in found.types for inner in _members(each)]
    return [found]


def _inside(place: inspect.Type, name: str | None) -> list[inspect.Type]:
    """What a step leads to: into a field by its name, or into a collection where it has none."""
    if isinstance(place, inspect.StructType):
        return [inner for field in place.fields if field.encode_name == name for inner in _members(field.type)]
    if name is None and isinstance(place, inspect.DictType):
        return _members(place.value_type)
    if name is None and isinstance(place, inspect.CollectionType):
        return _members(place.item_type)
    return []


def _choices(place: inspect.Type) -> list[str]:
    if isinstance(place, inspect.LiteralType):
        return [str(value) for value in place.values]
    if isinstance(place, inspect.EnumType):
        return [str(each.value) for each in place.cls]
    if isinstance(place, inspect.CollectionType):
        # A parameter that may be given several times is named without a number.
        return [text for inner in _members(place.item_type) for text in _choices(inner)]
    return []


def _fields(place: inspect.Type) -> list[str]:
    return [field.encode_name for field in place.fields] if isinstance(place, inspect.StructType) else []

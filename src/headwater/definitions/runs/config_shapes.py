"""Whether a run's config fits what functions and resources take, told from plain shapes, without their code.

A shape is JSON Schema of the kind that `resources.config_schema` writes. What it leaves open is judged where the code
is, before a run begins; so nothing is refused here that would be taken there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from headwater.definitions.resources.env_vars import holds_env_var
from headwater.errors import InvalidConfigError

Shape = Mapping[str, Any]

_NUMBER = re.compile(r"\s*[+-]?[\d_]*\.?[\d_]*([eE][+-]?\d+)?\s*", re.ASCII)
_WORDS_FOR_BOOLEANS = frozenset({"0", "1", "off", "on", "f", "t", "false", "true", "n", "y", "no", "yes"})


def check_shape(shape: Shape, given: Any, of: str) -> None:
    """See that config fits a shape.

    Args:
        shape: What is taken.
        given: The config; a field that holds an `EnvVar` fits.
        of: Whose config it is, for the message.

    Raises:
        InvalidConfigError: it does not; the message names each field, and no value, as some may be secret.
    """
    found = list(_misfits(shape, given, "", shape.get("$defs", {})))
    if found:
        raise InvalidConfigError(f"The config of {of} does not fit: {'; '.join(found)}. Set or correct these fields.")


def _misfits(shape: Shape, given: Any, place: str, known: Mapping[str, Shape]) -> Iterator[str]:
    if "$ref" in shape:
        yield from _misfits(known.get(shape["$ref"].rpartition("/")[2], {}), given, place, known)
    for each in shape.get("allOf", ()):
        yield from _misfits(each, given, place, known)
    for choice in ("anyOf", "oneOf"):
        yield from _misfits_of_choice(shape.get(choice, ()), given, place, known)
    allowed = [shape["const"]] if "const" in shape else shape.get("enum")
    if allowed is not None and given not in allowed and str(given) not in map(str, allowed):
        yield f"{place} is one of {', '.join(map(repr, allowed))}"
    kind = shape.get("type")
    if kind in _FITS:
        word, fits = _FITS[kind]
        # Dates, paths and the like are text with a format, and are read from numbers, too.
        if not fits(given) and not ("format" in shape and isinstance(given, (int, float))):
            yield f"{place or 'it'} is {word}, but got {_kind_of(given)}"
            return
    yield from _misfits_of_bounds(shape, given, place)
    if isinstance(given, dict):
        yield from _misfits_of_fields(shape, given, place, known)
    elif isinstance(given, list):
        first = shape.get("prefixItems", ())
        for number, item in enumerate(given):
            of_item = first[number] if number < len(first) else shape.get("items", {})
            yield from _misfits(of_item or {}, item, f"{place}.{number}" if place else str(number), known)


def _misfits_of_choice(choices: tuple[Shape, ...], given: Any, place: str, known: Mapping[str, Shape]) -> Iterator[str]:
    found = [list(_misfits(each, given, place, known)) for each in choices]
    if found and all(found):
        # Of a field that may be left open, what the other choice says is all that helps.
        real = [mine for each, mine in zip(choices, found, strict=True) if each.get("type") != "null"]
        yield from real[0] if len(real) == 1 else [f"{place or 'it'} is none of what it can be"]


def _misfits_of_fields(shape: Shape, given: dict[str, Any], place: str, known: Mapping[str, Shape]) -> Iterator[str]:
    fields, others = shape.get("properties", {}), shape.get("additionalProperties", True)
    prefix = f"{place}." if place else ""
    yield from (f"{prefix}{name} is missing" for name in shape.get("required", ()) if name not in given)
    for name, value in given.items():
        if holds_env_var(value):
            # What it will be is known to the process that uses it.
            continue
        if name in fields:
            yield from _misfits(fields[name], value, f"{prefix}{name}", known)
        elif others is False:
            yield f"{prefix}{name} is no field of it"
        elif others is not True:
            yield from _misfits(others, value, f"{prefix}{name}", known)


def _misfits_of_bounds(shape: Shape, given: Any, place: str) -> Iterator[str]:
    if isinstance(given, (int, float)) and not isinstance(given, bool):
        for name, word, fits in _BOUNDS:
            if name in shape and not fits(given, shape[name]):
                yield f"{place} is {word} {shape[name]}"
    elif isinstance(given, (str, list)):
        what = "Length" if isinstance(given, str) else "Items"
        if len(given) < shape.get(f"min{what}", 0):
            yield f"{place} has {shape[f'min{what}']} {'characters' if what == 'Length' else 'items'} or more"
        if len(given) > shape.get(f"max{what}", len(given)):
            yield f"{place} has {shape[f'max{what}']} {'characters' if what == 'Length' else 'items'} or fewer"


def _is_number(given: Any) -> bool:
    """Whether it is a number, or text that is read as one."""
    if isinstance(given, str):
        return _NUMBER.fullmatch(given) is not None or given.strip().lower().lstrip("+-") in ("inf", "nan", "infinity")
    return isinstance(given, (int, float))


def _is_whole_number(given: Any) -> bool:
    return given.is_integer() if isinstance(given, float) else _is_number(given)


def _is_boolean(given: Any) -> bool:
    return given.lower() in _WORDS_FOR_BOOLEANS if isinstance(given, str) else given in (0, 1)


_FITS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "integer": ("a whole number", _is_whole_number),
    "number": ("a number", _is_number),
    "boolean": ("true or false", _is_boolean),
    "string": ("text", lambda given: isinstance(given, str)),
    "array": ("a list", lambda given: isinstance(given, list)),
    "object": ("a dict", lambda given: isinstance(given, dict)),
    "null": ("empty", lambda given: given is None),
}
_BOUNDS: tuple[tuple[str, str, Callable[[Any, Any], bool]], ...] = (
    ("minimum", "at least", lambda given, bound: given >= bound),
    ("maximum", "at most", lambda given, bound: given <= bound),
    ("exclusiveMinimum", "more than", lambda given, bound: given > bound),
    ("exclusiveMaximum", "less than", lambda given, bound: given < bound),
)


def _kind_of(given: Any) -> str:
    if given is None:
        return "nothing"
    if isinstance(given, bool):
        return "true or false"
    kinds = {str: "text", int: "a number", float: "a number", list: "a list", dict: "a dict"}
    return kinds.get(type(given), type(given).__name__)

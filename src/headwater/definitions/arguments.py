"""What users pass, checked: each function returns the value as a definition keeps it, or says what was expected.

`where` names the thing in the error's sentence, such as "The description of asset 'orders'".
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from reprlib import Repr
from typing import Any, TypeVar

from headwater.errors import InvalidParameterError
from headwater.keys import AssetKey, is_storable

_T = TypeVar("_T")
_short = Repr()
_short.maxstring = _short.maxother = 80
_PLAIN = frozenset({list, tuple, set, frozenset})
_MOST_KEYS = 16_384
_FIRST_SECOND = -62_135_596_800
_END_OF_TIME = 253_402_300_800


def shown(value: object) -> str:
    """A value and its type as an error message carries them, cut to a readable length."""
    try:
        text = _short.repr(value)
    except ValueError:  # Python does not write very long numbers in decimals.
        text = "a value too long to show"
    return f"{text} ({type(value).__name__})"


def check_type(value: object, expected: type[_T], where: str, kind: str) -> _T:
    """The value, if it is an instance of the type that `kind` describes.

    Raises:
        InvalidParameterError: it is not.
    """
    if not isinstance(value, expected):
        raise InvalidParameterError(f"{where} is {kind}, but got {shown(value)}.")
    return value


def check_text(value: object, where: str) -> str:
    """Text that can be stored.

    Raises:
        InvalidParameterError: it is no string, or holds a NUL or a lone surrogate.
    """
    text = check_type(value, str, where, "a string")
    if not is_storable(text):
        raise InvalidParameterError(
            f"{where} holds a NUL or a lone surrogate, which can't be stored; leave it out of {shown(text)}."
        )
    return text


def check_optional_text(value: object, where: str) -> str | None:
    """Text that can be stored, or None."""
    return None if value is None else check_text(value, where)


def check_printable(value: object, where: str) -> str:
    """Text that may name something: printable, and not empty.

    Raises:
        InvalidParameterError: it is not.
    """
    name = check_text(value, where)
    if not name or not name.isprintable():
        raise InvalidParameterError(f"{where} is made of one or more printable characters, but got {shown(name)}.")
    return name


def check_bool(value: object, where: str) -> bool:
    """True or False, nothing that merely counts as one."""
    return check_type(value, bool, where, "True or False")


def check_seconds(value: object, where: str, *, least: float = 0.0) -> float:
    """A length of time in seconds, from a number or a timedelta.

    Raises:
        InvalidParameterError: it is neither, not finite, not above zero, or below `least`.
    """
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not math.isfinite(seconds):
        raise InvalidParameterError(f"{where} is a number of seconds or a timedelta, but got {shown(value)}.")
    if seconds <= 0 or seconds < least:
        bound = f"at least {least:g} s" if least else "more than 0 s"
        raise InvalidParameterError(f"{where} is {bound}, but got {shown(value)}.")
    return float(seconds)


def check_moment(value: object, where: str) -> float:
    """A moment as seconds since the epoch, from a number of them or an aware datetime.

    Raises:
        InvalidParameterError: it is neither, or lies outside the years 1 to 9999.
    """
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise InvalidParameterError(
                f"{where} is a datetime without a time zone, {value}; give it one, such as tzinfo=timezone.utc."
            )
        return value.timestamp()
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise InvalidParameterError(f"{where} is seconds since the epoch or an aware datetime, but got {shown(value)}.")
    if not _FIRST_SECOND <= value < _END_OF_TIME:
        raise InvalidParameterError(
            f"{where} is {value} seconds since the epoch, which is in no year that a calendar has. "
            "If it counts milliseconds, divide it by 1000."
        )
    return float(value)


def check_several(value: object, where: str) -> list[Any]:
    """The elements of a list, tuple, set, generator or the like; none for None.

    Raises:
        InvalidParameterError: it is a string or a mapping, which would be taken apart, or can't be iterated.
    """
    if value is None:
        return []
    if type(value) in _PLAIN:
        return list(value)  # type: ignore[call-overload, no-any-return]
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        hint = f" Write [{_short.repr(value)}]." if isinstance(value, str) else ""
        raise InvalidParameterError(f"{where} is a list, but got {shown(value)}.{hint}")
    return list(value)


def check_mapping(value: object, where: str) -> dict[Any, Any]:
    """A copy of a mapping; empty for None.

    Raises:
        InvalidParameterError: it is something else.
    """
    if value is None:
        return {}
    if type(value) is dict:
        return value.copy()
    if not isinstance(value, Mapping):
        raise InvalidParameterError(f"{where} is a dict, but got {shown(value)}.")
    return dict(value)


def check_asset_key(value: object, where: str) -> AssetKey:
    """The key of an asset, from a key, a string (one part), a list of parts, or a definition that has a key.

    Raises:
        InvalidParameterError: it is none of these.
    """
    if isinstance(value, AssetKey):
        return value
    if type(value) is str:
        return _key_named(value)
    if isinstance(value, (str, list, tuple)):
        return AssetKey(value)
    key = getattr(value, "key", None)
    if isinstance(key, AssetKey):
        return key
    raise InvalidParameterError(
        f"{where} is a key, a string, a list of strings, an AssetSpec or a function decorated with @asset, "
        f"but got {shown(value)}."
    )


@lru_cache(maxsize=_MOST_KEYS)
def _key_named(name: str) -> AssetKey:
    """One object for a key that many definitions name, which spares memory and comparisons."""
    return AssetKey(name)


def check_cursor(cursor: object, where: str) -> str | None:
    """A cursor, which is text.

    Raises:
        InvalidParameterError: it is something else; numbers are written as text by the sensor itself.
    """
    if cursor is not None and not isinstance(cursor, str):
        raise InvalidParameterError(
            f"{where} is a string, but got {shown(cursor)}; write str(...), and read it back from context.cursor."
        )
    return check_optional_text(cursor, where)

"""What may be written in tags, kinds, owners and groups."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from headwater.definitions.arguments import check_mapping, check_several, check_text, shown
from headwater.errors import InvalidParameterError
from headwater.keys import is_storable

_MOST_KINDS = 10
_MOST_REMEMBERED = 4_096
_NO_KINDS: frozenset[str] = frozenset()
_SEVERAL = frozenset({list, tuple, set, frozenset})
_WORD = re.compile(r"[A-Za-z0-9_.-]{1,63}")
_TAG_VALUE = re.compile(r"[A-Za-z0-9_.-]{0,63}")
_GROUP = re.compile(r"[A-Za-z0-9_]+(/[A-Za-z0-9_]+)*")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_TEAM = "team:"
# Written by orchestrators themselves on events: versions and partitions, which have no such limits.
_SYSTEM_TAGS = ("dagster/", "headwater/")


def plain_tags(tags: object) -> dict[str, str] | None:
    """A copy of tags whose names and values are certainly fine, as nearly all are; None where they are looked at."""
    if type(tags) is not dict:
        return None
    for name, value in tags.items():
        if type(name) is not str or type(value) is not str or not _is_plain_tag(name, value):
            return None
    return tags.copy()


def check_tags(tags: Mapping[str, str] | None, where: str, *, system: bool = False) -> dict[str, str]:
    """Tags by name.

    Args:
        tags: Names of up to 63 characters of `A-Za-z0-9_.-`, with a namespace of as many and `/` before it if
            wanted; values of the same characters, possibly none.
        where: The name of the parameter in an error.
        system: Whether names that an orchestrator writes itself may have any text.

    Raises:
        InvalidParameterError: a name or value is not so.
    """
    if tags is None:
        return {}
    plain = plain_tags(tags)
    if plain is not None:
        return plain
    checked = check_mapping(tags, where)
    for name, value in checked.items():
        check_text(name, f"A name in {where}")
        check_text(value, f"The value of {name!r} in {where}")
        if not (system and name.startswith(_SYSTEM_TAGS)):
            _check_tag(name, value, where)
    return checked


@lru_cache(maxsize=_MOST_REMEMBERED)
def _is_plain_tag(name: str, value: str) -> bool:
    """Whether it is certainly fine; remembered, because a few tags stand on many assets."""
    return _WORD.fullmatch(name) is not None and _TAG_VALUE.fullmatch(value) is not None


def _check_tag(name: str, value: str, where: str) -> None:
    namespace, slash, word = name.rpartition("/")
    if not _WORD.fullmatch(word) or (slash and not _WORD.fullmatch(namespace)):
        raise InvalidParameterError(
            f"{where} has the name {shown(name)}; write 1 to 63 letters, digits, '_', '.' or '-', "
            "with a namespace and '/' before them if you like."
        )
    if not _TAG_VALUE.fullmatch(value):
        raise InvalidParameterError(
            f"{where} has the value {shown(value)} for {name!r}; write at most 63 letters, digits, '_', '.' or '-'. "
            "Longer text belongs in metadata."
        )


def check_kinds(kinds: Iterable[str] | None, where: str) -> frozenset[str]:
    """What an asset is made of or with, such as `csv` or `duckdb`; at most ten."""
    if kinds is None:
        return _NO_KINDS
    shared = plain_kinds(kinds)
    if shared is not None:
        return shared
    checked = frozenset(check_text(kind, f"A kind in {where}") for kind in check_several(kinds, where))
    if len(checked) > _MOST_KINDS:
        raise InvalidParameterError(f"{where} holds {len(checked)} kinds; keep at most {_MOST_KINDS}.")
    return checked


def plain_kinds(kinds: object) -> frozenset[str] | None:
    """One object for all assets of the same kinds, if these are certainly fine; None where they are looked at."""
    if type(kinds) not in _SEVERAL:
        return None
    try:
        return _share_kinds(*kinds)  # type: ignore[misc]
    except TypeError:  # not all can be looked up, so not all are texts
        return None


@lru_cache(maxsize=_MOST_REMEMBERED)
def _share_kinds(*kinds: str) -> frozenset[str] | None:
    return (
        frozenset(kinds)
        if len(kinds) <= _MOST_KINDS and all(type(kind) is str and is_storable(kind) for kind in kinds)
        else None
    )


def check_owners(owners: Iterable[str] | None, where: str) -> tuple[str, ...]:
    """Who answers for an asset: e-mail addresses and `team:name`.

    Raises:
        InvalidParameterError: an owner is neither.
    """
    if owners is None:
        return ()
    shared = plain_owners(owners)
    if shared is not None:
        return shared
    given = check_several(owners, where)
    for owner in given:
        if not _is_owner(check_text(owner, f"An owner in {where}")):
            raise InvalidParameterError(
                f"{where} holds {shown(owner)}; write an e-mail address or 'team:' and a name, such as 'team:finance'."
            )
    return tuple(given)


def plain_owners(owners: object) -> tuple[str, ...] | None:
    """One object for all assets of the same owners, if these are certainly fine; None where they are looked at."""
    if type(owners) not in _SEVERAL:
        return None
    try:
        return _share_owners(*owners)  # type: ignore[misc]
    except TypeError:  # not all can be looked up, so not all are texts
        return None


@lru_cache(maxsize=_MOST_REMEMBERED)
def _share_owners(*owners: str) -> tuple[str, ...] | None:
    return owners if all(type(owner) is str and _is_owner(owner) for owner in owners) else None


def _is_owner(owner: str) -> bool:
    return is_storable(owner) and (
        (owner.startswith(_TEAM) and len(owner) > len(_TEAM)) or _EMAIL.fullmatch(owner) is not None
    )


def check_group(group: str | None, where: str) -> str | None:
    """The name of a group: letters, digits and `_`, in levels joined by `/`.

    Raises:
        InvalidParameterError: it is not so.
    """
    if group is None:
        return None
    shared = plain_group(group)
    if shared is None and not _GROUP.fullmatch(check_text(group, where)):
        raise InvalidParameterError(
            f"{where} is made of letters, digits and '_', with '/' between levels, but got {shown(group)}."
        )
    return shared or group


def plain_group(group: object) -> str | None:
    """One text for all assets of a group, if it is certainly the name of one; None where it is looked at."""
    return _share_group(group) if type(group) is str else None


@lru_cache(maxsize=_MOST_REMEMBERED)
def _share_group(group: str) -> str | None:
    return group if _GROUP.fullmatch(group) else None

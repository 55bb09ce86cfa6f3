"""How long what is kept of an asset stays, as its definition may say under the metadata key `headwater/retention`."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from headwater.errors import InvalidDefinitionError

RETENTION = "headwater/retention"


class Sort(StrEnum):
    """Events that are kept alike; `run_key` are no events, but the keys by which no run is requested twice."""

    MATERIALIZATION = "materialization"
    OBSERVATION = "observation"
    CHECK = "check"
    EXTERNAL = "external"
    RUN = "run"
    FRESHNESS = "freshness"
    CORRECTION = "correction"
    DEFINITION = "definition"
    OTHER = "other"
    RUN_KEY = "run_key"


SORTS_OF_ASSETS = (Sort.MATERIALIZATION, Sort.OBSERVATION, Sort.CHECK, Sort.EXTERNAL)
"""Those for which an asset can have a rule of its own."""


class Keep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is kept: events of so many `days`, and the newest `count` of each kind and asset. None: no limit."""

    days: float | None = None
    count: int | None = None


def read_retention(value: object, key: str) -> dict[Sort, Keep]:
    """The rules that an asset's definition has.

    Args:
        value: What stands under `headwater/retention`, such as `{"observation": {"days": 30, "count": 1000}}`.
        key: The asset's, for the message.

    Raises:
        InvalidDefinitionError: it is no such mapping; the message says what is.
    """
    try:
        rules = msgspec.convert(value, dict[Sort, Keep])
    except msgspec.ValidationError as error:
        raise InvalidDefinitionError(_mend(key, f"{error}")) from error
    for sort, keep in rules.items():
        if sort not in SORTS_OF_ASSETS:
            raise InvalidDefinitionError(_mend(key, f"{sort.value!r} can't be kept differently for one asset"))
        if (keep.days is not None and keep.days <= 0) or (keep.count is not None and keep.count < 1):
            raise InvalidDefinitionError(
                _mend(key, f"{sort.value!r} is kept for more than 0 days, and at least 1 event")
            )
    return rules


def declared_retention(metadata: Mapping[str, object], key: str) -> dict[Sort, Keep]:
    """The rules in an asset's metadata, as values by name; none where it has none that can be read.

    What can't be read is told as the definitions are loaded.
    """
    if RETENTION not in metadata:
        return {}
    try:
        return read_retention(metadata[RETENTION], key)
    except InvalidDefinitionError:
        return {}


def _mend(key: str, reason: str) -> str:
    sorts = ", ".join(sort.value for sort in SORTS_OF_ASSETS)
    return (
        f"The metadata {RETENTION!r} of asset {key!r} says no rule ({reason}). Write "
        f'{{"observation": {{"days": 30, "count": 1000}}}}; the sorts are {sorts}.'
    )

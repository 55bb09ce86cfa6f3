"""What a step needs of the machine that carries it out, as its asset declares it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from headwater.errors import InvalidDefinitionError
from headwater.execution.steps.steps import RESOURCE_TAGS

_SIZE = re.compile(r"\s*([0-9.]+(?:e[0-9]+)?)\s*([kMGT]i?)?B?\s*", re.IGNORECASE)
_UNITS = {None: 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12, "ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40}


def resources_of(tags: Mapping[str, str], step: str) -> dict[str, float]:
    """The cpus, the bytes of memory and the gpus that a step's tags ask for.

    Args:
        tags: The step's; `headwater/cpus`, `headwater/memory` (such as `4GiB`) and `headwater/gpus` count.
        step: Its name, for the error.

    Raises:
        InvalidDefinitionError: a tag is no number or size.
    """
    found: dict[str, float] = {}
    for tag in RESOURCE_TAGS:
        text, name = tags.get(tag), tag.rpartition("/")[2]
        if text is None:
            continue
        match = _SIZE.fullmatch(text)
        unit = match and match[2] and match[2].lower()
        if match is None or (unit and name != "memory"):
            example = "4GiB" if name == "memory" else "2"
            raise InvalidDefinitionError(f"The tag {tag} of {step} is a number such as {example!r}, but is {text!r}.")
        found[name] = float(match[1]) * _UNITS[unit or None]
    return found

"""A step of a run: one call of a function."""

from __future__ import annotations

import math

import msgspec

from headwater.definitions.runs.retries import RetryPolicy
from headwater.errors import InvalidDefinitionError

RESOURCE_TAGS = ("headwater/cpus", "headwater/memory", "headwater/gpus")
"""What a step needs of the machine that carries it out; a cluster places it by these."""


CANCEL_GRACE_TAG = "headwater/cancel_grace"
"""How many seconds a function has to end by itself once it is canceled or out of time."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of work: assets that one function makes, or `checks` of them, each an asset and a name.

    `reads` are the assets of the run that it depends on. Times are in seconds.
    """

    name: str
    assets: tuple[str, ...]
    checks: tuple[tuple[str, str], ...] = ()
    after: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    timeout: float | None = None
    retry: RetryPolicy | None = None
    tags: dict[str, str] = {}
    """What its function's `op_tags` say to the executor, and the resources that its asset's metadata names."""


def grace_of(step: Step, default: float) -> float:
    """How many seconds the function of a step has to end by itself once it is stopped.

    Raises:
        InvalidDefinitionError: its tag is no such number.
    """
    text = step.tags.get(CANCEL_GRACE_TAG)
    if text is None:
        return default
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < math.inf:
        raise InvalidDefinitionError(
            f"The tag {CANCEL_GRACE_TAG} of {step.name} is a number of seconds such as '30', but is {text!r}."
        )
    return seconds

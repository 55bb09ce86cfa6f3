"""What happens when a function fails: how often and when it is tried again."""

from __future__ import annotations

from enum import Enum

import msgspec

from headwater.definitions.arguments import check_seconds, check_type, shown
from headwater.errors import InvalidParameterError

_MOST_RETRIES = 1_000
_LONGEST_SECONDS = 7 * 86_400.0


class Backoff(Enum):
    """How the wait grows from one try to the next.

    Example:
        >>> RetryPolicy(max_retries=3, delay=1, backoff=Backoff.EXPONENTIAL).backoff.name
        'EXPONENTIAL'
    """

    LINEAR = "LINEAR"
    EXPONENTIAL = "EXPONENTIAL"


class Jitter(Enum):
    """How chance changes the wait: to anything from nothing to the whole, or to a little more or less.

    Example:
        >>> RetryPolicy(max_retries=3, delay=1, jitter=Jitter.PLUS_MINUS).jitter.name
        'PLUS_MINUS'
    """

    FULL = "FULL"
    PLUS_MINUS = "PLUS_MINUS"


class RetryPolicy(msgspec.Struct, frozen=True, omit_defaults=True):
    """How often a failed function is tried again, and after which wait.

    Args:
        max_retries: How many more tries there are after the first.
        delay: Seconds before the next try; at once if left out.
        backoff: How the wait grows.
        jitter: How chance changes it.

    Raises:
        InvalidParameterError: an argument has the wrong type, or backoff or jitter have no delay to work on.

    Example:
        >>> policy = RetryPolicy(max_retries=3, delay=2, backoff=Backoff.EXPONENTIAL)
        >>> [policy.wait_before(retry, 0.5) for retry in (1, 2, 3)]
        [2.0, 6.0, 14.0]
    """

    max_retries: int = 1
    delay: float | None = None
    backoff: Backoff | None = None
    jitter: Jitter | None = None

    def __post_init__(self) -> None:
        check_retries(self.max_retries, "max_retries of RetryPolicy")
        if self.delay is not None and self.delay != 0:
            check_seconds(self.delay, "delay of RetryPolicy")
        for name, value, kind in (("backoff", self.backoff, Backoff), ("jitter", self.jitter, Jitter)):
            if value is not None:
                check_type(value, kind, f"{name} of RetryPolicy", f"a {kind.__name__}")
                if self.delay is None:
                    raise InvalidParameterError(f"{name} of RetryPolicy changes the delay, so give a delay= as well.")

    def wait_before(self, retry: int, chance: float) -> float:
        """Seconds to wait before a retry.

        Args:
            retry: Which: 1 is the first.
            chance: A random number from 0 to 1, for the jitter.
        """
        wait = self.delay or 0.0
        if self.backoff is Backoff.LINEAR:
            wait *= retry
        elif self.backoff is Backoff.EXPONENTIAL:
            wait *= 2.0 ** min(retry, 60) - 1
        wait = min(wait, _LONGEST_SECONDS)
        if self.jitter is Jitter.FULL:
            wait *= chance
        elif self.jitter is Jitter.PLUS_MINUS:
            wait += (self.delay or 0.0) * (2 * chance - 1)
        return max(0.0, wait)


def check_retries(value: object, where: str) -> int:
    """A number of retries.

    Raises:
        InvalidParameterError: it is none, or out of range.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST_RETRIES:
        raise InvalidParameterError(f"{where} is a whole number from 0 to {_MOST_RETRIES}, but got {shown(value)}.")
    return value

"""How often a token may be used: a bucket that fills again as time goes by, in each server process by itself."""

from __future__ import annotations

import math

from headwater.errors import TooManyRequestsError


class RateLimits:
    """The buckets of a deployment's tokens. A full one holds ten seconds' worth, but at least one request."""

    def __init__(self) -> None:
        self._buckets: dict[str, tuple[float, float]] = {}

    def spend(self, name: str, per_minute: int, now: float) -> None:
        """Take one request.

        Args:
            name: Whose bucket.
            per_minute: How many requests a minute it allows.
            now: The time, in seconds.

        Raises:
            TooManyRequestsError: the bucket is empty; `retry_after` says when it is not.
        """
        rate = per_minute / 60
        room = max(1.0, rate * 10)
        left, then = self._buckets.get(name, (room, now))
        left = min(room, left + max(0.0, now - then) * rate)
        if left < 1:
            self._buckets[name] = (left, now)
            error = TooManyRequestsError(
                f"The token is used more often than {per_minute:,} times a minute, which is its limit. Send less "
                "often, or put several events into one request to /api/report."
            )
            error.retry_after = math.ceil((1 - left) / rate)
            raise error
        self._buckets[name] = (left - 1, now)

"""How often a token may be used."""

from __future__ import annotations

import pytest

from headwater.errors import TooManyRequestsError
from headwater.server.access.rate_limits import RateLimits


def test_a_limit_holds_over_time() -> None:
    """Sixty a minute are ten at once, and then one a second."""
    limits = RateLimits()
    for _ in range(10):
        limits.spend("a", 60, 100.0)

    with pytest.raises(TooManyRequestsError) as refused:
        limits.spend("a", 60, 100.5)
    limits.spend("a", 60, 101.0)

    assert 1 == refused.value.retry_after
    limits.spend("b", 60, 101.0)


def test_a_clock_that_is_set_back_neither_gives_nor_takes() -> None:
    """The bucket only fills as time goes on."""
    limits = RateLimits()
    limits.spend("a", 1, 1_000.0)

    with pytest.raises(TooManyRequestsError):
        limits.spend("a", 1, 0.0)

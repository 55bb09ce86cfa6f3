"""A project for crash tests: a chain of assets whose values are large enough to be killed in the middle of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import headwater as hw

LENGTH = 200_000
POLICY = hw.RetryPolicy(max_retries=3)


def value_of(number: int) -> list[int]:
    """What an asset's value is, whole."""
    return [number] * LENGTH


def first(context: hw.AssetExecutionContext) -> list[int]:
    """The beginning."""
    context.log.info("begun")
    return value_of(0)


def following(number: int) -> Callable[[list[int]], Any]:
    """One that takes the value before it, which is whole."""

    def make(before: list[int]) -> list[int]:
        assert before == value_of(number - 1), "half a value was read"
        return value_of(number)

    return make


defs = hw.Definitions(
    assets=[
        hw.asset(name="c0", retry_policy=POLICY)(first),
        *(
            hw.asset(name=f"c{number}", retry_policy=POLICY, ins={"before": hw.AssetIn(key=f"c{number - 1}")})(
                following(number)
            )
            for number in range(1, 5)
        ),
    ]
)

"""Which failures of a call may pass, and how long to wait before it is sent again; nothing here waits."""

from __future__ import annotations

import random
from typing import Any

from headwater.client.calls import Answer, Call

PASSING = frozenset({408, 429, 502, 503, 504})
"""Statuses after which the same request may be taken."""

_FIRST_WAIT = 0.2
_LONGEST_WAIT = 10.0


def may_pass(answer: Answer | None) -> bool:
    """Whether a later try may end otherwise; None stands for no answer at all."""
    return answer is None or answer.status in PASSING


def wait_before_retry(call: Call[Any], answer: Answer | None, failures: int, retries: int) -> float | None:
    """How many seconds to wait before the next try; None where there should be none.

    Args:
        call: What was sent.
        answer: What came back, None for no answer.
        failures: How often it has failed by now.
        retries: How often it may be sent again.
    """
    if failures > retries or not call.repeatable or not may_pass(answer):
        return None
    return backoff(failures, answer)


def backoff(failures: int, answer: Answer | None = None) -> float:
    """Seconds that double with each failure, with chance so that many clients do not come back at once.

    What the server asks for in `Retry-After` counts where it is longer.
    """
    asked = "" if answer is None else answer.headers.get("retry-after", "")
    least = float(asked) if asked.isascii() and asked.isdigit() else 0.0
    usual = min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** min(failures - 1, 10))
    return max(min(least, 60.0), usual * random.uniform(0.5, 1.0))

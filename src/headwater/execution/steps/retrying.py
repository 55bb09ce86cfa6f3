"""Whether a failed function is tried again, and when."""

from __future__ import annotations

import random

from headwater.definitions.runs.failures import Failure, RetryRequested
from headwater.definitions.runs.retries import RetryPolicy


def retry_wait(error: BaseException, policy: RetryPolicy | None, retry_number: int) -> float | None:
    """Seconds to wait before a failed function is tried again; None if it is not.

    Args:
        error: What it raised.
        policy: What its definition says.
        retry_number: How many tries have failed before this one.
    """
    if isinstance(error, RetryRequested):
        return error.seconds_to_wait if retry_number < error.max_retries else None
    if policy is None or retry_number >= policy.max_retries:
        return None
    if isinstance(error, Failure) and not error.allow_retries:
        return None
    return policy.wait_before(retry_number + 1, random.random())

"""Exceptions with which a function says how it failed, and whether to try again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headwater.definitions.arguments import check_bool, check_optional_text, check_seconds
from headwater.definitions.metadata.infer import MetadataValue, normalize_metadata
from headwater.definitions.runs.retries import check_retries


class RetryRequested(Exception):  # noqa: N818 - the field's own name
    """Raised by a function that wants to be tried again, though nothing is wrong with it.

    Args:
        max_retries: How many more tries there are after the first.
        seconds_to_wait: Before the next one; at once if left out.

    Example:
        >>> @asset
        ... def orders(context):
        ...     if context.retry_number == 0:
        ...         raise RetryRequested(max_retries=2)
        >>> materialize_to_memory([orders]).success
        True
    """

    def __init__(self, max_retries: int = 1, seconds_to_wait: float | None = None) -> None:
        self.max_retries = check_retries(max_retries, "max_retries of RetryRequested")
        wait = seconds_to_wait or 0
        self.seconds_to_wait = check_seconds(wait, "seconds_to_wait of RetryRequested") if wait else 0.0
        super().__init__(f"asked to be tried again, up to {max_retries} times")


class Failure(Exception):  # noqa: N818 - the field's own name
    """Raised by a function that has failed and knows why.

    Args:
        description: What went wrong.
        metadata: What is known of it, by name.
        allow_retries: Whether the retry policy applies; False where another try can't help.

    Example:
        >>> @asset
        ... def orders():
        ...     raise Failure("the partner sent an empty file", metadata={"bytes": 0}, allow_retries=False)
        >>> materialize_to_memory([orders], raise_on_error=False).success
        False
    """

    def __init__(
        self, description: str | None = None, metadata: Mapping[str, Any] | None = None, allow_retries: bool = True
    ) -> None:
        self.description = check_optional_text(description, "description of Failure")
        self.metadata: dict[str, MetadataValue] = normalize_metadata(metadata)
        self.allow_retries = check_bool(allow_retries, "allow_retries of Failure")
        super().__init__(description or "The function said that it failed.")

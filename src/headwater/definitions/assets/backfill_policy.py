"""How many partitions one run of a backfill makes: `BackfillPolicy`."""

from __future__ import annotations

import msgspec

from headwater.definitions.arguments import check_type, shown
from headwater.errors import InvalidParameterError


class BackfillPolicy(msgspec.Struct, frozen=True):
    """How a backfill divides the partitions of an asset among runs; made with `single_run` or `multi_run`.

    Args:
        max_partitions_per_run: How many partitions one call of the function makes; None for all.

    Raises:
        InvalidParameterError: it is no whole number of at least 1.

    Example:
        >>> BackfillPolicy.single_run().max_partitions_per_run is None
        True
        >>> BackfillPolicy.multi_run(10).max_partitions_per_run
        10
    """

    max_partitions_per_run: int | None = 1

    def __post_init__(self) -> None:
        most = self.max_partitions_per_run
        if most is not None and (isinstance(most, bool) or not isinstance(most, int) or most < 1):
            raise InvalidParameterError(
                f"max_partitions_per_run of a BackfillPolicy is a whole number of at least 1, but got {shown(most)}."
            )

    @staticmethod
    def single_run() -> BackfillPolicy:
        """All partitions in one run, whose function reads `context.partition_keys`."""
        return BackfillPolicy(None)

    @staticmethod
    def multi_run(max_partitions_per_run: int = 1) -> BackfillPolicy:
        """As many runs as needed, each with so many partitions at most."""
        return BackfillPolicy(max_partitions_per_run)


def check_backfill_policy(value: object, where: str) -> BackfillPolicy:
    """A backfill policy.

    Raises:
        InvalidParameterError: it is something else.
    """
    return check_type(value, BackfillPolicy, where, "a BackfillPolicy")

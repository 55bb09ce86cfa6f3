"""A step of a run: one call of a function."""

from __future__ import annotations

import msgspec

from headwater.definitions.retries import RetryPolicy

RESOURCE_TAGS = ("headwater/cpus", "headwater/memory", "headwater/gpus")
"""What a step needs of the machine that carries it out; a cluster places it by these."""


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

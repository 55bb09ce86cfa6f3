"""Which engines are at work, and which of them does what.

Every engine keeps one lease, and renews it again and again. Work is shared out by name: each engine works out by itself
who holds what, and from the same leases all come to the same answer. A commit that two engines race for is guarded
besides, so that a disagreement of a moment costs work and repeats nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection

import msgspec


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """That an engine is at work. Times are microseconds since the epoch, by that engine's clock.

    `beat` counts renewals: others judge by seeing it change, so that their clocks need not agree.
    """

    owner: str
    beat: int
    started_at: int
    renewed_at: int
    locations: tuple[str, ...] = ()
    """The code locations that it has loaded."""


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """How the last engine that ended by itself came to its end."""

    owner: str
    failed_at: int
    reason: str


def holder_of(work: str, owners: Collection[str]) -> str | None:
    """Who of some engines does a piece of work; None where there is none.

    Each piece goes to the engine with the highest hash (rendezvous hashing): work is spread evenly, and when an engine
    comes or goes, only what it gains or leaves moves.
    """
    return max(owners, key=lambda owner: (_weight(owner, work), owner), default=None)


def _weight(owner: str, work: str) -> bytes:
    return hashlib.blake2b(f"{owner}\0{work}".encode(), digest_size=8).digest()

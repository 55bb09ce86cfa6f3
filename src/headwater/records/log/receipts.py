"""What a report is answered with, and the key by which a repeated one is known."""

from __future__ import annotations

import hashlib

import msgspec

from headwater.records.log.events import NewEvent

KEPT_DAYS = 8
"""How long a key is known at the least: seven days, and one for clocks that disagree."""


class ReportKey(msgspec.Struct, frozen=True, gc=False):
    """A sender's name for one report. `fingerprint` tells another report under the same name."""

    key: str
    fingerprint: str


class Receipt(msgspec.Struct, frozen=True, gc=False):
    """The event that a report became; `repeated` where it had become that before."""

    seq: int
    repeated: bool = False


def report_key(key: str, event: NewEvent) -> ReportKey:
    """The key of an event as it was sent: before anything is added that depends on when it came."""
    return ReportKey(key, hashlib.sha256(msgspec.json.encode(event)).hexdigest()[:32])

"""The audit log as values; pure.

Each entry's hash is made from its content and the hash before it, so that none can be changed, taken out or put in
unseen. What is cut off at the end is seen by the head, which is kept beside the entries, or by an
anchor that somebody noted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec

START = ""
"""The hash before the first entry."""


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be entered: who did, or was refused, what to which thing."""

    actor: str
    action: str
    target: str = ""
    outcome: str = "allowed"
    """`allowed`, `failed` or `refused`."""
    detail: str = ""
    """More, such as the status of an answer or how often it happened."""


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A note in its place in the log; `at` is in microseconds since the epoch."""

    seq: int
    at: int
    actor: str
    action: str
    target: str
    outcome: str
    detail: str
    hash: str


class Head(msgspec.Struct, frozen=True):
    """Where the log ends: the number and hash of its last entry."""

    seq: int
    hash: str


def entry_after(head: Head, at: int, note: Note) -> AuditEntry:
    """The next entry of a log."""
    fields = msgspec.structs.asdict(note)
    seq = head.seq + 1
    return AuditEntry(seq=seq, at=at, **fields, hash=_hash(head.hash, [seq, at, *fields.values()]))


def find_problems(entries: Iterable[AuditEntry], head: Head, anchor: Head | None = None) -> list[str]:
    """What is wrong with a log, in its order; nothing if it is whole.

    Args:
        entries: All of them, in order.
        head: Where the log says that it ends.
        anchor: An end that somebody noted earlier, and that must still be in it.
    """
    problems: list[str] = []
    last = Head(0, START)
    known: bool = True
    for entry in entries:
        if entry.seq > last.seq + 1:
            problems.append(_missing(last.seq + 1, entry.seq - 1))
            known = False
        if known and entry.hash != _hash_of(last.hash, entry):
            problems.append(f"Entry {entry.seq} is not what was written, or the one before it was replaced.")
        if anchor is not None and anchor.seq == entry.seq and anchor.hash != entry.hash:
            problems.append(f"Entry {entry.seq} has another hash than the anchor.")
        last, known = Head(entry.seq, entry.hash), True
    if head.seq > last.seq:
        problems.append(_missing(last.seq + 1, head.seq, " at the end"))
    elif head != last:
        problems.append(f"The log ends with entry {last.seq}, but its head names entry {head.seq} or another hash.")
    if anchor is not None and anchor.seq > last.seq:
        problems.append(f"The anchor names entry {anchor.seq}, which is not there.")
    return problems


def parse_anchor(text: str) -> Head:
    """An end that was noted as `SEQ:HASH`.

    Raises:
        ValueError: it is not written so.
    """
    seq, _, digest = text.partition(":")
    return Head(int(seq), digest)


def _missing(first: int, last: int, where: str = "") -> str:
    return f"Entry {first}{where} is missing." if first == last else f"Entries {first} to {last}{where} are missing."


def _hash_of(before: str, entry: AuditEntry) -> str:
    fields = msgspec.structs.asdict(entry)
    del fields["hash"]
    return _hash(before, list(fields.values()))


def _hash(before: str, fields: list[object]) -> str:
    return hashlib.sha256(msgspec.json.encode([before, *fields])).hexdigest()

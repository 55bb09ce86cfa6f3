"""What the engine sends a worker to evaluate users' own conditions, and what comes back."""

from __future__ import annotations

from typing import Any

import msgspec


class AskedPart(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One condition for one asset, or for its `check`, and what it came to the last time."""

    asset_key: str
    check: str | None = None
    written: dict[str, Any]
    """The class and its fields, as the definitions write them down."""
    cursor: str | None = None
    held: tuple[str, ...] | bool | None = None
    """For what it held: partitions, or all or nothing; None before the first time."""
    asked_at: int | None = None


class CustomOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The conditions that are to be evaluated at a moment, in microseconds."""

    parts: tuple[AskedPart, ...]
    now: int
    dynamic: dict[str, list[str]] = {}
    instance: tuple[str, str] | None = None
    """What opens `context.instance` (`module:function`), and the store's address."""


class AnsweredPart(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one came to, or why it could not be evaluated."""

    holds: tuple[str, ...] | bool = False
    cursor: str | None = None
    error: str | None = None


order_decoder = msgspec.msgpack.Decoder(CustomOrder)
answers_decoder = msgspec.msgpack.Decoder(list[AnsweredPart])
encoder = msgspec.msgpack.Encoder()

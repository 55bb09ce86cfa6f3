"""The wire shapes of search."""

from __future__ import annotations

from typing import Literal

import msgspec


class SearchHit(msgspec.Struct, kw_only=True):
    """Something that every word was found in; `found_in` and `text` are the place that fits best."""

    kind: Literal["asset", "job", "sensor", "schedule", "run", "backfill"]
    name: str
    found_in: Literal["name", "column", "tag", "kind", "group", "owner", "check", "description", "id"]
    text: str


class SearchResult(msgspec.Struct, kw_only=True):
    """What was found, best first; `total` is how much there is in all."""

    items: list[SearchHit]
    total: int

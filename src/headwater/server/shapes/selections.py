"""The wire shapes of selections that are being written."""

from __future__ import annotations

from typing import Literal

import msgspec

from headwater.server.shapes.problems import Problem


class CompletionItem(msgspec.Struct, kw_only=True):
    """What may stand in a selection: `text` takes the place of the text between `start` and `end`."""

    text: str
    kind: Literal["key", "field", "function", "operator", "value"]
    detail: str | None


class Completions(msgspec.Struct, kw_only=True):
    """What a selection may go on with, best first; `error` says what is wrong with the text before the cursor."""

    start: int
    end: int
    items: list[CompletionItem]
    error: Problem | None

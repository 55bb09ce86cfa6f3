"""The wire shapes of what went wrong."""

from __future__ import annotations

import msgspec


class TextPosition(msgspec.Struct, kw_only=True):
    """Where a selection is wrong: `position` counts characters from 0, `line` and `column` from 1."""

    position: int
    line: int
    column: int
    expected: list[str]
    suggestion: str | None


class Problem(msgspec.Struct, kw_only=True):
    """An error, as RFC 9457 describes it: `detail` says what is wrong and what to do, `type` is where its kind is told.

    `error` is `detail` under the name that the report doors use; `at` says where in a selection.
    """

    type: str
    title: str
    status: int
    detail: str
    error: str
    at: TextPosition | None = None


class ProblemKind(msgspec.Struct, kw_only=True):
    """A type of problem, and what it means."""

    type: str
    title: str
    status: int
    meaning: str


class ProblemKindList(msgspec.Struct, kw_only=True):
    """Every type of problem, by name."""

    items: list[ProblemKind]

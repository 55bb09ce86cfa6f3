"""One thing that is wrong, or probably so, with definitions."""

from __future__ import annotations

from typing import Literal

import msgspec

from headwater.definitions.snapshot import SourceRef
from headwater.errors import HeadwaterError


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong, where, and the error that loading raises for it; a warning has none.

    `code` names the kind of problem for scripts.
    """

    code: str
    message: str
    source: SourceRef | None = None
    error: type[HeadwaterError] | None = None

    @property
    def severity(self) -> Literal["error", "warning"]:
        """Whether it keeps the definitions from being loaded."""
        return "warning" if self.error is None else "error"

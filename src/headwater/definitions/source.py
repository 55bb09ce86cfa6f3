"""Where in the user's code a definition was made, for error messages and the catalog."""

from __future__ import annotations

import sys
from functools import lru_cache
from types import FrameType

from headwater.definitions.snapshot import SourceRef

_PACKAGE = __name__.partition(".")[0]
_BELOW = f"{_PACKAGE}."


def find_source() -> SourceRef | None:
    """The nearest calling line outside this package; None where there is none."""
    # The caller of this function is inside the package too.
    frame = _user_frame(sys._getframe(2))
    return None if frame is None else _share(frame.f_code.co_filename, frame.f_lineno)


@lru_cache(maxsize=1_024)
def _share(file: str, line: int) -> SourceRef:
    """One object for all definitions that a line makes: factories make many."""
    return SourceRef(file, line)


def user_frame() -> FrameType | None:
    """The nearest calling frame outside this package; None where there is none."""
    return _user_frame(sys._getframe(1))


def _user_frame(frame: FrameType | None) -> FrameType | None:
    while frame is not None:
        module: str = frame.f_globals.get("__name__") or ""
        if module != _PACKAGE and not module.startswith(_BELOW):
            return frame
        frame = frame.f_back
    return None


def describe_source(source: SourceRef | None) -> str:
    """`file:line`, which editors and terminals make a link."""
    return "an unknown place" if source is None else f"{source.file}:{source.line}"

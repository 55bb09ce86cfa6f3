"""Exceptions as people want to read them: one sentence, and the frames from user code on."""

from __future__ import annotations

import contextlib
import traceback
from pathlib import Path

from headwater.environment import redact
from headwater.errors import HeadwaterError
from headwater.records.log.events import ErrorInfo

_PACKAGE = str(Path(__file__).resolve().parents[2])
_MOST_CHARACTERS = 20_000
_MOST_LOCALS = 30


def describe(error: BaseException) -> ErrorInfo:
    """What an exception says, without our own frames above the user's."""
    kind = type(error).__name__
    text = str(error).strip()
    ours = isinstance(error, HeadwaterError)
    message = text if ours and text else f"{kind}: {text}" if text else kind
    if isinstance(error, MemoryError):
        message += ". The function asked for more memory than its process may have."
    return ErrorInfo(message=_cut(redact(message)), type=kind, traceback=_cut(redact(_format(error))))


def _format(error: BaseException) -> str:
    described = traceback.TracebackException.from_exception(error, compact=True)
    if isinstance(error, HeadwaterError) and not _touches_user_code(error):
        return "".join(described.format_exception_only())
    frames = list(described.stack)
    first = next((n for n, frame in enumerate(frames) if not is_plumbing(frame.filename)), 0)
    described.stack = traceback.StackSummary.from_list(frames[first:])
    return "".join(described.format()) + _locals(error)


def _touches_user_code(error: BaseException | None) -> bool:
    """Whether an exception, or one that it came from, passed a frame that is not ours."""
    while error is not None:
        if any(not is_plumbing(frame.f_code.co_filename) for frame, _ in traceback.walk_tb(error.__traceback__)):
            return True
        error = error.__cause__ if error.__suppress_context__ else error.__context__
    return False


def _locals(error: BaseException) -> str:
    """The names and types of the variables where user code was left: what they hold may be secret, or large."""
    own = [frame for frame, _ in traceback.walk_tb(error.__traceback__) if not is_plumbing(frame.f_code.co_filename)]
    if not own or not own[-1].f_locals or own[-1].f_code.co_name == "<module>":
        return ""
    shown = [f"{name} ({type(value).__name__})" for name, value in list(own[-1].f_locals.items())[:_MOST_LOCALS]]
    return f"Variables of {own[-1].f_code.co_name}: {', '.join(shown)}\n"


def is_plumbing(filename: str) -> bool:
    """Whether a frame is ours, the import machinery's, or of what enters context managers: it tells a user nothing."""
    return filename.startswith((_PACKAGE, "<frozen importlib", "<frozen runpy", contextlib.__file__))


def _cut(text: str) -> str:
    if len(text) <= _MOST_CHARACTERS:
        return text
    half = _MOST_CHARACTERS // 2
    return f"{text[:half]}\n… {len(text) - _MOST_CHARACTERS} characters left out …\n{text[-half:]}"

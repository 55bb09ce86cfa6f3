"""What `context.log` of a sensor or schedule is."""

from __future__ import annotations

import traceback

from headwater.clock import Clock
from headwater.records.automation.ticks import LogRecord

_MOST_LINES = 500
_MOST_CHARACTERS = 4_000


class TickLog:
    """What `context.log` of a sensor is: lines that are kept with the tick, as many as are useful."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.lines: list[LogRecord] = []

    def debug(self, msg: object, *args: object) -> None:
        """A detail."""
        self._keep("DEBUG", msg, args)

    def info(self, msg: object, *args: object) -> None:
        """What happens."""
        self._keep("INFO", msg, args)

    def warning(self, msg: object, *args: object) -> None:
        """What may be wrong."""
        self._keep("WARNING", msg, args)

    def error(self, msg: object, *args: object) -> None:
        """What is wrong."""
        self._keep("ERROR", msg, args)

    def exception(self, msg: object, *args: object) -> None:
        """What is wrong, with the exception that is being handled."""
        self._keep("ERROR", f"{msg}\n{traceback.format_exc()}", args)

    def critical(self, msg: object, *args: object) -> None:
        """What keeps everything from working."""
        self._keep("CRITICAL", msg, args)

    def _keep(self, level: str, msg: object, args: tuple[object, ...]) -> None:
        if len(self.lines) < _MOST_LINES:
            text = str(msg) % args if args else str(msg)
            self.lines.append(LogRecord(self._clock.now(), level, text[:_MOST_CHARACTERS]))

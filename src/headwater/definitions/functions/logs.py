"""Where user code writes its log, and a log that is only kept."""

from __future__ import annotations

from typing import Protocol


class ContextLog(Protocol):
    """Where a user's function writes its log; messages take `%` arguments as in `logging`."""

    def debug(self, msg: object, *args: object) -> None:
        """A detail."""
        ...

    def info(self, msg: object, *args: object) -> None:
        """What happens."""
        ...

    def warning(self, msg: object, *args: object) -> None:
        """What may be wrong."""
        ...

    def error(self, msg: object, *args: object) -> None:
        """What is wrong."""
        ...

    def exception(self, msg: object, *args: object) -> None:
        """What is wrong, with the exception that is being handled."""
        ...

    def critical(self, msg: object, *args: object) -> None:
        """What keeps everything from working."""
        ...


class RecordedLog:
    """A log that is only kept, for functions called outside a run.

    Example:
        >>> log = RecordedLog()
        >>> log.info("read %d rows", 3)
        >>> log.records
        [('info', 'read 3 rows')]
    """

    def __init__(self) -> None:
        self.records: list[tuple[str, str]] = []

    def debug(self, msg: object, *args: object) -> None:
        """A detail."""
        self._keep("debug", msg, args)

    def info(self, msg: object, *args: object) -> None:
        """What happens."""
        self._keep("info", msg, args)

    def warning(self, msg: object, *args: object) -> None:
        """What may be wrong."""
        self._keep("warning", msg, args)

    def error(self, msg: object, *args: object) -> None:
        """What is wrong."""
        self._keep("error", msg, args)

    def exception(self, msg: object, *args: object) -> None:
        """What is wrong."""
        self._keep("error", msg, args)

    def critical(self, msg: object, *args: object) -> None:
        """What keeps everything from working."""
        self._keep("critical", msg, args)

    def _keep(self, level: str, msg: object, args: tuple[object, ...]) -> None:
        self.records.append((level, str(msg) % args if args else str(msg)))

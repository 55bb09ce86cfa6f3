"""What functions tell of how far they are, as lines of the run's log."""

from __future__ import annotations

from headwater.clock import Clock
from headwater.definitions.logs import ContextLog

_SECONDS_BETWEEN = 1.0


class ProgressLines:
    """Writes how far a step is: at once, then at most once a second, and at the end."""

    def __init__(self, log: ContextLog, clock: Clock) -> None:
        self._log = log
        self._clock = clock
        self._told_at: float | None = None

    def __call__(self, done: float, total: float | None, text: str | None) -> None:
        """Tell of `done` out of `total`, both in the function's own unit."""
        now = self._clock.monotonic()
        is_end = total is not None and done >= total
        if self._told_at is not None and now - self._told_at < _SECONDS_BETWEEN and not is_end:
            return
        self._told_at = now
        share = f" ({done / total:.0%})" if total else ""
        of = "" if total is None else f" of {total:g}"
        self._log.info("%g%s%s%s", done, of, share, f": {text}" if text else "")

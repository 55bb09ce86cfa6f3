"""How a command's own log looks: short lines on standard error, or JSON where HEADWATER_LOG_FORMAT says `json`."""

from __future__ import annotations

import importlib
import logging
import os
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from headwater.errors import SettingsError

if TYPE_CHECKING:
    import structlog

_FORMATS = ("console", "json")


def _import_without_rich(name: str) -> ModuleType:
    """Import structlog as if rich were not installed, whose tracebacks this log does not show: 5 MB of each process."""
    is_loaded = "rich" in sys.modules
    if not is_loaded:
        sys.modules["rich"] = None  # type: ignore[assignment]
    try:
        return importlib.import_module(name)
    finally:
        if not is_loaded:
            del sys.modules["rich"]


if not TYPE_CHECKING:
    structlog = _import_without_rich("structlog")


def set_up_logging(*, verbose: bool = False) -> None:
    """Show warnings, or with `verbose` also what happens.

    Raises:
        SettingsError: HEADWATER_LOG_FORMAT names no format.
    """
    form = os.environ.get("HEADWATER_LOG_FORMAT") or "console"
    if form not in _FORMATS:
        raise SettingsError(f"HEADWATER_LOG_FORMAT is {form!r}, which is no format of the log; it is console or json.")
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    # That a file was changed is told by what is loaded anew.
    logging.getLogger("watchfiles").setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            *(_for_machines() if form == "json" else _for_people()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO if verbose else logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _for_people() -> list[Any]:
    return [
        structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False),
        structlog.processors.format_exc_info,
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
    ]


def _for_machines() -> list[Any]:
    return [
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.dict_tracebacks,
        structlog.processors.JSONRenderer(),
    ]

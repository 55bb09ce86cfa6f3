"""Where runs keep what they leave behind."""

from __future__ import annotations

from pathlib import Path

import msgspec

from headwater.execution.logs.places import RunLogs


class Folders(msgspec.Struct, frozen=True):
    """Where a deployment keeps stored values, and the logs of its runs."""

    storage: Path
    run_logs: RunLogs

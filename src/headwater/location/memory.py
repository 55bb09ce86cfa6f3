"""How much memory this process takes."""

from __future__ import annotations

import os
import sys


def resident_bytes() -> int:
    """What of this process is in memory now; 0 where the system does not say."""
    if sys.platform != "linux":
        return 0
    with open("/proc/self/statm", "rb") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

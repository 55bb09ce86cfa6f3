"""How much memory this process takes."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from pathlib import Path

_OBJECTS_BETWEEN_COLLECTIONS = 20_000
MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1_024
"""How many bytes the system means by one of `ru_maxrss`."""


def collect_rarely() -> None:
    """Let Python look for cycles of objects less often: of what a server makes, nearly nothing is in one."""
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, 10, 10)


def settle() -> None:
    """Begin the lasting part of a process: what its start has made is not looked at for cycles again."""
    gc.collect()
    gc.freeze()
    give_back_free_memory()


def share_arenas() -> None:
    """Let the threads of this process share the allocator's arenas, of which each would else have a half-empty one."""
    if sys.platform == "linux":
        from ctypes import CDLL

        most_arenas = -8
        CDLL(None).mallopt(most_arenas, 2)


def give_back_free_memory() -> None:
    """Let the system have what this process has taken and needs no more, such as what its start took."""
    if sys.platform == "linux":
        from ctypes import CDLL

        CDLL(None).malloc_trim(0)


def resident_bytes() -> int:
    """What of this process is in memory now; 0 where the system does not say."""
    if sys.platform != "linux":
        return 0
    with open("/proc/self/statm", "rb") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def oom_kills() -> int:
    """How many processes the kernel has ended so far for want of memory, in this container or on this machine."""
    for path, name in (("/sys/fs/cgroup/memory.events", "oom_kill"), ("/proc/vmstat", "oom_kill")):
        with suppress(OSError, ValueError):
            for line in Path(path).read_text().splitlines():
                found, _, count = line.partition(" ")
                if found == name:
                    return int(count)
    return 0

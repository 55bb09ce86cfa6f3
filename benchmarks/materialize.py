"""What a run in the caller's own process costs: 1, 100 and 1,000 trivial assets, beside Dagster."""

from __future__ import annotations

import statistics
import subprocess
import sys
from pathlib import Path

from benchmarks.systems import PEERS

_SIZES = (1, 100, 1_000)
_CHAIN = Path(__file__).with_name("chain.py")


def measure(times: int, *, sizes: tuple[int, ...] = _SIZES) -> None:
    """Print a table of the medians; the systems take turns."""
    print(f"materialize() of trivial assets, each after the one before it ({times} times, median)")
    peer = PEERS / "python"
    for count in sizes:
        ours: list[float] = []
        theirs: list[float] = []
        for _ in range(times):
            ours.append(_run(sys.executable, "headwater", count))
            if peer.exists():
                theirs.append(_run(str(peer), "dagster", count))
        line = f"{count:>6} assets: headwater {statistics.median(ours) * 1_000:>9.1f} ms"
        if theirs:
            ratio = statistics.median(theirs) / statistics.median(ours)
            line += f"   dagster {statistics.median(theirs) * 1_000:>9.1f} ms   {ratio:.0f} times"
        print(line)


def _run(python: str, module: str, count: int) -> float:
    command = [python, str(_CHAIN), module, str(count)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1])

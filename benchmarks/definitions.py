"""Definitions at scale beside Dagster: importing the package, specs, `Definitions` with their graph, memory.

Each measurement runs in a process of its own, ours and theirs in turn, so that one load of the machine is on both.
Times are of the processor. Names of Headwater are imported when they are asked for, so beside the import stands what
import and first use of `asset`, `AssetSpec` and `Definitions` take together. Both find their modules compiled, as
packages are after their first use on a machine.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.systems import PEERS

_MEASURE = """
import gc, json, os, sys, time
count = int(sys.argv[1])
started = time.process_time()
import {package} as lib
imported = time.process_time() - started
lib.asset, lib.AssetSpec, lib.Definitions
usable = time.process_time() - started
started = time.process_time()
specs = [
    lib.AssetSpec(
        f"asset_{{n:06}}",
        deps=[f"asset_{{m:06}}" for m in {{n - 1 - n % 7, n - 8 - n % 97}} if m >= 0],
        group_name=f"group_{{n % 200}}", owners=[f"team:t{{n % 50}}"], kinds={{"table"}},
        tags={{"tier": "gold" if n % 3 else "silver"}},
    )
    for n in range(count)
]
built = time.process_time() - started
started = time.process_time()
defs = lib.Definitions(assets=specs)
graph = {graph}
resolved = time.process_time() - started
gc.collect()
with open("/proc/self/statm") as statm:
    memory = int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
result = {{"import": imported, "first use": usable, "specs": built, "definitions": resolved, "memory": memory}}
{more}
print(json.dumps(result))
"""
_OURS = """
from headwater.definitions.snapshot import encode_snapshot
from headwater.definitions.build_snapshot import build_snapshot
started = time.process_time()
body = encode_snapshot(build_snapshot(defs))
result["snapshot"] = time.process_time() - started
result["bytes"] = len(body) / max(count, 1)
"""
_SYSTEMS = {
    "headwater": (
        sys.executable,
        _MEASURE.format(
            package="headwater",
            # What `Dagster` does with `resolve_asset_graph`: everything checked, connected and ready to be asked.
            graph="defs.selection_index",
            more=_OURS,
        ),
    ),
    "dagster": (
        str(PEERS / "python"),
        _MEASURE.format(package="dagster", graph="defs.resolve_asset_graph()", more=""),
    ),
}


def measure(counts: list[int], times: int) -> None:
    """Print a table: the median of some processes each."""
    systems = {name: system for name, system in _SYSTEMS.items() if Path(system[0]).exists()}
    with tempfile.TemporaryDirectory() as compiled:
        for python, code in systems.values():
            _run(python, code, 1, compiled)
        _measure(systems, counts, times, compiled)


def _measure(systems: dict[str, tuple[str, str]], counts: list[int], times: int, compiled: str) -> None:
    for count in counts:
        print(f"Definitions of {count:,} external assets with two dependencies each (median of {times} processes)")
        runs: dict[str, list[dict[str, float]]] = {name: [] for name in systems}
        for _ in range(times):
            for name, (python, code) in systems.items():
                runs[name].append(_run(python, code, count, compiled))
        medians = {name: _median(results) for name, results in runs.items()}
        for name, median in medians.items():
            print(f"{name:<12}{_line(median)}")
        if len(medians) == 2:
            ours, theirs = medians["headwater"], medians["dagster"]
            ratios = {
                each: theirs[each] / ours[each] for each in ("import", "first use", "specs", "definitions", "memory")
            }
            both = (theirs["specs"] + theirs["definitions"]) / (ours["specs"] + ours["definitions"])
            print("dagster / headwater: " + ", ".join(f"{name} {ratio:.1f}" for name, ratio in ratios.items()), end="")
            print(f", specs and definitions together {both:.1f}")


def _run(python: str, code: str, count: int, compiled: str) -> dict[str, float]:
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": compiled}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [python, "-c", code, str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _median(results: list[dict[str, float]]) -> dict[str, float]:
    return {name: statistics.median(result[name] for result in results) for name in results[0]}


def _line(result: dict[str, float]) -> str:
    parts = [
        f"import {result['import'] * 1e3:>6.0f} ms",
        f"first use {result['first use'] * 1e3:>6.0f} ms",
        f"specs {result['specs']:>7.3f} s",
        f"definitions {result['definitions']:>7.3f} s",
        f"memory {result['memory']:>6.0f} MB",
    ]
    if "bytes" in result:
        parts.append(f"snapshot {result['snapshot']:.3f} s, {result['bytes']:.0f} bytes an asset")
    return "  ".join(parts)

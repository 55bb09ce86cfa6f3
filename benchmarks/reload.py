"""From a saved file to new definitions in force, in `headwater dev`."""

from __future__ import annotations

import json
import statistics
import time
import urllib.request
from collections.abc import Callable
from functools import partial

from benchmarks.systems import headwater, running


def measure(times: int) -> None:
    """Print the time from the save to the moment at which ticks and runs take the new code."""
    print(f"From a saved file to its definitions in force ({times} saves)")
    with running(headwater()) as system:
        file = system.marks.with_name("definitions.py")
        text = file.read_text()
        url = f"http://127.0.0.1:{system.port}/api/locations"
        found = [_save_and_wait(url, partial(file.write_text, f"{text}\n# {n}\n")) for n in range(times)]
    print(f"{'headwater':<12}{statistics.median(found) * 1000:>8.0f} ms, at most {max(found) * 1000:.0f} ms")


def _save_and_wait(url: str, save: Callable[[], object]) -> float:
    while (before := _loaded_at(url)) is None:
        time.sleep(0.05)
    # Apart from the last load, so that each save is noticed by itself.
    time.sleep(1.0)
    began = time.perf_counter()
    save()
    while _loaded_at(url) == before:
        time.sleep(0.005)
    return time.perf_counter() - began


def _loaded_at(url: str) -> float | None:
    with urllib.request.urlopen(url, timeout=10) as answer:
        items = json.load(answer)["items"]
    return items[0]["loaded_at"] if items else None

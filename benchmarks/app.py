"""The app in a real Chromium: time to the first useful frame, frames a second while moving, memory of the page."""

from __future__ import annotations

import shutil
import statistics
import time
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.estates import estate
from benchmarks.systems import Running, System, dagster, headwater, running

_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--enable-precise-memory-info"]
_SIZE = (1440, 900)
_MOVES = 90
_LONGEST_MILLISECONDS = 120_000
_COUNT_FRAMES = """
() => { window.frames_ = []; const note = at => { window.frames_.push(at); requestAnimationFrame(note) };
        requestAnimationFrame(note) }
"""


@dataclass(frozen=True)
class Looks:
    """Where a system shows its assets, and what stands there once it can be used."""

    catalog: str
    a_row: str
    lineage: str
    a_drawing: str


LOOKS = {
    "headwater": Looks("/catalog", "[role=row][aria-rowindex]", "/lineage", ".hw-stage[data-detail]"),
    # Its catalog is a virtual table of links to assets; its graph an SVG that holds groups or assets once laid out.
    "dagster": Looks("/assets", "a[href^='/assets/']", "/asset-groups", "svg foreignObject, svg [data-svg-viewport] g"),
}


@dataclass(frozen=True)
class Found:
    """What was measured of one page."""

    first_seconds: float
    frames_a_second: float
    slowest_milliseconds: float
    megabytes: float


def measure(sizes: tuple[int, ...], times: int) -> None:
    """Print a table for each size; systems run one after the other, each alone."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=_ARGUMENTS)
        for size in sizes:
            print(f"The app with {size:,} assets ({times} visits, software rendering; median)")
            print(f"{'':<22}{'first frame s':>14}{'frames/s moving':>17}{'slowest ms':>12}{'page MB':>9}")
            found: dict[tuple[str, str], Found] = {}
            for system in _systems(size):
                with running(system) as started:
                    for page in ("catalog", "lineage"):
                        found[system.name, page] = _visit(browser, started, page, times)
                        _print(f"{system.name} {page}", found[system.name, page])
            for page in ("catalog", "lineage"):
                if ("dagster", page) in found:
                    ours, theirs = found["headwater", page], found["dagster", page]
                    print(
                        f"dagster / headwater, {page}: {theirs.first_seconds / ours.first_seconds:.1f} in time to the "
                        f"first frame, {theirs.megabytes / ours.megabytes:.1f} in memory"
                    )
            print()
        browser.close()


def _systems(size: int) -> list[System]:
    """Each system with the same estate."""
    found = [headwater(), *([peer] if (peer := dagster()) else [])]
    return [replace(system, project=_escape(estate(system.name, size))) for system in found]


def _escape(project: str) -> str:
    """A project is a format string; this one names nothing in it."""
    return project.replace("{", "{{").replace("}", "}}")


def _visit(browser: Browser, started: Running, name: str, times: int) -> Found:
    looks = LOOKS[started.system.name]
    path, sign = (looks.catalog, looks.a_row) if name == "catalog" else (looks.lineage, looks.a_drawing)
    visits = [_visit_once(browser, f"http://127.0.0.1:{started.port}{path}", sign, name) for _ in range(times)]
    return Found(
        first_seconds=statistics.median(visit.first_seconds for visit in visits),
        frames_a_second=statistics.median(visit.frames_a_second for visit in visits),
        slowest_milliseconds=max(visit.slowest_milliseconds for visit in visits),
        megabytes=statistics.median(visit.megabytes for visit in visits),
    )


def _visit_once(browser: Browser, url: str, sign: str, name: str) -> Found:
    """One visit with nothing kept from the one before."""
    context = browser.new_context(viewport={"width": _SIZE[0], "height": _SIZE[1]})
    page = context.new_page()
    began = time.perf_counter()
    page.goto(url)
    page.locator(sign).first.wait_for(timeout=_LONGEST_MILLISECONDS)
    first = time.perf_counter() - began
    frames = _move(page, drag=name == "lineage")
    memory: float = page.evaluate("performance.memory.usedJSHeapSize") / 2**20
    context.close()
    gaps = [after - before for before, after in pairwise(frames)]
    return Found(first, 1_000 * len(gaps) / sum(gaps), max(gaps), memory)


def _move(page: Page, *, drag: bool) -> list[float]:
    """Drag the drawing about, or scroll the list; gives when each frame was drawn, in milliseconds."""
    page.mouse.move(_SIZE[0] / 2, _SIZE[1] / 2)
    page.evaluate(_COUNT_FRAMES)
    if drag:
        page.mouse.down()
    for move in range(_MOVES):
        if drag:
            page.mouse.move(_SIZE[0] / 2 + move % 45 * 8, _SIZE[1] / 2 + move % 30 * 6)
        else:
            page.mouse.wheel(0, 400)
    if drag:
        page.mouse.up()
    frames: list[float] = page.evaluate("window.frames_")
    return frames


def _print(name: str, found: Found) -> None:
    print(
        f"{name:<22}{found.first_seconds:>14.2f}{found.frames_a_second:>17.0f}"
        f"{found.slowest_milliseconds:>12.0f}{found.megabytes:>9.0f}"
    )


def is_possible() -> bool:
    """Whether the app is built and there is a browser to look at it."""
    built = Path(__file__).parents[1] / "src" / "headwater" / "server" / "webapp" / "index.html"
    return built.exists() and shutil.which("chromium") is not None

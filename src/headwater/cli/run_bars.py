"""A run on a terminal: a bar for all of its steps, and one for each that is under way."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from headwater.execution.logs.progress import read_progress
from headwater.execution.logs.sources import FolderLogs
from headwater.records.log.events import Event, EventKind, RunEvent, StepEvent

_SECONDS_BETWEEN = 0.5
_ENDS = {EventKind.STEP_SUCCEEDED: "✓", EventKind.STEP_FAILED: "✗", EventKind.STEP_SKIPPED: "–"}


class RunBars:
    """Shows a run's events as they come, until `stop`."""

    def __init__(self, steps: int, folder: Path, expected: Mapping[str, float]) -> None:
        """Prepare.

        Args:
            steps: How many steps the run has.
            folder: Where its steps tell how far they are.
            expected: For a step by its name, how many seconds it took lately.
        """
        self._logs = FolderLogs(folder)
        self._expected = expected
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[text]}"), TimeElapsedColumn(),
            TimeRemainingColumn(),
        )  # fmt: skip
        self._all = self._progress.add_task("steps", total=steps, text=f"0 of {steps}")
        self._steps: dict[str, TaskID] = {}
        self._ended = 0
        self._total = steps
        self._looking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to show."""
        self._progress.start()
        self._looking = asyncio.create_task(self._look())

    async def stop(self) -> None:
        """Leave the last picture on the screen."""
        if self._looking is not None:
            self._looking.cancel()
            with suppress(asyncio.CancelledError):
                await self._looking
        self._progress.stop()

    def __call__(self, event: Event) -> None:
        """Show an event."""
        payload = event.payload
        if isinstance(payload, StepEvent):
            self._show(event.kind, payload)
        elif event.kind is EventKind.RUN_REQUESTED:
            self._progress.console.print(f"Run {event.run_id}", markup=False, highlight=False)
        elif isinstance(payload, RunEvent) and payload.error is not None:
            self._progress.console.print(payload.error.message, style="red", markup=False)

    def _show(self, kind: EventKind, payload: StepEvent) -> None:
        if kind is EventKind.STEP_STARTED and payload.step not in self._steps:
            expected = self._expected.get(payload.step)
            self._steps[payload.step] = self._progress.add_task(payload.step, total=expected, text="")
        elif kind in _ENDS:
            task = self._steps.pop(payload.step, None)
            if task is not None:
                self._progress.remove_task(task)
            took = "" if payload.duration is None else f" {payload.duration:.2f} s"
            self._progress.console.print(f"{_ENDS[kind]} {payload.step}{took}", markup=False, highlight=False)
            self._ended += 1
            self._progress.update(self._all, completed=self._ended, text=f"{self._ended} of {self._total}")
        if payload.error is not None and kind is EventKind.STEP_FAILED:
            self._progress.console.print(payload.error.traceback or payload.error.message, style="red", markup=False)

    async def _look(self) -> None:
        """Move the bars of steps: by what they tell, else by how long they took lately."""
        while True:
            told = read_progress(self._logs, self._steps)
            for name, task in self._steps.items():
                progress = told.get(name)
                if progress is not None:
                    text = progress.text or f"{progress.done:g}"
                    self._progress.update(task, completed=progress.done, total=progress.total, text=text)
                elif name in self._expected:
                    elapsed = self._progress.tasks[self._progress.task_ids.index(task)].elapsed or 0.0
                    # What takes longer than ever is not shown as done.
                    self._progress.update(task, completed=min(elapsed, 0.95 * self._expected[name]))
            await asyncio.sleep(_SECONDS_BETWEEN)

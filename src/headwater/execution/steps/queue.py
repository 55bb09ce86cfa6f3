"""Which steps of a run may begin: each as soon as those that it waits for have ended."""

from __future__ import annotations

from collections.abc import Iterable

from headwater.execution.steps.steps import Step


class StepQueue:
    """The steps of a run that have not begun. Each ended step costs only those that waited for it."""

    def __init__(self, steps: Iterable[Step]) -> None:
        """Queue all; those that wait for none are ready."""
        self._steps = {step.name: step for step in steps}
        self._below: dict[str, list[str]] = {name: [] for name in self._steps}
        self._missing: dict[str, int] = {}
        for step in self._steps.values():
            above = [name for name in dict.fromkeys(step.after) if name in self._steps]
            self._missing[step.name] = len(above)
            for name in above:
                self._below[name].append(step.name)
        self._ready = [name for name, count in self._missing.items() if count == 0]

    def __len__(self) -> int:
        """How many have not begun."""
        return len(self._missing)

    def take_ready(self) -> list[Step]:
        """Those that may begin now, in the order of the plan; they are out of the queue."""
        ready, self._ready = self._ready, []
        for name in ready:
            del self._missing[name]
        return [self._steps[name] for name in ready]

    def end(self, step: Step) -> None:
        """A step has ended, or will never begin: what waited for nothing else is ready."""
        for name in self._below[step.name]:
            self._missing[name] -= 1
            if self._missing[name] == 0:
                self._ready.append(name)

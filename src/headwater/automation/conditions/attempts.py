"""What is remembered of attempts to carry out checks: the log's folds keep those of assets alone."""

from __future__ import annotations

from collections.abc import Mapping

from headwater.automation.conditions.memory import Generations, Memory, holding
from headwater.automation.conditions.state import AssetState
from headwater.definitions.partitions import Ordinals

_BEGAN = "attempts began"
_ENDED = "attempts ended"
_FAILED = "attempts failed"


def keep_attempts(node_key: str, state: AssetState, memory: Memory) -> None:
    """Remember the attempts to carry out a check."""
    memory.put((node_key, "", _BEGAN), _by_place(state.attempted))
    memory.put((node_key, "", _ENDED), _by_place(state.ended))
    memory.put((node_key, "", _FAILED), ((0.0, state.failed),))


def restore_attempts(node_key: str, state: AssetState, memory: Memory) -> None:
    """Put what is remembered of the attempts into the state of a check."""
    state.attempted = {number: at for at, numbers in memory.get((node_key, "", _BEGAN)) for number in numbers}
    state.ended = {number: int(at) for at, numbers in memory.get((node_key, "", _ENDED)) for number in numbers}
    state.failed = holding(memory.get((node_key, "", _FAILED)))


def _by_place(attempts: Mapping[int, float]) -> Generations:
    places: dict[float, list[int]] = {}
    for number, at in attempts.items():
        places.setdefault(float(at), []).append(number)
    return tuple((at, Ordinals(sorted(numbers))) for at, numbers in sorted(places.items()))

"""The life cycle of a run, pair by pair."""

from __future__ import annotations

import itertools

import pytest

from headwater.errors import InvalidTransitionError
from headwater.records.log.events import EventKind
from headwater.records.runs.runs import ENDED, TRANSITIONS, RunStatus, advance


@pytest.mark.parametrize(("status", "event"), list(itertools.product([None, *RunStatus], EventKind)))
def test_every_pair_has_an_answer(status: RunStatus | None, event: EventKind) -> None:
    """A pair in the table leads on; any other is an error that names run, state and event."""
    if (status, event) in TRANSITIONS:
        assert TRANSITIONS[(status, event)] == advance("r1", status, event)
        return
    with pytest.raises(InvalidTransitionError) as refused:
        advance("r1", status, event)

    assert all(part in str(refused.value) for part in ("r1", status or "not known", event))


def test_what_has_ended_stays_so() -> None:
    """No event leads out of an end."""
    assert not [pair for pair in TRANSITIONS if pair[0] in ENDED]

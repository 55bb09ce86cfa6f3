"""The life cycle of a backfill, and what became of the assets of its runs."""

from __future__ import annotations

from itertools import product

import pytest

from headwater.errors import InvalidTransitionError
from headwater.records.log.events import Event, EventKind, RunEvent, StepEvent
from headwater.records.runs.backfills import ACTIVE, TRANSITIONS, BackfillRun, BackfillStatus, advance, settle
from headwater.records.runs.runs import RunStatus

KINDS = [kind for kind in EventKind if kind.value.startswith("backfill_")]
RUN = BackfillRun(run_id="r", assets=("a", "b", "c"), partitions=("p",), status=RunStatus.STARTED)


def event(kind: EventKind, payload: RunEvent | StepEvent) -> Event:
    """An event of the run."""
    return Event(
        seq=1,
        kind=kind,
        payload=payload,
        asset_key=None,
        partition=None,
        run_id="r",
        timestamp=0,
        recorded_at=0,
        data_version=None,
    )


def step(kind: EventKind, *assets: str) -> Event:
    """A step of the run."""
    return event(kind, StepEvent(step="+".join(assets), assets=assets))


def end(kind: EventKind) -> Event:
    """The end of the run."""
    return event(kind, RunEvent(assets=RUN.assets))


@pytest.mark.parametrize(("status", "kind"), [*product([None, *BackfillStatus], KINDS)])
def test_every_pair(status: BackfillStatus | None, kind: EventKind) -> None:
    """A pair of the table leads on; any other is an error that names the backfill and how it stands."""
    if (status, kind) in TRANSITIONS:
        assert TRANSITIONS[status, kind] == advance("b1", status, kind)
    else:
        with pytest.raises(InvalidTransitionError, match=f"Backfill b1 is {status or 'not known'}"):
            advance("b1", status, kind)


def test_every_kind_of_event_happens_and_every_active_state_has_a_way_out() -> None:
    """No event is there for nothing, and no backfill is followed for ever."""
    assert set(KINDS) == {kind for _, kind in TRANSITIONS}
    for status in ACTIVE:
        assert {after for (before, _), after in TRANSITIONS.items() if before is status} - {status}


def test_what_became_of_the_assets_of_a_run() -> None:
    """Steps tell where a run failed; a success made all; a run that never got to a step failed with all."""
    succeeded, failed = EventKind.STEP_SUCCEEDED, EventKind.STEP_FAILED
    some = settle(RUN, [step(succeeded, "a"), step(failed, "b"), end(EventKind.RUN_FAILED)])
    assert (("a",), ("b",), RunStatus.FAILURE) == (some.made, some.failed, some.status)
    every = settle(RUN, [end(EventKind.RUN_SUCCEEDED)])
    assert (RUN.assets, (), RunStatus.SUCCESS) == (every.made, every.failed, every.status)
    none = settle(RUN, [end(EventKind.RUN_FAILED)])
    assert ((), RUN.assets, RunStatus.FAILURE) == (none.made, none.failed, none.status)
    canceled = settle(RUN, [step(succeeded, "a"), end(EventKind.RUN_CANCELED)])
    assert (("a",), (), RunStatus.CANCELED) == (canceled.made, canceled.failed, canceled.status)


def test_a_step_that_is_begun_anew_counts_by_its_last_end() -> None:
    """A retried step that ends well was made; one that fails after it was made by a lost engine failed."""
    again = settle(
        RUN,
        [
            step(EventKind.STEP_FAILED, "a"),
            step(EventKind.STEP_STARTED, "a"),
            step(EventKind.STEP_SUCCEEDED, "a"),
            step(EventKind.STEP_SUCCEEDED, "b"),
            step(EventKind.STEP_STARTED, "b"),
            step(EventKind.STEP_FAILED, "b"),
            end(EventKind.RUN_FAILED),
        ],
    )
    assert (("a",), ("b",)) == (again.made, again.failed)

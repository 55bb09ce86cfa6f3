"""Requests for the same work while one of them waits become one run, which keeps the cause of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from headwater.records.runs.runs import Cause, Run


class Join(msgspec.Struct, frozen=True, kw_only=True):
    """A request that joins a run which waits: `run` is that one, `cause` why it was requested again."""

    run: Run
    cause: Cause


def coalesce(planned: Sequence[Run], waiting: Iterable[Run]) -> tuple[list[Run], list[Join]]:
    """Which of the planned runs are new, and which join one that waits.

    A run that waits has read nothing yet, so it does all that a later request for the same assets, partitions, tags and
    config wants. One that has begun may have read what was there before, so nobody joins it.
    """
    known = {_work(run): run for run in waiting}
    new: list[Run] = []
    joins: list[Join] = []
    for run in planned:
        same = known.get(_work(run))
        if same is None:
            new.append(run)
        else:
            joins.append(Join(run=same, cause=run.cause))
    return new, joins


def _work(run: Run) -> tuple[object, ...]:
    config = msgspec.json.encode(run.run_config, order="deterministic")
    return (
        run.location,
        run.assets,
        run.partition,
        run.partitions,
        run.job_name,
        tuple(sorted(run.tags.items())),
        config,
    )

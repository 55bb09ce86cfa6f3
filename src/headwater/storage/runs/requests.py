"""Write requested runs: their rows and events together, each run key once."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.engine import Connection

from headwater.records.runs.requests import requested_events
from headwater.records.runs.runs import Run
from headwater.storage.log.writer import Unit
from headwater.storage.runs import runs as run_store


def unit_of(runs: Sequence[Run]) -> Unit[None]:
    """The unit that requests some runs."""

    def insert(connection: Connection, _events: object) -> None:
        for run in runs:
            run_store.insert(connection, run)

    return Unit(events=requested_events(runs), effect=insert)

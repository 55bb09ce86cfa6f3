"""What an instance tells of runs: which there are, how they stand, and what happened in each."""

from __future__ import annotations

from collections.abc import Collection
from itertools import dropwhile, islice

from headwater.definitions.arguments import shown
from headwater.errors import InvalidParameterError
from headwater.execution.instance.filters import (
    RUN_STATUS_CHANGES,
    DagsterEventType,
    EventRecordsFilter,
    RunsFilter,
    beyond,
    event_kinds,
    place_of,
)
from headwater.execution.instance.memory_log import EventLog
from headwater.execution.instance.records import EventRecords, RunRecord, records_page
from headwater.records.runs.runs import Run


class RunQueries:
    """What can be asked of an instance about its runs."""

    _log: EventLog

    def get_runs(
        self,
        filters: RunsFilter | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        ascending: bool = False,
    ) -> list[Run]:
        """Runs, all or those that a filter wants, the newest first unless `ascending`.

        Args:
            filters: Which; all if left out.
            cursor: Only those behind the run of this id, in the order that is asked for.
            limit: How many at most.
            ascending: Whether the oldest comes first.
        """
        if cursor is None and not ascending:
            return self._log.runs(limit, filters or RunsFilter())
        found = self._log.runs(None, filters or RunsFilter())
        ordered = found[::-1] if ascending else found
        behind = ordered if cursor is None else islice(dropwhile(lambda run: run.run_id != cursor, ordered), 1, None)
        return list(islice(behind, limit))

    def get_run_records(
        self,
        filters: RunsFilter | None = None,
        limit: int | None = None,
        ascending: bool = False,
        cursor: str | None = None,
    ) -> list[RunRecord]:
        """Runs with their times, as `get_runs` finds them.

        Args:
            filters: Which; all if left out.
            limit: How many at most.
            ascending: Whether the oldest comes first.
            cursor: Only those behind the run of this id, in the order that is asked for.
        """
        return [RunRecord(run) for run in self.get_runs(filters, cursor, limit, ascending)]

    def get_runs_count(self, filters: RunsFilter | None = None) -> int:
        """How many runs there are, of all or of those that a filter wants."""
        return len(self.get_runs(filters))

    def get_run_by_id(self, run_id: str) -> Run | None:
        """One run; None where there is none of that id."""
        return self._log.run(run_id)

    def get_run_record_by_id(self, run_id: str) -> RunRecord | None:
        """One run with its times; None where there is none of that id."""
        run = self._log.run(run_id)
        return None if run is None else RunRecord(run)

    def get_records_for_run(
        self,
        run_id: str,
        cursor: str | None = None,
        of_type: DagsterEventType | Collection[DagsterEventType] | None = None,
        limit: int | None = None,
        ascending: bool = True,
    ) -> EventRecords:
        """What happened in a run, in the order of the log; a run that is not known has nothing.

        Args:
            run_id: The run.
            cursor: That of the page before.
            of_type: Only events of this kind or these kinds.
            limit: How many at most; all that are there if left out.
            ascending: Whether the first one comes first.

        Raises:
            InvalidCursorError: the cursor is no such text.
            InvalidParameterError: there is no such kind.
        """
        kinds = None if of_type is None else event_kinds(of_type)
        more = None if limit is None else limit + 1
        found = self._log.events_of_run(run_id, kinds, place_of(cursor), more, ascending=ascending)
        return records_page(found, limit, cursor)

    def fetch_run_status_changes(
        self,
        records_filter: DagsterEventType | EventRecordsFilter,
        limit: int,
        cursor: str | None = None,
        ascending: bool = False,
    ) -> EventRecords:
        """Runs that started or ended, a page at a time, the last recorded first unless `ascending`.

        Args:
            records_filter: The kind, such as `DagsterEventType.RUN_FAILURE`, or a filter with it.
            limit: How many at most.
            cursor: That of the page before.
            ascending: Whether the first one comes first.

        Raises:
            InvalidCursorError: the cursor is no such text.
            InvalidParameterError: the kind is none of those.
        """
        whole = records_filter
        wanted = whole if isinstance(whole, EventRecordsFilter) else EventRecordsFilter(whole)
        if wanted.event_type not in RUN_STATUS_CHANGES:
            raise InvalidParameterError(
                f"fetch_run_status_changes takes {', '.join(each.name for each in RUN_STATUS_CHANGES)}, but got "
                f"{shown(wanted.event_type)}. Use get_event_records for other events."
            )
        found = self._log.records(beyond(wanted, cursor, ascending), limit + 1, ascending=ascending)
        return records_page(found, limit, cursor)

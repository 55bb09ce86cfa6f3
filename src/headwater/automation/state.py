"""What conditions ask about, folded from the log: updates, attempts and runs under way, by asset and partition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from headwater.records.events import Event, EventKind, Materialization, RunEvent, StepEvent, partitions_of
from headwater.records.fold import WHOLE, Latest, is_news
from headwater.records.runs import Run

_ATTEMPTS = frozenset({EventKind.STEP_STARTED, EventKind.RUN_FAILED, EventKind.RUN_CANCELED})
_RUN_ENDS = frozenset({EventKind.RUN_SUCCEEDED, EventKind.RUN_FAILED, EventKind.RUN_CANCELED})

Slot = tuple[str, str]
"""An asset key, and a partition or `WHOLE`."""


class AutomationState:
    """The state at one place of the log; `apply` moves it on."""

    def __init__(self, seq: int, latest: Iterable[Latest], open_runs: Iterable[Run], since: Mapping[str, int]) -> None:
        """Begin from the folds as they are at `seq`."""
        self.seq = seq
        self.since = dict(since)
        self._updated: dict[Slot, tuple[int, int]] = {}
        self._news: dict[Slot, int] = {}
        self._covered: dict[Slot, int] = {}
        self._attempted: dict[Slot, int] = {}
        self._in_progress: dict[Slot, set[str]] = {}
        self._runs: dict[str, tuple[Slot, ...]] = {}
        for state in latest:
            slot = (state.asset_key, state.partition)
            self._note(state.kind, slot, state.timestamp, state.seq, state.read_seq)
            self._news[slot] = max(self._news.get(slot, 0), state.news_seq or 0)
        for run in open_runs:
            self._open(run.run_id, run.assets, run.partition_keys or ())

    def apply(self, event: Event) -> None:
        """Move on by one event."""
        self.seq = event.seq
        if event.kind is EventKind.RUN_REQUESTED and isinstance(event.payload, RunEvent):
            self._open(event.run_id or "", event.payload.assets, partitions_of(event))
        if event.kind in _RUN_ENDS:
            for slot in self._runs.pop(event.run_id or "", ()):
                self._in_progress[slot].discard(event.run_id or "")
        read_seq = event.payload.read_seq if isinstance(event.payload, Materialization) else None
        for key in _concerned(event):
            for partition in (WHOLE, *partitions_of(event)):
                self._note(event.kind, (key, partition), event.timestamp, event.seq, read_seq)
                if is_news(event):
                    self._news[(key, partition)] = event.seq

    def updated_seq(self, slot: Slot) -> int | None:
        """The `seq` of the last update, None where there is none; see `Latest.updated_seq`."""
        newest = self._updated.get(slot)
        return None if newest is None else max(newest[1], self._news.get(slot, 0))

    def covered_seq(self, slot: Slot) -> int | None:
        """Up to which `seq` the asset's versions take its inputs into account; None where there is no version.

        A step that ran while an input changed has not read the change, though its version is the newer one.
        """
        return self._covered.get(slot)

    def attempted_seq(self, slot: Slot) -> int:
        """The `seq` at which the last attempt to make it began, or was settled without beginning; 0 for none."""
        return self._attempted.get(slot, 0)

    def is_in_progress(self, slot: Slot) -> bool:
        """Whether a run that makes it is queued or going on."""
        return bool(self._in_progress.get(slot))

    def _open(self, run_id: str, assets: Iterable[str], partitions: Iterable[str]) -> None:
        slots = tuple((key, part) for key in assets for part in (WHOLE, *partitions))
        self._runs[run_id] = slots
        for slot in slots:
            self._in_progress.setdefault(slot, set()).add(run_id)

    def _note(self, kind: EventKind, slot: Slot, timestamp: int, seq: int, read_seq: int | None) -> None:
        if kind is EventKind.MATERIALIZATION:
            # A backdated report is part of the history, but no update: the newest version stays what it was.
            self._updated[slot] = max(self._updated.get(slot, (timestamp, seq)), (timestamp, seq))
            self._covered[slot] = max(self._covered.get(slot, 0), seq if read_seq is None else read_seq)
        elif kind in _ATTEMPTS:
            self._attempted[slot] = max(self._attempted.get(slot, 0), seq)


def _concerned(event: Event) -> Iterable[str]:
    if isinstance(event.payload, StepEvent):
        return event.payload.assets
    if isinstance(event.payload, RunEvent):
        return event.payload.settles
    return () if event.asset_key is None else (event.asset_key,)

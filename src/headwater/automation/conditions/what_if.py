"""What automation would have requested with other definitions: the log of some days taken in again, in memory.

The runs that automation requested in those days are left out, with all that they made. Instead, each run that is
decided is taken to succeed at once. The definitions in force are replayed in the same way, so that the two differ by
the definitions alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from headwater.automation.conditions.decide import Conditions
from headwater.automation.conditions.decisions import Outcome, commits
from headwater.automation.conditions.restore import restore_states
from headwater.definitions.partitions import DynamicKeys
from headwater.graph.asset_graph import AssetGraph
from headwater.records.backfills import Rests
from headwater.records.events import CORRECTIONS, Event, EventKind, Materialization, RunEvent, StepEvent
from headwater.storage.automation_kept import Kept


class WouldRun(msgspec.Struct, frozen=True, order=True):
    """A run of one asset that conditions ask for: at which event and moment (microseconds), and why."""

    moment: int
    asset_key: str
    partition: str | None
    seq: int
    """The event of the log at which it is decided."""
    because_of: tuple[str, ...] = ()
    schedule: str | None = None


class Difference(msgspec.Struct, frozen=True):
    """What would differ, each in order of time, and how many runs are the same."""

    only_before: tuple[WouldRun, ...]
    only_after: tuple[WouldRun, ...]
    same: int


def compare(before: Iterable[WouldRun], after: Iterable[WouldRun]) -> Difference:
    """The runs that one set of definitions asks for and the other does not: by asset, partition and event."""
    mine, theirs = ({(run.seq, run.asset_key, run.partition): run for run in runs} for runs in (before, after))
    return Difference(
        only_before=tuple(sorted(run for at, run in mine.items() if at not in theirs)),
        only_after=tuple(sorted(run for at, run in theirs.items() if at not in mine)),
        same=len(mine.keys() & theirs.keys()),
    )


class Replay:
    """One set of definitions, carried along the log.

    Args:
        graph: The assets and their conditions.
        kept: The state of the assets at the place where it begins.
        seq: That place.
        now: Its moment, in microseconds.
        dynamic: The keys of dynamic partitions.
        left_out: The runs that are not taken in.
    """

    def __init__(
        self,
        graph: AssetGraph,
        kept: Kept,
        *,
        seq: int,
        now: int,
        dynamic: DynamicKeys,
        left_out: frozenset[str],
    ) -> None:
        self._conditions = Conditions(graph, seq=seq, now=now, dynamic=dynamic)
        self._left_out = left_out
        self._places = {seq: seq}
        self._real = seq
        self._next = seq
        self._runs = 0
        self.found: list[WouldRun] = []
        restore_states(self._conditions, kept)
        # What holds as the replay begins was decided before.
        self._conditions.begin()

    def take_in(self, events: Sequence[Event], rests: Rests) -> None:
        """Go on by some events of the log.

        Args:
            events: In their order.
            rests: What the backfills that begin with them are to make.
        """
        for together in commits(events):
            self.pass_time(together[0].recorded_at)
            told = [self._renumbered(event) for event in together if self._counts(event)]
            self._real = together[-1].seq
            if told:
                self._follow(self._conditions.commit(told, rests=rests))

    def pass_time(self, moment: int) -> None:
        """Go on to a moment: every schedule's tick on the way there, one after the other."""
        while (due := self._conditions.due()) is not None and due <= moment:
            self._follow(self._conditions.pass_time(due))
        self._conditions.now = max(self._conditions.now, moment)

    def _counts(self, event: Event) -> bool:
        return event.kind not in CORRECTIONS and (event.run_id is None or event.run_id not in self._left_out)

    def _renumbered(self, event: Event) -> Event:
        """The event at its place among those that were made up."""
        self._next += 1
        self._places[event.seq] = self._next
        payload = event.payload
        if isinstance(payload, Materialization) and payload.read_seq is not None:
            read = self._places.get(payload.read_seq, min(payload.read_seq, self._next - 1))
            payload = msgspec.structs.replace(payload, read_seq=read)
        return msgspec.structs.replace(event, seq=self._next, payload=payload)

    def _follow(self, outcome: Outcome) -> None:
        """Note what was decided, and let it be made."""
        while outcome.requests:
            made: list[Event] = []
            for request in outcome.requests:
                because = tuple(key for key, seq in request.because_of.items() if seq or key)
                for partition in request.partitions:
                    self.found.append(
                        WouldRun(
                            self._conditions.now, request.asset_key, partition, self._real, because, request.schedule
                        )
                    )
                    made += self._made(request.asset_key, partition)
            outcome = self._conditions.commit(made)

    def _made(self, key: str, partition: str | None) -> Iterator[Event]:
        self._runs += 1
        run_id, now = f"what-if-{self._runs}", self._conditions.now
        for kind, payload in (
            (EventKind.RUN_REQUESTED, RunEvent(assets=(key,))),
            (EventKind.STEP_STARTED, StepEvent(step=key, assets=(key,))),
            (EventKind.MATERIALIZATION, Materialization()),
            (EventKind.RUN_SUCCEEDED, RunEvent(assets=(key,))),
        ):
            self._next += 1
            yield Event(
                seq=self._next,
                kind=kind,
                payload=payload,
                asset_key=key if kind is EventKind.MATERIALIZATION else None,
                partition=partition,
                run_id=run_id,
                timestamp=now,
                recorded_at=now,
                data_version=None,
            )

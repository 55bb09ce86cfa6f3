"""What automation would have requested with other definitions: the log of some days taken in again, in memory.

The runs that automation requested in those days are left out, with all that they made. Instead, each run that is
decided is taken to succeed at once, and each check in it to find what it found last. The definitions in force are
replayed in the same way, so that the two differ by the definitions alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from headwater.automation.conditions.checks import check_of
from headwater.automation.conditions.decide import Conditions
from headwater.automation.conditions.decisions import Outcome, commits
from headwater.automation.conditions.jobs import job_of, with_checks_and_jobs
from headwater.automation.conditions.restore import restore_states
from headwater.definitions.partitions import DynamicKeys
from headwater.definitions.snapshot import CheckSnapshot
from headwater.graph.asset_graph import AssetGraph
from headwater.records.log.events import (
    CORRECTIONS,
    CheckEvaluation,
    Event,
    EventKind,
    Materialization,
    Payload,
    RunEvent,
    StepEvent,
)
from headwater.records.runs.backfills import Rests
from headwater.storage.automation.kept import Kept


class WouldRun(msgspec.Struct, frozen=True):
    """A run of one asset, or of one of its checks, that conditions ask for: at which event and moment, and why."""

    moment: int
    """In microseconds."""
    asset_key: str
    check: str | None
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
    """The runs that one set of definitions asks for and the other does not: by asset, check, partition and event."""
    mine, theirs = (
        {(run.seq, run.asset_key, run.check, run.partition): run for run in sorted(runs, key=_in_order)}
        for runs in (before, after)
    )
    return Difference(
        only_before=tuple(run for at, run in mine.items() if at not in theirs),
        only_after=tuple(run for at, run in theirs.items() if at not in mine),
        same=len(mine.keys() & theirs.keys()),
    )


def _in_order(run: WouldRun) -> tuple[int, str, str, str]:
    return (run.moment, run.asset_key, run.check or "", run.partition or "")


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
        self._conditions = Conditions(with_checks_and_jobs(graph), seq=seq, now=now, dynamic=dynamic)
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
                key, check = check_of(request.asset_key) or (request.asset_key, None)
                job = job_of(request.asset_key)
                keys = (key,) if job is None else self._of_job(job)
                for partition in request.partitions:
                    self.found += (
                        WouldRun(self._conditions.now, each, check, partition, self._real, because, request.schedule)
                        for each in keys
                    )
                    made += self._made(keys, check, partition, job)
            outcome = self._conditions.commit(made)

    def _of_job(self, name: str) -> tuple[str, ...]:
        """What a job makes, in the order in which it does."""
        graph = self._conditions.graph
        numbers = {graph.ids[key] for key in graph.job(name)[0].assets if key in graph.ids}
        return tuple(graph.nodes[number].key for number in graph.order if number in numbers)

    def _made(
        self, keys: tuple[str, ...], check: str | None, partition: str | None, job: str | None
    ) -> Iterator[Event]:
        """A run of some assets, with the checks that are carried out along with them, or of one check alone."""
        run = RunEvent(assets=keys, checks=() if check is None else ((keys[0], check),), job=job)
        self._runs += 1
        yield self._told(EventKind.RUN_REQUESTED, run, None, partition)
        for key in keys:
            yield from self._step(key, check, partition)
        yield self._told(EventKind.RUN_SUCCEEDED, run, None, partition)

    def _step(self, key: str, check: str | None, partition: str | None) -> Iterator[Event]:
        graph = self._conditions.graph
        if check is None:
            yield self._told(EventKind.STEP_STARTED, StepEvent(step=key, assets=(key,)), key, partition)
            yield self._told(EventKind.MATERIALIZATION, Materialization(), key, partition)
            checks = [each for each in graph.checks.get(key, ()) if each.executable and self._goes_along(each)]
        else:
            checks = [graph.check(key, check)]
        if checks:
            step = StepEvent(step=f"checks of {key}", checks=tuple(each.name for each in checks))
            yield self._told(EventKind.STEP_STARTED, step, key, partition)
        for each in checks:
            found = CheckEvaluation(check_name=each.name, passed=self._passes(each, partition))
            yield self._told(EventKind.CHECK_EVALUATION, found, key, partition if each.partitioned else None)

    def _goes_along(self, check: CheckSnapshot) -> bool:
        """Whether a check is carried out in the run that makes its asset."""
        graph = self._conditions.graph
        return graph.check_locations.get((check.asset_key, check.name)) == graph.node(check.asset_key).location

    def _passes(self, check: CheckSnapshot, partition: str | None) -> bool:
        """What a check found last; one that was never carried out passes."""
        number = self._conditions.graph.ids[check.asset_key]
        known = self._conditions.states[number].checks.get(check.name)
        place = self._conditions.spaces[number].number(partition)
        if known is None:
            return True
        if place is None:
            return known.whole is None or known.whole[0]
        return place not in known.failed

    def _told(self, kind: EventKind, payload: Payload, key: str | None, partition: str | None) -> Event:
        self._next += 1
        return Event(
            seq=self._next,
            kind=kind,
            payload=payload,
            asset_key=key,
            partition=partition,
            run_id=f"what-if-{self._runs}",
            timestamp=self._conditions.now,
            recorded_at=self._conditions.now,
            data_version=None,
        )

"""Follow the log and the clock, and request what the conditions decide."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec
import structlog
from sqlalchemy.engine import Connection

from headwater.automation.conditions.checks import asset_of
from headwater.automation.conditions.custom_answers import read_answers
from headwater.automation.conditions.custom_asker import CustomAsker
from headwater.automation.conditions.decide import Conditions
from headwater.automation.conditions.decisions import Automated, Evaluated, Outcome, commits
from headwater.automation.conditions.jobs import with_checks_and_jobs
from headwater.automation.conditions.memory import KEYS, decode_keys, decode_memory, encode_keys
from headwater.automation.conditions.requests import plan_requests, runs_of
from headwater.automation.conditions.restore import read_states, restore_states
from headwater.automation.conditions.state import AssetState
from headwater.automation.waiting import wait_for_more
from headwater.clock import MICROSECONDS
from headwater.definitions.partitions import DynamicKeys
from headwater.errors import ConflictError
from headwater.graph.asset_graph import AssetGraph
from headwater.location.supervision.process import LocationProcess
from headwater.records.log.events import CORRECTIONS, Event, Rename, Report
from headwater.records.runs.backfills import BEGINS, Rests
from headwater.records.runs.requests import requested_events
from headwater.storage.automation import decided as automation_store
from headwater.storage.automation import evaluations
from headwater.storage.automation.kept import Kept, read_kept
from headwater.storage.catalog import dynamic_partitions
from headwater.storage.log.tail import Subscription
from headwater.storage.log.writer import Unit
from headwater.storage.runs import runs
from headwater.storage.runs.backfill_rests import read_begun
from headwater.storage.store import Store

_BATCH = 1_000
_MOST_UNKEPT = 10_000
"""So many events are taken in without a decision before the place is kept, from which a next engine goes on."""
_LARGE = 1_000
_PRUNE_AFTER = 2_000
_Position = automation_store.Position
_Automated = dict[str, automation_store.AutomatedRow]
_Memory = dict[automation_store.MemoryKey, bytes]
_Keys = dict[str, list[str]]
_log = structlog.get_logger(__name__)


class ConditionsLoop:
    """Decides on every commit once, and writes each decision with the place in the log that it was taken at.

    A step that decides nothing is not written: taken again after a restart, it decides nothing again. What conditions
    remember is written with the next decision, or after a thousand events.
    """

    def __init__(
        self,
        store: Store,
        on_settled: Callable[[], None] = lambda: None,
        locations: Mapping[str, LocationProcess] | None = None,
    ) -> None:
        """Prepare.

        Args:
            store: Where the log is, and what is decided.
            on_settled: Called each time that other definitions came into force.
            locations: The loaded locations by name, where users' own conditions are evaluated; may change meanwhile.
        """
        self._store = store
        self._on_settled = on_settled
        self._given: AssetGraph | None = None
        self._graph: AssetGraph | None = None
        """The same with a node for each check and each job that has a condition."""
        self._woken = asyncio.Event()
        self._asker = CustomAsker(store, {} if locations is None else locations, self._woken.set)
        self.position = -1
        """Up to which event it has decided, and kept what it decided; -1 before it has begun."""
        self._conditions: Conditions | None = None
        self._written = automation_store.Position()
        self._automated: dict[str, Automated] = {}
        self._dynamic: _Keys = {}
        self._kept_dynamic: _Keys | None = None
        self._noted: list[tuple[Evaluated, tuple[str, ...]]] = []
        self._since_prune: dict[str, None] = {}

    @property
    def is_settled(self) -> bool:
        """Whether what comes now is decided by the definitions that it was last given."""
        if self._graph is None:
            return True
        return self._conditions is not None and self._conditions.graph is self._graph and self.position >= 0

    def use_graph(self, graph: AssetGraph | None) -> None:
        """Decide by these definitions from now on; by none where another engine decides."""
        if graph is not self._given:
            self._given, self._graph = graph, None if graph is None else with_checks_and_jobs(graph)
        self._woken.set()

    async def run(self) -> None:
        """Work until cancelled."""
        self._conditions = None
        with self._store.tail.subscribe(0, self._is_urgent) as subscription:
            try:
                while True:
                    try:
                        await self._look(subscription)
                    except ConflictError as conflict:
                        _log.info("a decision was dropped", reason=str(conflict))
                        self._conditions = None
            finally:
                await self._asker.stop()

    def _is_urgent(self, event: Event) -> bool:
        """Whether an event may be more than a report that no condition is about."""
        if self._conditions is None or not isinstance(event.payload, Report):
            return True
        return event.asset_key is not None and self._conditions.plan.hears(event.asset_key)

    async def _look(self, subscription: Subscription) -> None:
        """Take in what there is, then wait for more."""
        self._woken.clear()
        is_new = not self.is_settled
        if self._graph is None:
            self._conditions = None
        elif self._conditions is None or self._conditions.graph is not self._graph:
            await self._take_up(self._graph)
        if self._conditions is not None:
            await self._catch_up(self._conditions)
            self._asker.ask(self._conditions, self._dynamic)
            if is_new and self.is_settled:
                self._on_settled()
            subscription.position = self._conditions.seq
        conditions = self._conditions
        due = None if conditions is None else conditions.due()
        await wait_for_more(None if conditions is None else subscription, self._woken, due, self._store.clock)

    async def _take_up(self, graph: AssetGraph) -> None:
        """Go on with other definitions; at first, from where the last decision was written."""
        conditions = self._conditions
        if conditions is None:
            conditions = await self._restore(graph)
        elif unknown := conditions.use_graph(graph):
            restore_states(conditions, await self._read_kept(conditions, conditions.seq, unknown), unknown)
        for key, reason in conditions.plan.refused.items():
            _log.error("a condition is not followed", asset=key, reason=reason)
        await self._write(conditions, conditions.begin())
        self._conditions = conditions
        if len(graph.nodes) >= _LARGE:
            keep_from_collector()

    async def _restore(self, graph: AssetGraph) -> Conditions:
        def read(connection: Connection) -> tuple[_Position, _Automated, _Memory, _Keys]:
            return (
                automation_store.read_position(connection),
                automation_store.read_automated(connection),
                automation_store.read_memory(connection),
                dynamic_partitions.read_all(connection),
            )

        position, automated, memory, dynamic = await self._store.read_async(read)
        # What is remembered counts partitions as they were then; what came and went since is told afterwards.
        kept_keys = memory.pop(KEYS, None)
        self._dynamic = dynamic if kept_keys is None else decode_keys(kept_keys)
        self._written = position
        self._automated = {key: Automated(row.condition, row.code_version) for key, row in automated.items()}
        conditions = Conditions(
            graph,
            seq=position.seq,
            now=position.moment or self._store.clock.now(),
            memory=decode_memory(memory),
            automated=self._automated,
            dynamic=DynamicKeys(self._dynamic),
        )
        kept = await self._read_kept(conditions, position.seq)
        restore_states(conditions, kept)
        for run in kept.awaited:
            conditions.await_run(run.run_id, run.assets, run.partition_keys or (), run.checks, run.job_name)
        return conditions

    async def _read_kept(self, conditions: Conditions, seq: int, keys: set[str] | None = None) -> Kept:
        with_makers = conditions.plan.asks_of_runs
        of_assets = None if keys is None else {asset_of(key) for key in keys}
        return await self._store.read_async(lambda c: read_kept(c, seq, of_assets, with_makers=with_makers))

    async def _catch_up(self, conditions: Conditions) -> None:
        await self._look_at_dynamic(conditions)
        while events := await self._next_commits(conditions.seq):
            for together in commits(events):
                reread = await self._reread(conditions, together)
                outcome = conditions.commit(together, reread, await self._rests(together))
                if outcome.requests or reread or conditions.seq - self._written.seq >= _MOST_UNKEPT:
                    await self._write(conditions, outcome)
                else:
                    self._noted += [(each, ()) for each in outcome.evaluated]
        for question, answered, at in self._asker.take_answers():
            answers = read_answers(conditions, question, answered, at)
            is_other = any(not conditions.memory.answer(unit).is_alike(answer) for unit, answer in answers.items())
            outcome = conditions.answer(question, answers)
            if is_other or outcome.requests or outcome.evaluated:
                await self._write(conditions, outcome)
        outcome = conditions.pass_time(self._store.clock.now())
        if outcome.requests or outcome.evaluated or conditions.now - self._written.moment > 3600 * MICROSECONDS:
            await self._write(conditions, outcome)
        self.position = conditions.seq

    async def _look_at_dynamic(self, conditions: Conditions) -> None:
        """Take in keys of dynamic partitions that came or went."""
        if conditions.all_spaces.has_dynamic:
            now = await self._store.read_async(dynamic_partitions.read_all)
            if now != self._dynamic:
                self._dynamic = now
                await self._write(conditions, conditions.use_dynamic(DynamicKeys(now)))

    async def _next_commits(self, seq: int) -> Sequence[Event]:
        """The next events, without the beginning of a commit whose end is not among them."""
        limit = _BATCH
        while True:
            events = await self._store.read_after(seq, limit)
            if len(events) < limit:
                return events
            whole = [event for event in events if event.recorded_at != events[-1].recorded_at]
            if whole:
                return whole
            limit *= 4

    async def _reread(self, conditions: Conditions, events: Sequence[Event]) -> dict[str, AssetState]:
        """The state of the assets that corrections are about."""
        keys = {
            key
            for event in events
            if event.kind in CORRECTIONS
            for key in (event.asset_key, event.payload.former if isinstance(event.payload, Rename) else None)
            if key is not None
        }
        if not keys:
            return {}
        keys |= {node for key in keys for node in conditions.checks.keys_of(key)}
        kept = await self._read_kept(conditions, events[-1].seq, keys)
        return read_states(conditions.graph, conditions.spaces, kept, keys)

    async def _rests(self, events: Sequence[Event]) -> Rests:
        """What the backfills that begin with some events are to make."""
        if not any(event.kind in BEGINS for event in events):
            return {}
        return await self._store.read_async(lambda connection: read_begun(connection, events))

    async def _write(self, conditions: Conditions, outcome: Outcome) -> None:
        """Keep a decision with the place in the log that it was taken at, and what conditions remember by then."""
        planned = plan_requests(conditions.graph, outcome.requests, conditions)
        memory = conditions.memory.written()
        if self._dynamic != self._kept_dynamic:
            memory[KEYS] = encode_keys(self._dynamic)
        automated = {key: row for key, row in conditions.automated.items() if self._automated.get(key) != row}
        gone = self._automated.keys() - conditions.automated.keys()
        noted = [*self._noted, *((each, runs_of(each, planned)) for each in outcome.evaluated)]
        written = conditions.written(each for each, _ in noted)
        version = self._written.version
        reached = automation_store.Position(conditions.seq, conditions.now, version + 1)

        def guard(connection: Connection) -> None:
            automation_store.check_version(connection, version)

        def keep(connection: Connection, _events: Sequence[Event]) -> None:
            automation_store.save_position(connection, reached)
            automation_store.save_memory(connection, memory)
            automation_store.save_automated(connection, {k: _row(v) for k, v in automated.items()}, gone)
            evaluations.insert(connection, [_evaluation(*each) for each in noted], written)
            for run in planned:
                runs.insert(connection, run)

        for run in planned:
            conditions.await_run(run.run_id, run.assets, run.partition_keys or (), run.checks, run.job_name)
        await self._store.write_async(Unit(events=requested_events(planned), guard=guard, effect=keep))
        self._written, self._automated, self._noted = reached, dict(conditions.automated), []
        self._kept_dynamic = self._dynamic
        conditions.memory.changed.clear()
        await self._prune(each.asset_key for each, _ in noted)

    async def _prune(self, keys: Iterable[str]) -> None:
        """Bound what is kept of evaluations, now and then."""
        before = len(self._since_prune)
        self._since_prune.update(dict.fromkeys(keys))
        if before and len(self._since_prune) >= _PRUNE_AFTER:
            mine, self._since_prune = list(self._since_prune), {}
            now = self._store.clock.now()
            await self._store.write_async(
                Unit(effect=lambda connection, _events: evaluations.prune(connection, mine, now))
            )


def keep_from_collector() -> None:
    """Let the garbage collector pass over all that is there by now.

    A large estate's definitions and states last until the next deployment. An event with a thousand assets below makes
    enough new objects to start a full collection, which would walk them all: as long as deciding takes.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _evaluation(evaluated: Evaluated, run_ids: tuple[str, ...]) -> evaluations.EvaluationRow:
    return evaluations.EvaluationRow(
        asset_key=evaluated.asset_key,
        seq=evaluated.seq,
        moment=evaluated.now,
        condition=evaluated.condition,
        tree=msgspec.msgpack.encode(evaluated.tree),
        requested=evaluated.requested,
        run_ids=run_ids,
    )


def _row(automated: Automated) -> automation_store.AutomatedRow:
    return automation_store.AutomatedRow(automated.condition, automated.code_version)

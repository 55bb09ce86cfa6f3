"""The state of assets from what the store keeps of them, as it was at one place of the log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from headwater.automation.conditions.attempts import restore_attempts
from headwater.automation.conditions.checks import check_node_key
from headwater.automation.conditions.decide import Conditions
from headwater.automation.conditions.state import AssetState, CheckState, RunFacts, Space
from headwater.graph.asset_graph import AssetGraph
from headwater.records.log.events import EventKind
from headwater.records.log.fold import WHOLE, CheckLatest, Latest
from headwater.storage.automation.kept import Kept

_SETTLED = (EventKind.STEP_FAILED, EventKind.RUN_FAILED, EventKind.RUN_CANCELED)
_ATTEMPTS = (EventKind.STEP_STARTED, EventKind.RUN_FAILED, EventKind.RUN_CANCELED)


def restore_states(conditions: Conditions, kept: Kept, keys: Iterable[str] | None = None) -> None:
    """Put what is kept in place of the state of some assets, or of all."""
    graph, wanted = conditions.graph, None if keys is None else set(keys)
    for key, state in read_states(graph, conditions.spaces, kept, wanted).items():
        number = graph.ids[key]
        conditions.states[number] = state
    for number in (*conditions.checks.numbers.values(), *conditions.jobs.numbers.values()):
        if wanted is None or graph.nodes[number].key in wanted:
            restore_attempts(graph.nodes[number].key, conditions.states[number], conditions.memory)
    for opened in kept.open_runs:
        run, facts = opened.run, RunFacts.of(opened.run)
        conditions.know_run(facts)
        for number in (*conditions.checks.carried_out(run.assets, run.checks), *conditions.jobs.of_run(run.job_name)):
            if wanted is None or graph.nodes[number].key in wanted:
                made = conditions.spaces[number].numbers(run.partition_keys or ())
                entry = (made, facts.backfill is not None, opened.requested_seq)
                conditions.states[number].runs[run.run_id] = entry
    for backfill_id, targets in kept.backfills.items():
        for target in targets:
            if target.asset in graph.ids and (wanted is None or target.asset in wanted):
                number = graph.ids[target.asset]
                conditions.states[number].backfills[backfill_id] = conditions.spaces[number].numbers(target.partitions)


def read_states(
    graph: AssetGraph, spaces: Sequence[Space], kept: Kept, wanted: set[str] | None = None
) -> dict[str, AssetState]:
    """The state of each asset that something is kept of, without runs under way."""
    states: dict[str, AssetState] = {} if wanted is None else {key: AssetState() for key in wanted if key in graph.ids}
    for latest in kept.latest:
        number = graph.ids.get(latest.asset_key)
        if number is None or (wanted is not None and latest.asset_key not in wanted):
            continue
        space = spaces[number]
        if (space.definition is None) != (latest.partition == WHOLE):
            continue
        place, state = space.number(latest.partition), states.setdefault(latest.asset_key, AssetState())
        if place is None:
            if latest.kind is EventKind.MATERIALIZATION:
                state.keep_early(latest.partition, latest.timestamp, latest.data_version, _maker(latest, kept))
        else:
            observable = graph.nodes[number].definition.observable
            _put(state, place, latest, kept, observable=observable)
    made = {(row.asset_key, row.partition): row for row in kept.latest if row.kind is EventKind.MATERIALIZATION}
    for latest in kept.latest:
        if latest.kind in _SETTLED and latest.asset_key in states:
            version = made.get((latest.asset_key, latest.partition))
            _put_end(states[latest.asset_key], spaces[graph.ids[latest.asset_key]], latest, version)
    _put_checks(graph, spaces, kept, states, wanted)
    for key, freshness in kept.freshness.items():
        if key in graph.ids and (wanted is None or key in wanted):
            states.setdefault(key, AssetState()).freshness = freshness
    return states


def _put_checks(
    graph: AssetGraph, spaces: Sequence[Space], kept: Kept, states: dict[str, AssetState], wanted: set[str] | None
) -> None:
    for check in kept.checks:
        for key, put in (
            (check.asset_key, _put_check),
            (check_node_key(check.asset_key, check.check_name), _put_result),
        ):
            if key in graph.ids and (wanted is None or key in wanted):
                put(states.setdefault(key, AssetState()), spaces[graph.ids[key]], check)


def _put(state: AssetState, place: int, latest: Latest, kept: Kept, *, observable: bool) -> None:
    is_seen = latest.kind is EventKind.OBSERVATION and observable and latest.data_version is not None
    if latest.kind is EventKind.MATERIALIZATION or is_seen:
        if latest.timestamp >= state.timestamp(place):
            state.keep(place, latest.timestamp, latest.data_version, _maker(latest, kept))
        state.updated_seq = max(state.updated_seq, latest.updated_seq)
        state.ended[place] = max(state.ended.get(place, 0), latest.timestamp)
    elif latest.kind in _ATTEMPTS:
        state.attempted[place] = max(state.attempted.get(place, 0), latest.seq)


def _maker(latest: Latest, kept: Kept) -> RunFacts | None:
    if latest.run_id is None or latest.kind is not EventKind.MATERIALIZATION:
        return None
    known = kept.makers.get(latest.run_id)
    return RunFacts(latest.run_id, frozenset()) if known is None else RunFacts.of(known)


def _put_end(state: AssetState, space: Space, latest: Latest, version: Latest | None) -> None:
    place = space.number(latest.partition)
    if place is None or (space.definition is None) != (latest.partition == WHOLE):
        return
    state.ended[place] = max(state.ended.get(place, 0), latest.timestamp)
    if latest.kind is EventKind.RUN_CANCELED:
        return
    if version is None or latest.seq > version.updated_seq:
        state.failed = state.failed.with_number(place)


def _put_result(state: AssetState, space: Space, check: CheckLatest) -> None:
    """A result is to a check's node what a version is to an asset."""
    numbers = space.all if check.partition == WHOLE else space.numbers((check.partition,))
    state.judge(numbers, check.passed, check.timestamp)
    state.updated_seq = max(state.updated_seq, check.seq)


def _put_check(state: AssetState, space: Space, check: CheckLatest) -> None:
    numbers = space.all if check.partition == WHOLE else space.numbers((check.partition,))
    known = state.checks.setdefault(check.check_name, CheckState())
    if check.partition == WHOLE:
        known.note_whole(check.passed, check.timestamp)
    known.note(numbers, check.passed, check.timestamp)

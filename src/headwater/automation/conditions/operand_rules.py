"""What each operand means at one place of the log: for which partitions of an asset or check it holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from headwater.automation.conditions.checks import check_of
from headwater.automation.conditions.compiled import Node
from headwater.automation.conditions.jobs import job_of
from headwater.automation.conditions.state import NONE, OWN, AssetState, CheckState, RunFacts
from headwater.automation.conditions.world import NOWHERE, Look, News, Target, Truth, World, of_places
from headwater.definitions.partitions import Ordinals

_VIRTUAL, _QUIET = Look.VIRTUAL, Look.QUIET
_NO_NEWS = News()
_NO_CHECK = CheckState()


def _missing(world: World, _node: Node, target: Target, *_context: object) -> Truth:
    if target[1]:
        check = _check(world, target)
        return Truth(_all(world, target) - check.passed - check.failed)
    return Truth(_all(world, target) - _state(world, target).made)


def _newly_updated(world: World, _node: Node, target: Target, _root: int, look: Look, _started: bool) -> Truth:
    news = world.news.get(target[0])
    if news is None or look is _QUIET:
        return NOWHERE
    if target[1]:
        return of_places(news.checks.get(target[1], ()))
    # An update handles what its step has read, not what came while it was being made.
    return _handling([(seq, numbers) for seq, numbers, _ in news.updated], news.covered)


def _data_version_changed(world: World, _node: Node, target: Target, _root: int, look: Look, _started: bool) -> Truth:
    news = world.news.get(target[0])
    return NOWHERE if news is None or look is _QUIET else of_places(news.other_version)


def _newly_requested(world: World, _node: Node, target: Target, _root: int, look: Look, _started: bool) -> Truth:
    news = world.news.get(target[0])
    if news is None or look is _QUIET:
        return NOWHERE
    return _handling(news.attempted, news.attempted)


def _handling(places: Sequence[tuple[float, Ordinals]], covered: Sequence[tuple[float, Ordinals]]) -> Truth:
    truth = of_places(places)
    return Truth(truth.holds, truth.at, tuple(covered)) if places else truth


def _will_be_requested(world: World, _node: Node, target: Target, root: int, look: Look, _started: bool) -> Truth:
    if look is not _VIRTUAL or not _joins(world, target[0], root):
        return NOWHERE
    return Truth(world.requested.get(target[0], NONE), world.at)


def _in_progress(world: World, node: Node, target: Target, root: int, look: Look, _started: bool) -> Truth:
    of_backfills = None if node.op == "in_progress" else node.op == "backfill_in_progress"
    state = _state(world, target)
    found = state.running(of_backfills=of_backfills)
    if of_backfills is not False and state.backfills:
        found |= state.to_backfill()
    if not of_backfills:
        found |= world.awaited.get(target[0], NONE)
        if look is _VIRTUAL and not _joins(world, target[0], root):
            found |= world.requested.get(target[0], NONE)
    return Truth(found)


def _joins(world: World, number: int, root: int) -> bool:
    """Whether what is requested of an asset is made in one run with the same partition of `root`."""
    nodes, spaces = world.graph.nodes, world.spaces
    return (
        number != root
        and nodes[number].location == nodes[root].location
        and spaces[number] is spaces[root]
        and nodes[number].key not in nodes[root].definition.mappings
        # A check alone is never carried out in the run that makes what it judges: that does so by itself. Nor is a
        # run of a job joined with others.
        and check_of(nodes[root].key) is None
        and job_of(nodes[root].key) is None
    )


def _execution_failed(world: World, _node: Node, target: Target, *_context: object) -> Truth:
    return NOWHERE if target[1] else Truth(_state(world, target).failed)


def _code_version_changed(world: World, _node: Node, target: Target, _root: int, look: Look, _started: bool) -> Truth:
    news = world.news.get(target[0], _NO_NEWS)
    return Truth(_all(world, target), world.at) if news.code_changed and look is not _QUIET else NOWHERE


def _initial_evaluation(world: World, _node: Node, target: Target, _root: int, look: Look, started: bool) -> Truth:
    return Truth(_all(world, target), world.at) if started and look is not _QUIET else NOWHERE


def _freshness_is(world: World, node: Node, target: Target, *_context: object) -> Truth:
    return Truth(_all(world, target)) if _state(world, target).freshness == node.params["state"] else NOWHERE


def _executed_with_root_target(world: World, _node: Node, target: Target, root: int, *_context: object) -> Truth:
    key = world.graph.nodes[root].key
    made_by = _state(world, target).made_by
    return Truth(Ordinals(number for number, run in made_by.items() if key in run.assets))


def _executed_with_tags(world: World, node: Node, target: Target, *_context: object) -> Truth:
    made_by = _state(world, target).made_by
    return Truth(Ordinals(number for number, run in made_by.items() if _has_tags(run, node)))


def _new_updates_have_tags(world: World, node: Node, target: Target, _root: int, look: Look, _started: bool) -> Truth:
    news = world.news.get(target[0])
    if news is None or look is _QUIET:
        return NOWHERE
    with_tags = [(seq, numbers) for seq, numbers, run in news.updated if run is not None and _has_tags(run, node)]
    others = [(seq, numbers) for seq, numbers, run in news.updated if run is None or not _has_tags(run, node)]
    truth = of_places(with_tags)
    if node.op == "all_new_updates_have_run_tags":
        return Truth(truth.holds - of_places(others).holds, truth.at)
    return truth


def _in_latest_time_window(world: World, node: Node, target: Target, *_context: object) -> Truth:
    return Truth(world.spaces[target[0]].latest(node.params.get("lookback_seconds")))


def _cron_tick_passed(world: World, node: Node, target: Target, _root: int, look: Look, _started: bool) -> Truth:
    ticked = (node.params["cron"], node.params["timezone"]) in world.ticks
    return Truth(_all(world, target), world.at) if ticked and look is not _QUIET else NOWHERE


def _check_is(world: World, node: Node, target: Target, *_context: object) -> Truth:
    check = _check(world, target)
    return Truth(check.passed if node.op == "check_passed" else check.failed)


def _all(world: World, target: Target) -> Ordinals:
    return world.spaces[target[0]].all


def _state(world: World, target: Target) -> AssetState:
    return world.states[target[0]]


def _check(world: World, target: Target) -> CheckState:
    return _state(world, target).checks.get(target[1] or OWN, _NO_CHECK)


def _has_tags(run: RunFacts, node: Node) -> bool:
    keys, values = node.params.get("tag_keys") or (), node.params.get("tag_values") or {}
    return all(key in run.tags for key in keys) and all(run.tags.get(key) == value for key, value in values.items())


OPERANDS: dict[str, Callable[[World, Node, Target, int, Look, bool], Truth]] = {
    "missing": _missing,
    "newly_updated": _newly_updated,
    "data_version_changed": _data_version_changed,
    "newly_requested": _newly_requested,
    "will_be_requested": _will_be_requested,
    "in_progress": _in_progress,
    "run_in_progress": _in_progress,
    "backfill_in_progress": _in_progress,
    "execution_failed": _execution_failed,
    "code_version_changed": _code_version_changed,
    "initial_evaluation": _initial_evaluation,
    "freshness_is": _freshness_is,
    "executed_with_root_target": _executed_with_root_target,
    "executed_with_tags": _executed_with_tags,
    "any_new_update_has_run_tags": _new_updates_have_tags,
    "all_new_updates_have_run_tags": _new_updates_have_tags,
    "in_latest_time_window": _in_latest_time_window,
    "cron_tick_passed": _cron_tick_passed,
    "check_passed": _check_is,
    "check_failed": _check_is,
}
